-- Penalties: frozen lines are never rewritten, and what of them is unpaid is kept beside the other totals of the bill.

create trigger append_only before update or delete on penalty for each row execute function forbid_change();
create trigger no_truncate before truncate on penalty for each statement execute function forbid_change();

-- What an entry on 1123 does to its bill: frozen penalty adds, money and waivers take away.
create function keep_penalties() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update bill set penalty = bill.penalty + total.amount
      from (select season_id, account_id, sum(case when debit = '1123' then amount else -amount end) as amount
              from added where debit = '1123' or credit = '1123' group by season_id, account_id) total
     where bill.season_id = total.season_id and bill.account_id = total.account_id;
    return null;
end $$;
create trigger penalties after insert on entry
    referencing new table as added for each statement execute function keep_penalties();

grant select, insert on penalty to heatdesk_app;
grant usage on all sequences in schema public to heatdesk_app;
