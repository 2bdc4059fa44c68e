"""What each step of a calculation says: English message ids with `%(name)s` places, translated where shown."""

from heatdesk.errors import msgid

SENTENCES: dict[str, str] = {
    "area_building": msgid("Building area %(area)s m²."),
    "area_inner": msgid("Inner area %(area)s m²."),
    "area_usable": msgid("Usable area %(area)s m²."),
    "area_to_inner": msgid("The inner area is not recorded: building area ÷ %(divisor)s."),
    "area_to_usable": msgid("The usable area is not recorded: building area ÷ %(divisor)s."),
    "area_factor": msgid("Area × %(factor)s."),
    "area_type_factor": msgid("Area × %(factor)s for a building of type %(building_type)s."),
    "part_balcony_in": msgid("Balcony %(area)s m² of it counts × %(coefficient)s = %(counted)s m²."),
    "part_balcony_beside": msgid("Balcony %(area)s m² besides counts × %(coefficient)s = %(counted)s m²."),
    "part_attic_in": msgid("Attic %(area)s m² of it counts × %(coefficient)s = %(counted)s m²."),
    "part_attic_beside": msgid("Attic %(area)s m² besides counts × %(coefficient)s = %(counted)s m²."),
    "part_basement_in": msgid("Basement %(area)s m² of it counts × %(coefficient)s = %(counted)s m²."),
    "part_basement_beside": msgid("Basement %(area)s m² besides counts × %(coefficient)s = %(counted)s m²."),
    "chargeable": msgid("Chargeable area %(quantity)s m²."),
    "price_season": msgid("%(price)s yuan per m² for the season."),
    "price_month": msgid(
        "%(price)s yuan per m² and month × %(months)s months = %(season_price)s yuan per m²."
    ),
    "price_day": msgid("%(price)s yuan per m² and day × %(days)s days = %(season_price)s yuan per m²."),
    "height_step": msgid(
        "Storey height %(height)s m is above %(above)s m: %(count)s steps of %(step)s m counted "
        "from %(base)s m, %(share)s each, add %(added)s."
    ),
    "height_cap": msgid("No more than %(cap)s may be added."),
    "height_proportional": msgid("Storey height %(height)s m ÷ %(base)s m: × %(factor)s."),
    "height_band": msgid("Storey height %(height)s m is above %(above)s m: × %(factor)s."),
    "height_area": msgid(
        "Storey height %(height)s m: area × (%(excess)s m × %(per_m)s + %(plus)s) = × %(factor)s."
    ),
    "days": msgid("From %(first)s to %(last)s: %(days)s of the %(of_days)s days of the season."),
    "suspended": msgid("Heat is suspended: %(share)s of the fee is due as basic fee."),
    "cut": msgid("Heat is cut off: %(share)s of the fee is due as basic fee."),
    "cut_free": msgid("Heat is cut off: nothing is due."),
    "demolished": msgid("The building is demolished: nothing is due."),
    "cold_band": msgid("%(celsius)s °C was measured: %(share)s of the fee is given back."),
    "cold_less_basic": msgid("The basic fee of %(share)s is not given back."),
    "cold_room": msgid("The cold room measures %(room)s m² of %(area)s m²."),
    "late_start": msgid("Heat began %(days)s days late."),
    "early_stop": msgid("Heat ended %(days)s days early."),
    "outage": msgid("There was no heat for %(days)s days."),
    "reduction": msgid("%(fee)s yuan ÷ %(of_days)s days × %(days)s days × %(share)s = %(amount)s yuan less."),
    "reduction_of_part": msgid(
        "%(fee)s yuan ÷ %(of_days)s days × %(part)s × %(days)s days × %(share)s = %(amount)s yuan less."
    ),
    "secret_reconnection": msgid(
        "Heat was taken in secret: %(fee)s × %(multiple)s = %(amount)s yuan penalty."
    ),
    "penalty_unpaid": msgid("%(first)s to %(last)s: %(base)s yuan unpaid × %(rate)s × %(days)s days."),
    "penalty_whole_fee": msgid("%(first)s to %(last)s: whole fee %(base)s yuan × %(rate)s × %(days)s days."),
    "penalty_cap": msgid("The penalty may not be more than %(cap)s of the fee: %(amount)s yuan."),
    "penalty_difference": msgid(
        "By the facts as they now stand the penalty is %(total)s yuan; %(frozen)s yuan were frozen before: "
        "%(amount)s yuan more."
    ),
    "meter_correction": msgid(
        "The heat counted is corrected for the position of the flat: × %(correction)s."
    ),
    "meter_fault_meter": msgid("The meter failed: %(share)s of the metered fee."),
    "meter_fault_user": msgid("The user damaged the meter: %(share)s of the metered fee."),
    "metered_kwh": msgid("%(quantity)s kWh × %(price)s yuan: %(amount)s yuan."),
    "metered_gj": msgid("%(quantity)s GJ × %(price)s yuan: %(amount)s yuan."),
    "metered_t": msgid("%(quantity)s t × %(price)s yuan: %(amount)s yuan."),
    "settlement_none": msgid(
        "The area fee of %(area_fee)s yuan stands; by meter it would be %(metered)s yuan."
    ),
    "settlement_refund_only": msgid("Metered %(metered)s yuan, by area %(area_fee)s yuan: the lower is due."),
    "settlement_both_ways": msgid("Metered %(metered)s yuan are due; by area it would be %(area_fee)s yuan."),
    "settlement_cap": msgid("Metered %(metered)s yuan, at most %(limit)s yuan: %(due)s yuan are due."),
    "shortfall_kwh": msgid("At least %(agreed)s kWh were agreed."),
    "shortfall_gj": msgid("At least %(agreed)s GJ were agreed."),
    "shortfall_t": msgid("At least %(agreed)s t were agreed."),
    "subsidy_per_m2": msgid("The government pays %(per_m2)s yuan × %(area)s m²: %(amount)s of %(fee)s yuan."),
    "subsidy_share": msgid("The government pays %(share)s for %(area)s m²: %(amount)s of %(fee)s yuan."),
    "discount": msgid("Paid by %(day)s: %(share)s less, %(amount)s yuan."),
    "discount_taken_back": msgid("The payment was undone, and the discount with it: %(amount)s yuan."),
    "connection_agreed": msgid("Agreed area %(area)s m² × %(price)s yuan = %(amount)s yuan."),
    "connection_measured": msgid("Measured area %(area)s m² × %(price)s yuan = %(amount)s yuan."),
    "connection_adjusted": msgid("Adjustment as agreed: %(adjustment)s yuan."),
    "taken_over": msgid("%(amount)s yuan of card %(card_no)s were taken over at the change of owner."),
    "handed_over": msgid("%(amount)s yuan passed to card %(card_no)s at the change of owner."),
    "payer_share": msgid("%(payer)s answers for %(share)s of %(fee)s yuan: %(amount)s yuan."),
    "payer_share_up_to": msgid(
        "%(payer)s answers for %(share)s of %(fee)s yuan for %(up_to)s of %(area)s m²: %(amount)s yuan."
    ),
    "payer_limit": msgid("%(payer)s answers for no more than %(limit)s yuan."),
    "payer_sum": msgid("Taken over for %(count)s households: %(amount)s yuan."),
    "amount": msgid("%(quantity)s m² × %(rate)s yuan per m² = %(amount)s yuan."),
    "stated_write_down": msgid("Written down by %(amount)s yuan as agreed."),
    "stated_receivable": msgid("Adjusted by %(amount)s yuan as agreed."),
    "stated_bad_debt": msgid("%(amount)s yuan are written off as bad debt; the claim stays."),
    "claimed_again": msgid("Of it %(amount)s yuan are claimed again."),
    "granted": msgid("Request %(number)s."),
    "note_low_temperature": msgid(
        "Low-temperature reduction %(days)s days %(celsius)s °C, request %(number)s"
    ),
    "note_late_start": msgid("Heat began %(days)s days late, request %(number)s"),
    "note_early_stop": msgid("Heat ended %(days)s days early, request %(number)s"),
    "note_outage": msgid("No heat from %(first)s to %(last)s (%(hours)s hours), request %(number)s"),
    "note_subsidy": msgid("Government subsidy “%(kind)s”, request %(number)s"),
    "note_write_down": msgid("Written down by %(amount)s yuan, request %(number)s"),
    "note_receivable_up": msgid("Raised by %(amount)s yuan, request %(number)s"),
    "note_receivable_down": msgid("Lowered by %(amount)s yuan, request %(number)s"),
    "note_bad_debt": msgid("Debt of %(amount)s yuan written off, still claimed, request %(number)s"),
}
