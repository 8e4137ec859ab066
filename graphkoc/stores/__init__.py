"""Where the graph lives: one small protocol, one module an engine.

A store holds the tables of `graphkoc.tables` as a property graph. Its contract is a test suite,
`tests/test_stores.py`, which runs against every real engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Protocol

import pandas as pd
import pyarrow as pa

from graphkoc.cypher import Value
from graphkoc.errors import DataError, StoreError
from graphkoc.raw import Progress
from graphkoc.tables import TABLES, Table

__all__ = ["DEFAULT", "Store", "arrow", "open_store", "prepared"]

DEFAULT = "ladybug:./graphkoc.lbug"


class Store(Protocol):
    """A property graph of consumers, reviews, products and follows.

    Every verb that writes either does all of it or nothing, also when it is interrupted or the disk
    fills up. Errors of the engine or the disk are StoreError, of a query QueryError.
    """

    url: str
    dialect: str

    def upsert(self, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None) -> bool:
        """Add rows and fill in rows that are there, by key; twice is once.

        tables: canonical name (or `loads`) -> frame with columns of that table, one row a key. A value
        replaces an older one, a null leaves it. Consumers, reviews and products that a row only
        mentions are made. True when the store has changed. Raises DataError for an unknown column or
        a key that is null or repeated. `progress` is called with "stored" just before the change
        takes effect, after which it cannot be interrupted.
        """
        ...

    def read(self, text: str, params: Mapping[str, Value] | None = None) -> pd.DataFrame:
        """The rows that a query returns; it cannot write.

        Text is str, integers Int64, numbers float64, times datetime64[us] in UTC; rows come in no
        order but the query's own.
        """
        ...

    def annotate(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Replace what an earlier analysis left by these tables of results (scores, niches, ...)."""
        ...

    def forget(self, consumers: Iterable[str]) -> dict[str, int]:
        """Remove these consumers and all that names them or their reviews; rows removed, by table."""
        ...

    def close(self) -> None:
        """Let go of the store. Closing twice is closing once."""
        ...


ENGINES = {"ladybug": "graphkoc.stores.ladybug"}


def open_store(url: str = DEFAULT) -> Store:
    """The store at `url`: `ladybug:PATH`, a file of the embedded engine, made by the first load.

    Raises StoreError for a scheme that no engine has, or a place where no store can be.
    """
    scheme, colon, _ = url.partition(":")
    if not colon or scheme not in ENGINES:
        kinds = ", ".join(f"{name}:" for name in ENGINES)
        raise StoreError(f"there is no store of the kind {url!r}", hint=f"A store begins with one of: {kinds}.")
    store: Store = import_module(ENGINES[scheme]).open(url)
    return store


ARROW = {"id": pa.string(), "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "time": pa.timestamp("us")}


def schema(table: Table) -> pa.Schema:
    """The table's columns as Arrow types."""
    return pa.schema([(column.name, ARROW[column.kind]) for column in table])


def arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """The frame with all the table's columns, in its order and types, nulls where it has none."""
    wanted = schema(table)
    arrays = []
    for field in wanted:
        if field.name not in frame.columns:
            arrays.append(pa.nulls(len(frame), field.type))
            continue
        try:
            arrays.append(pa.array(frame[field.name], field.type, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise DataError(f"{table.name}.{field.name} does not hold {field.type}s: {error}") from error
    return pa.table(arrays, schema=wanted)


def prepared(tables: Mapping[str, pd.DataFrame]) -> dict[str, pa.Table]:
    """The tables as Arrow, checked: known names, keys there and unique."""
    ready = {}
    for name, frame in tables.items():
        if name not in TABLES:
            raise DataError(f"there is no table called {name!r}", hint=f"There are: {', '.join(TABLES)}.")
        table = TABLES[name]
        if unknown := sorted(set(frame.columns) - set(table.names)):
            raise DataError(f"{name} has no column {unknown[0]!r}", hint=f"It has: {', '.join(table.names)}.")
        for column in (column for column in table if column.required):
            if column.name not in frame.columns or frame[column.name].isna().any():
                raise DataError(f"{name} has rows without a {column.name}")
        if frame.duplicated(list(table.key)).any():
            key = frame.loc[frame.duplicated(list(table.key)), list(table.key)].iloc[0].to_list()
            raise DataError(f"{name} has two rows with the key {', '.join(key)}")
        ready[name] = arrow(frame, table)
    return ready
