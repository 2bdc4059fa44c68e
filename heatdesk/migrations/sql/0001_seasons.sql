-- A season's own partitions. A first run fills tables of its own and swaps them in: indexes and foreign keys are
-- then built once for all rows, which is what makes a million bills a matter of seconds (performance.md §2a).

create table entry_season_none partition of entry for values in (null);

create function open_season(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text;
begin
    foreach parent in array array['bill', 'charge', 'entry'] loop
        execute format('create table %I partition of %I for values in (%s)', parent || '_season_' || season, parent, season);
    end loop;
end $$;

-- Empty tables for the shards of a run to fill; what an earlier, abandoned run left is dropped.
create function prepare_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text; filling text;
begin
    foreach parent in array array['bill', 'charge', 'entry'] loop
        filling := parent || '_season_' || season || '_run';
        execute format('drop table if exists %I', filling);
        execute format('create table %I (like %I including defaults including constraints)', filling, parent);
        execute format('alter table %I add constraint %I check (season_id is not null and season_id = %s)', filling, filling || '_season', season);
        execute format('grant select, insert on %I to heatdesk_app', filling);
    end loop;
end $$;

create function discard_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text;
begin
    foreach parent in array array['entry', 'charge', 'bill'] loop
        execute format('drop table if exists %I', parent || '_season_' || season || '_run');
    end loop;
end $$;

-- Keys, indexes and the foreign keys that do not point to the bills or journals of the run itself, built for all rows at
-- once while nobody waits; `publish_season_run` finds them and only adds what is left. Repeatable.
create function seal_season_run(season bigint, parent text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare filling text := parent || '_season_' || season || '_run';
begin
    if exists (select from pg_index where indrelid = filling::regclass and (indisprimary or indisunique)) then
        return;
    end if;
    case parent
    when 'bill' then
        execute format('alter table %I add primary key (season_id, account_id)', filling);
        execute format('create index on %I (account_id)', filling);
        execute format('create index on %I (season_id, account_id) include (charged, reduced, paid) where charged - reduced - paid > 0', filling);
        execute format('alter table %I add foreign key (season_id) references season, add foreign key (account_id) references account', filling);
    when 'charge' then
        execute format('alter table %I add primary key (season_id, account_id, item, revision)', filling);
        execute format('alter table %I add foreign key (basis_id) references charge_basis', filling);
    when 'entry' then
        execute format('alter table %I add unique nulls not distinct (season_id, id)', filling);
        execute format('create index on %I (journal_id)', filling);
        execute format('create index on %I (account_id)', filling);
        execute format('alter table %I add foreign key (season_id) references season, add foreign key (account_id) references account,'
            ' add foreign key (debit) references ledger_account, add foreign key (credit) references ledger_account', filling);
    end case;
end $$;

-- Swap the filled tables in for the season's empty partitions; refused when the season has any bill already.
create function publish_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text; place text; filled boolean;
begin
    -- Dropping a partition locks whatever its foreign keys point to; taking all locks at once, accounts first as whoever
    -- takes money does, keeps two from waiting for each other.
    lock table account, season, ledger_account, charge_basis, journal, bill, charge, entry in access exclusive mode;
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
end $$;
