"""Invariants of money that goes back: I22 (refunds payable and their journals), and reversals after the day."""

from heatdesk.billing.services.verification.report import Invariant

INVARIANTS = [
    Invariant(
        "I22",
        "Refunds payable are the refunds that wait; each is agreed on a request, paid or withdrawn once, by its "
        "amount, and never paid by whoever asked for it or decided on it",
        """
        select format('account 2241.2 of household %s holds %s, refunds that wait come to %s', account_id,
                      coalesce(books, 0), coalesce(waiting, 0))
          from (select account_id, sum(case when credit = '2241.2' then amount else -amount end) as books from entry
                 where debit = '2241.2' or credit = '2241.2' group by account_id) ledger
          full join (select account_id, sum(amount) as waiting from refund
                      where state = 'agreed' group by account_id) open using (account_id)
         where coalesce(books, 0) <> coalesce(waiting, 0)
        union all
        select format('refund %s was agreed in journal %s, which is not of its request', refund.id, agreed_journal_id)
          from refund join journal on journal.id = agreed_journal_id
         where (journal.change_request_id, journal.effect) is distinct from (refund.change_request_id, refund.effect)
        union all
        select format('refund %s is %s, its journal moves %s', refund.id, refund.amount, coalesce(booked.amount, 0))
          from refund
          join lateral (select sum(entry.amount) as amount from entry
                         where journal_id = coalesce(paid_journal_id, withdrawn_journal_id)
                           and debit = '2241.2') booked on true
         where state <> 'agreed' and booked.amount is distinct from refund.amount
        union all
        select format('refund %s was paid by %s, who asked for it or decided on it', refund.id, paid_by)
          from refund join change_request on change_request.id = refund.change_request_id
         where paid_by = applicant_id
            or exists (select from request_editor editor
                        where editor.change_request_id = change_request.id and editor.staff_id = paid_by)
            or exists (select from decision
                        where decision.change_request_id = change_request.id and decided_by = paid_by)
        union all
        select format('journal %s reverses a payment of %s without a request', journal.id, original.business_date)
          from journal join journal original on original.id = journal.reverses
         where original.kind = 'payment' and journal.business_date <> original.business_date
           and journal.change_request_id is null
        """,
    ),
]
