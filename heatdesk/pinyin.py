"""Initials of Chinese names, by which a clerk finds a customer: 张立华 → `zlh`."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_SURNAMES = {
    "曾": "z", "仇": "q", "单": "s", "單": "s", "解": "x", "查": "z", "翟": "z", "覃": "q", "区": "o", "區":
    "o", "种": "c", "乐": "y", "樂": "y", "召": "s", "折": "s", "繁": "p", "秘": "b", "重": "c", "粘": "n",
    "隗": "w", "佴": "n", "厘": "x", "阚": "k", "么": "y", "乜": "n", "祭": "z", "适": "k", "谌": "s", "宓":
    "f",
}  # fmt: skip
"""Readings of a character as a surname; both this one and the usual one are kept, since clerks type either.
"""

_DOUBLE_SURNAMES = {"尉迟": "yc", "万俟": "mq", "单于": "cy", "长孙": "zs", "澹台": "tt"}

_SEVERAL_READINGS = frozenset("长重行乐传朝藏调都合会降卡弄厦省曾单盛石弹大校解乘参宿")
"""Characters whose initial depends on the word around them; only names with one of them are looked up as a
whole.
"""


def initials(name: str) -> str:
    """The initials of a name; further readings follow after a blank: `曾立华` → `zlh clh`.

    Latin letters and digits stay (in lower case), other signs and characters without a reading are left out.
    """
    plain = "".join([_initial(character) for character in name])
    readings = [plain]
    if not _SEVERAL_READINGS.isdisjoint(name):
        known = "".join(filter(_initial, name))
        readings.append("".join(lazy_pinyin(known, style=Style.FIRST_LETTER)).lower())
    if double := _DOUBLE_SURNAMES.get(name[:2]):
        readings.insert(0, double + plain[2:])
    elif _initial(name[:1]):
        readings.insert(0, _SURNAMES.get(name[0], plain[:1]) + plain[1:])
    return " ".join(dict.fromkeys(filter(None, readings)))


@lru_cache(maxsize=65_536)
def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    found = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return found[0][:1] if found else ""
