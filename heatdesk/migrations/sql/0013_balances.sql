-- What lists and places show of a million households without adding them up: kept by difference at the end of every
-- statement that changes an account, a supply term or a bill, never written by the application (invariant I29).
--   account_balance   what each account owes over all seasons, and where it lies
--   building_figures  open accounts, accounts that owe and their debt, by building and branch
--   building_area     by how much the area supplied there changes on a day; the area of a day is the sum up to it
--   building_season   bills and their totals by season, building and branch
-- The figures of a building are changed in the order of their keys, so two writers cannot wait for each other.

-- Add areas from days on to the buildings of open accounts; days on which nothing changes after all leave no row.
create function change_area(accounts bigint[], days date[], areas numeric[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into building_area (building_id, branch_id, day, area_m2)
    select balance.building_id, balance.branch_id, change.day, sum(change.area_m2)
      from unnest(accounts, days, areas) change (account_id, day, area_m2)
      join account_balance balance using (account_id)
     where balance.is_open and change.day is not null
     group by 1, 2, 3 having sum(change.area_m2) <> 0 order by 1, 2, 3
    on conflict (building_id, branch_id, day) do update set area_m2 = building_area.area_m2 + excluded.area_m2;
    delete from building_area
     where area_m2 = 0 and building_id in (select building_id from account_balance where account_id = any (accounts));
end $$;

-- The terms of these accounts enter (1) or leave (-1) the area of the building where account_balance has them.
create function shift_area(accounts bigint[], sign int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform change_area(array_agg(account_id), array_agg(day), array_agg(area_m2))
       from supply_term cross join lateral (values (starts_on, sign * building_area_m2),
                                                   (ends_on + 1, -sign * building_area_m2)) change (day, area_m2)
      where account_id = any (accounts);
end $$;

-- The bills of these accounts enter (1) or leave (-1) the totals of their building.
create function shift_bills(accounts bigint[], sign int) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into building_season (season_id, building_id, branch_id, bills, charged, reduced, paid)
    select bill.season_id, balance.building_id, balance.branch_id, sign * count(*), sign * sum(bill.charged),
           sign * sum(bill.reduced), sign * sum(bill.paid)
      from account_balance balance join bill on bill.account_id = balance.account_id
     where balance.account_id = any (accounts)
     group by 1, 2, 3 order by 1, 2, 3
    on conflict (season_id, building_id, branch_id) do update set
           bills = building_season.bills + excluded.bills, charged = building_season.charged + excluded.charged,
           reduced = building_season.reduced + excluded.reduced, paid = building_season.paid + excluded.paid;
end $$;

-- Accounts that closed, opened again or came to lie elsewhere take their area and bills along.
create function place_again(accounts bigint[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare moved bigint[];
begin
    moved := array(
        select balance.account_id from account_balance balance
          join account on account.id = balance.account_id join premises on premises.id = account.premises_id
         where balance.account_id = any (accounts)
           and (balance.branch_id, balance.building_id, balance.is_open)
            is distinct from (account.branch_id, premises.building_id, account.closed_on is null)
         order by balance.account_id for update of balance);
    if cardinality(moved) = 0 then return; end if;
    perform shift_area(moved, -1);
    perform shift_bills(moved, -1);
    update account_balance balance
       set branch_id = account.branch_id, building_id = premises.building_id, is_open = account.closed_on is null
      from account join premises on premises.id = account.premises_id
     where balance.account_id = any (moved) and account.id = balance.account_id;
    perform shift_area(moved, 1);
    perform shift_bills(moved, 1);
end $$;

create function balance_follows_account() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into account_balance (account_id, branch_id, building_id, is_open)
        select changed.id, changed.branch_id, premises.building_id, changed.closed_on is null
          from changed join premises on premises.id = changed.premises_id order by changed.id;
    elsif tg_op = 'UPDATE' then
        perform place_again(array(select id from changed));
    else
        delete from account_balance where account_id in (select id from changed);
    end if;
    return null;
end $$;
create trigger balance_insert after insert on account
    referencing new table as changed for each statement execute function balance_follows_account();
create trigger balance_update after update on account
    referencing new table as changed for each statement execute function balance_follows_account();
create trigger balance_delete after delete on account
    referencing old table as changed for each statement execute function balance_follows_account();

create function balance_follows_premises() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform place_again(array(
        select account.id from after join before using (id) join account on account.premises_id = after.id
         where after.building_id <> before.building_id));
    return null;
end $$;
create trigger balance_update after update on premises
    referencing old table as before new table as after for each statement execute function balance_follows_premises();

-- A bill's totals changed: what the account owes and the building's totals of the season change by the difference.
create function balance_follows_bill() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into building_season (season_id, building_id, branch_id, bills)
        select after.season_id, balance.building_id, balance.branch_id, count(*)
          from after join account_balance balance using (account_id)
         group by 1, 2, 3 order by 1, 2, 3
        on conflict (season_id, building_id, branch_id) do update set bills = building_season.bills + excluded.bills;
        return null;
    end if;
    update account_balance balance set owed = balance.owed + moved.due
      from (select after.account_id, sum(after.charged - after.reduced - after.paid
                                       - before.charged + before.reduced + before.paid) as due
              from after join before using (season_id, account_id) group by after.account_id) moved
     where balance.account_id = moved.account_id;
    insert into building_season (season_id, building_id, branch_id, charged, reduced, paid)
    select after.season_id, balance.building_id, balance.branch_id, sum(after.charged - before.charged),
           sum(after.reduced - before.reduced), sum(after.paid - before.paid)
      from after join before using (season_id, account_id) join account_balance balance using (account_id)
     group by 1, 2, 3 order by 1, 2, 3
    on conflict (season_id, building_id, branch_id) do update set
           charged = building_season.charged + excluded.charged, reduced = building_season.reduced + excluded.reduced,
           paid = building_season.paid + excluded.paid;
    return null;
end $$;
create trigger balance_insert after insert on bill
    referencing new table as after for each statement execute function balance_follows_bill();
create trigger balance_update after update on bill
    referencing old table as before new table as after for each statement execute function balance_follows_bill();

create function figures_follow_balance() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        insert into building_figures (building_id, branch_id, accounts, owing, owed)
        select building_id, branch_id, count(*) filter (where is_open), count(*) filter (where owed > 0), sum(owed)
          from after group by 1, 2 order by 1, 2
        on conflict (building_id, branch_id) do update set accounts = building_figures.accounts + excluded.accounts,
               owing = building_figures.owing + excluded.owing, owed = building_figures.owed + excluded.owed;
    elsif tg_op = 'DELETE' then
        update building_figures figures set accounts = figures.accounts - gone.accounts, owing = figures.owing - gone.owing,
               owed = figures.owed - gone.owed
          from (select building_id, branch_id, count(*) filter (where is_open) as accounts,
                       count(*) filter (where owed > 0) as owing, sum(owed) as owed
                  from before group by 1, 2) gone
         where (figures.building_id, figures.branch_id) = (gone.building_id, gone.branch_id);
    else
        insert into building_figures (building_id, branch_id, accounts, owing, owed)
        select building_id, branch_id, sum(sign * is_open::int), sum(sign * (owed > 0)::int), sum(sign * owed)
          from (select 1 as sign, * from after union all select -1, * from before) change
         group by 1, 2 order by 1, 2
        on conflict (building_id, branch_id) do update set accounts = building_figures.accounts + excluded.accounts,
               owing = building_figures.owing + excluded.owing, owed = building_figures.owed + excluded.owed;
    end if;
    return null;
end $$;
create trigger figures_insert after insert on account_balance
    referencing new table as after for each statement execute function figures_follow_balance();
create trigger figures_update after update on account_balance
    referencing old table as before new table as after for each statement execute function figures_follow_balance();
create trigger figures_delete after delete on account_balance
    referencing old table as before for each statement execute function figures_follow_balance();

-- A term's area changes its building's on its first day and on the day after its last; a term that follows another with
-- the same area comes to nothing.
create function area_follows_term() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        perform change_area(array_agg(account_id), array_agg(day), array_agg(area_m2))
           from after cross join lateral (values (starts_on, building_area_m2),
                                                 (ends_on + 1, -building_area_m2)) change (day, area_m2);
    elsif tg_op = 'DELETE' then
        perform change_area(array_agg(account_id), array_agg(day), array_agg(area_m2))
           from before cross join lateral (values (starts_on, -building_area_m2),
                                                  (ends_on + 1, building_area_m2)) change (day, area_m2);
    else
        perform change_area(array_agg(account_id), array_agg(day), array_agg(area_m2))
           from (select 1 as sign, * from after union all select -1, * from before) term
          cross join lateral (values (starts_on, sign * building_area_m2),
                                     (ends_on + 1, -sign * building_area_m2)) change (day, area_m2);
    end if;
    return null;
end $$;
create trigger area_insert after insert on supply_term
    referencing new table as after for each statement execute function area_follows_term();
create trigger area_update after update on supply_term
    referencing old table as before new table as after for each statement execute function area_follows_term();
create trigger area_delete after delete on supply_term
    referencing old table as before for each statement execute function area_follows_term();

-- Fill account_balance from `rows` at once, and building_figures from it: indexes are built for all rows together.
create function refill_balances(rows text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('create temporary table refilled on commit drop as %s', rows);
    truncate account_balance, building_figures;
    drop index ix_account_balance_owed_account_id, ix_account_balance_branch_id_owed_account_id,
        ix_account_balance_building_id;
    alter table account_balance disable trigger figures_insert;
    insert into account_balance (account_id, branch_id, building_id, is_open, owed)
    select account_id, branch_id, building_id, is_open, owed from refilled order by account_id;
    alter table account_balance enable trigger figures_insert;
    drop table refilled;
    insert into building_figures (building_id, branch_id, accounts, owing, owed)
    select building_id, branch_id, count(*) filter (where is_open), count(*) filter (where owed > 0), sum(owed)
      from account_balance group by 1, 2 order by 1, 2;
    create index ix_account_balance_owed_account_id on account_balance (owed, account_id);
    create index ix_account_balance_branch_id_owed_account_id on account_balance (branch_id, owed, account_id);
    create index ix_account_balance_building_id on account_balance (building_id);
    analyze account_balance, building_figures;
end $$;

-- Everything anew from accounts, terms and bills; for the owner, after rows were written past the triggers.
create function rebuild_balances() returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    lock table account, premises, supply_term, bill in share mode;
    perform refill_balances('
        select account.id as account_id, account.branch_id, premises.building_id, account.closed_on is null as is_open,
               coalesce(due.owed, 0) as owed
          from account join premises on premises.id = account.premises_id
          left join (select account_id, sum(charged - reduced - paid) as owed from bill group by account_id) due
               on due.account_id = account.id');
    truncate building_area, building_season;
    insert into building_area (building_id, branch_id, day, area_m2)
    select building_id, branch_id, day, sum(area_m2)
      from account_balance join supply_term term using (account_id)
      cross join lateral (values (starts_on, building_area_m2), (ends_on + 1, -building_area_m2)) change (day, area_m2)
     where is_open and day is not null
     group by 1, 2, 3 having sum(area_m2) <> 0 order by 1, 2, 3;
    insert into building_season (season_id, building_id, branch_id, bills, charged, reduced, paid)
    select season_id, building_id, branch_id, count(*), sum(charged), sum(reduced), sum(paid)
      from bill join account_balance using (account_id) group by 1, 2, 3 order by 1, 2, 3;
    analyze building_area, building_season;
end $$;

-- The bills of a bulk run came in past the triggers: all of them at once.
create function count_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into building_season (season_id, building_id, branch_id, bills, charged, reduced, paid)
    select season_id, building_id, branch_id, count(*), sum(charged), sum(reduced), sum(paid)
      from bill join account_balance using (account_id) where season_id = season group by 1, 2, 3 order by 1, 2, 3;
    perform refill_balances(format('
        select balance.account_id, balance.branch_id, balance.building_id, balance.is_open,
               balance.owed + coalesce(bill.charged - bill.reduced - bill.paid, 0) as owed
          from account_balance balance
          left join bill on bill.account_id = balance.account_id and bill.season_id = %s', season));
    analyze building_season;
end $$;

-- Swap the filled tables in for the season's empty partitions; refused when the season has any bill already.
create or replace function publish_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text; place text; filled boolean;
begin
    -- Dropping a partition locks whatever its foreign keys point to; taking all locks at once, accounts first as whoever
    -- takes money does, keeps two from waiting for each other.
    lock table account, account_balance, building_figures, building_season, season, ledger_account, charge_basis, journal,
        bill, charge, entry in access exclusive mode;
    foreach parent in array array['entry', 'charge', 'bill'] loop
        place := parent || '_season_' || season;
        execute format('alter table %I detach partition %I', parent, place);
        execute format('select exists (select from %I)', place) into filled;
        if filled then
            raise exception 'season % already has rows in %', season, parent;
        end if;
        execute format('drop table %I', place);
    end loop;
    foreach parent in array array['bill', 'charge', 'entry'] loop
        place := parent || '_season_' || season;
        execute format('revoke all on %I from heatdesk_app', place || '_run');
        execute format('alter table %I rename to %I', place || '_run', place);
        execute format('alter table %I attach partition %I for values in (%s)', parent, place, season);
        execute format('alter table %I drop constraint %I', place, place || '_run_season');
    end loop;
    perform count_season_run(season);
end $$;

-- What it costs to cut a household into tokens once more; the planner then asks the index where that is cheaper.
alter function search_tokens(text, text, text, text) cost 5000;

revoke execute on function change_area, shift_area, shift_bills, place_again, refill_balances, rebuild_balances,
    count_season_run from public;
grant select on account_balance, building_figures, building_area, building_season to heatdesk_app;
