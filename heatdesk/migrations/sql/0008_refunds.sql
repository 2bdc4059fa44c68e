-- A refund is agreed once and then either paid out or withdrawn, once; what was agreed never changes.

create function refund_ends_once() returns trigger language plpgsql as $$
begin
    if old.state <> 'agreed' and (new.state, new.method, new.reference, new.paid_journal_id, new.paid_by, new.paid_at, new.facts,
                                  new.withdrawn_journal_id)
            is distinct from (old.state, old.method, old.reference, old.paid_journal_id, old.paid_by, old.paid_at, old.facts,
                              old.withdrawn_journal_id) then
        raise exception 'refund % was % already', old.id, old.state;
    end if;
    return new;
end $$;
create trigger ends_once before update on refund for each row execute function refund_ends_once();
create trigger never_deleted before delete on refund for each row execute function forbid_change();
create trigger no_truncate before truncate on refund for each statement execute function forbid_change();

grant select, insert on refund to heatdesk_app;
grant update (state, method, reference, paid_journal_id, paid_by, paid_at, facts, prints, withdrawn_journal_id)
    on refund to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
