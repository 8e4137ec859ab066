"""The register of measures: what each is called, what it is, and whether it is computed without being asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from graphkoc.arrays import Values
from graphkoc.errors import UsageError
from graphkoc.graph.network import Network

__all__ = ["MEASURES", "Measure", "check_known", "measure", "optional_measure", "table"]


@dataclass(frozen=True)
class Measure:
    """A registered measure: its name, the first line of its docstring, the function, and whether it is
    computed only when it is asked for."""

    name: str
    description: str
    compute: Callable[[Network], Values]
    optional: bool


MEASURES: dict[str, Measure] = {}
"""Every measure by name, in the order of declaration."""


def measure(function: Callable[[Network], Values]) -> Callable[[Network], Values]:
    """Register a function from Network to (n,) float64 under its own name."""
    return _registered(function, optional=False)


def optional_measure(function: Callable[[Network], Values]) -> Callable[[Network], Values]:
    """Register a function from Network to (n,) float64 that is computed only when it is asked for."""
    return _registered(function, optional=True)


def _registered(function: Callable[[Network], Values], optional: bool) -> Callable[[Network], Values]:
    description = (function.__doc__ or "").strip().splitlines()[0]
    MEASURES[function.__name__] = Measure(function.__name__, description, function, optional)
    return function


def check_known(names: Sequence[str]) -> None:
    """Raise UsageError for a name that no measure has."""
    for name in names:
        if name not in MEASURES:
            asked_for = ", ".join(m.name for m in MEASURES.values() if m.optional)
            raise UsageError(f"there is no measure called {name!r}", hint=f"On demand there are: {asked_for}.")


def table(network: Network, also: Sequence[str] = ()) -> pd.DataFrame:
    """Every measure of every node but the optional ones: index the ids, a float64 column a measure.

    also: names of optional measures to add. Raises UsageError for a name that no measure has.
    """
    check_known(also)
    wanted = [m for m in MEASURES.values() if not m.optional or m.name in also]
    return pd.DataFrame({m.name: m.compute(network) for m in wanted}, index=pd.Index(network.ids, name="id"))
