"""A city's register made by SQL: names as they are spread in the north of China, communities, buildings, flats, phones.

Flats stand in the order of their addresses, as registers do, so a community is one stretch of the table.
"""

from collections.abc import Sequence
from itertools import islice, product

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, text

from heatdesk.db import db, transaction
from heatdesk.pinyin import initials

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
    "倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游"
    "阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉"
    "简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗"
    "匡宗应台巫鞠僧桑荆谌银扬明沙伏岑习胥保和蔺水云昌凤酆皮鱼狄贝伊宓蓬堪咸籍昝支督莘贡劳逄扶宰郦雍却璩濮寿通扈浦尚"
    "农别充慕茹宦容慎戈庾终暨居衡步弘国寇广禄阙东沃利蔚越夔隆师厍晁勾融訾阚那麻敬展危衷亓笪仝仉暴战原茅苍双淳"
)
"""Commonest first."""

GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文玉兰红梅玲国春海云飞鹏波斌辉鑫志永健俊帆雪荣爱东凯宁龙林浩"
    "宇轩子涵雨欣怡梓晨思琪佳嘉悦诗若语馨彤萱一诺依然心妍可梦洁莹琳晶慧婷颖倩蕾薇丹青松柏峰岩山川江河淑珍凤琴莲翠素"
    "贞惠芬香巧美德福贵财祥瑞庆有才学忠信义礼智仁孝廉世家兴旺昌盛全金银宝树根生长久远达成立新民权正光亮清振中启航翔宏"
    "彬博雄毅威旭阳野竹岚"
)
"""Commonest first."""

BRANCHES = 10
_COMMUNITIES = 1200
_SIZES = {"branches": BRANCHES, "offices": 5, "estates": _COMMUNITIES}
"""Offices are those of one branch."""
_FIRST = "兴金万华龙凤阳光绿翠碧云天星月河湖江山林东西南北中春秋和平安泰福祥瑞锦御红新紫向"
_SECOND = "工城科泽府景园湾岸庭地辰海波峰润居泰安康宁乐美嘉丽怡雅盛达源"
_ENDINGS = (
    tuple("里里里") + ("花园",) * 3 + ("小区",) * 4 + ("家园", "家园", "新村", "新村", *"苑苑苑城城", "公寓")
)
_PHONE_STARTS = (
    *("130", "131", "132", "133", "135", "136", "137", "138", "138", "138", "139", "139", "139"),
    *("150", "151", "152", "155", "156", "158", "159", "166", "170", "173", "175", "176", "177"),
    *("178", "180", "181", "182", "183", "185", "186", "187", "188", "189", "191", "195", "198", "199"),
)
_SLOTS = 4000
"""Into so many places a list is spread by weight before one is drawn at random."""


def make_register(rows: int) -> None:
    """Fill branch to customer for `rows` accounts, but not the accounts themselves; run as the owner.

    What `add_accounts` needs stays behind in the temporary table `flat`.
    """
    with transaction():
        _fill(rows)


def add_accounts() -> None:
    """Every account in one statement, as an import does; the triggers make it findable."""
    with transaction():
        db.session.execute(text(_ACCOUNTS))


def _fill(rows: int) -> None:
    db.session.execute(text("select setseed(0.42)"))
    _keep("surname", _spread(SURNAMES))
    _keep("given", _spread(GIVEN))
    _keep("phone_start", [(sign, "") for sign in _PHONE_STARTS])
    names = [first + second for first, second in islice(product(_FIRST, _SECOND), _COMMUNITIES)]
    _keep("estate", [(name + _ENDINGS[i * 7 % len(_ENDINGS)], "") for i, name in enumerate(names)])
    for statement in _STATEMENTS:
        db.session.execute(text(statement), _SIZES | {"rows": rows})


def _spread(signs: str) -> list[tuple[str, str]]:
    """Each sign with its initials, as often as its rank makes it common (the first about one in fourteen)."""
    weights = [1 / (rank + 9) for rank in range(len(signs))]
    share = _SLOTS / sum(weights)
    return [
        (sign, initials(sign))
        for sign, weight in zip(signs, weights, strict=True)
        for _ in range(max(1, round(weight * share)))
    ]


def _keep(name: str, rows: Sequence[tuple[str, str]]) -> None:
    """A temporary table `name` to draw from: place from 0, sign, letters."""
    places = Table(
        name,
        MetaData(),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("sign", Text),
        Column("letters", Text),
        prefixes=["temporary"],
    )
    connection = db.session.connection()
    places.create(connection)
    connection.execute(
        insert(places),
        [{"place": place, "sign": sign, "letters": letters} for place, (sign, letters) in enumerate(rows)],
    )


_STATEMENTS = (
    # Communities weigh differently, the largest about thirty times the smallest; each has its kind of building.
    """
    create temp table flat as
    with weighed as (
        select place, sign, 0.15 + power(random(), 4) * 5 as weight, 2 + place % 3 as units,
               (array[6, 6, 7, 11, 18, 26])[1 + place * 5 % 6] as floors
          from estate
    ), sized as (
        select *, sum(weight) over (order by place) / sum(weight) over () as upto, weight / sum(weight) over () as share
          from weighed
    ), numbered as (
        select place, sign, units, floors, 1 + k - floor((upto - share) * :rows)::int as here, k
          from sized, generate_series(ceil((upto - share) * :rows)::int, ceil(upto * :rows)::int - 1) as k
    )
    select k + 1 as id, place as estate, sign as estate_name, 1 + here / (units * floors * 2) as building,
           1 + here / (floors * 2) % units as unit, 1 + here / 2 % floors as floor,
           (1 + here / 2 % floors) * 100 + 1 + here % 2 as room,
           floor(random() * (select count(*) from surname))::int as surname,
           floor(random() * (select count(*) from given))::int as given1,
           case when random() < 0.18 then null else floor(random() * (select count(*) from given))::int end as given2,
           floor(random() * (select count(*) from phone_start))::int as phone_start,
           lpad(floor(random() * 100000000)::text, 8, '0') as phone_rest, random() as luck
      from numbered
    """,
    "insert into branch (name) select '第' || n || '分公司' from generate_series(1, :branches) as n",
    """
    insert into office (branch_id, name)
    select branch.id, branch.name || place || '所' from branch, generate_series(1, :offices) as place
     order by branch.id, place
    """,
    "insert into heat_source (name) values ('热电厂')",
    "insert into station (heat_source_id, name) select id, '一站' from heat_source",
    "insert into district (name) values ('铁西区')",
    "insert into community (district_id, name) select district.id, sign from estate, district",
    """
    insert into building (community_id, station_id, office_id, name)
    select community.id, station.id, 1 + (flat.estate * :branches * :offices / :estates), flat.building || '号楼'
      from (select distinct estate, estate_name, building from flat) flat
      join community on community.name = flat.estate_name, station
     order by flat.estate, flat.building
    """,
    "analyze flat, building, community",
    """
    insert into premises (id, building_id, unit, room, floor, address) overriding system value
    select flat.id, building.id, flat.unit || '单元', flat.room, flat.floor,
           estate_name || ' ' || building.name || ' ' || flat.unit || '单元 ' || flat.room
      from flat join community on community.name = flat.estate_name
      join building on building.community_id = community.id and building.name = flat.building || '号楼'
     order by flat.id
    """,
    """
    insert into customer (id, kind, name, name_initials, phones) overriding system value
    select flat.id, 'person', surname.sign || one.sign || coalesce(two.sign, ''),
           (select string_agg(reading || one.letters || coalesce(two.letters, ''), ' ')
              from unnest(string_to_array(surname.letters, ' ')) as reading),
           case when luck < 0.04 then '{}'
                when luck < 0.8 then array[phone_start.sign || phone_rest]
                else array[phone_start.sign || phone_rest, '024' || phone_rest] end
      from flat join surname on surname.place = flat.surname
      join given one on one.place = flat.given1 left join given two on two.place = flat.given2
      join phone_start on phone_start.place = flat.phone_start
     order by flat.id
    """,
    "analyze premises, customer",
)

_ACCOUNTS = """
    insert into account (id, card_no, customer_id, premises_id, branch_id, opened_on, closed_on) overriding system value
    select flat.id, '06' || lpad(office.branch_id::text, 2, '0') || lpad(flat.id::text, 7, '0'), flat.id, flat.id,
           office.branch_id, date '2012-10-15', case when flat.luck between 0.5 and 0.52 then date '2024-05-31' end
      from flat join premises on premises.id = flat.id
      join building on building.id = premises.building_id join office on office.id = building.office_id
     order by flat.id
"""
