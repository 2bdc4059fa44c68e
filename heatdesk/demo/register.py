"""An invented register as a workbook: households such as a branch's export would hold, the same every time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.money import round_money
from heatdesk.sheets import write_xlsx
from heatdesk.sheets.writing import Value

_COLUMNS = (
    "用户编号", "户名", "联系电话", "分公司", "网所", "热源", "换热站", "行政区", "小区", "楼栋", "单元", "房号",
    "建筑面积", "套内面积", "阳台面积", "层高", "用热性质", "计费方式", "供热状态", "状态日期", "预存余额", "备注",
)  # fmt: skip

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜"
    "范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
    ""
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉红梅建国志文斌鑫波宁浩宇晨欣雪"
    "琳佳慧颖莹倩雨婷思丹凤燕海峰云帆"
)
_TRADES = ("餐饮有限公司", "药房连锁店", "超市", "理发店", "五金商行", "培训学校")


@dataclass(frozen=True)
class _Community:
    name: str
    district: str
    office: str
    source: str
    station: str
    card: str
    shops: bool = False


_COMMUNITIES = {
    "沈阳分公司": (
        _Community("沿河新村", "和平区", "长白所", "热电厂", "长白三站", "31"),
        _Community("砂山花园", "和平区", "长白所", "热电厂", "砂山站", "32"),
        _Community("工人村旧街", "铁西区", "铁西所", "热电厂", "工人村站", "33"),
        _Community("南塔商业街", "沈河区", "沈河所", "热电厂", "南塔站", "34", shops=True),
    ),
    "辽中分公司": (
        _Community("蒲河家园", "辽中区", "辽中所", "辽中锅炉房", "蒲河站", "41"),
        _Community("茨榆小区", "辽中区", "辽中所", "辽中锅炉房", "茨榆站", "42"),
    ),
}


BRANCHES = tuple(_COMMUNITIES)


def workbook(branch: str, households: int, old_season: str) -> bytes:
    """An xlsx register of `households` flats of one of the demo's branches, some with arrears of `old_season`."""
    chance = random.Random(f"heatdesk {branch}")
    rows: list[tuple[Value, ...]] = list(_rows(branch, households, chance))
    return write_xlsx(rows, (*_COLUMNS, f"{old_season}陈欠"), sheet_name="用户台账")


def _rows(branch: str, households: int, chance: random.Random) -> Iterator[tuple[Value, ...]]:
    communities = _COMMUNITIES[branch]
    flats = [
        (community, building, unit, floor * 100 + door)
        for community in communities
        for building in range(1, 25)
        for unit in range(1, 4)
        for floor in range(1, 18)
        for door in (1, 2)
    ]
    for number, (community, building, unit, room) in enumerate(
        sorted(chance.sample(flats, households), key=repr)
    ):
        yield _row(branch, community, f"{community.card}{number:09d}", (building, unit, room), chance)


def _row(
    branch: str, community: _Community, card: str, flat: tuple[int, int, int], chance: random.Random
) -> tuple[Value, ...]:
    building, unit, room = flat
    is_shop = community.shops or (room < 103 and chance.random() < 0.2)
    area = Decimal(int(chance.triangular(4000, 14500, 8200)) * (2 if is_shop else 1)) / 100
    state = chance.choices(["供热", "报停"], [92, 8])[0]
    owes = state == "供热" and chance.random() < 0.06
    return (
        card,
        _shop_name(community, chance) if is_shop else _person(chance),
        f"1{chance.choice('3578')}{chance.randrange(10**9):09d}",
        *(branch, community.office, community.source, community.station, community.district, community.name),
        *(f"{building}号楼", f"{unit}单元", str(room)),
        *(area, round_money(area * Decimal("0.78")), Decimal(chance.choice(["0", "0", "3.2", "5.6"]))),
        Decimal("4.2") if is_shop else Decimal("2.8"),
        *("商业" if is_shop else "居民", "面积", state, "2025-10-08" if state == "报停" else ""),
        500 if chance.random() < 0.03 else 0,
        "",
        round_money(area * 26) if owes else 0,
    )


def _person(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice([1, 2, 2])))


def _shop_name(community: _Community, chance: random.Random) -> str:
    return f"沈阳市{community.district}{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}{chance.choice(_TRADES)}"
