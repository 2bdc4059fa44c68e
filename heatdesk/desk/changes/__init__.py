"""What a second person decides and needs both billing and service: every file is a kind, and registers itself."""

from importlib import import_module
from pkgutil import iter_modules

KINDS = tuple(import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
