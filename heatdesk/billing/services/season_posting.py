"""Posting a shard: into the season's new tables when it has no bill yet, else by difference."""

from heatdesk.billing.models import RunShard
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.services import assessments
from heatdesk.billing.services.assessment_plans import INCOME
from heatdesk.billing.services.season_rows import BILLS, CHARGES, ENTRIES, AccountRow, write
from heatdesk.billing.services.season_tally import Tally
from heatdesk.billing.services.season_trial import (
    Worker,
    charged_accounts,
    charged_so_far,
    difference_of,
    gone,
)
from heatdesk.money import ZERO

MEMO = "Season run %s"


def post_bulk(worker: Worker, shard: RunShard, tally: Tally) -> None:
    """Bills, charges and entries of a shard as three COPYs into tables nobody sees until they are published."""
    bills: list[str] = []
    charges: list[str] = []
    entries: list[str] = []
    season = worker.season_id
    ends = {item.value: f"{LedgerCode.RECEIVABLE}\t{INCOME[item]}" for item in INCOME}
    journals = worker.journal_ids
    for account, planned in charged_accounts(worker, shard, tally):
        journal = journals[account.branch]
        total = 0
        for item, fen, quantity, basis, figures in planned:
            if fen == 0:
                continue
            total += fen
            amount = f"{fen // 100}.{fen % 100:02}"
            area = "\\N" if quantity is None else f"{quantity // 100}.{quantity % 100:02}"
            own = "\\N" if figures is None else f"{{{','.join(map(str, figures))}}}"
            charges.append(
                f"{season}\t{account.id}\t{item}\t1\t{journal}\t{amount}\t{amount}\t{area}\t{basis}\t{own}\n"
            )
            entries.append(f"{journal}\t{season}\t{account.id}\t{ends[item]}\t{amount}\t{item}\n")
        if total:
            bills.append(f"{season}\t{account.id}\t{total // 100}.{total % 100:02}\n")
            tally.changed += 1
            tally.fen += total
    for statement, name, rows in (
        (BILLS, "bill", bills),
        (CHARGES, "charge", charges),
        (ENTRIES, "entry", entries),
    ):
        write(statement, run_table(name, season), rows)


def run_table(parent: str, season_id: int) -> str:
    """The table that shards fill; `publish_season_run` makes it the season's partition."""
    return f"{parent}_season_{season_id}_run"


def post_difference(worker: Worker, shard: RunShard, tally: Tally) -> None:
    """Assess those accounts of a shard whose charges are not what the facts make due."""
    charged = charged_so_far(worker, shard)
    moving: dict[int, AccountRow | None] = {}
    for account, planned in charged_accounts(worker, shard, tally):
        account_id = int(account.id)
        if difference_of(planned, charged.pop(account_id, {})) is not None:
            moving[account_id] = account
    moving.update(dict.fromkeys(gone(charged, tally)))
    done = assessments.assess_many(
        sorted(moving), worker.season_id, by=worker.by, reason=MEMO % worker.run_id
    )
    tally.changed = len(done.differences)
    tally.fen = int(sum(done.differences.values(), ZERO).scaleb(2))
    for account_id, refusal in done.refusals.items():
        row = moving[account_id]
        if row is not None:
            tally.refuse(row, refusal)
