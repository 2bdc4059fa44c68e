-- The application's role owns nothing: it cannot switch a guard off, and it may write only what stands here.

do $$
begin
    if not exists (select from pg_roles where rolname = 'heatdesk_app') then
        create role heatdesk_app nologin;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
    execute format('grant heatdesk_app to %I', current_user);
end $$;

grant usage on schema public to heatdesk_app;
grant select on all tables in schema public to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;

-- Facts and work in progress.
grant insert, update, delete on branch, office, heat_source, station, district, community, building, premises, customer,
    staff, login_session, login_failure, account, supply_term, area_part, season, tariff, import_batch, season_run,
    run_shard, run_exception, counter, request_key, job to heatdesk_app;

-- The books: added to, never changed; totals are written by the triggers alone.
grant insert on journal, entry, charge, charge_basis, payment, tender, allocation, payment_void, audit_entry to heatdesk_app;
grant insert (season_id, account_id) on bill to heatdesk_app;
grant insert on business_day, till_shift, number_book, receipt, invoice to heatdesk_app;
grant update (state, closed_by, closed_at, totals, previous_seal, seal) on business_day to heatdesk_app;
grant update (state, closed_at, counted, expected_cash, over_short, over_short_reason) on till_shift to heatdesk_app;
grant update (next_number, staff_id, is_active) on number_book to heatdesk_app;
grant update (state, void_reason, prints) on receipt, invoice to heatdesk_app;

-- The queue's own tables and functions.
do $$
declare queue_table text;
begin
    for queue_table in select tablename from pg_tables where schemaname = 'public' and tablename like 'procrastinate%' loop
        execute format('grant select, insert, update, delete on %I to heatdesk_app', queue_table);
    end loop;
end $$;

grant update (general_ledger_code) on ledger_account to heatdesk_app;
