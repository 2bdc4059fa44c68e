"""Invariants of numbers, tills and charges: I15–I18, I20."""

from heatdesk.billing.services.verification.report import Invariant

INVARIANTS = [
    Invariant(
        "I15",
        "What a bill was charged is what its last assessments aim at, and each charge follows from the one before",
        """
        select format('charge of account %s, season %s, %s revision %s: moved %s, but aims from %s to %s',
                      account_id, season_id, item, revision, amount, before, target) from (
            select *, coalesce(lag(target) over (partition by season_id, account_id, item order by revision), 0)
                          as before
              from charge) history
         where amount <> target - before
        union all
        select format('charge of account %s, season %s, %s: charges say %s, entries %s', account_id, season_id, item,
                      coalesce(charges.amount, 0), coalesce(entries.amount, 0))
          from (select season_id, account_id, item, sum(amount) as amount from charge
                 group by season_id, account_id, item) charges
          full join (select season_id, account_id, item,
                            sum(case when debit = '1122' then amount else -amount end) as amount
                       from entry
                       join ledger_account on code = case when debit = '1122' then credit else debit end
                      where (debit = '1122' or credit = '1122') and bill_total <> 'paid' and code <> '3999'
                      group by season_id, account_id, item) entries using (season_id, account_id, item)
         where coalesce(charges.amount, 0) <> coalesce(entries.amount, 0)
        """,
    ),
    Invariant(
        "I16",
        "In a billed season every household that owes by its supply is billed or stands on the list of exceptions",
        """
        select format('account %s has no charge for season %s', account.card_no, season.code)
          from season
          join account on account.opened_on <= season.ends_on
                      and (account.closed_on is null or account.closed_on >= season.starts_on)
         where season.kind = 'heating' and season.state <> 'planned'
           and exists (select from supply_term
                         left join lateral (select tariff.parameters -> 'suspension' as rule from tariff
                                             where tariff.use_class = supply_term.use_class
                                               and tariff.state = 'approved'
                                               and tariff.valid_from <= season.starts_on
                                             order by tariff.valid_from desc limit 1) basic_fee on true
                        where supply_term.account_id = account.id and supply_term.mode in ('area', 'metered')
                          and case supply_term.state
                                  when 'supplied' then true
                                  when 'suspended' then (rule ->> 'share')::numeric > 0
                                  when 'cut' then (rule ->> 'cut_share')::numeric > 0
                                  else false end
                          and supply_term.starts_on <= season.ends_on
                          and (supply_term.ends_on is null or supply_term.ends_on >= season.starts_on)
                          and supply_term.created_at < (select max(posted_at) from season_run
                                                         where season_run.season_id = season.id))
           and not exists (select from charge where charge.season_id = season.id and charge.account_id = account.id)
           and not exists (select from run_exception join season_run on season_run.id = run_exception.run_id
                            where season_run.season_id = season.id and run_exception.account_id = account.id)
        """,
    ),
    Invariant(
        "I17",
        "Receipt and invoice numbers have no gap and no double; a void paper has a void payment and a reason",
        """
        select format('%s book %s: numbers up to %s given out, %s papers found', kind, number_book.id,
                      next_number - 1, count(paper.number))
          from number_book
          left join (select number_book_id, number from receipt
                      union all select number_book_id, number from invoice) paper
            on paper.number_book_id = number_book.id and paper.number between first_number and next_number - 1
         group by number_book.id having count(paper.number) <> next_number - first_number
                                     or count(distinct paper.number) <> count(paper.number)
        union all
        select format('receipt %s has a number outside its book', written) from receipt
          join number_book on number_book.id = receipt.number_book_id
         where number not between first_number and next_number - 1
        union all
        select format('payment %s has no receipt', payment.id) from payment
         where not exists (select from receipt where receipt.payment_id = payment.id)
        union all
        select format('receipt %s is %s, but its payment is not', written, receipt.state) from receipt
          left join payment_void on payment_void.payment_id = receipt.payment_id
         where (receipt.state = 'void') <> (payment_void.payment_id is not null)
        """,
    ),
    Invariant(
        "I18",
        "No invoice stands for more than was paid for its season",
        """
        select format('payment %s, season %s: invoiced %s, paid %s', invoice.payment_id, invoice.season_id,
                      invoiced, allocation.amount)
          from invoice
          join lateral (select sum((line ->> 'amount')::numeric + (line ->> 'tax')::numeric) as invoiced
                          from jsonb_array_elements(invoice.facts -> 'lines') line) total on true
          left join allocation on allocation.payment_id = invoice.payment_id
                              and allocation.season_id = invoice.season_id
         where invoice.state = 'issued' and invoiced > coalesce(allocation.amount, 0)
        """,
    ),
    Invariant(
        "I20",
        "The cash of a till is never below zero, and zero once its shift is closed",
        """
        select format('till shift %s holds %s cash after journal %s', till_shift_id, running, journal_id) from (
            select journal.till_shift_id, journal.id as journal_id,
                   sum(sum(case when debit = '1001' then amount else -amount end))
                       over (partition by journal.till_shift_id order by journal.id) as running
              from entry join journal on journal.id = entry.journal_id
             where (debit = '1001' or credit = '1001') and journal.till_shift_id is not null
             group by journal.till_shift_id, journal.id) history
         where running < 0
        union all
        select format('till shift %s is closed and still holds %s', till_shift.id,
                      sum(case when debit = '1001' then amount else -amount end))
          from till_shift
          join journal on journal.till_shift_id = till_shift.id
          join entry on entry.journal_id = journal.id and (debit = '1001' or credit = '1001')
         where till_shift.state = 'closed'
         group by till_shift.id having sum(case when debit = '1001' then amount else -amount end) <> 0
        """,
    ),
]
