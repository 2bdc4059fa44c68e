"""Which column of a register holds which fact: recognised by its name, corrected by the clerk."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from heatdesk.errors import BadInput, msgid
from heatdesk.sheets.headers import normal_name


class Field(StrEnum):
    """A fact a register can bring. Arrears are not among them: they belong to a season each."""

    CARD_NO = "card_no"
    NAME = "name"
    PHONES = "phones"
    ID_NUMBER = "id_number"
    BRANCH = "branch"
    OFFICE = "office"
    HEAT_SOURCE = "heat_source"
    STATION = "station"
    DISTRICT = "district"
    COMMUNITY = "community"
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    ROOM = "room"
    ADDRESS = "address"
    BUILDING_AREA = "building_area_m2"
    INNER_AREA = "inner_area_m2"
    USABLE_AREA = "usable_area_m2"
    BALCONY_AREA = "balcony_area_m2"
    ATTIC_AREA = "attic_area_m2"
    BASEMENT_AREA = "basement_area_m2"
    STOREY_HEIGHT = "storey_height_m"
    USE_CLASS = "use_class"
    MODE = "mode"
    STATE = "state"
    STATE_ON = "state_on"
    OPENED_ON = "opened_on"
    PREPAYMENT = "prepayment"
    REMARK = "remark"


_SYNONYMS: dict[Field, str] = {
    Field.CARD_NO: (
        "用户编号 卡号 用户卡号 用户号 户号 编号 缴费号 缴费卡号 收费卡号 热力卡号 供热卡号 用热编号 "
        "用户编码 card_no card card_number account_no account_number"
    ),
    Field.NAME: (
        "户名 姓名 用户名 用户名称 用户姓名 客户名称 客户姓名 业主 业主姓名 单位名称 房主 name customer "
        "customer_name owner"
    ),
    Field.PHONES: (
        "联系电话 电话 手机 手机号 手机号码 电话号码 联系方式 移动电话 固定电话 phone phones telephone "
        "mobile tel"
    ),
    Field.ID_NUMBER: "身份证号 身份证 身份证号码 证件号 证件号码 统一社会信用代码 id_number id_no",
    Field.BRANCH: "分公司 所属分公司 公司 branch",
    Field.OFFICE: "网所 供热所 管理所 收费所 营业所 所属网所 站所 所 office",
    Field.HEAT_SOURCE: "热源 热源厂 热源名称 锅炉房 heat_source source",
    Field.STATION: "换热站 热力站 站点 换热站名称 所属换热站 station",
    Field.DISTRICT: "行政区 区 区域 所属区 行政区划 district",
    Field.COMMUNITY: "小区 小区名称 小区名 社区 楼盘 所属小区 community estate",
    Field.BUILDING: "楼栋 楼号 栋号 楼 栋 幢 楼座 楼栋号 楼宇 building block",
    Field.UNIT: "单元 单元号 门栋 unit entrance",
    Field.FLOOR: "楼层 层 所在楼层 floor",
    Field.ROOM: "房号 室 室号 门牌 房间号 房间 户室 门牌号 room flat",
    Field.ADDRESS: "地址 用户地址 用热地址 详细地址 房屋地址 坐落 address",
    Field.BUILDING_AREA: "建筑面积 面积 供热面积 建面 房屋面积 产权面积 building_area area",
    Field.INNER_AREA: "套内面积 套内建筑面积 套内 inner_area",
    Field.USABLE_AREA: "使用面积 实用面积 usable_area",
    Field.BALCONY_AREA: "阳台面积 阳台 balcony_area balcony",
    Field.ATTIC_AREA: "阁楼面积 阁楼 attic_area attic",
    Field.BASEMENT_AREA: "地下室面积 地下室 地下面积 basement_area basement",
    Field.STOREY_HEIGHT: "层高 举架 房高 室高 举架高度 storey_height height",
    Field.USE_CLASS: (
        "用热性质 房屋性质 用户性质 用户类型 用户类别 用热类别 性质 房屋用途 use_class use class"
    ),
    Field.MODE: "计费方式 收费方式 计量方式 计价方式 用热方式 mode charging",
    Field.STATE: "供热状态 状态 用热状态 供暖状态 用户状态 state status",
    Field.STATE_ON: "状态日期 状态时间 报停日期 停供日期 变更日期 state_on state_date status_date",
    Field.OPENED_ON: "开户日期 入网日期 入网时间 建档日期 立户日期 opened_on opened",
    Field.PREPAYMENT: "预存余额 预存 预收 预收余额 预存款 余额 账户余额 预缴 预交 prepayment prepaid balance",
    Field.REMARK: "备注 说明 附注 remark remarks note notes",
}
_BY_NAME: dict[str, Field] = {
    normal_name(word): what for what, words in _SYNONYMS.items() for word in words.split()
}
FIELD_NAMES: dict[Field, str] = {
    Field.CARD_NO: msgid("Card number"),
    Field.NAME: msgid("Name"),
    Field.PHONES: msgid("Telephones"),
    Field.ID_NUMBER: msgid("Identity number"),
    Field.BRANCH: msgid("Branch"),
    Field.OFFICE: msgid("Office"),
    Field.HEAT_SOURCE: msgid("Heat source"),
    Field.STATION: msgid("Station"),
    Field.DISTRICT: msgid("District"),
    Field.COMMUNITY: msgid("Community"),
    Field.BUILDING: msgid("Building"),
    Field.UNIT: msgid("Unit"),
    Field.FLOOR: msgid("Floor"),
    Field.ROOM: msgid("Room"),
    Field.ADDRESS: msgid("Address"),
    Field.BUILDING_AREA: msgid("Building area (m²)"),
    Field.INNER_AREA: msgid("Inner area (m²)"),
    Field.USABLE_AREA: msgid("Usable area (m²)"),
    Field.BALCONY_AREA: msgid("Balcony area (m²)"),
    Field.ATTIC_AREA: msgid("Attic area (m²)"),
    Field.BASEMENT_AREA: msgid("Basement area (m²)"),
    Field.STOREY_HEIGHT: msgid("Storey height (m)"),
    Field.USE_CLASS: msgid("Use"),
    Field.MODE: msgid("Charged by"),
    Field.STATE: msgid("State of supply"),
    Field.STATE_ON: msgid("State since"),
    Field.OPENED_ON: msgid("Customer since"),
    Field.PREPAYMENT: msgid("Prepayment (yuan)"),
    Field.REMARK: msgid("Remark"),
}
"""What the page that maps columns calls the fields: message ids."""

KNOWN_NAMES = frozenset(_BY_NAME)
"""Normal column names by which the header row of a register is found."""

_ARREARS = re.compile(
    r"(?P<first>20\d\d)(?:\s*[-—–~至/_]\s*)(?P<second>20\d\d|\d\d)(?:年度?|采暖[期季]?|供热[期季]?|供暖[期季]?|度|\s)*"
    r"(?:陈欠|欠费|欠款|尾欠|欠缴|欠交|未交|未缴|历欠|arrears|debt|owed|due)",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[(（\[【](?!20\d\d).*?[)）\]】]")
_SEASON = re.compile(r"20\d\d-20\d\d")

USUAL: Mapping[Field, str] = {Field.USE_CLASS: "居民", Field.MODE: "面积", Field.STATE: "供热"}
"""What is suggested for the whole file where it has no such column; the clerk sees and changes it."""

REQUIRED = (Field.CARD_NO, Field.NAME, Field.BUILDING_AREA)
NO_COLUMN = msgid(
    "The list has no column for: %(words)s. Choose which column holds each of them, or add it to the file."
)
TWO_FACTS = msgid("The column %(column)s cannot hold two facts. Choose one.")
NO_SUCH_COLUMN = msgid("There is no column %(column)s in the file.")
BAD_SEASON = msgid("“%(season)s” is no season. Write it as 2024-2025.")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`header` as in the file; columns counted from 0 for each field and for the arrears of each season.

    `assumed` gives the text to take where a field has no column, for instance the branch of the whole file.
    """

    header: tuple[str, ...]
    fields: Mapping[Field, int]
    arrears: Mapping[str, int] = field(default_factory=dict)
    assumed: Mapping[Field, str] = field(default_factory=dict)

    @classmethod
    def suggest(cls, header: Sequence[str]) -> "ColumnMapping":
        """What the names of the columns say; of two columns with the same meaning the first is taken."""
        fields: dict[Field, int] = {}
        arrears: dict[str, int] = {}
        for column, name in enumerate(header):
            if season := arrears_season(name):
                arrears.setdefault(season, column)
            elif what := _BY_NAME.get(normal_name(name)):
                fields.setdefault(what, column)
        assumed = {what: text for what, text in USUAL.items() if what not in fields}
        return cls(tuple(header), fields, arrears, assumed)

    def check(self) -> None:
        """Raises `BadInput` if a required column is missing, named twice, or not in the file."""
        missing = [what for what in REQUIRED if what not in self.fields]
        if not {Field.USE_CLASS} & {*self.fields, *self.assumed}:
            missing.append(Field.USE_CLASS)
        placed = {Field.BUILDING, Field.ROOM} <= {*self.fields, *self.assumed} or Field.ADDRESS in self.fields
        if missing or not placed:
            lacking = [*missing, *([] if placed else [Field.ADDRESS])]
            words = ", ".join(_SYNONYMS[what].split()[0] for what in lacking)
            raise BadInput(NO_COLUMN, words=words)
        for season in self.arrears:
            if not _SEASON.fullmatch(season) or int(season[5:]) != int(season[:4]) + 1:
                raise BadInput(BAD_SEASON, season=season)
        seen: set[int] = set()
        for column in (*self.fields.values(), *self.arrears.values()):
            if not 0 <= column < len(self.header):
                raise BadInput(NO_SUCH_COLUMN, column=column_letter(column))
            if column in seen:
                raise BadInput(TWO_FACTS, column=f"{column_letter(column)} {self.header[column]}")
            seen.add(column)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a form or a stored import batch; `from_dict` reads them back."""
        fields = {str(what): column for what, column in self.fields.items()}
        assumed = {str(what): text for what, text in self.assumed.items()}
        return {
            "header": list(self.header),
            "fields": fields,
            "arrears": dict(self.arrears),
            "assumed": assumed,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ColumnMapping":
        return cls(
            tuple(stored["header"]),
            {Field(what): int(column) for what, column in stored["fields"].items()},
            {str(season): int(column) for season, column in stored["arrears"].items()},
            {Field(what): str(text) for what, text in stored["assumed"].items()},
        )


def arrears_season(name: str) -> str | None:
    """The season code of a column such as `2024-2025陈欠` or `2024-25 arrears`; None for others."""
    match = _ARREARS.search(unicodedata.normalize("NFKC", _ASIDE.sub("", name)))
    if match is None:
        return None
    first = int(match["first"])
    return f"{first}-{first + 1}" if (first + 1) % 100 == int(match["second"]) % 100 else None


def column_letter(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA: the column as the spreadsheet shows it."""
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
