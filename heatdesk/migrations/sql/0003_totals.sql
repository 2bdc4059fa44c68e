-- What an entry on 1122 does to its bill is said by the account on the other side of it: income charges, reductions and
-- written-off debts reduce, money pays (`ledger_account.bill_total`).

create or replace function keep_totals() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with movement as (
        select season_id, account_id, case when debit = '1122' then amount else -amount end as signed, bill_total
          from added join ledger_account on code = case when debit = '1122' then credit else debit end
         where debit = '1122' or credit = '1122'
    ), total as (
        select season_id, account_id,
               sum(case bill_total when 'charged' then signed else 0 end) as charged,
               sum(case bill_total when 'reduced' then -signed else 0 end) as reduced,
               sum(case bill_total when 'paid' then -signed else 0 end) as paid
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
