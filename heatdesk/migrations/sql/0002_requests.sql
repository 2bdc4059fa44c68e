-- Guards of the change requests: what was decided stays, what is decided on is frozen, nobody decides alone.

do $$
declare name text;
begin
    foreach name in array array['decision', 'request_effect', 'approval_rule', 'request_editor', 'stored_file'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function forbid_change()', name);
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
    foreach name in array array['change_request', 'delegation'] loop
        execute format('create trigger never_deleted before delete on %I for each row execute function forbid_change()', name);
    end loop;
    foreach name in array array['change_request', 'delegation', 'attachment'] loop
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
    foreach name in array array['change_request', 'delegation', 'department', 'attachment'] loop
        execute format('create trigger audited after update or delete on %I for each row execute function record_change()', name);
    end loop;
end $$;

-- A member of staff without a department belongs to the usual one of the role, and follows the role to another.
create function usual_department(role text) returns bigint language sql stable as $$
    select id from department
     where code = case role when 'cashier' then 'counter' when 'finance' then 'finance' when 'manager' then 'management'
                            when 'administrator' then 'management' else 'billing' end
$$;
create function staff_has_department() returns trigger language plpgsql as $$
begin
    if new.department_id is null or (tg_op = 'UPDATE' and new.role <> old.role
            and new.department_id = old.department_id and old.department_id = usual_department(old.role)) then
        new.department_id := usual_department(new.role);
    end if;
    return new;
end $$;
create trigger has_department before insert or update on staff for each row execute function staff_has_department();

-- The states move as `approvals/rules/states.py` says; from submission on the contents are frozen.
create function request_moves() returns trigger language plpgsql as $$
begin
    if new.state <> old.state and (old.state, new.state) not in (
        ('draft', 'submitted'), ('draft', 'withdrawn'), ('submitted', 'returned'), ('submitted', 'rejected'),
        ('submitted', 'withdrawn'), ('submitted', 'expired'), ('submitted', 'applied'), ('returned', 'draft'),
        ('returned', 'withdrawn'), ('returned', 'expired')) then
        raise exception 'request % cannot go from % to %', old.number, old.state, new.state;
    end if;
    if (new.number, new.kind, new.applicant_id) is distinct from (old.number, old.kind, old.applicant_id)
       or new.revision <> old.revision + (old.state = 'returned' and new.state = 'draft')::int then
        raise exception 'request % stays what it was when it was made', old.number;
    end if;
    if old.state <> 'draft' and not (old.state = 'returned' and new.state = 'draft')
       and (new.target, new.branch_id, new.customer_id, new.reason, new.payload, new.payload_hash, new.amount,
            new.level_amount, new.levels, new.took_part, new.row_count, new.row_sum, new.submitted_at)
           is distinct from
           (old.target, old.branch_id, old.customer_id, old.reason, old.payload, old.payload_hash, old.amount,
            old.level_amount, old.levels, old.took_part, old.row_count, old.row_sum, old.submitted_at) then
        raise exception 'request % is frozen', old.number;
    end if;
    if new.state = 'submitted' and old.state = 'draft'
       and (jsonb_array_length(new.levels) = 0 or not exists (
            select from request_editor where change_request_id = new.id and revision = new.revision)) then
        raise exception 'request % needs levels and an editor', old.number;
    end if;
    if new.state = 'applied' and old.state <> 'applied' and exists (
            select from jsonb_array_elements(new.levels) as wanted (step)
             where not exists (
                select from decision
                 where change_request_id = new.id and revision = new.revision and verdict = 'approve'
                   and decision.level = (step ->> 'level')::int and payload_hash = new.payload_hash)) then
        raise exception 'request % is not approved on every level', old.number;
    end if;
    if new.state in ('returned', 'rejected') and old.state = 'submitted' and not exists (
            select from decision where change_request_id = new.id and revision = new.revision
                                   and verdict = case new.state when 'returned' then 'return' else 'reject' end) then
        raise exception 'nobody decided that request % is %', old.number, new.state;
    end if;
    return new;
end $$;
create trigger moves before update on change_request for each row execute function request_moves();

create function request_starts_as_draft() returns trigger language plpgsql as $$
begin
    if new.state <> 'draft' or new.revision <> 1 then
        raise exception 'a request starts as the draft of its first revision';
    end if;
    return new;
end $$;
create trigger starts_as_draft before insert on change_request for each row execute function request_starts_as_draft();

-- Four eyes: not the applicant, not an editor, nobody twice, counting deputy and principal as one person.
create function decision_by_others() returns trigger language plpgsql as $$
declare request change_request;
begin
    select * into request from change_request where id = new.change_request_id for update;
    if request.state <> 'submitted' or new.revision <> request.revision or new.level <> request.current_level
       or new.payload_hash <> request.payload_hash then
        raise exception 'request % does not wait for this decision', request.number;
    end if;
    if request.applicant_id in (new.decided_by, new.on_behalf_of) or exists (
            select from request_editor
             where change_request_id = request.id and revision = request.revision
               and staff_id in (new.decided_by, new.on_behalf_of)) then
        raise exception 'request % is not decided by those who asked for it', request.number;
    end if;
    if request.took_part && array[new.decided_by, coalesce(new.on_behalf_of, new.decided_by)] then
        raise exception 'request % is not decided by those who took part in it', request.number;
    end if;
    if exists (
            select from decision earlier
             where earlier.change_request_id = request.id and earlier.revision = request.revision
               and array[earlier.decided_by, coalesce(earlier.on_behalf_of, earlier.decided_by)]
                   && array[new.decided_by, coalesce(new.on_behalf_of, new.decided_by)]) then
        raise exception 'request % was decided by the same person already', request.number;
    end if;
    if new.delegation_id is not null and not exists (
            select from delegation
             where id = new.delegation_id and from_id = new.on_behalf_of and to_id = new.decided_by and ended_at is null
               and (now() at time zone 'Asia/Shanghai')::date between valid_from and valid_to
               and (kinds = '{}' or request.kind = any (kinds))
               and (max_amount is null or request.level_amount <= max_amount)) then
        raise exception 'request % has no such deputy', request.number;
    end if;
    return new;
end $$;
create trigger by_others before insert on decision for each row execute function decision_by_others();

-- Editors and evidence belong to the draft they were written into.
create function belongs_to_draft() returns trigger language plpgsql as $$
declare subject record;
begin
    subject := case when tg_op = 'DELETE' then old else new end;
    if tg_op = 'UPDATE' or not exists (
            select from change_request where id = subject.change_request_id and state = 'draft'
                                         and revision = subject.revision) then
        raise exception '% of request % changes only while it is a draft', tg_table_name, subject.change_request_id;
    end if;
    return subject;
end $$;
create trigger of_draft before insert on request_editor for each row execute function belongs_to_draft();
create trigger of_draft before insert or update or delete on attachment for each row execute function belongs_to_draft();

-- A delegation changes once: it can be ended early.
create function delegation_ends_once() returns trigger language plpgsql as $$
begin
    if old.ended_at is not null then
        raise exception 'delegation % has ended', old.id;
    end if;
    return new;
end $$;
create trigger ends_once before update on delegation for each row execute function delegation_ends_once();

-- What was booked on a request's authority, and any other effect, is there only if the request was applied.
create function effect_needs_applied_request() returns trigger language plpgsql as $$
begin
    if not exists (select from change_request where id = new.change_request_id and state = 'applied') then
        raise exception 'request % was not applied', new.change_request_id;
    end if;
    return null;
end $$;
create constraint trigger on_authority after insert on journal deferrable initially deferred
    for each row when (new.change_request_id is not null) execute function effect_needs_applied_request();
create constraint trigger on_authority after insert on request_effect deferrable initially deferred
    for each row execute function effect_needs_applied_request();
