"""Invariants of journals, entries, bills and payments: I1, I2, I5–I9, I11."""

from heatdesk.billing.services.verification.report import Invariant

_BILL_FOLD = """
    select season_id, account_id,
           sum(case bill_total when 'charged' then signed else 0 end) as charged,
           sum(case bill_total when 'reduced' then -signed else 0 end) as reduced,
           sum(case bill_total when 'paid' then -signed else 0 end) as paid
      from (select season_id, account_id, credit as counter, amount as signed from entry where debit = '1122'
            union all
            select season_id, account_id, debit, -amount from entry where credit = '1122') movement
      join ledger_account on ledger_account.code = counter
     group by season_id, account_id
"""

INVARIANTS = [
    Invariant(
        "I1",
        "Every journal has entries; every entry moves a positive amount between two accounts",
        """
        select format('journal %s has no entry', id) from journal
         where not exists (select from entry where entry.journal_id = journal.id)
        union all
        select format('entry %s moves %s from %s to %s', id, amount, credit, debit) from entry
         where amount <= 0 or debit = credit or not exists (select from journal where journal.id = entry.journal_id)
        """,
    ),
    Invariant(
        "I2",
        "The receivable accounts equal what all bills owe, the prepayment account what all households hold",
        """
        select format('account %s holds %s, its sub-ledger %s', code, books, kept) from (
            select '1122' as code,
                   (select coalesce(sum(case when debit = '1122' then amount else -amount end), 0) from entry
                     where debit = '1122' or credit = '1122') as books,
                   (select coalesce(sum(charged - reduced - paid), 0) from bill) as kept
            union all
            select '1123',
                   (select coalesce(sum(case when debit = '1123' then amount else -amount end), 0) from entry
                     where debit = '1123' or credit = '1123'),
                   (select coalesce(sum(penalty), 0) from bill)
            union all
            select '2203',
                   (select coalesce(sum(case when credit = '2203' then amount else -amount end), 0) from entry
                     where debit = '2203' or credit = '2203'),
                   (select coalesce(sum(balance), 0) from prepayment)
            union all
            select '1221.2 (what organisations take over)',
                   (select coalesce(sum(case when debit = '1221.2' then amount else -amount end), 0) from entry
                     where debit = '1221.2' or credit = '1221.2'), 0
        ) control where books <> kept
        """,
    ),
    Invariant(
        "I5",
        "Every bill's totals are the sum of its entries",
        f"""
        select format('bill of account %s, season %s: kept %s/%s/%s, entries say %s/%s/%s', account_id, season_id,
                      bill.charged, bill.reduced, bill.paid, fold.charged, fold.reduced, fold.paid)
          from bill full join ({_BILL_FOLD}) fold using (season_id, account_id)
         where (coalesce(bill.charged, 0), coalesce(bill.reduced, 0), coalesce(bill.paid, 0))
            <> (coalesce(fold.charged, 0), coalesce(fold.reduced, 0), coalesce(fold.paid, 0))
        """,  # noqa: S608 (a constant of this file)
    ),
    Invariant(
        "I6",
        "No bill is paid or reduced beyond what was charged, and no penalty beyond what was frozen",
        """
        select format('bill of account %s, season %s: charged %s, reduced %s, paid %s, penalty %s',
                      account_id, season_id, charged, reduced, paid, penalty)
          from bill where charged - reduced - paid < 0 or paid < 0 or reduced < 0 or penalty < 0
        """,
    ),
    Invariant(
        "I7",
        "No prepayment was ever below zero, in the order in which entries were written",
        """
        select format('prepayment of account %s is %s after entry %s', account_id, running, id) from (
            select account_id, id, sum(case when credit = '2203' then amount else -amount end)
                       over (partition by account_id order by journal_id, id) as running,
                   lead(journal_id) over (partition by account_id order by journal_id, id) is distinct from journal_id
                       as ends_journal
              from entry where debit = '2203' or credit = '2203') history
         where running < 0 and ends_journal
        union all
        select format('prepayment of account %s is kept as %s, entries say %s',
                      account_id, prepayment.balance, fold.balance)
          from prepayment full join (
            select account_id, sum(case when credit = '2203' then amount else -amount end) as balance
              from entry where debit = '2203' or credit = '2203' group by account_id) fold using (account_id)
         where coalesce(prepayment.balance, 0) <> coalesce(fold.balance, 0)
        """,
    ),
    Invariant(
        "I8",
        "A payment is what was tendered, less rounding; it settles fees, penalties and prepayment; its journal says so",
        """
        select format('payment %s: amount %s, tenders %s, rounding %s, allocated %s, to prepayment %s, journal %s',
                      payment.id, amount, tendered, rounding, allocated, to_prepayment, posted)
          from payment
          join lateral (select coalesce(sum(tender.amount), 0) as tendered from tender
                         where payment_id = payment.id) tenders on true
          join lateral (select coalesce(sum(allocation.amount), 0) as allocated from allocation
                         where payment_id = payment.id) allocations on true
          join lateral (select coalesce(sum(entry.amount) filter (
                                   where credit = '1123' or credit = '1122' and debit <> '6009'), 0)
                             + coalesce(sum(entry.amount) filter (where credit = '2203'), 0) as posted
                          from entry where entry.journal_id = payment.journal_id) entries on true
         where amount <> allocated + to_prepayment or tendered <> amount + rounding or posted <> amount
        union all
        select format('payment %s, season %s: %s of it paid penalty, its journal says %s', payment.id, season_id,
                      penalty, posted)
          from payment join allocation on payment_id = payment.id
          join lateral (select coalesce(sum(entry.amount), 0) as posted from entry
                         where entry.journal_id = payment.journal_id and credit = '1123'
                           and entry.season_id = allocation.season_id) entries on true
         where penalty <> posted
        """,
    ),
    Invariant(
        "I9",
        "A request is booked once: every payment and void carries the id of its own request",
        """
        select format('journal %s (%s) carries no request id', id, kind) from journal
         where kind in ('payment', 'payment_void') and request_id is null
        union all
        select format('request %s stands in %s journals', request_id, count(*)) from journal
         where request_id is not null group by request_id having count(*) > 1
        """,
    ),
    Invariant(
        "I11",
        "A reversal is the exact mirror of one earlier journal",
        """
        select format('journal %s reverses %s without mirroring it', reversal.id, reversal.reverses)
          from journal reversal
         where reversal.reverses is not null and (reversal.reverses >= reversal.id or exists (
               (select season_id, account_id, debit, credit, sum(amount) from entry
                 where journal_id = reversal.id group by season_id, account_id, debit, credit
                except
                select season_id, account_id, credit, debit, sum(amount) from entry
                 where journal_id = reversal.reverses group by season_id, account_id, debit, credit)
               union all
               (select season_id, account_id, credit, debit, sum(amount) from entry
                 where journal_id = reversal.reverses group by season_id, account_id, debit, credit
                except
                select season_id, account_id, debit, credit, sum(amount) from entry
                 where journal_id = reversal.id group by season_id, account_id, debit, credit)))
        union all
        select format('journal %s is reversed %s times', reverses, count(*)) from journal
         where reverses is not null group by reverses having count(*) > 1
        union all
        select format('payment %s is void, but journal %s does not reverse it', payment_id, payment_void.journal_id)
          from payment_void join payment on payment.id = payment_void.payment_id
         where not exists (select from journal where journal.id = payment_void.journal_id
                                                 and journal.reverses = payment.journal_id)
        """,
    ),
]
