-- Every change of a row that is not append-only leaves its before and after, with the author of the transaction.

create function record_change() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare before jsonb; after jsonb; subject jsonb;
begin
    before := to_jsonb(old);
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if before = after then return null; end if;
        select jsonb_object_agg(key, before -> key) - 'password_hash', jsonb_object_agg(key, after -> key) - 'password_hash'
          into before, after
          from jsonb_object_keys(to_jsonb(new)) key where to_jsonb(old) -> key is distinct from to_jsonb(new) -> key;
    else
        before := before - 'password_hash';
    end if;
    subject := to_jsonb(old);
    insert into audit_entry (actor_id, verb, subject_table, subject_id, before, after)
    values (nullif(current_setting('heatdesk.actor', true), '')::bigint, lower(tg_op), tg_table_name,
            coalesce(subject ->> 'id', subject ->> 'code', subject ->> 'day'), before, after);
    return null;
end $$;

do $$
declare name text;
begin
    foreach name in array array[
        'branch', 'office', 'heat_source', 'station', 'district', 'community', 'building', 'premises', 'customer', 'staff',
        'account', 'supply_term', 'area_part', 'season', 'tariff', 'ledger_account', 'business_day', 'till_shift',
        'number_book', 'receipt', 'invoice', 'season_run'
    ] loop
        execute format('create trigger audited after update or delete on %I for each row execute function record_change()', name);
    end loop;
end $$;
