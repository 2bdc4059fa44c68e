-- What an account can be found by, kept current by triggers on the three tables it comes from, and the search itself.

-- Everything a typed word can be compared with as a whole, so that one index answers any mixture of words:
-- pairs of neighbouring Chinese characters (号楼 and 单元 stand in every address and would only bloat the index), the
-- name's first character, the first one to four initials, any four neighbouring digits of card number and phones, the
-- numbers of the address (a single digit would stand in half of all rows) and two of them joined (26-3, 26-1604).
-- heatdesk.search cuts what was typed in the same way.
create function search_tokens(name text, address text, initials text, digits text) returns text[]
    language plpgsql immutable parallel safe as $$
declare
    tokens text[] := array[left(name, 1)];
    previous text collate "C" := '';
    sign text collate "C";
    part text;
    numbers text[] := string_to_array(btrim(regexp_replace(address, '[^0-9]+', ' ', 'g')), ' ');
begin
    foreach sign in array string_to_array(replace(replace(name || ' ' || address, '号楼', ' '), '单元', ' '), null) loop
        if sign >= '㐀' and previous >= '㐀' then
            tokens := tokens || (previous || sign);
        end if;
        previous := sign;
    end loop;
    if address ~ '[A-Za-z]' then
        initials := initials || lower(regexp_replace(address, '[^A-Za-z]+', ' ', 'g'));
    end if;
    foreach part in array string_to_array(initials, ' ') loop
        for size in 1 .. least(length(part), 4) loop
            tokens := tokens || left(part, size);
        end loop;
    end loop;
    foreach part in array string_to_array(digits, ' ') || numbers loop
        for place in 1 .. length(part) - 3 loop
            tokens := tokens || substr(part, place, 4);
        end loop;
    end loop;
    for one in 1 .. cardinality(numbers) loop
        if length(numbers[one]) > 1 then
            tokens := tokens || numbers[one];
        end if;
        for other in one + 1 .. cardinality(numbers) loop
            tokens := tokens || (numbers[one] || '-' || numbers[other]);
        end loop;
    end loop;
    return tokens;
end $$;

create index ix_account_search_tokens on account_search using gin (search_tokens(name, address, initials, digits));

-- Accounts whose card number starts with `card`, or else those that have all `tokens` and fit all `patterns`, open ones
-- first, at most `most`; `branch` null searches all branches. Plans are kept and go by the indexes alone: the planner
-- cannot know that a community is one stretch of the table, and would look for its flats from the start.
create function find_accounts(card text, tokens text[], patterns text[], branch bigint, most int)
    returns setof account_search language plpgsql
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set gin_fuzzy_search_limit = 0 as $$
declare
    scope bigint[] := case when branch is null then array(select id from branch) else array[branch] end;
    found account_search[] := '{}';
    hits account_search[];
begin
    if card <> '' then
        return query select * from account_search
         where branch_id = any (scope) and card_no ~>=~ card and card_no ~<~ (card || '~') limit most;
    elsif cardinality(tokens) > 0 then
        -- First round: a single token may fit a tenth of all accounts, and a random part of them fills the page as well;
        -- what does not fill it is thrown away. Second round: open accounts. Third: closed ones.
        for round in case when cardinality(tokens) = 1 then 1 else 2 end .. 3 loop
            perform set_config('gin_fuzzy_search_limit', case when round = 1 then '1000' else '0' end, true);
            hits := array(
                select account from account_search account
                 where search_tokens(name, address, initials, digits) @> tokens
                   and lower(concat_ws(' ', name, address, initials, digits)) ~ all (patterns)
                   and branch_id = any (scope) and is_closed = (round = 3)
                 limit most - cardinality(found));
            if round > 1 or cardinality(hits) = most then
                found := found || hits;
            end if;
            exit when cardinality(found) = most;
        end loop;
        return query select * from unnest(found);
    end if;
end $$;

create function refresh_account_search(accounts bigint[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into account_search (account_id, branch_id, card_no, name, address, initials, digits, is_closed)
    select account.id, account.branch_id, account.card_no, customer.name, premises.address, customer.name_initials,
           account.card_no || ' ' || array_to_string(customer.phones, ' '), account.closed_on is not null
      from account
      join customer on customer.id = account.customer_id
      join premises on premises.id = account.premises_id
     where account.id = any (accounts)
    on conflict (account_id) do update set
           branch_id = excluded.branch_id, card_no = excluded.card_no, name = excluded.name, address = excluded.address,
           initials = excluded.initials, digits = excluded.digits, is_closed = excluded.is_closed;

    -- The index takes new rows in heaps; an unsorted heap of full size would make every search three times as slow.
    select gin_clean_pending_list('ix_account_search_tokens');
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
