"""The list of till shifts: who sees which, what is asked for, and the same as a workbook."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, request
from flask_login import current_user
from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.models import TillShift
from heatdesk.billing.rules.workflow import ShiftState
from heatdesk.billing.services import tills
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.sheets.writing import write_xlsx
from heatdesk.web.pages import scope_branch
