"""A network with a place, a size and a colour for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices, Values
from graphkoc.errors import StoreError, UsageError
from graphkoc.files import replace_file, translate_errors
from graphkoc.graph.drawing.explorer import make_explorer
from graphkoc.graph.drawing.gexf import list_gexf
from graphkoc.graph.drawing.graphml import list_graphml

__all__ = ["DrawnNetwork"]

HINT = "Is the disk full, or the folder not yours? -o names another file."


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """Who influences whom, as it is drawn: n people and m ties from the influencer to the influenced.

    ids: (n,) str, unique. names: (n,), None for those who are not named. marks: (n,), of
    `graphkoc.graph.drawing.looks.MARKS`. tiers: (n,). ranks: (n,), None without one. niche, circle: (n,), positions in
    niches and circles, which are names, -1 for none. x, y:
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

    def explorer(self, language: str = "en") -> str:
        """The network as one HTML file to walk through (see `graphkoc.graph.drawing.explorer`).

        Raises UsageError for an unknown language.
        """
        return make_explorer(self, language)

    def write_explorer(self, path: Path, language: str = "en") -> Path:
        """Write the explorer to `path`, and return it; StoreError when the file cannot be written."""
        page = self.explorer(language)
        with translate_errors(f"the network cannot be written to {path}", HINT, StoreError):
            replace_file(path, page.encode())
        return path

    def show(self, language: str = "en", height: int = 640) -> None:
        """Show the explorer below a cell of a Jupyter notebook; height: in pixels.

        The page stands in a frame of its own, which reaches nothing of the notebook. Raises UsageError where there is
        no Jupyter.
        """
        try:
            from IPython.display import HTML, display
        except ImportError as error:
            hint = "`pip install notebook` brings it; `write_explorer` writes the page as a file."
            raise UsageError("a network is only shown in Jupyter, which is not installed", hint=hint) from error
        style = f"width:100%;height:{int(height)}px;border:1px solid #8888"
        frame = f'<iframe sandbox="allow-scripts" style="{style}" srcdoc="{escape(self.explorer(language))}"></iframe>'
        display(HTML(f"<div>{frame}</div>"))  # type: ignore[no-untyped-call]
