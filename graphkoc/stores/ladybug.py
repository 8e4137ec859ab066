"""The embedded store: one file, no server, by the ladybug engine (successor of kuzu).

The engine loads whole tables fast and changes single edges slowly (measured: a MERGE of an edge
takes about 4 ms, a COPY of two million 5.5 s), and a COPY of a key that is there kills the process.
So every change is one path: read the tables, change them in DuckDB, build a new file beside the old
one, and put it in the old one's place. Until that last step the store is as it was, whatever happens.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ladybug
import pandas as pd
import pyarrow as pa

from graphkoc.errors import BusyError, QueryError, StoreError
from graphkoc.files import PATIENCE, put_in_place, sweep, sync, translate_errors, working_folder
from graphkoc.progress import Progress
from graphkoc.stores import (
    check_columns,
    frame,
    key_of,
    near_far,
    newest_fingerprint,
    prepared,
    prepared_campaign,
    query_frame,
    relational,
    to_rows,
)
from graphkoc.stores.captions import CAPTIONS
from graphkoc.stores.changes import Changes, RowChanges
from graphkoc.stores.condition import Condition
from graphkoc.stores.journal import Decision, Settlement
from graphkoc.stores.journal_file import JournalFile, Mark, add_lines, decisions, drop_lines
from graphkoc.stores.queries import NOT_CODE, Sent
from graphkoc.tables.large import Large
from graphkoc.tables.schema import CANONICAL, RESULTS, TABLES, Column, Table, adds_to_nodes, node_tables
from graphkoc.tables.types import TYPES, arrow_schema
from graphkoc.text import gigabytes

__all__ = ["LadybugStore", "open_url"]

BUFFER_POOL = 1 << 30
"""Bytes of page cache at most. The engine's own default is most of the machine."""

MEMORY = 1 << 30
"""Bytes in which tables are changed; what is more goes to a file beside the store meanwhile."""

MANY = 200_000
"""Minimum number of rows for a table to go through a file into the engine, and not through memory as a whole."""

ROOM = 32 << 20
"""Bytes that the engine may ask for at once: with less left, a disk is full."""

ANNOTATION_PATIENCE = 60.0
"""Seconds for which results wait to be written while another process writes: an analysis may have taken much longer."""
MARK = "Journal"
"""The node that has the mark of the link journal (`graphkoc.stores.journal_file`)."""

NAME = Column("name", "text", "the name that the node is shown with")

OUR_TYPES = {MARK, *node_tables()} | {edge.type for table in TABLES.values() for edge in table.edges}
"""The node and edge types of a store that this version wrote."""

ABOUT = {"Person": "analysed", "Product": "reviewed"}
"""The labels of raw data that results are about, and what those are called of which results go with a consumer."""

ENGINES_OWN = ("_ID", "_LABEL", "_SRC", "_DST")
"""What the engine adds to the properties of a node or an edge."""

READS = re.compile(r"((EXPLAIN|PROFILE)\s+)?(MATCH|OPTIONAL|WITH|UNWIND|RETURN|CALL)\b", re.IGNORECASE)
"""How a query begins. The engine opens its file to read, but COPY and EXPORT would still write others."""


def open_url(url: str) -> LadybugStore:
    """The store in the file that `url` (ladybug:PATH) names; StoreError when no file can be there."""
    path = Path(url.removeprefix("ladybug:"))
    if path.is_dir():
        raise StoreError(f"{path} is a folder, not a store", hint="Name a file in it, such as graphkoc.lbug.")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"there is no folder {path.parent} for the store", hint="Make the folder first.")
    sweep(path)
    return LadybugStore(path)


class LadybugStore:
    """A store in one file. Many processes may read it; one at a time may write."""

    dialect = "ladybug"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"ladybug:{path}"
        self._journal = JournalFile(path.with_name(f"{path.name}.identities.jsonl"))
        self._database: ladybug.Database | None = None
        self._connection: ladybug.Connection | None = None
        self._types: dict[str, set[str]] | None = None

    def upsert(
        self,
        tables: Mapping[str, pd.DataFrame | Large],
        progress: Progress | None = None,
        settlement: Settlement | None = None,
    ) -> Changes:
        """See Store.upsert."""
        new = prepared(tables)
        merged: dict[str, RowChanges] = {}
        lines: list[Decision] = []

        def change(graph: duckdb.DuckDBPyConnection) -> bool:
            book = new.pop("loads", None)
            merged.update((name, _merge(graph, TABLES[name], rows)) for name, rows in new.items())
            changed = any(rows.wrote for rows in merged.values())
            if book is not None and (changed or not _known(graph, book)):
                changed |= _merge(graph, TABLES["loads"], book).wrote
            if settlement is None:
                return changed
            decided, identities = settlement.decide(_read_accounts(graph, settlement.columns), self.decisions())
            lines.extend(decided)
            return _replace_identities(graph, identities) or changed

        return Changes(merged, self._rewrite(change, progress, lines))

    def annotate(self, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None) -> None:
        """See Store.annotate."""
        new = prepared(tables, RESULTS)

        def change(graph: duckdb.DuckDBPyConnection) -> bool:
            for name, rows in new.items():
                graph.register("_new", rows)
                graph.execute(f"CREATE OR REPLACE TABLE {name} AS FROM _new")
            return bool(new)

        self._rewrite(change, progress, patience=ANNOTATION_PATIENCE)

    def replace_campaign(
        self, campaign: str, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None
    ) -> bool:
        """See Store.replace_campaign."""
        new = prepared_campaign(campaign, tables)

        def change(graph: duckdb.DuckDBPyConnection) -> bool:
            changed = [_replace_part(graph, name, campaign, rows) for name, rows in new.items()]
            return any(changed)

        return self._rewrite(change, progress)

    def decisions(self) -> list[Decision]:
        """See Store.decisions. They are a file beside the store, and stay when the store is made anew."""
        return decisions(self._journal.read(self._mark()))

    def holds_data(self) -> bool:
        """See Store.holds_data."""
        if self.decisions():
            return True
        labels = node_tables().keys() & self._catalogue().keys() if self.path.exists() else ()
        return any(self._arrow(f"MATCH (n:`{label}`) RETURN 1 AS row LIMIT 1").num_rows for label in labels)

    def key_fingerprint(self) -> str | None:
        """See Store.key_fingerprint."""
        there = self.path.exists()
        return newest_fingerprint(self.table("loads", ["loaded_at", "load", "key_fingerprint"])) if there else None

    def forget(self, consumers: Iterable[str]) -> dict[str, int]:
        """See Store.forget."""
        gone = list(consumers)
        keys = pa.array(gone, pa.string())
        removed: dict[str, int] = {}

        def change(graph: duckdb.DuckDBPyConnection) -> bool:
            graph.register("_keys", pa.table({"key": keys}))
            graph.execute("CREATE TABLE _gone AS SELECT unnest(['Consumer', 'Person']) AS label, key FROM _keys")
            # What an analysis says of a person may come from any account, so it goes with each of them, and what it
            # says of a product may come from any of its reviews.
            graph.execute("INSERT INTO _gone SELECT 'analysed', person FROM persons JOIN _keys ON account = key")
            for name, table in TABLES.items():
                ends = {(edge.source, edge.source_column) for edge in table.edges}
                ends |= {(edge.target, edge.target_column) for edge in table.edges}
                ends |= {(table.node, table.key[0])} if table.node else set()
                if name in RESULTS:
                    ends |= {(ABOUT[label], column) for label, column in ends if label in ABOUT}
                named = " OR ".join(
                    f"{_quoted(column)} IN (SELECT key FROM _gone WHERE label = '{label}')"
                    for label, column in sorted(ends)
                )
                if table.node == "Review":
                    graph.execute(f"INSERT INTO _gone SELECT 'Review', review FROM {name} WHERE {named}")
                    graph.execute(f"INSERT INTO _gone SELECT 'reviewed', product FROM {name} WHERE {named}")
                removed[name] = graph.execute(f"DELETE FROM {name} WHERE {named}").fetchall()[0][0]
            _remove_names(graph)
            return any(removed.values())

        before = len(self.decisions())
        self._rewrite(change, gone=set(gone))
        removed["journal"] = before - len(self.decisions())
        return {name: count for name, count in removed.items() if count}

    def read(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """See Store.read."""
        _check_reads(text, params or {})
        try:
            found = self._arrow(text, params)
        except QueryError as error:
            raise self._name_version(error) from error
        return query_frame({name: _to_column(found.column(name)) for name in found.schema.names})

    def read_columns(self, text: str, kinds: Mapping[str, str]) -> pd.DataFrame:
        """See Store.read_columns."""
        _check_reads(text)
        try:
            found = self._arrow(text)
        except QueryError as error:
            raise self._name_version(error) from error
        check_columns(found.schema.names, kinds)
        try:
            columns = [to_rows(column, kind) for column, kind in zip(found.columns, kinds.values(), strict=True)]
            return frame(pa.table(columns, names=list(kinds)))
        except pa.ArrowInvalid as error:
            raise QueryError(f"the query returns values of another type: {error}") from error

    def explain(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """See Store.explain."""
        _check_reads(text, params or {})
        (drawn,) = self._arrow(f"EXPLAIN {text}", params).column(0).to_pylist()
        return pd.DataFrame({"plan": drawn.splitlines()})

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """See Store.table."""
        table = TABLES[name]
        there = self._catalogue()
        with relational.connect() as graph:
            graph.register("_empty", arrow_schema(table).empty_table())
            graph.execute(f"CREATE TEMP TABLE {table.name} AS FROM _empty")
            if _holds(there, table):
                self._dump_table(graph, table, there)
            names = ", ".join(map(_quoted, table.names if columns is None else columns))
            return frame(graph.sql(f"SELECT {names} FROM {table.name}").to_arrow_table())

    def inspect(self) -> list[Condition]:
        """See Store.inspect."""
        size = self.path.stat().st_size if self.path.exists() else 0
        free = shutil.disk_usage(self.path.absolute().parent).free
        busy = denied = False
        try:
            with working_folder(self.path):
                pass
        except BusyError:
            busy = True
        except OSError:
            denied = True
        return [
            Condition(
                "disk",
                free >= size + ROOM,
                f"the file has {gigabytes(size)}, and {gigabytes(free)} are free beside it",
                f"A load writes a new file beside the old one: make room for {gigabytes(size + ROOM)}.",
            ),
            Condition(
                "rights",
                not denied,
                "this user may only read its folder" if denied else "this user may write",
                "Loads, and analyses without --no-store, need a folder that may be written.",
            ),
            Condition(
                "writers",
                not busy,
                "another process is writing to it" if busy else "nobody is writing to it",
                "A load is refused until it is done.",
            ),
        ]

    def close(self) -> None:
        """See Store.close."""
        if self._connection is not None and self._database is not None:
            self._connection.close()
            self._database.close()
        self._connection = self._database = self._types = None

    def _arrow(self, text: str, params: Mapping[str, Sent] | None = None) -> pa.Table:
        if self._connection is None:
            if not self.path.exists():
                raise StoreError(f"there is no store at {self.path} yet", hint="`graphkoc load` makes it.")
            self._database, self._connection = self._opened(self.path, read_only=True)
        try:
            result = self._connection.execute(text, dict(params or {}))
            assert not isinstance(result, list), "one query has one result"
            if not result.get_column_names():
                raise QueryError("the query returns nothing", hint="It needs a RETURN.")
            rows: pa.Table = result.get_as_arrow()
        except RuntimeError as error:
            raise QueryError(f"the store refuses the query: {' '.join(str(error).split())}") from error
        return rows

    def _opened(self, path: Path, read_only: bool) -> tuple[ladybug.Database, ladybug.Connection]:
        try:
            database = ladybug.Database(path, read_only=read_only, buffer_pool_size=BUFFER_POOL)
            return database, ladybug.Connection(database)
        except RuntimeError as error:
            if "lock" in str(error):
                hint = "Wait until it is done, then try again."
                raise StoreError(f"another process is writing to {self.path}", hint=hint) from error
            if not read_only:
                hint = "Is the disk full, or the folder not yours? The store is as it was before."
                raise StoreError(f"nothing can be written beside {self.path}", hint=hint) from error
            raise StoreError(f"{path} cannot be opened as a store: {_first_line(error)}") from error

    def _rewrite(
        self,
        change: Callable[[duckdb.DuckDBPyConnection], bool],
        progress: Progress | None = None,
        lines: Sequence[Decision] = (),
        gone: Collection[str] = (),
        patience: float = PATIENCE,
    ) -> bool:
        """Change the store's tables in DuckDB; if that changed any, put a new file of them in the old one's place.

        lines: to add to the journal; `change` may add to them. gone: accounts whose lines go. All of it is in force
        with the rename of the new file, and nothing before. (Lines that go are removed after it: if that is
        interrupted, the store knows the journal for another one, and the same command again removes them.)
        patience: seconds to wait for another process that is writing. True when the store or the journal has changed.

        Nothing is opened for writing but the new file, so that the old one needs no room and no repair.
        """
        self.close()
        with contextlib.ExitStack() as stack:
            with translate_errors(f"nothing can be written beside {self.path}", "The store is as it was before."):
                work = stack.enter_context(working_folder(self.path, patience))
            exists, new = self.path.exists(), work / self.path.name
            stack.callback(self.close)
            graph = stack.enter_context(duckdb.connect())
            graph.execute(f"SET memory_limit = '{MEMORY}B'; SET temp_directory = {_text(work / 'spill')}")
            self._dump(graph, exists)
            journal = self._journal.read(self._mark())
            self._journal.cut(journal)
            changed = change(graph)
            after = add_lines(drop_lines(journal, gone) if gone else journal, lines)
            # A store of an older version is made anew, though no row of it changes.
            if exists and not changed and after == journal and _has_all(self._catalogue(), TABLES.values()):
                return False
            self._build(graph, new, Mark.of(after), progress)
            if progress:
                progress("stored", 0, 0, 0)
            if after.startswith(journal):
                # A first load has no mark to tell lines in force from others: they precede the rename by little.
                with translate_errors(f"nothing can be written beside {self.path}", "The store is as it was before."):
                    sync(new)
                self._journal.write(journal, after)
            with translate_errors(f"{self.path} cannot be replaced", "The store is as it was before."):
                put_in_place(new, self.path)
            if not after.startswith(journal):
                self._journal.write(journal, after)
        return True

    def _name_version(self, error: QueryError) -> QueryError:
        """An error of a query, with what to do where the store lacks what this version of graphkoc has."""
        there = self._catalogue()
        if not _has_all(there, CANONICAL.values()):
            hint = "The store is of an older version of graphkoc: load the files again, and ask again."
        elif not _has_all(there, RESULTS.values()):
            hint = "The store is of an older version of graphkoc: analyse once, and ask again."
        else:
            return error
        return QueryError(str(error), hint=hint)

    def _mark(self) -> Mark | None:
        """The mark of the journal; None where there is no store yet, or one of an older version."""
        if not self.path.exists() or MARK not in self._catalogue():
            return None
        return Mark(**self._arrow(f"MATCH (j:{MARK}) RETURN j.size AS size, j.digest AS digest").to_pylist()[0])

    def _dump(self, graph: duckdb.DuckDBPyConnection, exists: bool) -> None:
        """Every table of the store, or an empty one, as a DuckDB table of that name."""
        there = self._catalogue() if exists else {}
        for table in TABLES.values():
            graph.register("_empty", arrow_schema(table).empty_table())
            graph.execute(f"CREATE TABLE {table.name} AS FROM _empty")
            if _holds(there, table):
                self._dump_table(graph, table, there)

    def _dump_table(self, graph: duckdb.DuckDBPyConnection, table: Table, there: dict[str, set[str]]) -> None:
        label = table.node or table.edges[0].type
        # An older version had each column under its own name, and no lists.
        stored = {
            column.name: name
            for column in table.properties
            for name in [column.graph_name if column.graph_name in there[label] else column.name]
            if name in there[label]
        }
        kinds = {column.name: column.kind for column in table}
        if not table.node:
            edge = table.edges[0]
            ends = [("a", edge.source, edge.source_column), ("b", edge.target, edge.target_column)]
            columns = [f"{v}.`{key_of(node)}` AS `{column}`" for v, node, column in ends]
            columns += [f"e.`{stored[name]}` AS `{name}`" for name in stored]
            rows = self._arrow(
                f"MATCH (a:`{edge.source}`)-[e:`{edge.type}`]->(b:`{edge.target}`) RETURN {', '.join(columns)}"
            )
            graph.register("_rows", _to_rows(rows, kinds))
            graph.execute(f"INSERT INTO {table.name} BY NAME FROM _rows")
            return
        columns = [f"n.`{stored[name]}` AS `{name}`" for name in stored]
        graph.register("_rows", _to_rows(self._arrow(f"MATCH (n:`{label}`) RETURN {', '.join(columns)}"), kinds))
        joins = ""
        ends_there = []
        for edge in (edge for edge in table.edges if {edge.type, edge.source, edge.target} <= set(there)):
            near, far = near_far(edge, table)
            rows = self._arrow(
                f"MATCH (a:`{edge.source}`)-[:`{edge.type}`]->(b:`{edge.target}`)"
                f" RETURN a.`{key_of(edge.source)}` AS `{edge.source_column}`,"
                f" b.`{key_of(edge.target)}` AS `{edge.target_column}`"
            )
            graph.register(f"_{edge.type}", rows)
            joins += f" LEFT JOIN _{edge.type} USING ({_quoted(near)})"
            ends_there.append(far)
        where = ""
        if adds_to_nodes(table):
            filled = [f"{_quoted(column.name)} IS NOT NULL" for column in table.content if column.name in stored]
            where = f" WHERE {' OR '.join(filled) or 'false'}"
        names = ", ".join(map(_quoted, [*stored, *ends_there]))
        graph.execute(f"INSERT INTO {table.name} BY NAME SELECT {names} FROM _rows{joins}{where}")

    def _catalogue(self) -> dict[str, set[str]]:
        """The store's node and edge types with their properties; StoreError when they are not ours.

        What is open for reading does not change, so it is asked once.
        """
        if self._types is not None:
            return self._types
        names = self._arrow("CALL show_tables() RETURN name").column("name").to_pylist()
        if strange := sorted(set(names) - OUR_TYPES):
            raise StoreError(
                f"{self.path} is somebody else's database: it has a table {strange[0]}",
                hint="Name another file with --store ladybug:PATH.",
            )
        self._types = {
            name: set(self._arrow(f"CALL table_info('{name}') RETURN name").column("name").to_pylist())
            for name in names
        }
        return self._types

    def _build(self, graph: duckdb.DuckDBPyConnection, new: Path, mark: Mark, progress: Progress | None) -> None:
        """A new file with all the tables and the journal's mark in it."""
        steps = list(_copies(graph))
        total = sum(rows for *_, rows in steps)
        done = 0
        file = new.with_name("rows.parquet")
        database, connection = self._opened(new, read_only=False)
        try:
            for ddl, copy, query, rows in steps:
                if progress:
                    progress("storing", done, total, done)
                if ddl:
                    connection.execute(ddl)
                if rows >= MANY:
                    graph.execute(f"COPY ({query}) TO {_text(file)} (FORMAT parquet, COMPRESSION lz4)")
                    connection.execute(copy.format(_text(file, "\\'")))
                    file.unlink()
                elif rows and (found := graph.sql(query).to_arrow_table()).num_rows:
                    connection.execute(copy.format("$rows"), {"rows": found})
                done += rows
            connection.execute(f"CREATE NODE TABLE {MARK} (digest STRING PRIMARY KEY, size INT64)")
            connection.execute(f"CREATE (:{MARK} {{digest: $digest, size: $size}})", vars(mark))
            connection.execute("CHECKPOINT")
        except (RuntimeError, duckdb.Error) as error:
            # Of a full disk the engine says that it cannot read.
            full = shutil.disk_usage(self.path.absolute().parent).free < ROOM or "Cannot write to file" in str(error)
            why = "the disk is full" if full else _first_line(error).replace(f"{new.parent}/", "")
            raise StoreError(
                f"the store could not be written at {self.path}: {why}", hint="The store is as it was before."
            ) from error
        finally:
            for opened in (connection, database):
                with contextlib.suppress(RuntimeError):
                    opened.close()


def _check_reads(text: str, params: Collection[str] = ()) -> None:
    """Raises QueryError for a query that is several, may write, or has parameters that are not given."""
    code = NOT_CODE.sub(" ", text).strip().rstrip(";")
    if ";" in code:
        raise QueryError("there are several queries in one", hint="Ask them one by one.")
    if not READS.match(code):
        raise QueryError("the query would do more than read the graph", hint="Queries only read.")
    if missing := sorted(set(re.findall(r"\$(\w+)", code)) - set(params)):
        raise QueryError(f"the query needs the parameter {missing[0]}")  # the engine would take it for null


def _to_column(values: pa.ChunkedArray) -> pa.ChunkedArray | list[Any]:
    """A result's column, a list where it has tuples or dicts."""
    if pa.types.is_nested(values.type):
        return [_to_plain(value) for value in values.to_pylist()]
    # A sum of integers comes in 128 bits.
    whole = pa.types.is_decimal128(values.type) and values.type.scale == 0
    return values.cast(pa.int64()) if whole else values


def _to_plain(value: Any) -> Any:
    """A value of a nested column as `Store.read` returns it: nodes and edges as their properties."""
    if isinstance(value, list):
        return tuple(_to_plain(item) for item in value)
    if not isinstance(value, dict):
        return int(value) if isinstance(value, Decimal) else value
    if "_NODES" in value:
        return _to_plain(value["_NODES"])
    if "_ID" in value:
        owned = ((name, item) for name, item in value.items() if item is not None and name not in ENGINES_OWN)
        return {name: _to_plain(item) for name, item in sorted(owned)}
    return {name: _to_plain(item) for name, item in value.items()}


def _merge(graph: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table | Large) -> RowChanges:
    """Put rows into a table by key, nulls leaving what is there."""
    if isinstance(rows, Large):
        new = f"read_parquet({_text(rows.path)})"
    else:
        graph.register("_new", rows)
        new = "_new"
    if not graph.execute(f"SELECT EXISTS (FROM {table.name})").fetchall()[0][0]:
        return RowChanges(new=graph.execute(f"INSERT INTO {table.name} BY NAME FROM {new}").fetchall()[0][0])
    keys = ", ".join(map(_quoted, table.key))
    values = {
        _quoted(name): f"coalesce(_new.{_quoted(name)}, old.{_quoted(name)})"
        for name in table.names
        if name not in table.key
    }
    merged = ", ".join(f"{values[q]} AS {q}" if q in values else q for q in map(_quoted, table.names))
    differs = " OR ".join(f"{value} IS DISTINCT FROM old.{q}" for q, value in values.items()) or "false"
    key = _quoted(table.key[0])
    graph.execute(
        f"CREATE TEMP TABLE _merged AS SELECT {merged}, CASE WHEN _new.{key} IS NULL THEN 'untouched'"
        f" WHEN old.{key} IS NULL THEN 'new' WHEN {differs} THEN 'changed' ELSE 'known' END AS _fate"
        f" FROM {table.name} AS old FULL JOIN {new} AS _new USING ({keys})"
    )
    counts = dict(
        graph.execute("SELECT _fate, count(*) FROM _merged WHERE _fate <> 'untouched' GROUP BY ALL").fetchall()
    )
    changes = RowChanges(**counts)
    if changes.wrote:
        graph.execute(f"CREATE OR REPLACE TABLE {table.name} AS SELECT * EXCLUDE (_fate) FROM _merged")
    graph.execute("DROP TABLE _merged")
    return changes


def _replace_part(graph: duckdb.DuckDBPyConnection, name: str, campaign: str, rows: pa.Table) -> bool:
    """Make these the rows of a table that are of the campaign; True when they were not.

    A row that was another campaign's becomes a row of this one.
    """
    graph.register("_new", rows)
    keys = ", ".join(map(_quoted, TABLES[name].key))
    old = f"FROM {name} WHERE campaign = $campaign OR ({keys}) IN (SELECT ({keys}) FROM _new)"
    differs = f"(FROM _new EXCEPT ALL {old}) UNION ALL ({old} EXCEPT ALL FROM _new)"
    if not graph.execute(f"SELECT EXISTS ({differs})", {"campaign": campaign}).fetchall()[0][0]:
        return False
    graph.execute(f"DELETE {old}", {"campaign": campaign})
    graph.execute(f"INSERT INTO {name} BY NAME FROM _new")
    return True


def _read_accounts(graph: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> pd.DataFrame:
    """Columns of every consumer, of those also that another table only mentions."""
    names = ", ".join(map(_quoted, columns))
    keys = f"SELECT DISTINCT key AS consumer FROM ({_keys('Consumer')}) WHERE key IS NOT NULL"
    return frame(graph.sql(f"SELECT {names} FROM ({keys}) LEFT JOIN consumers USING (consumer)").to_arrow_table())


def _replace_identities(graph: duckdb.DuckDBPyConnection, identities: pd.DataFrame) -> bool:
    """Make these the rows of the table of identities; True when they were not."""
    graph.register("_new", prepared({"identities": identities})["identities"])
    differs = "(FROM _new EXCEPT FROM identities) UNION ALL (FROM identities EXCEPT FROM _new)"
    if not graph.execute(f"SELECT EXISTS ({differs})").fetchall()[0][0]:
        return False
    graph.execute("CREATE OR REPLACE TABLE identities AS FROM _new")
    return True


def _remove_names(graph: duckdb.DuckDBPyConnection) -> None:
    """Remove the accounts in the table `_keys` from the names of groups, and from the reasons that name the groups.

    A group may be named after an account in its middle.
    """
    for name in ("circles", "niches"):
        key = _quoted(TABLES[name].key[0])
        graph.execute(
            f"UPDATE {name} SET name = {key} WHERE EXISTS (FROM _keys WHERE suffix({name}.name, ' ' || _keys.key))"
        )
    found = graph.execute(
        "SELECT person, reasons, list(key) FROM scores JOIN _keys ON contains(reasons, ' ' || key) GROUP BY ALL"
    ).fetchall()
    for person, reasons, keys in found:
        ends = tuple(f" {key}" for key in keys)
        left = "\n".join(reason for reason in reasons.split("\n") if not reason.endswith(ends))
        graph.execute("UPDATE scores SET reasons = $left WHERE person = $person", {"left": left, "person": person})


def _known(graph: duckdb.DuckDBPyConnection, book: pa.Table) -> bool:
    """Whether the book of loads has these loads already: the same rows, loaded again, change nothing."""
    graph.register("_book", book)
    return not graph.execute("SELECT EXISTS (FROM _book ANTI JOIN loads USING (load))").fetchall()[0][0]


def _copies(graph: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str, int]]:
    """For each node label and each table's edges: the DDL, the COPY with a place for what it is from, the query
    whose rows are in the order of the DDL, and about how many they are: 0 only where there are none.

    Of an edge type that two tables share the first brings the DDL for both.
    """
    sizes = {name: graph.table(name).shape[0] for name in TABLES}
    for label, tables in node_tables().items():
        key = key_of(label)
        columns = {column.graph_name: column for table in tables for column in table.properties if column.name != key}
        values = {name: _to_graph(f"n.{_quoted(column.name)}", column) for name, column in columns.items()}
        if label in CAPTIONS:
            columns["name"], values["name"] = columns.get("name", NAME), CAPTIONS[label].sql
        ddl = "".join(f", `{name}` {TYPES[column.kind].ladybug}" for name, column in columns.items())
        keys = f"(SELECT DISTINCT key AS {_quoted(key)} FROM ({_keys(label)}) WHERE key IS NOT NULL)"
        first, *others = [table.name for table in tables] or [keys]
        using = f"USING ({_quoted(key)})"
        # Where all are in the first table, to put them together from all that is mentioned would be for nothing.
        if tables and graph.execute(f"SELECT EXISTS (FROM {keys} ANTI JOIN {first} {using})").fetchall()[0][0]:
            first, others = keys, [first, *others]
        joined = "".join([first, *(f" LEFT JOIN {other} {using}" for other in others)])
        shown = ", ".join([f"n.{_quoted(key)}", *(f"{value} AS {_quoted(name)}" for name, value in values.items())])
        query = f"SELECT {shown} FROM (SELECT * FROM {joined}) AS n"
        # A load brings its rows in order, and to sort millions of texts again takes long.
        falls = f"FROM (SELECT {_quoted(key)} < lag({_quoted(key)}) OVER () AS falls FROM {first}) WHERE falls"
        if others or first == keys or graph.execute(f"SELECT EXISTS ({falls})").fetchall()[0][0]:
            query += f" ORDER BY n.{_quoted(key)}"
        ddl = f"CREATE NODE TABLE `{label}` (`{key}` STRING PRIMARY KEY{ddl})"
        rows = max([int(first == keys), *(sizes[table.name] for table in tables)])
        yield ddl, f"COPY `{label}` FROM {{}}", query, rows
    edges = [(table, edge) for table in TABLES.values() for edge in table.edges]
    made = set()
    for table, edge in edges:
        own: list[Column] = [] if table.node else table.properties
        ends = [_quoted(edge.source_column), _quoted(edge.target_column)]
        names = ", ".join([*ends, *(_to_graph(_quoted(column.name), column) for column in own)])
        there = f"{_quoted(edge.source_column)} IS NOT NULL AND {_quoted(edge.target_column)} IS NOT NULL"
        query = f"SELECT {names} FROM {table.name} WHERE {there} ORDER BY ALL"
        pairs = ", ".join(f"FROM `{e.source}` TO `{e.target}`" for _, e in edges if e.type == edge.type)
        properties = "".join(f", `{column.graph_name}` {TYPES[column.kind].ladybug}" for column in own)
        ddl = "" if edge.type in made else f"CREATE REL TABLE `{edge.type}` ({pairs}{properties})"
        made.add(edge.type)
        copy = f"COPY `{edge.type}` FROM {{}} (from='{edge.source}', to='{edge.target}')"
        yield ddl, copy, query, sizes[table.name]


def _to_graph(value: str, column: Column) -> str:
    """SQL for a value of the column as the graph has it: several texts as a list."""
    separator = TYPES[column.kind].separator
    return f"string_split({value}, chr({ord(separator)}))" if separator else value


def _to_rows(rows: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Columns of the graph as rows have them."""
    columns = [to_rows(rows[name], kinds.get(name, "id")) for name in rows.column_names]
    return pa.table(columns, names=rows.column_names)


def _has_all(there: Mapping[str, set[str]], tables: Iterable[Table]) -> bool:
    """Whether a store with these node and edge types has every column of the tables."""
    return all(
        _holds(there, table)
        and {column.graph_name for column in table.properties} <= there[table.node or table.edges[0].type]
        and (table.node not in CAPTIONS or "name" in there[table.node])
        for table in tables
    )


def _holds(there: Mapping[str, set[str]], table: Table) -> bool:
    """Whether a store with these node and edge types can have rows of the table."""
    names = [table.node] if table.node else [table.edges[0].type, table.edges[0].source, table.edges[0].target]
    return set(names) <= set(there)


def _keys(label: str) -> str:
    """SQL for every key of that label that any table mentions."""
    mentions = [
        (table.name, column)
        for table in TABLES.values()
        for edge in table.edges
        for node, column in ((edge.source, edge.source_column), (edge.target, edge.target_column))
        if node == label
    ]
    mentions += [(table.name, table.key[0]) for table in node_tables()[label]]
    return " UNION ".join(f"SELECT {_quoted(column)} AS key FROM {name}" for name, column in dict.fromkeys(mentions))


def _quoted(name: str) -> str:
    return f'"{name}"'


def _text(path: Path, quote: str = "''") -> str:
    """The path as a query has it, with what stands for a quote in it."""
    return "'" + str(path).replace("'", quote) + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
