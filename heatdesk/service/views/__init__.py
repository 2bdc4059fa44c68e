"""The blueprints of the service desk."""

from heatdesk.service.views import valve_job_moves, valve_jobs, valve_sheets

BLUEPRINTS = (valve_jobs.bp, valve_sheets.bp)

__all__ = ["BLUEPRINTS", "valve_job_moves"]
