"""Invariant of what is kept beside the books so that pages need not add them up: I29."""

from heatdesk.billing.services.verification.report import Invariant

INVARIANTS = [
    Invariant(
        "I29",
        "What is kept per account and building is what accounts, supply terms and bills add up to",
        """
        select format('account %s: kept %s/%s/%s owing %s, the books say %s/%s/%s owing %s', account_id,
                      kept.branch_id, kept.building_id, kept.is_open, kept.owed,
                      fold.branch_id, fold.building_id, fold.is_open, fold.owed)
          from account_balance kept full join (
            select account.id as account_id, account.branch_id, premises.building_id,
                   account.closed_on is null as is_open, coalesce(due.owed, 0) as owed
              from account join premises on premises.id = account.premises_id
              left join (select account_id, sum(charged - reduced - paid) as owed from bill group by account_id) due
                   on due.account_id = account.id) fold using (account_id)
         where (kept.branch_id, kept.building_id, kept.is_open, kept.owed)
            is distinct from (fold.branch_id, fold.building_id, fold.is_open, fold.owed)
        union all
        select format('building %s, branch %s: kept %s accounts, %s owing %s, counted %s, %s owing %s', building_id,
                      branch_id, kept.accounts, kept.owing, kept.owed, fold.accounts, fold.owing, fold.owed)
          from building_figures kept full join (
            select building_id, branch_id, count(*) filter (where is_open) as accounts,
                   count(*) filter (where owed > 0) as owing, sum(owed) as owed
              from account_balance group by building_id, branch_id) fold using (building_id, branch_id)
         where (coalesce(kept.accounts, 0), coalesce(kept.owing, 0), coalesce(kept.owed, 0))
            <> (coalesce(fold.accounts, 0), coalesce(fold.owing, 0), coalesce(fold.owed, 0))
        union all
        select format('area of building %s, branch %s from %s: kept %s, counted %s', building_id, branch_id, day,
                      kept.area_m2, fold.area_m2)
          from building_area kept full join (
            select building_id, branch_id, day, sum(area_m2) as area_m2
              from account_balance join supply_term using (account_id)
              cross join lateral (values (starts_on, building_area_m2),
                                         (ends_on + 1, -building_area_m2)) change (day, area_m2)
             where is_open and day is not null group by building_id, branch_id, day) fold
            using (building_id, branch_id, day)
         where coalesce(kept.area_m2, 0) <> coalesce(fold.area_m2, 0)
        union all
        select format('season %s, building %s, branch %s: kept %s bills of %s/%s/%s, counted %s of %s/%s/%s', season_id,
                      building_id, branch_id, kept.bills, kept.charged, kept.reduced, kept.paid, fold.bills,
                      fold.charged, fold.reduced, fold.paid)
          from building_season kept full join (
            select season_id, building_id, branch_id, count(*) as bills, sum(charged) as charged,
                   sum(reduced) as reduced, sum(paid) as paid
              from bill join account_balance using (account_id) group by season_id, building_id, branch_id) fold
            using (season_id, building_id, branch_id)
         where (coalesce(kept.bills, 0), coalesce(kept.charged, 0), coalesce(kept.reduced, 0), coalesce(kept.paid, 0))
            <> (coalesce(fold.bills, 0), coalesce(fold.charged, 0), coalesce(fold.reduced, 0), coalesce(fold.paid, 0))
        """,
    ),
]
