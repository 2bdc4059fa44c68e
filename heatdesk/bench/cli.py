"""`heatdesk bench`: measure, each bench with data of its own, and print figures beside their targets."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from types import ModuleType

import click

from heatdesk import bench as room
from heatdesk.bench.measuring import machine, table


def benches() -> Mapping[str, ModuleType]:
    """Every module of this folder that has a `run`, by name; read only when a bench is asked for."""
    modules = {
        found.name: import_module(f"{room.__name__}.{found.name}")
        for found in pkgutil.iter_modules(room.__path__)
        if found.name != __name__.rpartition(".")[2]
    }
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


@click.command(name="bench")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--rows", type=click.IntRange(min=16), help="How large the data is; each bench has its own default."
)
@click.option("--rounds", type=click.IntRange(min=1), help="How often each contestant takes its turn.")
def command(names: tuple[str, ...], rows: int | None, rounds: int | None) -> None:
    """Measure and compare, in databases made for it and dropped again. Without names: every bench there is."""
    known = benches()
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise click.BadParameter(f"there is no bench {', '.join(unknown)}; there are {', '.join(known)}")
    asked = {name: value for name, value in (("rows", rows), ("rounds", rounds)) if value is not None}
    print(machine())
    for name in names or known:
        module = known[name]
        taken = {
            option: value for option, value in asked.items() if option in signature(module.run).parameters
        }
        print()
        print(table(name, module.run(**taken), getattr(module, "TARGETS", {})))
    print()
    print(machine())
