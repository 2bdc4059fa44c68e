"""The frame: signing in, default deny, languages."""

import uuid

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from heatdesk import schema
from heatdesk.auth.permissions import Role
from heatdesk.web.guards import PUBLIC, check_every_route_is_guarded, declared_permission
from tests import factories


def sign_in(client, login, password):
    return client.post("/login", data={"login": login, "password": password, "request_id": str(uuid.uuid4())})


def test_the_right_password_opens_the_start_page(app, branch):
    factories.make_staff(Role.CASHIER, branch, login="zhangmin", name="张敏")
    client = app.test_client()
    assert sign_in(client, "zhangmin", factories.PASSWORD).headers["Location"] == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert "张敏" in page.get_data(as_text=True)


def test_the_wrong_password_says_so_and_is_counted(app, branch):
    factories.make_staff(Role.CASHIER, branch, login="zhangmin")
    client = app.test_client()
    for _ in range(10):
        assert sign_in(client, "zhangmin", "wrong").status_code == 200
    assert sign_in(client, "zhangmin", factories.PASSWORD).status_code == 429


def test_nobody_is_sent_to_the_login_page(app):
    answer = app.test_client().get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


def test_signing_out_ends_the_session_on_the_server(cashier):
    stolen = cashier.client.get_cookie("heatdesk").value
    cashier.post("/logout")
    cashier.client.set_cookie("heatdesk", stolen)
    assert cashier.get("/").status_code == 302


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil"])
def test_no_open_redirect_after_login(app, branch, target):
    factories.make_staff(Role.CASHIER, branch, login="zhangmin")
    client = app.test_client()
    answer = client.post(
        "/login",
        query_string={"next": target},
        data={"login": "zhangmin", "password": factories.PASSWORD, "request_id": str(uuid.uuid4())},
    )
    assert answer.headers["Location"] == "/"


def test_every_route_declares_who_may_use_it(app):
    check_every_route_is_guarded(app)
    public = {name for name in app.view_functions if declared_permission(app, name) == PUBLIC}
    assert public == {"login.show", "login.language", "receipts.verify"}


def test_headers_are_strict_on_pages_and_refusals(cashier):
    for path in ("/", "/nothing/here"):
        answer = cashier.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_without_a_request_id_is_refused(cashier):
    assert cashier.client.post("/logout").status_code == 422


def test_search_forgives_and_finds(cashier, branch):
    factories.make_account(
        branch, name="曾国强", initials="zgq cgq", phones=["13812345678"], card_no="06263164000"
    )
    for words in (
        "06263164000",
        "曾国",
        "国强",
        "zgq",
        "CGQ",
        "5678",
        "138123",
        "１３８１２３",
        "兴工里 曾国",
        "曾",
    ):
        assert "06263164000" in cashier.get("/search", query_string={"q": words}).get_data(as_text=True), (
            words
        )
    assert "06263164000" not in cashier.get("/search", query_string={"q": "张伟"}).get_data(as_text=True)


def test_search_stays_in_the_branch(stranger, branch):
    factories.make_account(branch, card_no="06263164000")
    answer = stranger.get("/search", query_string={"q": "06263164000"}).get_data(as_text=True)
    assert "Nothing found" in answer


def test_the_migrations_make_what_the_models_say(server_url, template_name):
    url = make_url(server_url).set(database=template_name)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert schema.differences(connection) == []
    engine.dispose()
