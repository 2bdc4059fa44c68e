"""Invariants that cross the slices: a ticket is what its events say, and what was carried out reached the books."""

from heatdesk.billing.services import verification
from heatdesk.billing.services.verification.report import Invariant

INVARIANTS = (
    Invariant(
        "I26",
        "A ticket stands as its events say, each following the one before; what was carried out has its supply term",
        """
        select format('ticket %s is %s at version %s, its events end in %s at %s', ticket.number, state, version,
                      coalesce(newest.to_state, 'nothing'), coalesce(newest.number, 0))
          from ticket left join lateral (select to_state, number from ticket_event where ticket_id = ticket.id
                                          order by number desc limit 1) newest on true
         where (newest.to_state, newest.number) is distinct from (ticket.state, ticket.version)
        union all
        select format('ticket %s: event %s begins in %s, the one before ended in %s', ticket.number, event.number,
                      coalesce(event.from_state, 'nothing'), coalesce(earlier.to_state, 'nothing'))
          from ticket_event event join ticket on ticket.id = event.ticket_id
          left join ticket_event earlier on earlier.ticket_id = event.ticket_id and earlier.number = event.number - 1
         where event.from_state is distinct from earlier.to_state or (event.number > 1 and earlier.id is null)
        union all
        select format('ticket %s was carried out and moved by %s, request %s says %s', ticket.number,
                      event.facts ->> 'moved', ticket.change_request_id, coalesce(said.amount::text, 'nothing'))
          from ticket join ticket_event event on event.ticket_id = ticket.id and verb = 'execute'
          left join request_effect said on said.change_request_id = ticket.change_request_id
               and said.effect = 'executed:' || ticket.number and is_later
         where ticket.change_request_id is not null and ticket."order" ? 'state'
           and said.amount is distinct from (event.facts ->> 'moved')::numeric
        union all
        select format('request %s has the effect %s of no job that was carried out', number, effect)
          from request_effect join change_request on change_request.id = change_request_id
         where is_later and not exists (
               select from ticket where ticket.change_request_id = request_effect.change_request_id
                  and 'executed:' || ticket.number = effect and ticket.state in ('resolved', 'closed'))
        union all
        select format('ticket %s was carried out on %s, but no supply term says so', ticket.number, executed_on)
          from ticket join ticket_event event on event.ticket_id = ticket.id and verb = 'execute'
         where ticket."order" ? 'state' and not exists (
               select from supply_term
                where supply_term.id = (event.facts ->> 'supply_term_id')::bigint
                  and account_id = ticket.account_id and starts_on = executed_on
                  and supply_term.state = ticket."order" ->> 'state')
           and not exists (
               select from audit_entry
                where subject_table = 'supply_term' and subject_id = event.facts ->> 'supply_term_id'
                  and (before ->> 'state' = ticket."order" ->> 'state' or before ->> 'starts_on' = executed_on::text))
        """,
    ),
)

verification.include(*INVARIANTS)
