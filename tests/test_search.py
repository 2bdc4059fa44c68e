"""The search box: what people type, and what must not reach the database as anything but words."""

import pytest

from heatdesk import search
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from tests import factories


@pytest.fixture
def flat(app, branch):
    """曾国强 in 兴工里, building 26, unit 3, room 1604."""
    building = factories.make_building(branch, name="26号楼", community="兴工里")
    account = factories.make_account(
        branch,
        building=building,
        room="1604",
        name="曾国强",
        initials="zgq cgq",
        phones=["13812345678", "024-88001234"],
        card_no="06263164000",
    )
    for number in range(3):
        factories.make_account(
            branch, building=building, room=f"90{number}", name="李梅", phones=["15900000000"]
        )
    return account


def cards(words, branch_id=None, **options):
    return [row.card_no for row in search.find(words, branch_id, **options)]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "06263164000",
            "0626 3164 000",
            "0626-3164-000",
            " 06263164000 ",
            "０６２６３１６４０００",
            "0626316",
            "3164000",
        ),
        *(
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "1381",
            "5678",
            "2345",
            "１３８１２３",
            "12345678",
        ),
        *("曾国强", "曾国", "国强", "曾", "zgq", "ZGQ", "cgq", "ＺＧＱ", "zg", "Cg"),
        *(
            "26-3-1604",
            "兴工里26-3-1604",
            "兴工里26号楼3单元1604室",
            "兴工里 26号楼 3单元 1604",
            "兴工里26—3—1604",
        ),
        *("26号楼 1604", "兴工里26-1604", "26＃3＃1604", "1604室", "1604", "兴工 1604"),
        *(
            "兴工里 曾国强",
            "曾国强 兴工里",
            "1604 zgq",
            "zgq 1604",
            "5678 曾",
            "曾、兴工里",
            "兴工里 3 1604",
            "3单元 1604",
        ),
    ],
)
def test_what_people_type_finds_the_flat(flat, words):
    assert cards(words) == ["06263164000"]


@pytest.mark.parametrize(
    "words",
    [
        *("曾强国", "国曾", "强", "gq", "zgqq", "06263164001", "13812345679", "38123457", "兴工里 曾伟"),
        *("27-3-1604", "26-3-1605", "26-4-1604", "604", "兴里工", "张伟", "曾国强 15900000000"),
    ],
)
def test_what_does_not_fit_is_not_found(flat, words):
    assert "06263164000" not in cards(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "%",
        "_",
        "\\",
        "'",
        "%%%",
        "' or 1=1 --",
        "';drop table account;--",
        "^.*$",
        "[0-9]+",
        "(?",
        "\x00",
        "号楼",
        "🙂",
    ],
)
def test_signs_that_are_no_words_find_nothing_and_break_nothing(flat, words):
    assert cards(words) == []


def test_signs_between_words_are_only_blanks(flat):
    assert cards("%曾国_强'") == []
    assert cards("曾国强%'\\") == ["06263164000"]


@pytest.mark.parametrize(
    "words", ["曾" * 10_000, "1" * 10_000, "曾国强 " * 2_000, "1 " * 5_000, "﷽" * 10_000, "%" * 10_000]
)
def test_a_very_long_text_is_cut_and_answered(flat, words):
    assert len(cards(words)) <= 1


def test_a_short_digit_or_letter_alone_is_no_fault(flat):
    assert cards("0") != []
    assert cards("7") == []
    assert "06263164000" in cards("z")


def test_the_exact_card_number_stands_first(app, branch):
    for number in range(30):
        factories.make_account(branch, card_no=f"1001{number:02d}", phones=["13810010000"])
    factories.make_account(branch, card_no="1001", phones=[])
    found = cards("1001")
    assert found[0] == "1001"
    assert len(found) == search.LIMIT


def test_the_last_digits_of_a_phone_stand_before_the_same_digits_elsewhere(app, branch):
    factories.make_account(branch, card_no="01000000001", phones=["18283955230"])
    factories.make_account(branch, card_no="09000000009", phones=["024-88001234", "15158018395"])
    assert cards("8395", branch.id) == ["09000000009", "01000000001"]


def test_an_exact_card_number_stands_first_even_when_closed(app, branch):
    factories.make_account(branch, card_no="1001", closed_on=factories.TODAY)
    factories.make_account(branch, card_no="10011")
    assert cards("1001") == ["1001", "10011"]


def test_closed_accounts_come_last_and_never_push_open_ones_out(app, branch):
    building = factories.make_building(branch)
    for number in range(search.LIMIT + 5):
        factories.make_account(
            branch, building=building, room=f"A{number}", name="王小明", closed_on=factories.TODAY
        )
    factories.make_account(branch, building=building, name="王小明", card_no="99")
    found = search.find("王小明", None)
    assert len(found) == search.LIMIT
    assert [row.is_closed for row in found] == [False] + [True] * (search.LIMIT - 1)


def test_the_branch_is_kept_in_every_way_of_searching(flat, branch):
    other = factories.make_branch()
    for words in ("06263164000", "0626", "5678", "曾国强", "曾", "zgq", "兴工里26-3-1604", "0626 3164 000"):
        assert cards(words, branch.id) == ["06263164000"] or words == "0626"
        assert cards(words, other.id) == []


def test_changes_of_name_phone_and_address_are_found_at_once(app, flat):
    db.session.get(Customer, flat.customer_id).phones = ["17700009999"]
    db.session.get(Premises, flat.premises_id).address = "万科城3期 8号楼 1单元 B502"
    db.session.flush()
    assert (
        cards("9999")
        == cards("万科城3期")
        == cards("8-502")
        == cards("8-1-502")
        == cards("b502")
        == ["06263164000"]
    )
    assert cards("13812345678") == cards("1604") == []


def test_more_than_fit_on_a_page_are_cut(app, branch):
    building = factories.make_building(branch)
    for number in range(25):
        factories.make_account(branch, building=building, room=f"{number}", name="王小明")
    assert len(cards("王小明", limit=21)) == 21
    assert len(cards("兴工里")) == search.LIMIT


@pytest.mark.parametrize("words", ["06263164000", "０６２６ ３１６４ ０００", "0626-3164-000"])
def test_a_card_number_however_written_counts_as_exact(cashier, flat, words):
    answer = cashier.get("/search", query_string={"q": words}, headers={"HX-Request": "true"})
    page = answer.get_data(as_text=True)
    assert "data-exact" in page
    assert "<html" not in page


def test_without_scripts_the_search_is_a_whole_page(cashier, flat):
    for words, expected in (("曾国强", "06263164000"), ("张伟", "Nothing found")):
        page = cashier.get("/search", query_string={"q": words}).get_data(as_text=True)
        assert "<html" in page
        assert expected in page
