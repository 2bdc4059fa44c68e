"""Refusals of billing: meters, their readings, settlement."""

from heatdesk.errors import BadInput, RuleBroken


class SerialTaken(BadInput):
    message = "A meter with the number %(serial_no)s exists already, at card %(card_no)s."


class MeterIsOut(RuleBroken):
    message = "This meter was taken out on %(day)s. Choose a day before, or the meter that followed it."


class ReadBeforeInstalled(RuleBroken):
    message = "The meter was put in on %(day)s. Choose that day or a later one."


class ReadInFuture(BadInput):
    message = "%(day)s has not come yet. Check the date of the reading."


class NoReadingsInFile(BadInput):
    message = (
        "No row of this file has a meter number or card number, a date and a reading. "
        "Name the columns 表号 or 卡号, 抄表日期 and 读数."
    )
