-- Guards of the adjustments: granted and withdrawn by applied requests alone, never rewritten.

create function adjustment_is_withdrawn_once() returns trigger language plpgsql as $$
begin
    if old.withdrawn_by is not null or new.withdrawn_by is null
       or (new.id, new.season_id, new.account_id, new.item, new.facts, new.change_request_id, new.effect, new.granted_at)
          is distinct from
          (old.id, old.season_id, old.account_id, old.item, old.facts, old.change_request_id, old.effect, old.granted_at) then
        raise exception 'adjustment % can only be withdrawn, once', old.id;
    end if;
    return new;
end $$;
create trigger withdrawn_once before update on adjustment for each row execute function adjustment_is_withdrawn_once();

create function withdrawal_needs_applied_request() returns trigger language plpgsql as $$
begin
    if not exists (select from change_request where id = new.withdrawn_by and state = 'applied') then
        raise exception 'request % was not applied', new.withdrawn_by;
    end if;
    return null;
end $$;
create constraint trigger on_authority after insert on adjustment deferrable initially deferred
    for each row execute function effect_needs_applied_request();
create constraint trigger withdrawn_on_authority after update on adjustment deferrable initially deferred
    for each row execute function withdrawal_needs_applied_request();

-- Nobody claims again more than was written off; the account's row is locked by whoever does.
create function recovery_within_debt() returns trigger language plpgsql as $$
begin
    if (select coalesce(sum(amount), 0) from debt_recovery where adjustment_id = new.adjustment_id)
       > (select -(facts ->> 'amount')::numeric from adjustment where id = new.adjustment_id and item = 'bad_debt') then
        raise exception 'more of debt % is claimed again than was written off', new.adjustment_id;
    end if;
    return null;
end $$;
create trigger within_debt after insert on debt_recovery for each row execute function recovery_within_debt();

do $$
declare name text;
begin
    foreach name in array array['debt_recovery', 'subsidy_receipt'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function forbid_change()', name);
    end loop;
    create trigger never_deleted before delete on adjustment for each row execute function forbid_change();
    foreach name in array array['adjustment', 'debt_recovery', 'subsidy_receipt'] loop
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
end $$;

grant select, insert on adjustment, debt_recovery, subsidy_receipt to heatdesk_app;
grant update (withdrawn_by) on adjustment to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
