"""What lists and places show without adding up a million bills: kept by the triggers of `0013_balances.sql` (I29)."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Area, Model, Money


class AccountBalance(Model):
    """What an account owes over all seasons, and where it lies; every account has one."""

    __tablename__ = "account_balance"
    __table_args__ = (
        Index(None, "owed", "account_id"),
        Index(None, "branch_id", "owed", "account_id"),
        Index(None, "building_id"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int]
    building_id: Mapped[int]
    is_open: Mapped[bool]
    owed: Mapped[Money] = mapped_column(server_default="0")


class BuildingFigures(Model):
    """Open accounts of a building, accounts of it that owe, and their debt; a branch apart for each."""

    __tablename__ = "building_figures"

    building_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    accounts: Mapped[int] = mapped_column(server_default="0")
    owing: Mapped[int] = mapped_column(server_default="0")
    owed: Mapped[Money] = mapped_column(server_default="0")


class BuildingArea(Model):
    """By how much the area of a building's open accounts changes on a day; the area of a day is the sum up to it."""

    __tablename__ = "building_area"

    building_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    area_m2: Mapped[Area]


class BuildingSeason(Model):
    """Bills of a building in one season, and their totals."""

    __tablename__ = "building_season"

    season_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    building_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bills: Mapped[int] = mapped_column(server_default="0")
    charged: Mapped[Money] = mapped_column(server_default="0")
    reduced: Mapped[Money] = mapped_column(server_default="0")
    paid: Mapped[Money] = mapped_column(server_default="0")
