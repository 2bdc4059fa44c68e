"""Refusals of change requests about bills."""

from heatdesk.errors import RuleBroken


class NoSuchCard(RuleBroken):
    message = "There is no account %(card_no)s in your branch. Check the number."


class NoTermThatDay(RuleBroken):
    message = "The account has no supply term on %(day)s. Choose a day on which its facts are known."


class SameAreas(RuleBroken):
    message = "The areas are what they were, so nothing would change."
