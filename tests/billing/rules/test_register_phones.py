"""Telephone cells as people fill them in."""

import pytest

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_faults import Severity
from heatdesk.billing.rules.register_phones import read_phones
from heatdesk.sheets import Cell


@pytest.mark.parametrize(
    ("cell", "phones", "faults"),
    [
        ("", (), []),
        (" 无 ", (), []),
        ("13238270855", ("13238270855",), []),
        (13238270855.0, ("13238270855",), []),
        ("１３２３８２７０８５５", ("13238270855",), []),
        ("13238270855/13327105524", ("13238270855", "13327105524"), []),
        (
            "13238270855、13327105524，024-23895792; 13238270855",
            ("13238270855", "13327105524", "024-23895792"),
            [],
        ),
        ("13238270855、024-23895792，; 13238270855", ("13238270855", "024-23895792"), []),
        ("13238270855 13327105524", ("13238270855", "13327105524"), []),
        ("13238270855\n13327105524", ("13238270855", "13327105524"), []),
        ("1323827085513327105524", ("13238270855", "13327105524"), [say.GLUED_PHONES]),
        ("132 3827 0855", ("13238270855",), []),
        ("132-3827-0855", ("13238270855",), []),
        ("+86 132 3827 0855", ("13238270855",), []),
        ("手机：13238270855（本人）", ("13238270855",), []),
        ("024-23895792", ("024-23895792",), []),
        ("02423895792", ("024-23895792",), []),
        ("(024)23895792转801", ("024-23895792-801",), []),
        ("0415 2345678", ("0415-2345678",), []),
        ("400-810-1234", ("400-810-1234",), []),
        ("23895792", ("23895792",), [say.NO_AREA_CODE]),
        ("12238270855", (), [say.BAD_PHONE]),
        ("1323827085", (), [say.BAD_PHONE]),
        ("132382708551234", (), [say.BAD_PHONE]),
        ("138****5678", (), [say.BAD_PHONE]),
        ("1.32383E+10", (), [say.BAD_PHONE]),
        ("13238270855/不详", ("13238270855",), [say.BAD_PHONE]),
        ("1" * 200, (), [say.BAD_PHONE]),
    ],
)
def test_phones(cell: Cell, phones: tuple[str, ...], faults: list[str]) -> None:
    found, said = read_phones(cell)
    assert (found, [fault.message for fault in said]) == (phones, faults)
    assert not any("%(" in fault.message % fault.values for fault in said)
    assert all(fault.severity is Severity.WARNING for fault in said)
