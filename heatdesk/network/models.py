"""Where: branch ▸ office, heat source ▸ station, district, community, building, premises (brief B1)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heatdesk.db import Model, Pk


class Branch(Model):
    """A branch (分公司): the border of what a member of staff sees, and of a business day."""

    __tablename__ = "branch"
    __table_args__ = (CheckConstraint("card_digits between 4 and 16", name="card_digits_sensible"),)

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    cash_rounding: Mapped[str] = mapped_column(
        server_default="fen", comment="to what cash is rounded: fen (not at all), jiao, yuan"
    )
    card_prefix: Mapped[str] = mapped_column(server_default="", comment="what new card numbers begin with")
    card_digits: Mapped[int] = mapped_column(
        server_default="10", comment="how many digits of a new card number follow its prefix"
    )


class Office(Model):
    """A service office (网所) of a branch."""

    __tablename__ = "office"
    __table_args__ = (UniqueConstraint("branch_id", "name"),)

    id: Mapped[Pk]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    name: Mapped[str]
    phone: Mapped[str | None]

    branch: Mapped[Branch] = relationship(lazy="raise")


class HeatSource(Model):
    """A heat source (热源): a power station or boiler house."""

    __tablename__ = "heat_source"

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(unique=True)


class Station(Model):
    """A heat-exchange station (换热站) fed by one source."""

    __tablename__ = "station"
    __table_args__ = (UniqueConstraint("heat_source_id", "name"),)

    id: Mapped[Pk]
    heat_source_id: Mapped[int] = mapped_column(ForeignKey("heat_source.id"))
    name: Mapped[str]

    heat_source: Mapped[HeatSource] = relationship(lazy="raise")


class District(Model):
    """An administrative district (行政区)."""

    __tablename__ = "district"

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(unique=True)


class Community(Model):
    """A residential community (小区)."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("district_id", "name"),)

    id: Mapped[Pk]
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    name: Mapped[str]
    name_initials: Mapped[str] = mapped_column(server_default="")

    district: Mapped[District] = relationship(lazy="raise")


class Building(Model):
    """A building (楼栋): it hangs on a community, a station and an office."""

    __tablename__ = "building"
    __table_args__ = (
        UniqueConstraint("community_id", "name"),
        Index(None, "station_id"),
        Index(None, "office_id"),
    )

    id: Mapped[Pk]
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str]
    building_type: Mapped[str | None] = mapped_column(
        comment="multi_storey, mid_rise, high_rise (Luoyang factor)"
    )

    community: Mapped[Community] = relationship(lazy="raise")
    station: Mapped[Station] = relationship(lazy="raise")
    office: Mapped[Office] = relationship(lazy="raise")


class Premises(Model):
    """A flat, shop or school (户)."""

    __tablename__ = "premises"
    __table_args__ = (UniqueConstraint("building_id", "unit", "room"), Index(None, "address", "id"))

    id: Mapped[Pk]
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    unit: Mapped[str] = mapped_column(server_default="")
    room: Mapped[str]
    floor: Mapped[int | None]
    address: Mapped[str] = mapped_column(comment="community building unit room, as printed")

    building: Mapped[Building] = relationship(lazy="raise")
