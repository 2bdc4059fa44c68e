-- Guards of the tickets: the history is append-only, and no ticket moves without its event in the same transaction.

do $$
declare name text;
begin
    foreach name in array array['ticket_event', 'ticket_photo'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function forbid_change()', name);
    end loop;
    create trigger never_deleted before delete on ticket for each row execute function forbid_change();
    foreach name in array array['ticket', 'ticket_event', 'ticket_photo'] loop
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
    create trigger audited after update or delete on ticket for each row execute function record_change();
end $$;

-- The moves are those of `service/rules/states.py`. Every change of a ticket is a move: its event stands there already,
-- numbered one higher than the last and written by this transaction (`txid_current()` is one for all savepoints).
create function ticket_moves() returns trigger language plpgsql as $$
begin
    if new.version <> old.version + 1 or not exists (
            select from ticket_event
             where ticket_id = new.id and number = new.version and from_state = old.state and to_state = new.state
               and transaction_id = txid_current()) then
        raise exception 'ticket % changes without an event of its own', old.number;
    end if;
    if (new.number, new.type, new.cause, new.branch_id, new.premises_id, new.customer_id, new.account_id, new.card_no,
        new.change_request_id, new.wanted_on, new."order")
       is distinct from
       (old.number, old.type, old.cause, old.branch_id, old.premises_id, old.customer_id, old.account_id, old.card_no,
        old.change_request_id, old.wanted_on, old."order") then
        raise exception 'ticket % stays what it was when it was made', old.number;
    end if;
    return new;
end $$;
create trigger moves before update on ticket for each row execute function ticket_moves();

create function ticket_event_is_a_move() returns trigger language plpgsql as $$
begin
    if (coalesce(new.from_state, ''), new.verb, new.to_state) not in (
        ('', 'open', 'new'),
        ('new', 'assign', 'assigned'), ('assigned', 'assign', 'assigned'), ('waiting', 'assign', 'assigned'),
        ('new', 'execute', 'resolved'), ('assigned', 'execute', 'resolved'), ('waiting', 'execute', 'resolved'),
        ('new', 'obstruct', 'waiting'), ('assigned', 'obstruct', 'waiting'), ('waiting', 'resume', 'new'),
        ('new', 'void', 'void'), ('assigned', 'void', 'void'), ('waiting', 'void', 'void'),
        ('new', 'withdraw', 'void'), ('assigned', 'withdraw', 'void'), ('waiting', 'withdraw', 'void'),
        ('void', 'reinstate', 'new')) then
        raise exception 'a ticket cannot go from % by % to %', new.from_state, new.verb, new.to_state;
    end if;
    new.transaction_id := txid_current();
    return new;
end $$;
create trigger is_a_move before insert on ticket_event for each row execute function ticket_event_is_a_move();

-- At the end of the transaction ticket and newest event say the same.
create function ticket_agrees_with_events() returns trigger language plpgsql as $$
declare id_of_ticket bigint; broken text;
begin
    id_of_ticket := case tg_table_name when 'ticket' then new.id else (to_jsonb(new) ->> 'ticket_id')::bigint end;
    select number into broken from ticket
     where id = id_of_ticket and not exists (
        select from ticket_event
         where ticket_id = ticket.id and ticket_event.number = ticket.version and to_state = ticket.state
           and not exists (select from ticket_event later where later.ticket_id = ticket.id and later.number > ticket.version));
    if broken is not null then
        raise exception 'ticket % does not agree with its history', broken;
    end if;
    return null;
end $$;
create constraint trigger agrees after insert on ticket deferrable initially deferred
    for each row execute function ticket_agrees_with_events();
create constraint trigger agrees after insert on ticket_event deferrable initially deferred
    for each row execute function ticket_agrees_with_events();

create or replace function usual_department(role text) returns bigint language sql stable as $$
    select id from department
     where code = case role when 'cashier' then 'counter' when 'finance' then 'finance' when 'manager' then 'management'
                            when 'technician' then 'service' when 'dispatcher' then 'service'
                            when 'administrator' then 'management' else 'billing' end
$$;

grant select, insert on ticket, ticket_event, ticket_photo to heatdesk_app;
grant update (state, version, due_on, assignee_id, executed_on, executed_by, seal_number, obstacle) on ticket to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
