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

-- Swap the filled tables in for the season's empty partitions; refused when the season has any bill already.
create function publish_season_run(season bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare parent text; place text; filled boolean;
begin
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
