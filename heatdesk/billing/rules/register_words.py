"""The words registers use for use, way of charging and state, and what they mean in heatdesk."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from heatdesk.billing.rules.register_cells import BLANKS, half_width
from heatdesk.billing.rules.register_faults import (
    UNKNOWN_MODE,
    UNKNOWN_STATE,
    UNKNOWN_USE,
    VACANT_SUSPENDED,
    CellFault,
    Severity,
    shown,
)
from heatdesk.billing.rules.states import SupplyMode, SupplyState, UseClass
from heatdesk.sheets.headers import Cell

Word = TypeVar("Word", bound=StrEnum)


def _table(words: Mapping[Word, str]) -> dict[str, Word]:
    return {text: word for word, texts in words.items() for text in (*texts.split(), str(word))}


USE_CLASSES = _table(
    {
        UseClass.RESIDENTIAL: (
            "居民 住宅 居住 民用 民宅 居民住宅 居民供热 家庭 宿舍 公寓 别墅 平房 resident domestic home"
        ),
        UseClass.NON_RESIDENTIAL: (
            "非居民 非民用 非住宅 商业 商铺 商服 商户 商网 网点 门市 门面 店铺 办公 写字楼 办公楼 企业 工业 "
            "厂房 仓库 车库 库房 宾馆 酒店 饭店 餐饮 洗浴 商场 超市 公建 经营 营业 单位 其他 commercial "
            "business office shop industrial non-residential nonresidential"
        ),
        UseClass.PUBLIC: (
            "公共 公用 公益 学校 教育 幼儿园 医院 卫生 医疗 养老 养老院 福利 福利院 机关 行政 事业 事业单位 "
            "部队 寺庙 教堂 社区 school hospital institution"
        ),
    }
)
"""公建 is tariff language for non-residential, not for schools and hospitals."""

MODES = _table(
    {
        SupplyMode.AREA: "面积 按面积 面积收费 面积计费 建筑面积 平米 平方米 非计量 包烧",
        SupplyMode.METERED: "计量 热计量 按计量 计量收费 热量 按热量 热量表 两部制 meter heat",
        SupplyMode.STEAM: "蒸汽 汽 蒸气 热水 生活热水 吨 hot-water",
        SupplyMode.MINIMUM: "最低 最低用量 保底 最低热量 包费 定额",
    }
)
STATES = _table(
    {
        SupplyState.SUPPLIED: (
            "供热 正常 在供 在网 供暖 正常供热 已供 开通 开栓 复热 恢复供热 用热 active on normal heated"
        ),
        SupplyState.SUSPENDED: (
            "报停 停供 停热 停暖 暂停 停用 申请停供 停止供热 空置 空房 空户 off stopped vacant"
        ),
        SupplyState.CUT: "断网 断管 拆网 脱网 断开 割管 强停 欠费停供 disconnected",
        SupplyState.DEMOLISHED: "拆迁 拆除 已拆 已拆除 已拆迁 动迁 灭失 removed",
    }
)


def first_words(words: Mapping[str, Word]) -> dict[Word, str]:
    """The usual word of a register for each meaning: supplied → 供热."""
    usual: dict[Word, str] = {}
    for text, word in words.items():
        usual.setdefault(word, text)
    return usual


VACANT = frozenset({"空置", "空房", "空户", "vacant"})


def read_use_class(cell: Cell) -> tuple[UseClass | None, CellFault | None]:
    return _read_word(cell, USE_CLASSES, UNKNOWN_USE)


def read_mode(cell: Cell) -> tuple[SupplyMode | None, CellFault | None]:
    return _read_word(cell, MODES, UNKNOWN_MODE)


def read_state(cell: Cell) -> tuple[SupplyState | None, CellFault | None]:
    """How the premises are supplied. 空置 (empty) counts as suspended and is remarked: nobody has asked for
    it.
    """
    state, fault = _read_word(cell, STATES, UNKNOWN_STATE)
    if state is not None and _plain(cell) in VACANT:
        return state, CellFault(VACANT_SUSPENDED, {"value": shown(cell)}, Severity.WARNING)
    return state, fault


def _plain(cell: Cell) -> str:
    return re.sub(r"\s+", "", half_width(cell)).lower()


def _read_word(cell: Cell, words: Mapping[str, Word], unknown: str) -> tuple[Word | None, CellFault | None]:
    text = _plain(cell)
    if text in BLANKS:
        return None, None
    for ending in ("", "用户", "用热", "户", "类"):
        if text.endswith(ending) and (word := words.get(text.removesuffix(ending))):
            return word, None
    return None, CellFault(unknown, {"value": shown(cell)})
