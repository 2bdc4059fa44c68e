"""The self-check of a bulk run, before anybody sees a bill of it (reliability.md §5 "Billing run").

Counts and sums of the three tables must agree with each other and with what the shards counted, and plain flats are
computed a second time by SQL straight from area and price, on another path than the rules.
"""

from typing import Any

from sqlalchemy import text

from heatdesk.billing.models import Season
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import AreaBase, AreaRounding, Item, UseClass
from heatdesk.billing.rules.tariffs import Tariff, tariff_in_force as find_tariff
from heatdesk.billing.services import supply_facts, tariffs
from heatdesk.billing.services.season_posting import run_table
from heatdesk.db import db
from heatdesk.errors import Refusal

SUMS = """
select count(*) as rows, coalesce(sum({amount}), 0) as amount, coalesce(sum(account_id * {amount}), 0) as fingerprint
  from {table}"""
"""The fingerprint differs when the same sum lies on other accounts."""

AMOUNT = {"bill": "charged", "charge": "amount", "entry": "amount"}

UNEQUAL = """
select account_id from {bill} bill
  full join (select account_id, sum(amount) as amount from {charge} group by account_id) charge using (account_id)
  full join (select account_id, sum(amount) as amount from {entry} where debit = '1122' group by account_id) entry
       using (account_id)
 where bill.charged is distinct from charge.amount or charge.amount is distinct from entry.amount
 limit 20"""

PLAIN = """
select count(*), count(*) filter (where charge.amount is distinct from round(term.building_area_m2 * :price, 2))
  from supply_term term
  join account on account.id = term.account_id
  left join {charge} charge on charge.account_id = term.account_id and charge.item = :item
 where term.use_class = :use_class and term.state = 'supplied' and term.mode = 'area'
   and term.starts_on <= :first and coalesce(term.ends_on, :last) >= :last
   and term.storey_height_m is null
   and account.opened_on <= :last and coalesce(account.closed_on, :last) >= :first
   and not exists (select from area_part where supply_term_id = term.id)"""


def check(season: Season, totals: dict[str, Any], accounts_now: int) -> dict[str, Any]:
    """What the run's tables say beside what was counted; `problems` names what disagrees, none when all is well.

    `totals` are the shards' (see `season_tally.added_up`), `accounts_now` the number of eligible accounts.
    """
    tables = {name: f'"{run_table(name, season.id)}"' for name in ("bill", "charge", "entry")}
    sums = {
        name: db.session.execute(text(SUMS.format(table=table, amount=AMOUNT[name]))).one()
        for name, table in tables.items()
    }
    plain, wrong = _recompute(season, tables)
    answered = totals["charged"] + totals["free"] + totals["exceptions"]
    problems = []
    if {int(one.amount.scaleb(2)) for one in sums.values()} != {totals["fen"]}:
        problems.append("sums")
    if sums["bill"].rows != totals["charged"] or sums["charge"].rows != sums["entry"].rows:
        problems.append("counts")
    if answered != totals["accounts"] or answered != accounts_now:
        problems.append("eligible")
    if len({one.fingerprint for one in sums.values()}) > 1:
        problems.append("accounts")
    if wrong:
        problems.append("recomputed")
    return {
        **{name: {"rows": one.rows, "amount": str(one.amount)} for name, one in sums.items()},
        "expected_fen": totals["fen"],
        "eligible": accounts_now,
        "plain": plain,
        "wrong": wrong,
        "problems": problems,
        "unequal": list(db.session.scalars(text(UNEQUAL.format(**tables)))) if problems else [],
    }


def eligible_accounts(season: Season, *, up_to: int) -> int:
    """How many accounts were open on some day of the season, counted on its own; `up_to` the last account id."""
    query = text(
        "select count(*) from account"
        " where id <= :up_to and opened_on <= :last and coalesce(closed_on, :last) >= :first"
    )
    values = {"up_to": up_to, "first": season.starts_on, "last": season.ends_on}
    return db.session.scalar(query, values) or 0


def _recompute(season: Season, tables: dict[str, str]) -> tuple[int, int]:
    """Plain flats seen, and those whose charge is not area × price."""
    facts = supply_facts.season_facts(season)
    approved = tariffs.in_force(season)
    seen, wrong = 0, 0
    for use_class in UseClass:
        tariff = _plain_tariff(approved, use_class, facts)
        if tariff is None:
            continue
        values = {
            "price": tariff.season_price(facts),
            "use_class": use_class.value,
            "item": Item.HEAT.value,
            "first": season.starts_on,
            "last": season.ends_on,
        }
        one_seen, one_wrong = db.session.execute(text(PLAIN.format(**tables)), values).one()
        seen, wrong = seen + one_seen, wrong + one_wrong
    return seen, wrong


def _plain_tariff(approved: list[Tariff], use_class: UseClass, season: SeasonFacts) -> Tariff | None:
    """The tariff of a class if it simply charges the building area."""
    try:
        tariff = find_tariff(approved, use_class, season)
    except Refusal:
        return None
    area = tariff.area
    is_plain = area.base is AreaBase.BUILDING and area.factor is None and not area.type_factors
    return tariff if is_plain and area.rounding is AreaRounding.AREA else None
