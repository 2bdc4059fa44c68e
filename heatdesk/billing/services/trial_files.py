"""A tariff trial as files: sums and the largest differences as a workbook, every flat as a text table.

A million rows cost a minute of writing as a workbook and leave at once as text, so the flats are a text table whatever
their number (docs/decisions/0146).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from heatdesk.billing.models import TariffTrial
from heatdesk.billing.services import trial_lists
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.services.trial_lists import Group
from heatdesk.i18n import _
from heatdesk.sheets.writing import Value, plain_cell, write_sheets


def workbook(trial: TariffTrial, branch_id: int | None, *scope: Any) -> bytes:
    """Sums by class, office and community, the distribution, the largest rises and falls."""
    classes = {str(use): str(label) for use, label in USE_CLASSES.items()}
    columns = (
        (_("By use"), _("Used as"), 1, classes),
        (_("By office"), _("Office"), 2, trial_lists.names(2)),
        (_("By community"), _("Community"), 3, trial_lists.names(3)),
    )
    sums = [
        (
            title,
            _sum_header(head),
            [_sum_row(group, names) for group in trial_lists.grouped(trial, column, branch_id)],
        )
        for title, head, column, names in columns
    ]
    steps = (
        _("Distribution"),
        [_("From"), _("To"), _("Flats"), _("Difference")],
        [(one.least, one.most, one.flats, one.difference) for one in trial_lists.steps(trial, branch_id)],
    )
    tops = [
        (title, flat_header(), [_top_row(row) for row in trial_lists.top(trial.id, *scope, rises=rises)])
        for title, rises in ((_("Largest rises"), True), (_("Largest falls"), False))
    ]
    return write_sheets([*sums, steps, *tops])


def flat_header() -> list[str]:
    """The columns of a flat in both kinds of file."""
    return [
        *(_("Card no."), _("Name"), _("Address"), _("Used as")),
        *(_("Before"), _("After"), _("Difference")),
    ]


def table(trial_id: int, header: Sequence[str], words: dict[str, str], *scope: Any) -> Iterator[str]:
    """Every flat as lines of a text table that spreadsheet programs open as it is."""
    yield "\ufeff" + _lines([header])
    for rows in trial_lists.every_flat(trial_id, *scope):
        yield _lines(
            (
                *(plain_cell(row.card_no), plain_cell(row.name), plain_cell(row.address)),
                *(words[row.use_class], row.before, row.after, row.difference),
                *(plain_cell(row.office), plain_cell(row.community)),
                "" if row.message is None else _(row.message, **row.values),
            )
            for row in rows
        )


def _lines(rows: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _sum_header(head: str) -> list[str]:
    return [
        *(head, _("Flats"), _("Area m²"), _("Before"), _("After"), _("Difference")),
        *(_("pay more"), _("pay less"), _("unchanged"), _("cannot be charged")),
    ]


def _sum_row(group: Group, names: dict[str, str]) -> Sequence[Value]:
    return (
        *(names.get(group.key, group.key), group.everyone, group.area_m2),
        *(group.before, group.after, group.difference),
        *(group.rises, group.falls, group.unchanged, group.refused),
    )


def _top_row(row: Any) -> Sequence[Value]:
    flat = row[0]
    return (
        *(row.card_no, row.name, row.address, str(USE_CLASSES[flat.use_class])),
        *(flat.before, flat.after, flat.difference),
    )
