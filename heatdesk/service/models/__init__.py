"""Tables of the service desk."""

from heatdesk.service.models.tickets import Ticket, TicketEvent, TicketPhoto

__all__ = ["Ticket", "TicketEvent", "TicketPhoto"]
