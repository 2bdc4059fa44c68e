-- Guards of the ledger: append-only, balanced by construction, totals kept by the database itself (design decision 4).

create function forbid_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op);
end $$;

do $$
declare name text;
begin
    foreach name in array array['journal', 'entry', 'charge', 'payment', 'tender', 'allocation', 'payment_void', 'audit_entry'] loop
        execute format('create trigger append_only before update or delete on %I for each row execute function forbid_change()', name);
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
    foreach name in array array['bill', 'prepayment', 'business_day', 'receipt', 'invoice', 'number_book', 'till_shift'] loop
        execute format('create trigger never_deleted before delete on %I for each row execute function forbid_change()', name);
        execute format('create trigger no_truncate before truncate on %I for each statement execute function forbid_change()', name);
    end loop;
end $$;

-- A journal belongs to an open business day; `for share` makes the day's closing wait for it.
create function journal_needs_open_day() returns trigger language plpgsql as $$
begin
    perform from business_day
     where branch_id = new.branch_id and day = new.business_date and state = 'open' for share;
    if not found then
        raise exception 'business day % of branch % is not open', new.business_date, new.branch_id;
    end if;
    return new;
end $$;
create trigger open_day before insert on journal for each row execute function journal_needs_open_day();

create function journal_has_entries() returns trigger language plpgsql as $$
begin
    if not exists (select from entry where journal_id = new.id) then
        raise exception 'journal % has no entry', new.id;
    end if;
    return null;
end $$;
create constraint trigger has_entries after insert on journal
    deferrable initially deferred for each row execute function journal_has_entries();

-- Entries join a journal only in the transaction that wrote it: nobody adds a line to an old journal.
create function entry_belongs_to_this_transaction() returns trigger language plpgsql as $$
begin
    if exists (
        select from added join journal on journal.id = added.journal_id
         where journal.transaction_id <> (pg_current_xact_id()::text)::bigint
    ) then
        raise exception 'entries cannot be added to a journal that is already written';
    end if;
    return null;
end $$;
create trigger own_transaction after insert on entry
    referencing new table as added for each statement execute function entry_belongs_to_this_transaction();

-- What an entry on 1122 does to its bill: income and opening balances charge, 6009 and 6701 reduce, money pays.
create function keep_totals() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with movement as (
        select season_id, account_id,
               case when debit = '1122' then credit else debit end as counter,
               case when debit = '1122' then amount else -amount end as signed
          from added where debit = '1122' or credit = '1122'
    ), total as (
        select season_id, account_id,
               sum(case when counter in ('6001', '6002', '3999') then signed else 0 end) as charged,
               sum(case when counter in ('6009', '6701') then -signed else 0 end) as reduced,
               sum(case when counter not in ('6001', '6002', '3999', '6009', '6701') then -signed else 0 end) as paid
          from movement group by season_id, account_id
    )
    update bill set charged = bill.charged + total.charged, reduced = bill.reduced + total.reduced, paid = bill.paid + total.paid
      from total where bill.season_id = total.season_id and bill.account_id = total.account_id;

    insert into prepayment (account_id, balance)
    select account_id, 0 from added where debit = '2203' or credit = '2203' group by account_id
    on conflict do nothing;
    update prepayment set balance = prepayment.balance + total.amount
      from (select account_id, sum(case when credit = '2203' then amount else -amount end) as amount
              from added where debit = '2203' or credit = '2203' group by account_id) total
     where prepayment.account_id = total.account_id;
    return null;
end $$;
create trigger totals after insert on entry
    referencing new table as added for each statement execute function keep_totals();

-- A business day goes from open to closed, once; days of a branch only move forward.
create function business_day_moves_forward() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if exists (select from business_day where branch_id = new.branch_id and day >= new.day) then
            raise exception 'branch % already has a business day on or after %', new.branch_id, new.day;
        end if;
    elsif old.state = 'closed' then
        raise exception 'business day % of branch % is closed and stays closed', old.day, old.branch_id;
    end if;
    return new;
end $$;
create trigger moves_forward before insert or update on business_day
    for each row execute function business_day_moves_forward();

create function number_moves_forward() returns trigger language plpgsql as $$
begin
    if new.next_number < old.next_number
       or (new.first_number, new.kind, new.prefix, new.branch_id) is distinct from (old.first_number, old.kind, old.prefix, old.branch_id) then
        raise exception 'number book % only moves forward', old.id;
    end if;
    return new;
end $$;
create trigger moves_forward before update on number_book for each row execute function number_moves_forward();

-- Two books of one kind and prefix never share a number (invariant I17).
alter table number_book add constraint ex_number_book_overlap exclude using gist
    (branch_id with =, kind with =, prefix with =, int8range(first_number, last_number, '[]') with &&);

-- An approved tariff is never edited, only followed or withdrawn.
create function tariff_is_final() returns trigger language plpgsql as $$
begin
    if old.state = 'approved' and (new.parameters, new.valid_from, new.use_class, new.document_no)
            is distinct from (old.parameters, old.valid_from, old.use_class, old.document_no) then
        raise exception 'tariff % is approved: add a version that follows it', old.id;
    end if;
    return new;
end $$;
create trigger final_once_approved before update on tariff for each row execute function tariff_is_final();
