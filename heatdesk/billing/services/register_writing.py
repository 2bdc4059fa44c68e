"""New households into the tables, set by set: places, customers, premises, accounts, supply terms, area parts.

Ids are taken from the sequences beforehand, so no statement has to tell what it inserted (performance.md §2e).
"""

from dataclasses import dataclass

from sqlalchemy import text

from heatdesk.billing.rules.register_places import UNRECORDED
from heatdesk.billing.services import register_staging as staging
from heatdesk.db import db

_FRESH = """
    create temporary table fresh on commit drop as
    select incoming.*, true as is_new_customer,
           nextval('customer_id_seq') as customer_id, nextval('premises_id_seq') as premises_id,
           nextval('account_id_seq') as account_id, nextval('supply_term_id_seq') as term_id
      from incoming where is_new order by row
"""
_PLACES: dict[str, tuple[str, ...]] = {
    "branch": (
        """
        insert into branch (name) select distinct branch from incoming_place where branch_id is null
         on conflict do nothing
        """,
    ),
    "office": (
        """
        insert into office (branch_id, name) select distinct branch_id, office from incoming_place
         where building_id is null and office_id is null on conflict do nothing
        """,
    ),
    "heat_source": (
        "update incoming_place set heat_source = :unrecorded where heat_source = '' and station_id is null",
        """
        insert into heat_source (name) select distinct heat_source from incoming_place
         where building_id is null and station_id is null on conflict do nothing
        """,
    ),
    "station": (
        """
        insert into station (heat_source_id, name) select distinct heat_source.id, station from incoming_place
         join heat_source on heat_source.name = incoming_place.heat_source
         where building_id is null and station_id is null on conflict do nothing
        """,
    ),
    "district": (
        "update incoming_place set district = :unrecorded where district = '' and community_id is null",
        """
        insert into district (name) select distinct district from incoming_place where community_id is null
         on conflict do nothing
        """,
    ),
    "community": (
        """
        insert into community (district_id, name, name_initials)
         select distinct district.id, community, community_initials from incoming_place
         join district on district.name = incoming_place.district where community_id is null on conflict do nothing
        """,
    ),
    "building": (
        """
        insert into building (community_id, station_id, office_id, name)
         select distinct on (community_id, building) community_id, station_id, office_id, building
         from incoming_place where building_id is null order by community_id, building, place
         on conflict do nothing
        """,
    ),
}
"""Noun and how its missing ones come to be, each after what it hangs on; the first row of a building counts."""

_SAME_OWNER = (
    """
    update fresh set customer_id = first.customer_id, is_new_customer = false from
     (select distinct on (id_number, name) id_number, name, row, customer_id from fresh where id_number <> ''
       order by id_number, name, row) first
     where fresh.id_number = first.id_number and fresh.name = first.name and fresh.row <> first.row
    """,
    """
    update fresh set phones = found.phones from
     (select customer_id, array_agg(phone order by row) as phones from
        (select customer_id, phone, min(row) as row from fresh, unnest(phones) phone
          where id_number <> '' group by customer_id, phone) told group by customer_id) found
     where fresh.customer_id = found.customer_id and fresh.id_number <> ''
    """,
    """
    update fresh set customer_id = known.id, is_new_customer = false from
     (select id_number, name, min(id) as id from customer where id_number is not null group by id_number, name) known
     where fresh.id_number = known.id_number and fresh.name = known.name
    """,
)
"""Flats of one owner, told by name and identity number, share one customer with all the telephones."""

_HOMES = """
    create temporary table fresh_home on commit drop as
    with placed as (
        select fresh.row, place.building_id, place.branch_id,
               row_number() over (partition by place.building_id, fresh.unit, fresh.room order by fresh.row) as nth,
               fresh.unit, fresh.room
          from fresh join incoming_place place using (place)
    ), existing as (
        select building_id, unit, base, max(number) as last, min(id) filter (where number = 1 and is_free) as free_id
          from (select premises.id, building_id, unit, regexp_replace(room, '（\\d+）$', '') as base,
                       coalesce(substring(room from '（(\\d+)）$')::int, 1) as number,
                       not exists (select from account where account.premises_id = premises.id
                                                         and account.closed_on is null) as is_free
                  from premises where building_id in (select building_id from incoming_place)) flat
         group by building_id, unit, base
    )
    select placed.row, placed.building_id, placed.branch_id,
           case when nth = 1 then existing.free_id end as free_id,
           nth + coalesce(existing.last, 0) - (existing.free_id is not null)::int as number
      from placed left join existing
        on existing.building_id = placed.building_id and existing.unit = placed.unit and existing.base = placed.room
"""
"""Which flat each new account gets: an empty one, a new one, or a second one of the same address, marked （2）."""

_HOUSEHOLDS = (
    """
    update fresh set premises_id = fresh_home.free_id from fresh_home
     where fresh_home.row = fresh.row and fresh_home.free_id is not null
    """,
    """
    insert into customer (id, kind, name, name_initials, phones, id_number)
     select customer_id, kind, name, initials, phones, nullif(id_number, '') from fresh
     where is_new_customer order by row
    """,
    """
    insert into premises (id, building_id, unit, room, floor, address)
     select premises_id, building_id, unit, room || second.mark, floor, address || second.mark
     from fresh join fresh_home using (row)
     cross join lateral (select case when number > 1 then '（' || number || '）' else '' end as mark) second
     where free_id is null order by row
    """,
    """
    insert into account (id, card_no, customer_id, premises_id, branch_id, opened_on, remark)
     select account_id, card_no, customer_id, premises_id, branch_id, opened_on, remark
     from fresh join fresh_home using (row) order by row
    """,
    """
    insert into supply_term (id, account_id, starts_on, ends_on, mode, use_class, state, building_area_m2,
                             inner_area_m2, usable_area_m2, storey_height_m, reason)
     select term_id, account_id, first_on, changes_on - 1, mode, use_class,
            case when changes_on is null then state else 'supplied' end, building_area_m2, inner_area_m2,
            usable_area_m2, storey_height_m, :reason || row from fresh order by row
    """,
    """
    insert into supply_term (account_id, starts_on, mode, use_class, state, building_area_m2, inner_area_m2,
                             usable_area_m2, storey_height_m, reason)
     select account_id, changes_on, mode, use_class, state, building_area_m2, inner_area_m2, usable_area_m2,
            storey_height_m, :reason || row from fresh where changes_on is not null order by row
    """,
    """
    insert into area_part (supply_term_id, kind, area_m2, heated)
     select term_id, part.kind, part.area_m2, false from fresh cross join lateral
     (values ('balcony', balcony), ('attic', attic), ('basement', basement)) part (kind, area_m2)
     where part.area_m2 > 0 order by row
    """,
    """
    insert into area_part (supply_term_id, kind, area_m2, heated)
     select later.id, part.kind, part.area_m2, false from fresh
     join supply_term later on later.account_id = fresh.account_id and later.starts_on = fresh.changes_on
     cross join lateral (values ('balcony', balcony), ('attic', attic), ('basement', basement)) part (kind, area_m2)
     where fresh.changes_on is not null and part.area_m2 > 0 order by row
    """,
)
_PHONES = """
    update customer set phones = told.phones
      from (select distinct on (account.customer_id) account.customer_id, incoming.phones
              from incoming join account on account.card_no = incoming.card_no
             where not incoming.is_new and incoming.phones <> '{}'
             order by account.customer_id, incoming.row) told
     where customer.id = told.customer_id and customer.phones = '{}'
"""


@dataclass(frozen=True)
class Written:
    """What came to be: places by noun, accounts and the range of their ids, customers given a telephone."""

    places: dict[str, int]
    accounts: int
    first_account_id: int | None
    last_account_id: int | None
    phones: int


def write(reason: str) -> Written:
    """Bring in what `register_staging` holds; `reason` and the row number become the reason of each supply term."""
    phones = _run(_PHONES)
    db.session.execute(text("drop table if exists pg_temp.fresh, pg_temp.fresh_home"))
    _run(_FRESH)
    _run("delete from incoming_place where place not in (select place from fresh)")
    places = {}
    for noun, statements in _PLACES.items():
        for statement in statements:
            places[noun] = _run(statement, unrecorded=UNRECORDED)
        staging.resolve_places()
    if db.session.scalar(text("select exists (select from fresh where id_number <> '')")):
        for statement in _SAME_OWNER:
            _run(statement)
    _run("analyze fresh")
    _run(_HOMES)
    _run("analyze fresh_home")
    for statement in _HOUSEHOLDS:
        _run(statement, reason=reason)
    accounts, first, last = db.session.execute(
        text("select count(*), min(account_id), max(account_id) from fresh")
    ).one()
    return Written(places, accounts, first, last, phones)


def _run(statement: str, **values: object) -> int:
    """Carry out one statement and tell how many rows it made."""
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    result = db.session.execute(text(statement), wanted)
    return int(result.rowcount)  # type: ignore[attr-defined]
