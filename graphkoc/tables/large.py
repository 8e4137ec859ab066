"""Tables as a load made them: frames, and where those would be too large files, which go when nobody needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from graphkoc.files import TemporaryFolder
from graphkoc.tables.schema import CANONICAL, Table
from graphkoc.tables.types import TYPES, arrow_schema

__all__ = ["Large", "Tables", "merge_tables"]

LARGE = 256 << 20
"""Bytes of a table that is kept as a frame."""


@dataclass(frozen=True, eq=False)
class Large:
    """A canonical table in a file, checked: its keys are there and unique.

    The file has all the table's columns; `columns` are those that the source has.
    """

    path: Path
    table: Table
    columns: list[str]
    rows: int

    def whole(self) -> pa.Table:
        """All of its columns, in memory."""
        return pa.parquet.read_table(self.path)

    def parts(self) -> Iterator[pd.DataFrame]:
        """Its own columns as frames, one after the other."""
        with pa.parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(columns=self.columns):
                yield _frame(pa.Table.from_batches([batch]), self.table)


class Tables(Mapping[str, pd.DataFrame]):
    """Canonical name -> frame. One that is in a file is read anew each time it is asked for."""

    def __init__(self, spill: TemporaryFolder) -> None:
        self._spill = spill
        self._kept: dict[str, pd.DataFrame | Large] = {}
        self._others: list[Tables] = []

    def __getitem__(self, name: str) -> pd.DataFrame:
        kept = self._kept[name]
        return pd.concat(kept.parts(), ignore_index=True) if isinstance(kept, Large) else kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def stored(self) -> dict[str, pd.DataFrame | Large]:
        """What a store takes."""
        return dict(self._kept)

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each."""
        return {name: kept.rows if isinstance(kept, Large) else len(kept) for name, kept in self._kept.items()}

    def parts(self, name: str) -> Iterator[pd.DataFrame]:
        """The frame, a large one in several that come one after the other."""
        kept = self._kept[name]
        return kept.parts() if isinstance(kept, Large) else iter([kept])

    def keep(self, name: str, other: Tables) -> None:
        """Keep a table of another load as it is; its file lives as long as this."""
        self._kept[name] = other._kept[name]
        self._others.append(other)

    def keep_frame(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a frame."""
        self._kept[name] = frame

    def put(self, name: str, own: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Keep the batches of a table, each with the columns of `own`."""
        table, few, size = CANONICAL[name], list[pa.RecordBatch](), 0
        batches = iter(batches)
        for batch in batches:
            few.append(batch)
            size += batch.nbytes
            if size > LARGE:
                self._kept[name] = self._written(table, own.names, [*few], batches)
                return
        self._kept[name] = _frame(pa.Table.from_batches(few, own), table)

    def _written(
        self, table: Table, columns: list[str], first: list[pa.RecordBatch], others: Iterable[pa.RecordBatch]
    ) -> Large:
        path, wanted, rows = self._spill.path / f"{table.name}.parquet", arrow_schema(table), 0
        with pa.parquet.ParquetWriter(path, wanted, compression="lz4") as writer:
            for part in (first, others):
                for batch in part:
                    arrays = [
                        batch.column(field.name).cast(field.type)
                        if field.name in columns
                        else pa.nulls(batch.num_rows, field.type)
                        for field in wanted
                    ]
                    writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=wanted))
                    rows += batch.num_rows
        return Large(path, table, columns, rows)


def merge_tables(parts: Sequence[Tables]) -> Tables:
    """The rows of several loads by key; a value replaces one of an earlier part, and a null leaves it."""
    whole = Tables(TemporaryFolder())
    for name in CANONICAL:
        having = [part for part in parts if name in part]
        if len(having) == 1:
            whole.keep(name, having[0])
        elif having:
            rows = pd.concat([part[name] for part in having], ignore_index=True)
            merged = rows.groupby(list(CANONICAL[name].key), sort=True, as_index=False).last()
            whole.keep_frame(name, merged[[column for column in CANONICAL[name].names if column in merged]])
    return whole


def _frame(arrow: pa.Table, table: Table) -> pd.DataFrame:
    frame: pd.DataFrame = arrow.to_pandas(integer_object_nulls=True, date_as_object=False)
    kinds = {column.name: column.kind for column in table}
    return frame.astype({name: TYPES[kinds[name]].pandas for name in frame.columns})
