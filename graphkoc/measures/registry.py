"""The registry of measures: the name, description and function of each, and whether it is computed only on request."""

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
    """A registered measure: its name, the first paragraph of its docstring, the function, and whether it is computed
    only on request."""

    name: str
    description: str
    compute: Callable[[Network], Values]
    optional: bool


MEASURES: dict[str, Measure] = {}
"""Every measure by name, in the order of declaration."""


def measure(function: Callable[[Network], Values]) -> Callable[[Network], Values]:
    """Register a function from Network to (n,) float64 under its own name."""
    return _register(function, optional=False)


def optional_measure(function: Callable[[Network], Values]) -> Callable[[Network], Values]:
    """Register a function from Network to (n,) float64 that is computed only on request."""
    return _register(function, optional=True)


def _register(function: Callable[[Network], Values], optional: bool) -> Callable[[Network], Values]:
    description = " ".join((function.__doc__ or "").split("\n\n")[0].split())
    MEASURES[function.__name__] = Measure(function.__name__, description, function, optional)
    return function


def check_known(names: Sequence[str]) -> None:
    """Raise UsageError for an unknown measure."""
    for name in names:
        if name not in MEASURES:
            optional = ", ".join(m.name for m in MEASURES.values() if m.optional)
            raise UsageError(f"there is no measure called {name!r}", hint=f"Optional measures: {optional}.")


def table(network: Network, also: Sequence[str] = ()) -> pd.DataFrame:
    """Every measure of every node but the optional ones: index the ids, a float64 column per measure.

    also: names of optional measures to add. Raises UsageError for an unknown measure.
    """
    check_known(also)
    wanted = [m for m in MEASURES.values() if not m.optional or m.name in also]
    return pd.DataFrame({m.name: m.compute(network) for m in wanted}, index=pd.Index(network.ids, name="id"))
