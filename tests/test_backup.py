"""What is saved comes back to the fen, and never over something else."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from heatdesk import backup, schema
from heatdesk.app import create_app
from heatdesk.auth.permissions import Role
from heatdesk.billing.services.verification import verify
from heatdesk.db import db
from tests import factories
from tests.conftest import make_database


def test_a_restored_copy_has_the_same_books_and_the_same_guards(own_app, server_url, settings, tmp_path):
    branch = factories.make_branch()
    factories.open_day(branch)
    clerk = factories.make_staff(Role.CASHIER, branch)
    factories.owe(factories.make_account(branch), factories.make_season(), "2327.00", clerk)
    db.session.commit()
    saved = tmp_path / "heatdesk.backup"
    assert backup.save(own_app.config["SQLALCHEMY_DATABASE_URI"], saved) > 10_000
    empty = make_database(server_url, f"heatdesk_restored_{tmp_path.name[:20]}")
    backup.restore(empty, saved)
    schema.migrate(empty)
    copy = create_app(settings, empty)
    with copy.app_context():
        assert db.session.scalar(text("select sum(charged) from bill")) == Decimal("2327.00")
        assert [outcome.id for outcome in verify() if not outcome.holds] == []
        db.session.remove()
        db.engine.dispose()


def test_a_database_in_use_is_not_overwritten(own_app, tmp_path):
    url = own_app.config["SQLALCHEMY_DATABASE_URI"]
    backup.save(url, tmp_path / "saved")
    with pytest.raises(backup.DatabaseNotEmpty):
        backup.restore(url, tmp_path / "saved")


def test_half_a_file_restores_nothing(own_app, server_url, tmp_path):
    saved = tmp_path / "saved"
    backup.save(own_app.config["SQLALCHEMY_DATABASE_URI"], saved)
    saved.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    empty = make_database(server_url, "heatdesk_half")
    with pytest.raises(backup.BackupFailed, match="pg_restore"):
        backup.restore(empty, saved)
