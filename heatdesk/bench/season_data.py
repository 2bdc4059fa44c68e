"""A city for the season bench: one term for 85 flats of 100, two for 10, three for 5; four in ten with a balcony,
one in twelve suspended, one in twenty over-high.
"""

_TOWN = (
    "insert into branch (name) select 'branch ' || n from generate_series(1, 4) n",
    "insert into office (branch_id, name) select 1 + n % 4, 'office ' || n from generate_series(0, 19) n",
    "insert into heat_source (name) values ('source')",
    "insert into station (heat_source_id, name) values (1, 'station')",
    "insert into district (name) values ('district')",
    "insert into community (district_id, name) values (1, 'community')",
    "insert into building (community_id, station_id, office_id, name)"
    " select 1, 1, 1 + n % 20, 'building ' || n from generate_series(0, cast(:flats as int) / 60) n",
    "insert into premises (building_id, unit, room, address)"
    " select 1 + n / 60, '1', n::text, 'address ' || n from generate_series(0, cast(:flats as int) - 1) n",
    "insert into customer (kind, name) values ('person', 'customer')",
    "insert into account (card_no, customer_id, premises_id, branch_id, opened_on)"
    " select lpad(n::text, 10, '0'), 1, n, 1 + (n - 1) / 60 % 20 % 4, date '2020-01-01'"
    "   from generate_series(1, cast(:flats as int)) n",
    "insert into staff (login, name, password_hash, role) values"
    " ('starter', 'starter', '-', 'billing_clerk'), ('releaser', 'releaser', '-', 'supervisor')",
    "insert into business_day (branch_id, day, opened_by) select id, date '2026-10-20', 2 from branch",
)

SUPPLY = (
    """
    insert into supply_term (account_id, starts_on, ends_on, mode, use_class, state, building_area_m2, storey_height_m)
    select id, starts_on, ends_on, 'area', case when id % 11 = 0 then 'non_residential' else 'residential' end,
           case when (id * 7 + part) % 100 < 8 then 'suspended' else 'supplied' end,
           50 + (id::bigint * 7919 % 9000) / 100.0 + part,
           case when id % 20 = 0 then 3.2 + (id / 20 % 20) / 10.0 end
      from (
        select n as id, 0 as part, date '2020-01-01' as starts_on,
               case when n % 100 < 15 then date '2026-11-01' + 10 + (n / 100 % 60)::int end as ends_on
          from generate_series(1, cast(:flats as int)) n
        union all
        select n, 1, date '2026-11-01' + 11 + (n / 100 % 60)::int,
               case when n % 100 < 5 then date '2026-11-01' + 80 + (n / 6000 % 60)::int end
          from generate_series(1, cast(:flats as int)) n where n % 100 < 15
        union all
        select n, 2, date '2026-11-01' + 81 + (n / 6000 % 60)::int, null
          from generate_series(1, cast(:flats as int)) n where n % 100 < 5
      ) terms order by id, part""",
    """
    insert into area_part (supply_term_id, kind, area_m2, heated)
    select id, 'balcony', 4 + (id % 500) / 100.0, id % 3 = 0 from supply_term where account_id % 10 < 4 order by id""",
)

SEASON = (
    """
    insert into season (code, starts_on, ends_on, statutory_days, due_on)
    values ('2026-2027', date '2026-11-01', date '2027-03-31', 151, date '2026-12-31')""",
    "select open_season(1)",
    """
    insert into tariff (use_class, version, valid_from, document_no, parameters, state, drafted_by, approved_by)
    select use_class, 1, date '2024-11-01', 'BENCH-1', jsonb_build_object(
             'use_class', use_class, 'document_no', 'BENCH-1', 'valid_from', '2024-11-01', 'price', price,
             'price_unit', 'season', 'area', jsonb_build_object('base', 'building'),
             'height', jsonb_build_object('family', 'step', 'above_m', '3.2', 'step_m', '0.1', 'share', '0.03'),
             'parts', jsonb_build_array(jsonb_build_object('kind', 'balcony', 'in_area', true, 'unheated', '0.5')),
             'suspension', jsonb_build_object('share', '0.2')), 'approved', 1, 2
      from (values ('residential', '26'), ('non_residential', '32')) prices (use_class, price)""",
)

PAST_THE_TRIGGERS = "set local session_replication_role = replica"
COUNTED = ("set local session_replication_role = origin", "select rebuild_balances()")
"""What was written past the triggers is counted once."""

DATA = (PAST_THE_TRIGGERS, *_TOWN, *SUPPLY, *SEASON, *COUNTED)

DISCARD = (
    PAST_THE_TRIGGERS,
    "truncate season_run, run_shard, run_exception cascade",
    "drop table if exists entry_season_1, charge_season_1, bill_season_1 cascade",
    "delete from journal",
    "update season set state = 'planned'",
    "select open_season(1)",
    *COUNTED,
)
"""Back to an empty season, as the owner may: the guards are off for this transaction."""

YARDSTICK = (
    """
    create table bare_charge (
        id bigint generated always as identity primary key, account_id bigint not null references account,
        season_id bigint not null, amount numeric(14, 2) not null, unique (account_id, season_id))""",
    """
    insert into bare_charge (account_id, season_id, amount)
    select account.id, 1, round(term.building_area_m2 * 26, 2)
      from account join supply_term term on term.account_id = account.id and term.starts_on = date '2020-01-01'""",
)
