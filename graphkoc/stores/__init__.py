"""Where the graph lives: one small protocol, one module an engine.

A store holds the tables of `graphkoc.tables.schema` as a property graph. Its contract is a test suite,
`tests/test_stores.py`, which runs against every real engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from graphkoc.errors import DataError, QueryError, StoreError
from graphkoc.progress import Progress
from graphkoc.stores.changes import Changes, RowChanges
from graphkoc.stores.condition import NEEDED_TO_LOAD, Condition
from graphkoc.stores.journal import Decision, Settlement
from graphkoc.stores.queries import Sent
from graphkoc.tables.large import Large
from graphkoc.tables.schema import TABLES, Edge, Table, node_tables
from graphkoc.tables.types import TYPES, arrow_schema

__all__ = [
    "CAMPAIGNS",
    "DEFAULT",
    "NEEDED_TO_LOAD",
    "Changes",
    "Condition",
    "Decision",
    "RowChanges",
    "Settlement",
    "Store",
    "arrow",
    "check_columns",
    "frame",
    "key_of",
    "near_far",
    "newest_fingerprint",
    "open_store",
    "prepared",
    "prepared_campaign",
    "query_frame",
    "to_rows",
]

DEFAULT = "ladybug:./graphkoc.lbug"
CAMPAIGNS = ("campaigns", "invitations", "campaign_events", "posts", "campaign_units", "feedback")
"""The tables whose rows are each of one campaign."""


class Store(Protocol):
    """A property graph of consumers, reviews, products and follows.

    In one file, every verb that writes either does all of it or nothing, also when it is interrupted or
    the disk fills up: rows, lines of the link journal and persons together. On a server rows go in many transactions,
    and what holds is that the same verb done again ends as if nothing had happened; lines of the journal and the
    persons that follow from them are one transaction. One process writes at a time; a second one is refused.
    Errors of the engine, the server or the disk are StoreError, of a query QueryError.
    """

    url: str
    dialect: str

    def upsert(
        self,
        tables: Mapping[str, pd.DataFrame | Large],
        progress: Progress | None = None,
        settlement: Settlement | None = None,
    ) -> Changes:
        """Add rows and fill in rows that are there, by key; loading the same rows again changes nothing.

        tables: canonical name (or `loads`) -> frame with columns of that table, one row per key, or what
        a load made of a large one. A value replaces an older one, a null leaves it. Consumers, reviews and products
        that a row only mentions are made. settlement: settles identities in the same write. Returns what has changed,
        in numbers of rows. Raises DataError for an unknown column or a key that is null or repeated. `progress` is
        called with "stored" just before the change takes effect, after which it cannot be interrupted.
        """
        ...

    def replace_campaign(
        self, campaign: str, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None
    ) -> bool:
        """Make these rows all that is held of a campaign; True when they were not.

        tables: those of CAMPAIGNS, with rows of this campaign alone; a table that is missing has none. A null replaces
        a value, and rows of the campaign that are not among these go. Consumers and products that a row mentions are
        made. `progress` is called as in `upsert`. Raises DataError for rows of another campaign, and as `upsert` does.
        """
        ...

    def read(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """The rows that a query returns; it cannot write, and QueryError is raised where it would.

        Text is str, integers Int64, numbers float64, times datetime64[us] in UTC, lists tuples; rows come in no order
        but the query's own. A node or a relationship is a dict of its properties, without those that it lacks and
        without the engine's own ids; a path is the tuple of its nodes.
        """
        ...

    def read_columns(self, text: str, kinds: Mapping[str, str]) -> pd.DataFrame:
        """The rows of a query without parameters that may return millions of them, as `read` types them.

        kinds: the query's columns, in their order, and the kind of each (see `graphkoc.tables.schema.Column`). Where
        the query returns only properties and numbers, a server sends a list per column, many times faster
        than a record per row. Raises QueryError where `read` would, and for a query that returns other columns.
        """
        ...

    def explain(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """How the engine would answer a query, which is not run: a row a step, the last step first.

        On a server the columns are operator, details and rows (an estimate); an embedded engine draws its plan, and
        the only column, plan, has the lines. Raises QueryError where `read` would.
        """
        ...

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Every row of a table, or some of its columns, typed as `read` types them, in no order.

        Rows that were only mentioned are among them. It is for millions of rows, like `read_columns`.
        """
        ...

    def annotate(self, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None) -> None:
        """Replace what an earlier analysis left by these tables of results (scores, niches, ...).

        `progress` is called as in `upsert`. The embedded store waits a minute for another process that is writing,
        because what took long to find is not to be lost. Raises DataError for a table that is not a result, and as
        `upsert` does.
        """
        ...

    def decisions(self) -> list[Decision]:
        """The lines of the link journal, the oldest first."""
        ...

    def holds_data(self) -> bool:
        """Whether there is a row of any table, or a line of the link journal; False where there is no store yet."""
        ...

    def key_fingerprint(self) -> str | None:
        """Of the key that contact keys in this store were made with (`graphkoc.capture.contacts.fingerprint`).

        None where no load said so, also where there is no store yet.
        """
        ...

    def forget(self, consumers: Iterable[str]) -> dict[str, int]:
        """Remove these consumers and all that names them or their reviews; rows removed, by table.

        A person whose key is one of theirs goes as well: `graphkoc.capture.identity.settle` gives that person the key
        of an account that is left. Lines of the link journal that name them go too, which is the one case in which a
        line does; they are counted as `journal`.
        """
        ...

    def inspect(self) -> list[Condition]:
        """Checks of the store itself, whatever is in it: those of a server, or of the file and its disk."""
        ...

    def close(self) -> None:
        """Close the store; closing twice is closing once."""
        ...


ENGINES = {
    "ladybug": "graphkoc.stores.ladybug",
    **dict.fromkeys(("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"), "graphkoc.stores.neo4j.store"),
}


def open_store(url: str = DEFAULT) -> Store:
    """The store at `url`: `ladybug:PATH`, a file of the embedded engine, made by the first load, or
    `neo4j://[USER@]HOST[:PORT][/DATABASE]` (also `bolt://`, `+s`, `+ssc`), a Neo4j server.

    Raises StoreError for a scheme that no engine has, or a place where no store can be.
    """
    scheme, colon, _ = url.partition(":")
    if not colon or scheme not in ENGINES:
        shown = f"{scheme}:…" if "@" in url else url  # what comes before an @ may be a password
        kinds = ", ".join(f"{name}:" for name in ENGINES)
        raise StoreError(f"there is no store of the kind {shown!r}", hint=f"A store begins with one of: {kinds}.")
    store: Store = import_module(ENGINES[scheme]).open_url(url)
    return store


def arrow(rows: pd.DataFrame, table: Table) -> pa.Table:
    """The rows with all the table's columns, in its order and types, nulls where they have none."""
    wanted = arrow_schema(table)
    arrays = []
    for field, kind in zip(wanted, [column.kind for column in table], strict=True):
        if field.name not in rows.columns:
            arrays.append(pa.nulls(len(rows), field.type))
            continue
        try:
            arrays.append(pa.array(rows[field.name], field.type, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, UnicodeEncodeError) as error:
            raise DataError(f"{table.name}.{field.name} does not hold {TYPES[kind].many}: {error}") from error
    return pa.table(arrays, schema=wanted)


def prepared(tables: Mapping[str, pd.DataFrame | Large], known: Mapping[str, Table] = TABLES) -> dict[str, Any]:
    """The tables as Arrow tables, checked: known names, keys there and unique; a large one stays what it is."""
    ready: dict[str, Any] = {}
    for name, rows in tables.items():
        if isinstance(rows, Large):
            ready[name] = rows
            continue
        if name not in known:
            raise DataError(f"there is no table called {name!r}", hint=f"There are: {', '.join(known)}.")
        table = known[name]
        if unknown := sorted(set(rows.columns) - set(table.names)):
            raise DataError(f"{name} has no column {unknown[0]!r}", hint=f"It has: {', '.join(table.names)}.")
        for column in (column for column in table if column.required):
            if column.name not in rows.columns or rows[column.name].isna().any():
                raise DataError(f"{name} has rows without a {column.name}")
        repeated = rows.duplicated(list(table.key))
        if repeated.any():
            key = rows.loc[repeated, list(table.key)].iloc[0].to_list()
            raise DataError(f"{name} has two rows with the key {', '.join(map(str, key))}")
        ready[name] = arrow(rows, table)
    return ready


def prepared_campaign(campaign: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, pa.Table]:
    """The tables of one campaign as Arrow tables, checked as `prepared` does; a missing one is empty."""
    known = {name: TABLES[name] for name in CAMPAIGNS}
    every = {name: pd.DataFrame(columns=table.names) for name, table in known.items()} | dict(tables)
    ready: dict[str, pa.Table] = prepared(every, known)
    for name, rows in ready.items():
        if not pc.all(pc.equal(rows["campaign"], campaign)).as_py() and rows.num_rows:
            raise DataError(f"{name} has rows of another campaign than {campaign}")
    return ready


def frame(rows: pa.Table) -> pd.DataFrame:
    """Arrow rows as `Store.read` returns those that have neither lists nor dicts."""
    made: pd.DataFrame = rows.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return made


def to_rows(column: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    """A column of the graph as rows have it, in the type of its kind: a list as the text that it is there."""
    if TYPES[kind].separator and pa.types.is_list(column.type):
        column = pc.binary_join(column, TYPES[kind].separator)
    return column.cast(TYPES[kind].arrow)


def query_frame(columns: Mapping[str, pa.Array | pa.ChunkedArray | list[Any]]) -> pd.DataFrame:
    """What `Store.read` returns; columns: in Arrow, or a list where values are tuples or dicts, None for none."""
    flat = {name: pa.nulls(len(c), pa.string()) if _is_empty(c) else c for name, c in columns.items()}
    made = frame(pa.table({name: column for name, column in flat.items() if not isinstance(column, list)}))
    nested = {name: column for name, column in flat.items() if isinstance(column, list)}
    return made.assign(**{name: pd.Series(column, dtype=object) for name, column in nested.items()})[list(columns)]


def _is_empty(column: pa.Array | pa.ChunkedArray | list[Any]) -> bool:
    """Whether it is a list without a value."""
    return isinstance(column, list) and all(value is None for value in column)


def check_columns(found: Sequence[str], kinds: Mapping[str, str]) -> None:
    """Raises QueryError when a query does not return the columns of `kinds`, in their order."""
    if list(found) != list(kinds):
        raise QueryError(f"the query returns {', '.join(found)}", hint=f"It has to return {', '.join(kinds)}.")


def key_of(label: str) -> str:
    """The property that tells nodes of that label apart."""
    tables = node_tables()[label]
    if tables:
        return tables[0].key[0]
    return next(edge.target_column for table in TABLES.values() for edge in table.edges if edge.target == label)


def newest_fingerprint(loads: pd.DataFrame) -> str | None:
    """The fingerprint that the newest load with one gives; loads: loaded_at, load, key_fingerprint."""
    given = loads.dropna(subset=["key_fingerprint"]).sort_values(["loaded_at", "load"])["key_fingerprint"]
    return str(given.iloc[-1]) if len(given) else None


def near_far(edge: Edge, table: Table) -> tuple[str, str]:
    """Of a node's edge: the column that is the table's own key, and the other one."""
    if edge.source_column == table.key[0]:
        return edge.source_column, edge.target_column
    return edge.target_column, edge.source_column
