"""What each step of a calculation says: English message ids with `%(name)s` places, translated where they are
shown.
"""

SENTENCES: dict[str, str] = {
    "area_building": "Building area %(area)s m².",
    "area_inner": "Inner area %(area)s m².",
    "area_usable": "Usable area %(area)s m².",
    "area_to_inner": "The inner area is not recorded: building area ÷ %(divisor)s.",
    "area_to_usable": "The usable area is not recorded: building area ÷ %(divisor)s.",
    "area_factor": "Area × %(factor)s.",
    "area_type_factor": "Area × %(factor)s for a building of type %(building_type)s.",
    "part_balcony_in": "Balcony %(area)s m² of it counts × %(coefficient)s = %(counted)s m².",
    "part_balcony_beside": "Balcony %(area)s m² besides counts × %(coefficient)s = %(counted)s m².",
    "part_attic_in": "Attic %(area)s m² of it counts × %(coefficient)s = %(counted)s m².",
    "part_attic_beside": "Attic %(area)s m² besides counts × %(coefficient)s = %(counted)s m².",
    "part_basement_in": "Basement %(area)s m² of it counts × %(coefficient)s = %(counted)s m².",
    "part_basement_beside": "Basement %(area)s m² besides counts × %(coefficient)s = %(counted)s m².",
    "chargeable": "Chargeable area %(quantity)s m².",
    "price_season": "%(price)s yuan per m² for the season.",
    "price_month": "%(price)s yuan per m² and month × %(months)s months = %(season_price)s yuan per m².",
    "price_day": "%(price)s yuan per m² and day × %(days)s days = %(season_price)s yuan per m².",
    "height_step": (
        "Storey height %(height)s m is above %(above)s m: %(count)s steps of %(step)s m "
        "counted from %(base)s m, %(share)s each, add %(added)s."
    ),
    "height_cap": "No more than %(cap)s may be added.",
    "height_proportional": "Storey height %(height)s m ÷ %(base)s m: × %(factor)s.",
    "height_band": "Storey height %(height)s m is above %(above)s m: × %(factor)s.",
    "height_area": "Storey height %(height)s m: area × (%(excess)s m × %(per_m)s + %(plus)s) = × %(factor)s.",
    "days": "From %(first)s to %(last)s: %(days)s of the %(of_days)s days of the season.",
    "suspended": "Heat is suspended: %(share)s of the fee is due as basic fee.",
    "cut": "Heat is cut off: %(share)s of the fee is due as basic fee.",
    "cut_free": "Heat is cut off: nothing is due.",
    "demolished": "The building is demolished: nothing is due.",
    "amount": "%(quantity)s m² × %(rate)s yuan per m² = %(amount)s yuan.",
}
