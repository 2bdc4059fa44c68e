-- Trials are work in progress, not books: the application makes them and throws them away.

grant select, insert, update, delete on tariff_trial, trial_shard to heatdesk_app;
grant select, insert, delete on trial_flat to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;

create trigger audited after update or delete on tariff_trial for each row execute function record_change();

-- A trial fills the table at once and is read the next moment, before autovacuum has looked at it: without statistics the
-- planner joins and sorts a million rows to show fifty.
create function gather_trial_statistics() returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    analyze trial_flat;
end $$;

revoke execute on function gather_trial_statistics() from public;
grant execute on function gather_trial_statistics() to heatdesk_app;
