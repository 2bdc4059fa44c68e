"""Refusals of the network screens."""

from heatdesk.errors import RuleBroken


class StillInUse(RuleBroken):
    message = "“%(name)s” cannot be deleted while this hangs on it: %(uses)s. Move or delete that first."


class NameTaken(RuleBroken):
    message = "“%(name)s” already exists there. Choose another name, or use the one that exists."


class OtherBranch(RuleBroken):
    message = "This would leave your branch. Ask head office to move it."


class HeadOfficeOnly(RuleBroken):
    message = (
        "Branches are created and deleted by head office. Ask a colleague whose login belongs to no branch."
    )


class CannotUndo(RuleBroken):
    message = "This was changed again since, so it cannot simply be undone. Open it and correct it."
