-- Tills and days: money is taken only in an open shift of an open day, and what is closed stays closed.

create function shift_follows_its_day() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if old.state = 'closed' then
            raise exception 'till shift % is closed and stays closed', old.id;
        end if;
        return new;
    end if;
    perform from business_day
     where branch_id = new.branch_id and day = new.business_date and state = 'open' for share;
    if not found then
        raise exception 'business day % of branch % is not open', new.business_date, new.branch_id;
    end if;
    return new;
end $$;
create trigger follows_its_day before insert or update on till_shift
    for each row execute function shift_follows_its_day();

-- `for share` makes the closing of the shift wait for the journal, and the journal for the closing.
create function journal_needs_open_shift() returns trigger language plpgsql as $$
begin
    if new.till_shift_id is null then
        return new;
    end if;
    perform from till_shift
     where id = new.till_shift_id and branch_id = new.branch_id and business_date = new.business_date
       and state = 'open' for share;
    if not found then
        raise exception 'till shift % is not open', new.till_shift_id;
    end if;
    return new;
end $$;
create trigger open_shift before insert on journal for each row execute function journal_needs_open_shift();

-- Looked at without locking: whoever opens a shift holds the day, and the day is what a closing holds.
create function day_closes_on_closed_tills() returns trigger language plpgsql as $$
begin
    if exists (
        select from till_shift
         where branch_id = new.branch_id and business_date = new.day and state = 'open'
    ) then
        raise exception 'business day % of branch % has tills that are still open', new.day, new.branch_id;
    end if;
    if new.previous_seal is distinct from coalesce(
        (select seal from business_day
          where branch_id = new.branch_id and day < new.day order by day desc limit 1), repeat('0', 64))
    then
        raise exception 'the seal of business day % does not follow the day before', new.day;
    end if;
    return new;
end $$;
create trigger closes_on_closed_tills before update of state on business_day
    for each row when (new.state = 'closed') execute function day_closes_on_closed_tills();
