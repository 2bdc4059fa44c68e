"""Forms of valve jobs: carried out, not carried out, assigned, put back, withdrawn; and a building's filled sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import MultiDict
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import Optional

from heatdesk.auth.models import Staff
from heatdesk.dates import today
from heatdesk.errors import BadInput
from heatdesk.i18n import lazy
from heatdesk.service.rules.states import OBSTACLES
from heatdesk.service.services.photos import LIMIT
from heatdesk.service.services.valve_jobs import Execution
from heatdesk.web.fields import Present, choices, half_width, text_field

MAX_NOTE = 300


class ExecutionForm(FlaskForm):
    seen = HiddenField(validators=[Present()])
    executed_on = DateField(lazy("Carried out on"), [Present()])
    executed_by = SelectField(lazy("By whom"), [Present()], coerce=int)
    seal_number = text_field(lazy("Seal number"), required=False, longest=40, filters=[half_width])
    photos = MultipleFileField(lazy("Photos"), [Optional()])
    note = text_field(lazy("Note"), required=False, longest=MAX_NOTE)

    def __init__(self, people: Sequence[Staff], reader: Staff, **options: Any) -> None:
        super().__init__(**options)
        self.executed_by.choices = choices([(one.id, one.name) for one in people])
        if not self.is_submitted():
            self.executed_on.data = today()
            if reader.id in {one.id for one in people}:
                self.executed_by.data = reader.id

    def execution(self) -> Execution:
        return Execution(
            seen=version(self.seen.data),
            executed_on=self.executed_on.data,
            executed_by=self.executed_by.data,
            seal_number=self.seal_number.data or "",
            note=self.note.data or "",
            photos=[
                (file.filename, file.read(LIMIT + 1))
                for file in self.photos.data or []
                if getattr(file, "filename", "")
            ],
        )


class ObstacleForm(FlaskForm):
    seen = HiddenField(validators=[Present()])
    obstacle = SelectField(
        lazy("Why not"), choices=choices((code, lazy(words)) for code, words in OBSTACLES.items())
    )
    note = text_field(lazy("Note"), required=False, longest=MAX_NOTE)


class AssignForm(FlaskForm):
    seen = HiddenField()
    assignee_id = SelectField(lazy("Technician"), [Present()], coerce=int)
    due_on = DateField(lazy("To be done by"), [Present()])

    def __init__(self, people: Sequence[Staff], **options: Any) -> None:
        super().__init__(**options)
        self.assignee_id.choices = choices([(one.id, one.name) for one in people])


class ResumeForm(FlaskForm):
    seen = HiddenField(validators=[Present()])
    due_on = DateField(lazy("To be done by"), [Present()])


class VoidForm(FlaskForm):
    seen = HiddenField(validators=[Present()])
    note = text_field(lazy("Why"), longest=MAX_NOTE)


@dataclass(frozen=True)
class SheetRow:
    """What was written on one row of a paper sheet: carried out with a seal, or not and why."""

    ticket_id: int
    seen: int
    done: bool
    seal_number: str
    obstacle: str
    note: str


class SheetForm(FlaskForm):
    """The head of a filled sheet; its rows are read by `rows_of`."""

    executed_on = DateField(lazy("Carried out on"), [Present()])
    executed_by = SelectField(lazy("By whom"), [Present()], coerce=int)

    def __init__(self, people: Sequence[Staff], **options: Any) -> None:
        super().__init__(**options)
        self.executed_by.choices = choices([(one.id, one.name) for one in people])
        if not self.is_submitted():
            self.executed_on.data = today()

    def execution(self, row: SheetRow) -> Execution:
        day: date = self.executed_on.data
        return Execution(
            seen=row.seen,
            executed_on=day,
            executed_by=self.executed_by.data,
            seal_number=row.seal_number,
            note=row.note,
            from_sheet=True,
        )


def rows_of(form: MultiDict[str, str]) -> list[SheetRow]:
    """The rows on which something was filled in."""
    rows = [
        SheetRow(
            ticket_id=version(ticket_id),
            seen=version(form.get(f"seen-{ticket_id}", "")),
            done=f"done-{ticket_id}" in form,
            seal_number=half_width(form.get(f"seal-{ticket_id}"))[:40],
            obstacle=form.get(f"obstacle-{ticket_id}", ""),
            note=half_width(form.get(f"note-{ticket_id}"))[:MAX_NOTE],
        )
        for ticket_id in form.getlist("ticket")
    ]
    return [row for row in rows if row.done or row.obstacle]


def version(text: str | None) -> int:
    """A whole number of a hidden field; raises `BadInput`."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadInput("This form is damaged. Open the page again and send it from there.")
    return int(text)
