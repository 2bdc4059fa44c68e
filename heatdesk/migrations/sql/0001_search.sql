-- What an account can be found by, kept current by triggers on the three tables it comes from.

-- Pairs of neighbouring Chinese characters; 号楼 and 单元 stand in every address and would only bloat the index.
create function chinese_pairs(value text) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct pair), '{}')
      from (select substr(kept, place, 2) as pair
              from regexp_replace(value, '号楼|单元', ' ', 'g') as kept, generate_series(1, length(kept) - 1) as place) cut
     where pair ~ '^[㐀-鿿豈-﫿𠀀-𲎯]{2}$'
$$;

create function refresh_account_search(accounts bigint[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into account_search (account_id, branch_id, card_no, name, address, initials, digits, pairs, is_closed)
    select account.id, account.branch_id, account.card_no, customer.name, premises.address, customer.name_initials,
           account.card_no || ' ' || array_to_string(customer.phones, ' '),
           chinese_pairs(customer.name || ' ' || premises.address), account.closed_on is not null
      from account
      join customer on customer.id = account.customer_id
      join premises on premises.id = account.premises_id
     where account.id = any (accounts)
    on conflict (account_id) do update set
           branch_id = excluded.branch_id, card_no = excluded.card_no, name = excluded.name, address = excluded.address,
           initials = excluded.initials, digits = excluded.digits, pairs = excluded.pairs, is_closed = excluded.is_closed
$$;

create function account_search_follows_account() returns trigger language plpgsql as $$
begin
    perform refresh_account_search(array(select id from changed));
    return null;
end $$;
create function account_search_follows_customer() returns trigger language plpgsql as $$
begin
    perform refresh_account_search(array(select account.id from account join changed on changed.id = account.customer_id));
    return null;
end $$;
create function account_search_follows_premises() returns trigger language plpgsql as $$
begin
    perform refresh_account_search(array(select account.id from account join changed on changed.id = account.premises_id));
    return null;
end $$;
create trigger search_insert after insert on account
    referencing new table as changed for each statement execute function account_search_follows_account();
create trigger search_update after update on account
    referencing new table as changed for each statement execute function account_search_follows_account();
create trigger search_update after update on customer
    referencing new table as changed for each statement execute function account_search_follows_customer();
create trigger search_update after update on premises
    referencing new table as changed for each statement execute function account_search_follows_premises();
