"""Invariants of late payment: I5 for 1123, and I30, which reckons every frozen line a second time, in SQL."""

from heatdesk.billing.services.verification.report import Invariant

_UNDONE_BY_THEN = """
    exists (select from journal later where later.reverses = journal.id and later.id < penalty.journal_id)"""

_STEPS = """
    select penalty.*, step ->> 'rule' as rule, step -> 'values' as facts
      from penalty cross join jsonb_array_elements(steps) step"""

_FOLD = f"""
    select coalesce(sum(case when bill_total = 'paid' then 0 else signed end), 0) as fee,
           coalesce(sum(signed), 0) as unpaid
      from (select journal.business_date, bill_total, case when debit = '1122' then amount else -amount end as signed
              from entry join journal on journal.id = entry.journal_id
              join ledger_account on code = case when debit = '1122' then credit else debit end
             where entry.account_id = penalty.account_id and entry.season_id = penalty.season_id
               and (debit = '1122' or credit = '1122') and journal.reverses is null
               and journal.id < penalty.journal_id and not {_UNDONE_BY_THEN}) history"""  # noqa: S608 (a constant of this file)
"""What a bill was charged, and what of it was unpaid, as the books said when the line was frozen."""

INVARIANTS = [
    Invariant(
        "I5",
        "What is open of every bill's penalty is the sum of its entries",
        """
        select format('bill of account %s, season %s: penalty kept %s, entries say %s', account_id, season_id,
                      bill.penalty, fold.penalty)
          from bill full join (
            select season_id, account_id, sum(case when debit = '1123' then amount else -amount end) as penalty
              from entry where debit = '1123' or credit = '1123' group by season_id, account_id) fold
         using (season_id, account_id)
         where coalesce(bill.penalty, 0) <> coalesce(fold.penalty, 0)
        """,
    ),
    Invariant(
        "I30",
        "Every frozen penalty is what its journal booked, counts no day twice, and comes out the same reckoned anew",
        f"""
        select format('journal %s, account %s, season %s: penalty lines say %s, entries %s', journal_id, account_id,
                      season_id, coalesce(lines.amount, 0), coalesce(entries.amount, 0))
          from (select journal_id, account_id, season_id, sum(amount) as amount from penalty
                 group by journal_id, account_id, season_id) lines
          full join (select journal_id, account_id, season_id, sum(amount) as amount from entry
                      where debit = '1123' and credit = '6301'
                        and not exists (select from journal where journal.id = journal_id and reverses is not null)
                      group by journal_id, account_id, season_id) entries using (journal_id, account_id, season_id)
         where coalesce(lines.amount, 0) <> coalesce(entries.amount, 0)
        union all
        select format('penalty %s was frozen on %s, its journal is of %s', penalty.id, ends_on, business_date)
          from penalty join journal on journal.id = journal_id where ends_on <> business_date
        union all
        select format('penalties %s and %s count the same days', one.id, other.id)
          from penalty one join penalty other using (account_id, season_id)
         where one.id < other.id and one.starts_on <= other.ends_on and other.starts_on <= one.ends_on
           and not (one.steps || other.steps) @> '[{{"rule": "penalty_difference"}}]'
           and not exists (select from journal where reverses in (one.journal_id, other.journal_id))
        union all
        select format('penalty %s: %s, by its steps %s for %s days', id, amount, reckoned, counted)
          from (select id, amount, days, sum((facts ->> 'days')::int) as counted,
                       round(sum((facts ->> 'base')::numeric * replace(facts ->> 'rate', ' ‰', '')::numeric / 1000
                                 * (facts ->> 'days')::int), 2) as reckoned,
                       bool_or(rule = 'penalty_cap') as capped,
                       bool_or(rule = 'penalty_difference') as differs
                  from ({_STEPS}) stepped group by id, amount, days) again
         where days <> counted or not (differs or amount = reckoned or capped and amount < reckoned)
        union all
        select format('penalty %s makes up %s, by its step %s', id, amount, facts ->> 'amount')
          from ({_STEPS}) stepped
         where rule = 'penalty_difference'
           and amount <> (facts ->> 'total')::numeric - (facts ->> 'frozen')::numeric
        union all
        select format('penalty %s counts %s yuan from %s to %s; the books said %s and %s', penalty.id,
                      facts ->> 'base', facts ->> 'first', facts ->> 'last',
                      case rule when 'penalty_unpaid' then before.unpaid else before.fee end,
                      case rule when 'penalty_unpaid' then after.unpaid else after.fee end)
          from ({_STEPS}) penalty
          join lateral ({_FOLD} where business_date < (facts ->> 'first')::date) before on true
          join lateral ({_FOLD} where business_date < (facts ->> 'last')::date) after on true
         where rule in ('penalty_unpaid', 'penalty_whole_fee')
           and ((facts ->> 'base')::numeric <> case rule when 'penalty_unpaid' then before.unpaid else before.fee end
             or (facts ->> 'base')::numeric <> case rule when 'penalty_unpaid' then after.unpaid else after.fee end
             or (facts ->> 'days')::int > (facts ->> 'last')::date - (facts ->> 'first')::date + 1)
        union all
        select format('penalty %s is %s, which is not what its cap of %s leaves', penalty.id, amount, facts ->> 'cap')
          from ({_STEPS}) penalty
          join lateral ({_FOLD}) bill on true
          join lateral (select coalesce(sum(earlier.amount), 0) as frozen
                          from penalty earlier join journal on journal.id = earlier.journal_id
                         where earlier.account_id = penalty.account_id and earlier.season_id = penalty.season_id
                           and earlier.id < penalty.id and not {_UNDONE_BY_THEN}) before
            on true
         where rule = 'penalty_cap' and not steps @> '[{{"rule": "penalty_difference"}}]'
           and amount <> round(bill.fee * replace(facts ->> 'cap', ' %', '')::numeric / 100, 2) - before.frozen
        """,  # noqa: S608 (constants of this file)
    ),
]
