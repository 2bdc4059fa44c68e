"""Staff administration: logins made, changed, disabled, given new passwords."""

import re
import uuid

import pytest
from sqlalchemy import select

from heatdesk.auth import staffing
from heatdesk.auth.models import LoginSession, Staff
from heatdesk.auth.permissions import Role
from heatdesk.cli import create_administrator
from heatdesk.db import db
from heatdesk.web.request_keys import RequestKey
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import Person, text_of


@pytest.fixture
def administrator(app):
    return Person(app, factories.make_staff(Role.ADMINISTRATOR, None))


def form_for(branch, **changes):
    return {"login": "zhangmin", "name": "张敏", "role": "cashier", "branch_id": branch.id, **changes}


def test_a_first_password_is_shown_once_and_works(app, branch, administrator):
    made = administrator.post("/auth/staff/new", form_for(branch))
    assert made.status_code == 302, text_of(made)
    page = administrator.get(made.headers["Location"]).get_data(as_text=True)
    password = re.search(r"<code>([a-z0-9-]+)</code>", page)[1]
    assert password not in administrator.get(made.headers["Location"]).get_data(as_text=True)
    kept = db.session.scalars(select(RequestKey)).all()
    assert all(password.encode() not in (key.body or b"") for key in kept)

    client = app.test_client()
    sign_in = {"login": "zhangmin", "password": password, "request_id": str(uuid.uuid4())}
    assert client.post("/login", data=sign_in).headers["Location"] == "/"


def test_only_administrators_come_in(app, branch, clerk, supervisor, cashier):
    for person in (clerk, supervisor, cashier):
        assert person.get("/auth/staff").status_code == 403
        assert person.post("/auth/staff/new", form_for(branch)).status_code == 403


def test_an_administrator_of_a_branch_stays_in_it(app, branch):
    local = Person(app, factories.make_staff(Role.ADMINISTRATOR, branch))
    elsewhere = factories.make_branch()
    outsider = factories.make_staff(Role.CASHIER, elsewhere)
    db.session.commit()
    assert local.get(f"/auth/staff/{outsider.id}").status_code == 404
    assert local.post(f"/auth/staff/{outsider.id}/disable").status_code == 404
    assert local.post("/auth/staff/new", form_for(elsewhere)).status_code == 422
    assert local.post("/auth/staff/new", form_for(branch)).status_code == 302


def test_a_taken_login_and_faults_are_said_on_the_form(app, branch, administrator):
    factories.make_staff(Role.CASHIER, branch, login="zhangmin")
    db.session.commit()
    answer = administrator.post("/auth/staff/new", form_for(branch))
    assert answer.status_code == 422
    assert "already in use" in text_of(answer)
    assert administrator.post("/auth/staff/new", form_for(branch, login="张 敏")).status_code == 422
    assert administrator.post("/auth/staff/new", form_for(branch, role="owner")).status_code == 422


def test_disabling_signs_out_at_once_and_can_be_undone(app, branch, administrator, cashier):
    answer = administrator.post(f"/auth/staff/{cashier.id}/disable")
    assert answer.status_code == 302
    assert cashier.get("/").headers["Location"].startswith("/login")
    assert administrator.post(f"/auth/staff/{cashier.id}/disable").status_code == 409
    assert administrator.post(f"/auth/staff/{cashier.id}/enable").status_code == 302
    assert db.session.get(Staff, cashier.id).is_active


def test_another_role_signs_out_and_a_stale_form_does_nothing(app, branch, administrator, cashier):
    seen = version_of(db.session.get(Staff, cashier.id))
    form = form_for(branch, role="supervisor", seen=seen)
    assert administrator.post(f"/auth/staff/{cashier.id}/edit", form).status_code == 302
    ended = db.session.scalar(select(LoginSession.ended_at).where(LoginSession.staff_id == cashier.id))
    assert ended is not None
    assert administrator.post(f"/auth/staff/{cashier.id}/edit", form).status_code == 409
    assert db.session.get(Staff, cashier.id).role == Role.SUPERVISOR


def test_nobody_disables_themselves_or_the_last_administrator(app, administrator):
    assert administrator.post(f"/auth/staff/{administrator.id}/disable").status_code == 409
    assert administrator.post(f"/auth/staff/{administrator.id}/reset-password").status_code == 409
    second = Person(app, factories.make_staff(Role.ADMINISTRATOR, None))
    assert second.post(f"/auth/staff/{administrator.id}/disable").status_code == 302
    assert db.session.get(Staff, second.id).is_active


def test_a_new_password_ends_every_session(app, branch, administrator, cashier):
    answer = administrator.post(f"/auth/staff/{cashier.id}/reset-password")
    assert answer.status_code == 302
    assert "First password" in text_of(administrator.get(answer.headers["Location"]))
    assert cashier.get("/").status_code == 302


def test_the_list_filters_and_exports(app, branch, administrator):
    factories.make_staff(Role.CASHIER, branch, name="<i>张敏</i>")
    factories.make_staff(Role.FINANCE, branch, name="李财", is_active=False)
    db.session.commit()
    page = administrator.get("/auth/staff?role=cashier").get_data(as_text=True)
    assert "&lt;i&gt;张敏" in page
    assert "李财" not in page
    assert "李财" in text_of(administrator.get("/auth/staff?state=disabled"))
    assert administrator.get("/auth/staff/export").data[:2] == b"PK"


def test_rows_cost_no_query_each(app, branch, administrator, count_queries):
    def queries():
        administrator.get("/auth/staff")
        with count_queries() as seen:
            assert administrator.get("/auth/staff").status_code == 200
        return len(seen)

    few = queries()
    for _number in range(49):
        factories.make_staff(Role.CASHIER, branch)
    db.session.commit()
    assert queries() == few


def test_the_first_administrator_is_made_at_the_shell(own_app):
    runner = own_app.test_cli_runner()
    made = runner.invoke(create_administrator, ["admin", "系统管理员"])
    assert made.exit_code == 0
    password = made.stdout.split(" signs in with ")[1].split(" ")[0]
    client = own_app.test_client()
    answer = client.post(
        "/login", data={"login": "admin", "password": password, "request_id": str(uuid.uuid4())}
    )
    assert answer.headers["Location"] == "/"
    assert isinstance(runner.invoke(create_administrator, ["admin", "x"]).exception, staffing.LoginTaken)
