"""What billing has decided by a second person: every file here is one kind of change request, and registers itself."""

from importlib import import_module
from pkgutil import iter_modules

KINDS = tuple(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
