"""What a load changed in a store: for each table, how many of its rows were new, changed and known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Changes", "RowChanges"]


@dataclass(frozen=True)
class RowChanges:
    """Of the rows that a load brought to one table, how many were new, changed and known.

    new: the store did not have the key. changed: the row has a value that the store did not have; what was only
    mentioned before (a consumer who is followed, a product that is reviewed) is changed by its first values. known:
    the store has all of the row's values; a null is no value.
    """

    new: int = 0
    changed: int = 0
    known: int = 0

    @property
    def wrote(self) -> bool:
        """Whether the rows changed the table."""
        return self.new > 0 or self.changed > 0


@dataclass(frozen=True)
class Changes:
    """What `Store.upsert` changed.

    tables: of each canonical table that was given. wrote: whether the store has changed, be it by these rows, by the
    persons that follow from them, or by an entry in the book of loads.
    """

    tables: Mapping[str, RowChanges]
    wrote: bool
