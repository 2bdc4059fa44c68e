"""I26: tickets that went the right way hold; every way around them that a superuser could take is found."""

import pytest
from sqlalchemy import create_engine, text

from heatdesk.billing.services.verification import verify
from heatdesk.db import db
from heatdesk.service.services import valve_jobs


@pytest.fixture
def desk(own_app, own_field):
    """One job carried out and its flat resumed again, one cut carried out and paid, one withdrawn."""
    field = own_field
    field.ask("suspension", "2026-11-15")
    field.turn("2026-11-15")
    field.ask("resumption", "2027-01-10")
    valve_jobs.void(field.job().id, "no longer", seen=1, by=field.dispatcher)
    field.ask("resumption", "2027-01-12")
    field.turn("2027-01-12", seal_number="", photos=[])
    field.ask("cut_off", "2027-02-04")
    field.turn("2027-02-04")
    db.session.commit()
    return own_app


@pytest.fixture
def plant(desk):
    engine = create_engine(desk.config["SQLALCHEMY_DATABASE_URI"])

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("set session_replication_role = replica"))
            for word, meaning in WORDS.items():
                statement = statement.replace(word, meaning)
            connection.execute(text(statement))

    yield run
    engine.dispose()


def broken() -> set[str]:
    return {outcome.id for outcome in verify() if not outcome.holds}


def test_what_went_the_right_way_holds(desk):
    assert [(one.id, one.cases) for one in verify() if not one.holds] == []


WORDS = {"FIRST": "(select min(id) from ticket)", "LAST": "(select max(id) from ticket)"}

PLANTED = [
    ("I26", "update ticket set state = 'new' where id = FIRST"),
    ("I26", "update ticket set version = 5 where id = FIRST"),
    ("I26", "delete from ticket_event where ticket_id = FIRST and number = 2"),
    ("I26", "delete from ticket_event where ticket_id = FIRST and number = 1"),
    ("I26", "update ticket_event set from_state = 'waiting' where ticket_id = FIRST and number = 2"),
    ("I26", "insert into ticket_event (ticket_id, number, verb, from_state, to_state, actor_id) select ticket_id, 3, 'void', 'resolved', 'void', actor_id from ticket_event where ticket_id = FIRST and number = 2"),
    ("I26", "update request_effect set effect = 'executed:other' where change_request_id = (select change_request_id from ticket where id = FIRST) and is_later"),
    ("I26", "update ticket_event set facts = jsonb_set(facts, '{moved}', '\"-1.00\"') where ticket_id = FIRST and number = 2"),
    ("I26", "update ticket_event set facts = facts - 'supply_term_id' where ticket_id = LAST and verb = 'execute'"),
    ("I26", "delete from supply_term where state = 'cut'"),
    ("I12", "delete from request_effect where is_later"),
    ("I13", "update request_effect set is_later = true where not is_later"),
]  # fmt: skip


@pytest.mark.parametrize(("invariant", "statement"), PLANTED)
def test_a_planted_corruption_is_found(plant, invariant, statement):
    plant(statement)
    assert invariant in broken()
