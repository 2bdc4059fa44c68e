"""Invariants of change requests: I12–I14, derived from decisions, editors and the trail of roles, not from states."""

from sqlalchemy import select

from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.services import files
from heatdesk.approvals.services.requests import fingerprint
from heatdesk.billing.services.verification.report import Invariant
from heatdesk.db import db

_AT_THAT_TIME = """
    (select coalesce((select before ->> '{column}' from audit_entry
                       where subject_table = 'staff' and subject_id = staff.id::text and before ? '{column}'
                         and audit_entry.recorded_at > decision.decided_at
                       order by audit_entry.id limit 1), staff.{column}::text)
       from staff where staff.id = coalesce(decision.on_behalf_of, decision.decided_by))"""
"""A column of the person a decision was made for, as it was then: the first later change says what stood before it."""

_LIKES = """
    (select coalesce(sum(other.amount), 0) from change_request other
      where other.kind = request.kind and other.customer_id = request.customer_id and other.id <> request.id
        and other.state = 'applied' and other.submitted_at < request.submitted_at
        and other.submitted_at > request.submitted_at - interval '30 days'
        and exists (select from request_editor theirs join request_editor mine using (staff_id)
                     where theirs.change_request_id = other.id and mine.change_request_id = request.id
                       and mine.revision = request.revision))"""

_RULES_THEN = """
    select rule.level, rule.role, rule.department_id from approval_rule rule
     where rule.kind = request.kind and rule.min_amount <= greatest(request.level_amount, 0)
       and (coalesce(rule.branch_id, 0), rule.valid_from) = (
           select coalesce(branch_id, 0), valid_from from approval_rule
            where kind = request.kind and (branch_id is null or branch_id = request.branch_id)
              and valid_from <= (request.submitted_at at time zone 'Asia/Shanghai')::date
            order by branch_id is null, valid_from desc limit 1)"""
# Of a branch's own sets the newest holds, of those for all branches only where it has none: as `rules.levels.in_force`.

INVARIANTS = [
    Invariant(
        "I12",
        "What was booked on a request's authority was approved, and amounts to what its effect says",
        """
        select format('journal %s names request %s, which was not carried out', journal.id, number)
          from journal join change_request on change_request.id = journal.change_request_id
         where change_request.state <> 'applied'
        union all
        select format('request %s moved bills by %s, its effect says %s', number, coalesce(booked.amount, 0),
                      coalesce(said.amount, 0))
          from change_request
          left join lateral (
               select sum(case when debit in ('1122', '1123') then entry.amount else -entry.amount end) as amount
                 from journal join entry on entry.journal_id = journal.id
                 join ledger_account on code = case when debit in ('1122', '1123') then credit else debit end
                where journal.change_request_id = change_request.id and bill_total <> 'paid'
                  and (debit in ('1122', '1123') or credit in ('1122', '1123'))) booked on true
          left join lateral (select sum(amount) as amount from request_effect
                              where change_request_id = change_request.id) said on true
         where coalesce(booked.amount, 0) <> coalesce(said.amount, 0)
        union all
        select format('request %s: what was approved moved %s, its effect says %s', number, preview ->> 'difference',
                      said.amount)
          from change_request
          join lateral (select sum(amount) as amount, count(left_out) as left_out from request_effect
                         where change_request_id = change_request.id and not is_later) said on true
         where state = 'applied' and said.left_out = 0 and said.amount <> (preview ->> 'difference')::numeric
        """,
    ),
    Invariant(
        "I13",
        "A carried-out request has its whole effect once and every level's approval; no other has any effect",
        """
        select format('request %s was carried out with %s of %s parts of its effect', number, count(effect),
                      coalesce(row_count, 1))
          from change_request left join request_effect on change_request_id = change_request.id and not is_later
         where state = 'applied' group by change_request.id having count(effect) <> coalesce(row_count, 1)
        union all
        select format('request %s is %s and has an effect', number, state) from change_request
         where state <> 'applied' and exists (select from request_effect where change_request_id = change_request.id)
        union all
        select format('request %s was carried out without level %s', number, step ->> 'level')
          from change_request, jsonb_array_elements(levels) as wanted (step)
         where state = 'applied' and not exists (
               select from decision
                where change_request_id = change_request.id and decision.revision = change_request.revision
                  and level = (step ->> 'level')::int and verdict = 'approve'
                  and decision.payload_hash = change_request.payload_hash)
        union all
        select format('request %s was carried out without any level', number) from change_request
         where state = 'applied' and jsonb_array_length(levels) = 0
        """,
    ),
    Invariant(
        "I14",
        "Nobody decided on what he asked for or took part in, twice, without a mandate, or out of department or level",
        f"""
        select format('decision %s on request %s by one who asked for it or took part', decision.id, number)
          from decision join change_request request on request.id = change_request_id
         where array[decided_by, coalesce(on_behalf_of, decided_by)]
               && (request.took_part || request.applicant_id || array(
                  select staff_id from request_editor where request_editor.change_request_id = request.id
                     and request_editor.revision = decision.revision))
        union all
        select format('decisions %s and %s are by the same person', one.id, other.id)
          from decision one join decision other using (change_request_id, revision)
         where one.id < other.id and array[one.decided_by, coalesce(one.on_behalf_of, one.decided_by)]
               && array[other.decided_by, coalesce(other.on_behalf_of, other.decided_by)]
        union all
        select format('decision %s: %s of department %s decided level %s', decision.id,
                      {_AT_THAT_TIME.format(column="role")}, {_AT_THAT_TIME.format(column="department_id")}, level)
          from decision
          join change_request request on request.id = change_request_id and request.revision = decision.revision
          join jsonb_array_elements(request.levels) as wanted (step) on (step ->> 'level')::int = decision.level
         where (step ->> 'role', step ->> 'department_id') is distinct from
               ({_AT_THAT_TIME.format(column="role")}, {_AT_THAT_TIME.format(column="department_id")})
        union all
        select format('decision %s was made without a mandate', decision.id)
          from decision join change_request request on request.id = change_request_id
         where on_behalf_of is not null and not exists (
               select from delegation
                where delegation.id = delegation_id and from_id = on_behalf_of and to_id = decided_by
                  and (decided_at at time zone 'Asia/Shanghai')::date between valid_from and valid_to
                  and (ended_at is null or ended_at >= decided_at)
                  and (kinds = '{{}}' or request.kind = any (kinds))
                  and (max_amount is null or decision.revision <> request.revision
                       or request.level_amount <= max_amount))
        union all
        select format('request %s counts as %s, with its likes it is %s', number, level_amount, amount + {_LIKES})
          from change_request request
         where submitted_at is not null and state <> 'draft' and level_amount < amount + {_LIKES}
        union all
        select format('request %s was not submitted to the levels of its rules', number)
          from change_request request
         where state = 'applied' and (
               exists ({_RULES_THEN} except
                       select (step ->> 'level')::int, step ->> 'role', (step ->> 'department_id')::bigint
                         from jsonb_array_elements(request.levels) as wanted (step))
            or jsonb_array_length(request.levels) <> (select count(*) from ({_RULES_THEN}) then_valid))
        """,  # noqa: S608 (constants of this file)
    ),
]


def changed_after_approval() -> list[str]:
    """I12, second half: the contents of every decided request still have the hash that was decided on."""
    rows = db.session.scalars(select(ChangeRequest).where(ChangeRequest.payload_hash.is_not(None)))
    return [
        f"request {row.number} is not what was submitted"
        for row in rows
        if row.state != "draft" and fingerprint(row, files.fingerprints(row)) != row.payload_hash
    ]


CHECKS = {("I12", "The contents of a submitted request are what was decided on"): changed_after_approval}
"""What SQL cannot say; listed and counted as the others are."""
