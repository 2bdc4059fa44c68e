"""Initials a clerk types to find a name."""

import time

import pytest

from heatdesk.pinyin import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("张立华", "zlh"),
        ("曾立华", "zlh clh"),
        ("仇英", "qy cy"),
        ("单建", "sj dj"),
        ("解然国", "xrg jrg"),
        ("查理", "zl cl"),
        ("翟志刚", "zzg dzg"),
        ("欧阳修", "oyx"),
        ("尉迟恭", "ycg wcg"),
        ("万俟卨", "mqx wqx"),
        ("单于", "cy dy"),
        ("重庆小面馆", "cqxmg zqxmg"),
        ("长春银行", "zcyx ccyh"),
        ("工商银行重庆分行", "gsyxzqfx gsyhcqfh"),
        ("A座 超市（12号）", "azcs12h"),
        ("Smith J.", "smithj"),
        ("𠮷野家", "yj"),
        ("·", ""),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_a_city_of_names_takes_seconds() -> None:
    names = [
        first + second + third
        for first in "赵钱孙李周吴郑王冯曾"
        for second in "立国建明晓" * 20
        for third in "华强红" * 7
    ]
    started = time.perf_counter()
    for name in names:
        initials(name)
    assert len(names) == 21_000
    assert time.perf_counter() - started < 2
