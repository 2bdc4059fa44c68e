-- Settings of a branch that move money change only while a change request takes effect (decision 0139).

create function settings_by_request() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('heatdesk.change_request', true), '') = '' then
        raise exception 'settings of branch % change by request only', old.id;
    end if;
    return new;
end $$;
create trigger settings_by_request before update on branch for each row
    when ((old.cash_rounding, old.card_prefix, old.card_digits)
          is distinct from (new.cash_rounding, new.card_prefix, new.card_digits))
    execute function settings_by_request();
