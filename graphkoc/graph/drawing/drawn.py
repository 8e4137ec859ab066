"""A network with a place, a size and a colour for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices, Values
from graphkoc.errors import StoreError
from graphkoc.files import replace_file, translate_errors
from graphkoc.graph.drawing.gexf import list_gexf
from graphkoc.graph.drawing.graphml import list_graphml

__all__ = ["MARKS", "DrawnNetwork"]

MARKS = ("koc", "kol", "wide", "other")
"""Key opinion consumer, KOL, widely followed in these data, anybody else."""
HINT = "Is the disk full, or the folder not yours? -o names another file."


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """Who influences whom, as it is drawn: n people and m ties from the influencer to the influenced.

    ids: (n,) str, unique. names: (n,), None for those who are not named. marks: (n,), of MARKS. tiers: (n,). ranks:
    (n,), None without one. niche, circle: (n,), positions in niches and circles, which are names, -1 for none. x, y:
    (n,) float64, to the right and down. sizes: (n,) float64. colours: (n, 3) uint8, red, green and blue. source,
    target: (m,) int32, positions in ids. weight: (m,) float64. title: of the run. as_of: its reference date, None
    where the data have no dates. notice: a sentence that every page of the run repeats, or None.
    """

    ids: NDArray[Any]
    names: list[str | None]
    marks: list[str]
    tiers: list[str | None]
    ranks: list[int | None]
    niche: Indices
    niches: list[str]
    circle: Indices
    circles: list[str]
    x: Values
    y: Values
    sizes: Values
    colours: NDArray[np.uint8]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight: Values
    title: str = ""
    as_of: str | None = None
    notice: str | None = None

    def __len__(self) -> int:
        """The number of people."""
        return len(self.ids)

    @cached_property
    def followers(self) -> Indices:
        """How many each person influences: (n,) int64."""
        return np.bincount(self.source, minlength=len(self)).astype(np.int64)

    @cached_property
    def followees(self) -> Indices:
        """By how many each person is influenced: (n,) int64."""
        return np.bincount(self.target, minlength=len(self)).astype(np.int64)

    def write_gexf(self, path: Path) -> Path:
        """Write the network as GEXF 1.2, which Gephi opens as it is drawn here, and return the path.

        Raises StoreError when the file cannot be written.
        """
        with translate_errors(f"the network cannot be written to {path}", HINT, StoreError):
            replace_file(path, list_gexf(self))
        return path

    def write_graphml(self, path: Path) -> Path:
        """Write the network as GraphML, which networkx, igraph, Gephi and yEd read, and return the path.

        Raises StoreError when the file cannot be written.
        """
        with translate_errors(f"the network cannot be written to {path}", HINT, StoreError):
            replace_file(path, list_graphml(self))
        return path
