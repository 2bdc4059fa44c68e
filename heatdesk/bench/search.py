"""How quickly the search box answers over a register of a million accounts, kind of input by kind of input.

Every kind is asked many times with words drawn from the register itself, through `heatdesk.search.find`, once for all
branches and once inside one branch. Beside it the same words by a plain scan of the table, in the same round.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import text

from heatdesk import search
from heatdesk.bench.measuring import (
    Figures,
    Stopwatch,
    Times,
    application,
    own_database,
    percentile,
    seconds,
)
from heatdesk.bench.register import GIVEN, SURNAMES, add_accounts, make_register
from heatdesk.db import db, transaction

TARGETS = {
    "slowest kind, p95": "< 5 ms",
    "slowest kind, p95 of processor time": "< 5 ms",
    "seq scan ÷ slowest kind, processor time": "≥ 10",
}

_WORDS = 200
"""Different words of each kind in a round."""
_SCANS = 3
"""A scan takes a hundred times as long, so few do."""

Row = Mapping[str, Any]


def run(*, rows: int = 1_000_000, rounds: int = 3) -> Figures:
    """Fill a database (about three minutes for a million), ask, and tell p50 and p95 of each kind in milliseconds."""
    with own_database() as url:
        with application(url, as_owner=True):
            make_register(rows)
            told = {"accounts made findable": f"{rows / seconds(add_accounts):,.0f}/s"}
            with transaction():
                db.session.execute(text("analyze account_search"))
        with application(url):
            return told | _ask(rounds)


def _ask(rounds: int) -> Figures:
    draw = random.Random(22)
    pid: int = db.session.execute(text("select pg_backend_pid()")).scalar_one()
    clock = Stopwatch(pid)
    everywhere: dict[str, list[Times]] = {kind: [] for kind in KINDS}
    in_branch: dict[str, list[Times]] = {kind: [] for kind in KINDS}
    scans: list[Times] = []
    search.find("热身", None)
    for _ in range(rounds):
        known = _some_accounts(draw)
        for kind, make in KINDS.items():
            for row in known:
                words = make(row, draw)
                everywhere[kind].append(clock.time(_find, words, None))
                in_branch[kind].append(clock.time(_find, words, row["branch_id"]))
        scans += [clock.time(_scan, row["name"]) for row in known[:_SCANS]]
    told = {
        kind: f"{_spread(everywhere[kind])} · in one branch {_spread(in_branch[kind])} ms" for kind in KINDS
    }
    kinds = (*everywhere.values(), *in_branch.values())
    slowest, slowest_busy = (max(_p95(kind)[part] for kind in kinds) for part in (0, 1))
    scan, scan_busy = _p95(scans)
    told["seq scan, p95"] = f"{scan:.0f} ms, processor {scan_busy:.0f} ms"
    told["slowest kind, p95"] = f"{slowest:.2f} ms"
    told["slowest kind, p95 of processor time"] = f"{slowest_busy:.2f} ms"
    told["seq scan ÷ slowest kind, processor time"] = f"{scan_busy / slowest_busy:.0f}"
    return told


def _spread(times: list[Times]) -> str:
    passed, busy = _p95(times)
    half = percentile([one.passed for one in times], 50) * 1000
    return f"p50 {half:5.2f}  p95 {passed:5.2f}  processor p95 {busy:5.2f}"


def _p95(times: list[Times]) -> tuple[float, float]:
    """Milliseconds on the clock and of processor time."""
    return (
        percentile([one.passed for one in times], 95) * 1000,
        percentile([one.busy for one in times], 95) * 1000,
    )


def _find(words: str, branch_id: int | None) -> object:
    """One search as a request does it, with nothing remembered from the one before."""
    db.session.expunge_all()
    return search.find(words, branch_id)


def _scan(name: str) -> object:
    """A name that is not there by reading the whole table, so that no scan stops early."""
    statement = text(
        "select * from account_search where name like :some or address like :some or digits like :some limit 20"
    )
    db.session.execute(text("set local max_parallel_workers_per_gather = 0"))
    return db.session.execute(statement, {"some": f"%{name}〇%"}).all()


def _some_accounts(draw: random.Random) -> list[Row]:
    size = db.session.execute(text("select max(account_id) from account_search")).scalar_one()
    ids = [draw.randint(1, size) for _ in range(_WORDS)]
    found = db.session.execute(
        text("select * from account_search where account_id = any(:ids) order by account_id"), {"ids": ids}
    )
    return [dict(row) for row in found.mappings()]


def _phone(row: Row) -> str:
    phones: list[str] = row["digits"].split(" ")[1:]
    return phones[0] if phones and phones[0] else "13800000000"


def _address(row: Row) -> list[str]:
    """Community, building, unit, room: `['兴工里', '26', '3', '1604']`."""
    community, building, unit, room = row["address"].split(" ")
    return [community, building.removesuffix("号楼"), unit.removesuffix("单元"), room]


def _two_letters(row: Row, draw: random.Random) -> str:
    return str(row["initials"].split(" ")[0][: draw.choice((2, 3, 4))])


def _absent(_row: Row, draw: random.Random) -> str:
    """Two characters that stand beside each other nowhere."""
    return draw.choice(SURNAMES[-40:]) + draw.choice(SURNAMES[-90:-50])


def _rare(_row: Row, draw: random.Random) -> str:
    return draw.choice(SURNAMES[-100:]) + draw.choice(GIVEN[-60:])


KINDS: dict[str, Callable[[Row, random.Random], str]] = {
    "card number": lambda row, _: row["card_no"],
    "start of a card number": lambda row, draw: row["card_no"][: draw.choice((4, 6, 8, 9))],
    "card number in groups": lambda row, _: (
        f"{row['card_no'][:4]} {row['card_no'][4:8]} {row['card_no'][8:]}"
    ),
    "first digits of a phone": lambda row, draw: _phone(row)[: draw.choice((4, 5, 7, 9))],
    "last four digits of a phone": lambda row, _: _phone(row)[-4:],
    "middle digits of a phone": lambda row, draw: _phone(row)[3 : draw.choice((7, 8, 9))],
    "whole phone": lambda row, _: _phone(row),
    "two characters of a name": lambda row, _: row["name"][:2],
    "three characters of a name": lambda row, draw: (
        row["name"] if len(row["name"]) > 2 else row["name"] + draw.choice(GIVEN)
    ),
    "rare name": _rare,
    "absent name": _absent,
    "initials, two to four letters": _two_letters,
    "one letter": lambda row, _: row["initials"][0],
    "community": lambda row, _: _address(row)[0],
    "two characters of a community": lambda row, draw: (
        _address(row)[0][:2] if draw.random() < 0.5 else _address(row)[0][-2:]
    ),
    "name and community": lambda row, _: f"{row['name']} {_address(row)[0]}",
    "surname and community": lambda row, _: f"{row['name'][0]} {_address(row)[0]}",
    "initials and community": lambda row, _: f"{row['initials'].split(' ')[0]} {_address(row)[0]}",
    "community 26-3-1604": lambda row, _: f"{_address(row)[0]} {'-'.join(_address(row)[1:])}",
    "community26号楼3单元1604": lambda row, _: "{}{}号楼{}单元{}".format(*_address(row)),
    "26-3-1604": lambda row, _: "-".join(_address(row)[1:]),
    "room and last four digits": lambda row, _: f"{_address(row)[3]} {_phone(row)[-4:]}",
    "one character": lambda row, _: row["name"][0],
    "one to three digits": lambda row, draw: draw.choice(_address(row)[1:3]),
}
