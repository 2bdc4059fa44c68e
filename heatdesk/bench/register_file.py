"""A register of any length, made like the one of the demo: the same columns and shares, drawn from a seed."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from heatdesk.sheets.writing import Value, write_xlsx

HEADER = (
    "用户编号", "户名", "联系电话", "分公司", "网所", "热源", "换热站", "行政区", "小区", "楼栋", "单元", "房号",
    "建筑面积", "套内面积", "阳台面积", "层高", "用热性质", "计费方式", "供热状态", "状态日期", "{season}陈欠",
    "预存余额", "备注",
)  # fmt: skip
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰辉建国志红梅文斌海燕雪琳晨宇轩"
_COMMUNITIES = ("兴工里", "金地檀溪", "万科新里程", "第一城", "长白岛", "保利花园", "阳光家园", "和平里")
_FLATS_PER_BUILDING = 72


def write_register(rows: int, season: str) -> bytes:
    """A workbook of so many households; `season` is the code of the column of arrears."""
    header = [name.format(season=season) for name in HEADER]
    return write_xlsx(_households(rows), header, sheet_name="用户台账")


def _households(rows: int) -> Iterator[list[Value]]:
    random = Random(20261122)
    for number in range(rows):
        building, flat = divmod(number, _FLATS_PER_BUILDING)
        block, place = divmod(building, len(_COMMUNITIES))
        station = f"{place + 1}号站"
        area = Decimal(random.randrange(45_00, 145_00)) / 100
        stopped = random.random() < 0.1
        since = date(2024, 9, 1) + timedelta(days=random.randrange(300))
        yield [
            f"06{number:09d}",
            random.choice(_SURNAMES) + random.choice(_GIVEN) + random.choice(_GIVEN),
            f"1{random.choice('35789')}{random.randrange(10**9):09d}",
            "沈阳分公司",
            f"{place % 4 + 1}号所",
            f"热源{place % 3 + 1}",
            station,
            f"{place % 5 + 1}区",
            f"{_COMMUNITIES[place]}{block // 40 + 1}期",
            f"{block % 40 + 1}号楼",
            f"{flat // 36 + 1}单元",
            f"{flat % 36 // 2 + 1}{flat % 2 + 1:02d}",
            area,
            (area * Decimal("0.78")).quantize(Decimal("0.01")),
            Decimal(random.randrange(2_00, 8_00)) / 100 if random.random() < 0.49 else None,
            Decimal("2.80"),
            "居民" if random.random() < 0.84 else "非居民",
            "面积" if random.random() < 0.97 else "计量",
            "报停" if stopped else "供热",
            since if stopped else None,
            Decimal(random.randrange(100_00, 4000_00)) / 100 if random.random() < 0.06 else None,
            Decimal(random.randrange(50_00, 2000_00)) / 100 if random.random() < 0.06 else None,
            "" if random.random() < 0.95 else "已换表",
        ]
