-- A till that is being counted takes no money: only the entries of its closing may still join it.

create or replace function journal_needs_open_shift() returns trigger language plpgsql as $$
begin
    if new.till_shift_id is null then
        return new;
    end if;
    perform from till_shift
     where id = new.till_shift_id and branch_id = new.branch_id and business_date = new.business_date
       and (state = 'open' or (state = 'counting' and new.kind = 'till_close')) for share;
    if not found then
        raise exception 'till shift % is not open', new.till_shift_id;
    end if;
    return new;
end $$;

create or replace function day_closes_on_closed_tills() returns trigger language plpgsql as $$
begin
    if exists (
        select from till_shift
         where branch_id = new.branch_id and business_date = new.day and state <> 'closed'
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
