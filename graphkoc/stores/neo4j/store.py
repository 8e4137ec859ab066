"""A store on a Neo4j server, Community edition or any other, 5.26 or newer.

What is fast there was measured (`bench/stores.py`): a record costs the client tens of microseconds and
a value in a list less than one, so rows come and go as one list a column. Nodes are found by internal
id, which the store reads before it writes. Two sessions write edges side by side, never at the same
nodes, because an edge locks both its ends and two sessions that wait for each other's are a deadlock.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import neo4j
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)
from neo4j.time import Date, DateTime, Duration, Time

from graphkoc.errors import GraphkocError, QueryError, StoreError
from graphkoc.files import translate_errors
from graphkoc.progress import Progress
from graphkoc.stores import check_columns, frame, key_of, near_far, prepared
from graphkoc.stores.journal import Decision, Settlement
from graphkoc.stores.neo4j.writing import EPOCH, Statement, Write, Writing, check_keys, schema
from graphkoc.stores.queries import NOT_CODE, Value
from graphkoc.tables.large import Large
from graphkoc.tables.schema import RESULTS, TABLES, Column, Edge, Table, node_tables
from graphkoc.tables.types import TYPES

__all__ = ["Neo4jStore", "open_url"]

ROWS_A_RECORD = 20_000
"""Rows, nodes or edges that come in one record, a list a column."""

LINES_A_CALL = 5_000

SECONDS_TO_LOCK = 3
SECONDS_TO_MAKE_INDEXES = 600
SECONDS_TO_RETRY = 10.0
WIDTH = 1 << 32
"""Two internal ids in one integer: source * WIDTH + target."""

WRITER = "(being written)"
"""The key of the Load node that is the lock. It is never committed."""

AGAIN = "Load again when it is back: what is there stays, and the rest is added."

PICK = re.compile(
    r"(?:(?P<variable>[A-Za-z_]\w*)\.(?P<property>\w+|`\w+`)|(?P<number>\d+(?:\.\d+)?))\s+AS\s+`?(?P<name>\w+)`?"
)
"""A column of a query that is a property or a number."""

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # what it has to say is in the errors


def open_url(url: str) -> Neo4jStore:
    """The store at `url`, `neo4j://[USER@]HOST[:PORT][/DATABASE]`, which has to answer.

    The password comes from GRAPHKOC_NEO4J_PASSWORD, or from the file that GRAPHKOC_NEO4J_PASSWORD_FILE
    names, the user from the URL or GRAPHKOC_NEO4J_USER. Raises StoreError where there is no such server
    or it does not let us in.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The words of the error may quote the password.
        raise StoreError("the store's URL cannot be read", hint="Write neo4j://HOST:PORT.") from None
    if parts.password is not None:
        hint = "Put it into GRAPHKOC_NEO4J_PASSWORD, or a file that GRAPHKOC_NEO4J_PASSWORD_FILE names."
        raise StoreError("the store's URL has a password in it, where others can read it", hint=hint)
    if not parts.hostname:
        raise StoreError(f"the store {url!r} names no server", hint=f"Write {parts.scheme}://HOST:PORT.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}:{port or 7687}" + (f"?{parts.query}" if parts.query else "")
    user = unquote(parts.username or "") or os.environ.get("GRAPHKOC_NEO4J_USER") or "neo4j"
    return Neo4jStore(url, address, user, _password(), unquote(parts.path.strip("/")) or None)


def _password() -> str | None:
    password = os.environ.get("GRAPHKOC_NEO4J_PASSWORD")
    path = os.environ.get("GRAPHKOC_NEO4J_PASSWORD_FILE")
    if password or not path:
        return password or None
    failure = "the file of GRAPHKOC_NEO4J_PASSWORD_FILE cannot be read"
    try:
        with translate_errors(failure):
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise StoreError(f"{failure}: it is not text") from error


class Neo4jStore:
    """A store on a server, in a database that other people's nodes may be in too.

    Ours are the nodes that have a label of `graphkoc.tables.schema` and its key, the edges between them, and
    the Decision nodes of the journal; nothing else is read or changed, but that an edge of somebody
    else's goes with the node of ours that it is tied to. A verb that writes is many transactions. If it
    is cut short, what was committed stays, and the same verb done again ends with exactly the graph that
    an undisturbed one leaves: it reads what is there and sends the difference. `forget` is whole for each
    thousand consumers.
    A lock that dies with the connection keeps a second writer out. Readers are not kept out, and see
    the graph as it is at that moment.
    """

    dialect = "neo4j"

    def __init__(self, url: str, address: str, user: str, password: str | None, database: str | None) -> None:
        self.url = url
        self._address = address.partition("?")[0]
        self._database = database
        self._safe: dict[str, list[str]] = {}
        # On a cluster, each transaction has to see what the one before it wrote.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._driver: neo4j.Driver | None = None
        with self._told():
            self._driver = neo4j.GraphDatabase.driver(
                address,
                auth=(user, password) if password is not None else None,
                connection_timeout=10,
                connection_acquisition_timeout=20,
                max_transaction_retry_time=SECONDS_TO_RETRY,
                notifications_min_severity="OFF",
                warn_notification_severity=neo4j.NotificationMinimumSeverity.OFF,
                user_agent="graphkoc",
            )
        try:
            with self._told(), self._session() as session:
                session.run("RETURN 1").consume()
        except BaseException:
            self.close()
            raise

    def upsert(
        self,
        tables: Mapping[str, pd.DataFrame | Large],
        progress: Progress | None = None,
        settlement: Settlement | None = None,
    ) -> bool:
        """See Store.upsert, and the class on what holds when it is cut short."""
        new = {name: rows.whole() if isinstance(rows, Large) else rows for name, rows in prepared(tables).items()}
        check_keys(new)
        with self._told(), self._locked() as write:
            writing = Writing(self, write, progress, new)
            book = new.pop("loads", None)
            changed = [name for name in TABLES if name in new and writing.put(TABLES[name], new[name])]
            writing.sweep()
            settled = settlement is not None and self._settle(write, writing, settlement)
            if progress:
                progress("stored", 0, 0, 0)
            if book is not None and (changed or not writing.has_loads(book)):
                changed += ["loads"] * writing.put(TABLES["loads"], book)
        return bool(changed) or settled

    def annotate(self, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None) -> None:
        """See Store.annotate."""
        new = prepared(tables, RESULTS)
        check_keys(new)
        with self._told(), self._locked() as write:
            writing = Writing(self, write, progress, new)
            # Members before niches: a niche goes when nobody is in it any more.
            for name in (name for name in reversed(RESULTS) if name in new):
                writing.put(TABLES[name], new[name], replace=True)
            if progress:
                progress("stored", 0, 0, 0)

    def decisions(self) -> list[Decision]:
        """See Store.decisions. They are nodes that nothing is tied to, so the graph is the same without them."""
        names = [field.name for field in fields(Decision)]
        text = f"MATCH (d:Decision) WHERE d.number IS NOT NULL RETURN {', '.join(f'd.{n}' for n in names)}"
        with self._told():
            return [Decision(*values) for values in self.fetch(f"{text} ORDER BY d.number", {})[1]]

    def decide(self, lines: Sequence[Decision], identities: pd.DataFrame) -> None:
        """See Store.decide."""
        new = prepared({"identities": identities})
        check_keys(new)
        with self._told(), self._locked() as write:
            _add_lines(write, lines)
            writing = Writing(self, write, None, new)
            writing.put(TABLES["identities"], new["identities"], replace=True)
            writing.sweep()

    def forget(self, consumers: Iterable[str]) -> dict[str, int]:
        """See Store.forget."""
        keys = sorted(set(consumers))
        lines = "MATCH (d:Decision) WHERE d.account IN $keys OR d.other IN $keys DELETE d RETURN count(d)"
        with self._told(), self._locked() as write:
            writing = Writing(self, write, None, {})
            removed = writing.forget(keys)
            ((removed["journal"],),) = write([(lines, {"keys": keys})])[0]
            writing.sweep()
        return {name: removed[name] for name in (*TABLES, "journal") if removed[name]}

    def read(self, text: str, params: Mapping[str, Value] | None = None) -> pd.DataFrame:
        """See Store.read."""
        given = dict(params or {})
        with self._told(query=True):
            try:
                self._check_reads(text, given)
                names, rows = self.fetch(text, given)
            except (OverflowError, UnicodeEncodeError) as error:
                raise QueryError(f"a parameter cannot be sent: {error}") from error
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        arrays = [_column(name, values, text) for name, values in zip(names, columns, strict=True)]
        return frame(pa.Table.from_arrays(arrays, names=names))

    def read_columns(self, text: str, kinds: Mapping[str, str]) -> pd.DataFrame:
        """See Store.read_columns."""
        with self._told(query=True):
            check_columns(self._check_reads(text, {}), kinds)
            if picks := _picks(text):
                match, values = picks
                picked = [(name, kind, _sent(values[name], kind)) for name, kind in kinds.items()]
                return frame(self._columns(match, picked))
            _, rows = self.fetch(text, {})
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
        try:
            arrays = [
                pa.array(map(_plain, values), TYPES[kind].arrow)
                for values, kind in zip(columns, kinds.values(), strict=True)
            ]
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise QueryError(f"the query returns values of another type: {error}") from error
        return frame(pa.Table.from_arrays(arrays, names=list(kinds)))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """See Store.table."""
        table = TABLES[name]
        wanted = list(columns if columns is not None else table.names)
        with self._told():
            rows = self.rows(
                table, [*table.key, *(column for column in wanted if column not in table.key)], to_write=False
            )
        return frame(rows.select(wanted))

    def close(self) -> None:
        """See Store.close."""
        if self._driver is not None:
            self._driver.close()
        self._driver = None

    def _settle(self, write: Write, writing: Writing, settlement: Settlement) -> bool:
        """Settle identities, given what the graph now holds; True when that changed the table of identities."""
        lines, identities = settlement.decide(self.table("consumers", settlement.columns), self.decisions())
        new = prepared({"identities": identities})
        check_keys(new)
        _add_lines(write, lines)
        changed = writing.put(TABLES["identities"], new["identities"], replace=True)
        if changed:
            writing.sweep()
        return changed

    def _session(self, mode: str = neo4j.READ_ACCESS, fetch: int = 1_000) -> neo4j.Session:
        if self._driver is None:
            raise StoreError(f"the store {self.url} is closed")
        return self._driver.session(
            database=self._database,
            default_access_mode=mode,
            fetch_size=fetch,
            bookmark_manager=self._bookmarks,
        )

    def _check_reads(self, text: str, params: dict[str, Any]) -> list[str]:
        """The columns of a query, which the server compiles and does not run; QueryError when it would write."""

        def compiled(transaction: neo4j.ManagedTransaction) -> tuple[list[str], str | None]:
            result = transaction.run(f"EXPLAIN {text}", params)
            return list(result.keys()), result.consume().query_type

        if text not in self._safe:
            with self._session() as session:
                columns, kind = session.execute_read(compiled)
            if kind != "r":
                raise QueryError("the query would change the store", hint="Queries only read.")
            self._safe[text] = columns
        return self._safe[text]

    def fetch(self, text: str, params: dict[str, Any], fetch: int = 1_000) -> tuple[list[str], list[list[Any]]]:
        """The names and rows of a query, in a read transaction."""

        def work(transaction: neo4j.ManagedTransaction) -> tuple[list[str], list[list[Any]]]:
            result = transaction.run(text, params)
            return list(result.keys()), result.values()

        with self._session(fetch=fetch) as session:
            return session.execute_read(work)

    def rows(self, table: Table, columns: list[str], to_write: bool = True) -> pa.Table:
        """The table as the graph has it: `columns`, `_id` of its node or edge, `_TYPE` of a node's edges.

        Unless it is to be written, edges come without their ids, and of a table that shares its label
        with an earlier one come only the rows that say something.
        """
        own = [column for column in table.properties if column.name in columns]
        if not table.node:
            edge = table.edges[0]
            sources = self.nodes(edge.source)
            targets = sources if edge.source == edge.target else self.nodes(edge.target)
            return _joined(
                f"SELECT s.{_q(key_of(edge.source))} AS {_q(edge.source_column)}, t.{_q(key_of(edge.target))} AS"
                f" {_q(edge.target_column)}, e.* EXCLUDE (_source, _target) FROM _edges AS e"
                " JOIN _sources AS s ON s._id = e._source JOIN _targets AS t ON t._id = e._target",
                _edges=self._edges(edge, own, to_write),
                _sources=sources,
                _targets=targets,
            )
        others = [column for column in own if column.name not in table.key]
        shared = not to_write and node_tables()[table.node][0] is not table
        rows = self.nodes(table.node, others, shared)
        for edge in table.edges:
            near, far = near_far(edge, table)
            if far not in columns:
                continue
            label, here, there = (
                (edge.target, "_source", "_target")
                if edge.source_column == near
                else (edge.source, "_target", "_source")
            )
            rows = _joined(
                f"SELECT n.*, f.{_q(key_of(label))} AS {_q(far)}, f._edge AS {_q('_' + edge.type)} FROM _rows AS n"
                f" LEFT JOIN (SELECT e.{here}, e._id AS _edge, o.* EXCLUDE (_id) FROM _edges AS e JOIN _others AS o"
                f" ON o._id = e.{there}) AS f ON f.{here} = n._id"
                # A node has one edge of each of these types; if somebody drew another, the first counts.
                f" QUALIFY row_number() OVER (PARTITION BY n._id ORDER BY f._edge) = 1",
                _rows=rows,
                _edges=self._edges(edge),
                _others=self.nodes(label),
            )
        return rows

    def nodes(self, label: str, properties: Sequence[Column] = (), said: bool = False) -> pa.Table:
        """The nodes of a label that have its key: `_id`, the key, and these properties.

        With `said`, only those that have one of the properties.
        """
        key = key_of(label)
        where = f"n.`{key}` IS NOT NULL"
        if said and properties:
            where += f" AND ({' OR '.join(f'n.`{column.name}` IS NOT NULL' for column in properties)})"
        picked = [("_id", "integer", "id(x)"), (key, "text", f"x.`{key}`")]
        picked += [(column.name, column.kind, _read_property(column)) for column in properties]
        rows = self._columns(
            f"MATCH (n:`{label}`) WHERE {where} WITH id(n) / $batch AS batch, collect(n) AS xs", picked
        )
        if len(rows) and pc.max(rows["_id"]).as_py() >= WIDTH // 2:
            raise StoreError(
                "the database has more nodes than graphkoc can count", hint="Give graphkoc its own database."
            )
        return rows

    def _edges(self, edge: Edge, properties: Sequence[Column] = (), ids: bool = True) -> pa.Table:
        """The edges of a type: `_source` and `_target` (internal ids), these properties, and `_id`."""
        picked = [("_ends", "integer", "id(startNode(x)) * $width + id(endNode(x))")]
        picked += [("_id", "integer", "id(x)")] if ids else []
        picked += [(column.name, column.kind, _read_property(column)) for column in properties]
        rows = self._columns(f"MATCH ()-[e:`{edge.type}`]->() WITH id(e) / $batch AS batch, collect(e) AS xs", picked)
        ends = rows["_ends"].to_numpy()
        rows = rows.append_column("_source", pa.array(ends // WIDTH)).append_column("_target", pa.array(ends % WIDTH))
        return rows.drop_columns(["_ends"])

    def _columns(self, match: str, picked: list[tuple[str, str, str]]) -> pa.Table:
        """Columns (name, kind, expression of x) over all the xs, read as lists, a batch a record."""
        lists = ", ".join(f"[x IN xs | {expression}] AS c{i}" for i, (_, _, expression) in enumerate(picked))
        chunks: list[list[pa.Array]] = [[] for _ in picked]

        def work(transaction: neo4j.ManagedTransaction) -> None:
            for chunk in chunks:
                chunk.clear()
            params = {"batch": ROWS_A_RECORD, "width": WIDTH, "epoch": EPOCH}
            for record in transaction.run(f"{match} RETURN {lists}", params):
                for chunk, (_, kind, _), values in zip(chunks, picked, record.values(), strict=True):
                    chunk.append(pa.array(values, pa.int64() if kind == "time" else TYPES[kind].arrow))

        try:
            with self._session(fetch=4) as session:
                session.execute_read(work)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise StoreError(f"the database holds values that graphkoc did not write: {error}") from error
        columns = [
            pa.chunked_array(chunk, TYPES[kind].arrow if kind != "time" else pa.int64())
            for chunk, (_, kind, _) in zip(chunks, picked, strict=True)
        ]
        columns = [column.cast(TYPES[kind].arrow) for column, (_, kind, _) in zip(columns, picked, strict=True)]
        return pa.table(columns, names=[name for name, _, _ in picked])

    @contextlib.contextmanager
    def _locked(self) -> Iterator[Write]:
        """Keep other writers out, and give what writes: statements as one transaction, the rows of each.

        The lock is a node that is made and never committed, so it goes with the connection.
        """
        self._make_schema()
        with contextlib.ExitStack() as stack:
            # The first try has a time limit and finds out whether somebody writes; the second has none.
            for limit in (SECONDS_TO_LOCK, None):
                stack.close()
                lock = stack.enter_context(self._session(neo4j.WRITE_ACCESS)).begin_transaction(timeout=limit)
                stack.callback(_let_go, lock)
                try:
                    lock.run("MERGE (l:Load {load: $key}) SET l.source = $key", key=WRITER).consume()
                except Neo4jError as error:
                    if ".Transaction." not in (error.code or ""):
                        raise
                    hint = "Wait until it is done, then try again."
                    raise StoreError(f"another process is writing to {self._address}", hint=hint) from error
            guard = threading.Lock()

            def write(statements: Sequence[Statement]) -> list[list[list[Any]]]:
                def work(transaction: neo4j.ManagedTransaction) -> list[list[list[Any]]]:
                    # A server that was gone and came back has forgotten the lock, and another may hold it now.
                    with guard:
                        if lock.closed():
                            raise StoreError(f"the connection to {self._address} was lost", hint=AGAIN)
                        lock.run("RETURN 1").consume()
                    return [transaction.run(text, params).values() for text, params in statements]

                with self._session(neo4j.WRITE_ACCESS) as session:
                    return session.execute_write(work)

            yield write

    def _make_schema(self) -> None:
        there = {row[0] for row in self.fetch("SHOW INDEXES YIELD name", {})[1]}
        for name, ddl in schema().items():
            if name not in there:
                with self._session(neo4j.WRITE_ACCESS) as session:
                    session.run(neo4j.Query(ddl, timeout=SECONDS_TO_MAKE_INDEXES)).consume()

    @contextlib.contextmanager
    def _told(self, query: bool = False) -> Iterator[None]:
        """Errors of the driver and the server as ours; with `query`, a wrong query is the query's fault."""
        try:
            yield
        except GraphkocError:
            raise
        except ConfigurationError as error:
            raise StoreError(f"the store's URL cannot be used: {_first_line(error)}") from error
        except AuthError as error:
            hint = "Set GRAPHKOC_NEO4J_PASSWORD (or _PASSWORD_FILE), and GRAPHKOC_NEO4J_USER unless it is neo4j."
            raise StoreError(
                f"the server at {self._address} does not accept the user and password", hint=hint
            ) from error
        except IncompleteCommit as error:
            raise StoreError(f"the server at {self._address} was lost in the middle of a commit", hint=AGAIN) from error
        except (ServiceUnavailable, SessionExpired, OSError) as error:
            hint = "Is it running, and is that its address? A load that was cut short can be done again."
            raise StoreError(f"the server at {self._address} does not answer", hint=hint) from error
        except Forbidden as error:
            hint = "Use a user and a database that may be written."
            raise StoreError(f"the server at {self._address} does not let this user write", hint=hint) from error
        except (Neo4jError, DriverError) as error:
            raise self._translated(error, query) from error

    def _translated(self, error: Exception, query: bool) -> GraphkocError:
        code = getattr(error, "code", None) or ""
        said = _first_line(error)
        if "DatabaseNotFound" in code:
            return StoreError(f"the server at {self._address} has no database {self._database!r}")
        if "ForbiddenOnReadOnlyDatabase" in code:
            hint = "Use a user and a database that may be written."
            return StoreError(f"the database at {self._address} is read-only", hint=hint)
        if "CredentialsExpired" in code:
            return StoreError(f"the password of the server at {self._address} has to be changed first")
        if query and isinstance(error, ClientError):
            return QueryError(f"the store refuses the query: {said}")
        return StoreError(f"the server at {self._address} refuses: {said}", hint=AGAIN)


def _add_lines(write: Write, lines: Sequence[Decision]) -> None:
    """Add lines at the end of the journal of identities."""
    text = (
        "OPTIONAL MATCH (d:Decision) WITH coalesce(max(d.number), -1) + 1 AS first"
        " UNWIND range(0, size($lines) - 1) AS i CREATE (d:Decision) SET d = $lines[i], d.number = first + i"
    )
    for start in range(0, len(lines), LINES_A_CALL):
        write([(text, {"lines": [asdict(line) for line in lines[start : start + LINES_A_CALL]]})])


def _column(name: str, values: Sequence[Any], text: str) -> pa.Array:
    """A result's column; one without any value has the type that its property has in `graphkoc.tables.schema`."""
    if all(value is None for value in values):
        return pa.nulls(len(values), TYPES[_kind(name, text)].arrow)
    plain = [_plain(value) for value in values]
    try:
        array = pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array([None if value is None else str(value) for value in plain])
    return array.cast(pa.timestamp("us")) if pa.types.is_timestamp(array.type) else array


def _plain(value: Any) -> Any:
    """A value of the driver as one of Python: times in UTC without zone, nodes and edges as their properties."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, DateTime):
        time = value.to_native()
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    if isinstance(value, (Date, Time)):
        return value.to_native()
    if isinstance(value, Duration):
        return value.iso_format()
    if isinstance(value, (neo4j.graph.Node, neo4j.graph.Relationship)):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, neo4j.graph.Path):
        return [_plain(node) for node in value.nodes]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value)


def _kind(name: str, text: str) -> str:
    """The kind of a column by the property that it shows, `x.since AS day` or `max(x.since) AS day`."""
    kinds = {column.name: column.kind for table in TABLES.values() for column in table}
    shown = re.search(rf"\.\s*`?(\w+)`?\s*\)?\s+AS\s+`?{re.escape(name)}`?(?!\w)", text, re.IGNORECASE)
    return kinds.get(shown[1] if shown else name, "text")


def _picks(text: str) -> tuple[str, dict[str, str]] | None:
    """A query that returns only properties and numbers, in the two parts that `_columns` takes.

    Returns the Cypher that gives the query's rows as lists xs, a batch a record, and for each column its
    expression of a row x; None for every other query. Nodes and edges are collected, and their properties
    read a batch at a time, so that the server never holds all the texts at once.
    """
    if len(re.findall(r"\bRETURN\b", NOT_CODE.sub(" ", text), re.IGNORECASE)) != 1:
        return None
    found = re.fullmatch(r"(.*\n)RETURN\s+(.+)", text, re.DOTALL)
    if not found:
        return None
    named = {}
    for item in found[2].split(","):
        pick = PICK.fullmatch(item.strip())
        if not pick:
            return None
        named[pick["name"]] = pick
    variables = list(dict.fromkeys(pick["variable"] for pick in named.values() if pick["variable"]))
    if not variables:
        return None
    match = (
        f"{found[1]}WITH collect([{', '.join(variables)}]) AS rows"
        " UNWIND range(0, size(rows) - 1, $batch) AS at WITH rows[at..at + $batch] AS xs"
    )
    at = {variable: f"x[{i}]" for i, variable in enumerate(variables)}
    return match, {
        name: f"{at[pick['variable']]}.{pick['property']}" if pick["variable"] else pick["number"]
        for name, pick in named.items()
    }


def _read_property(column: Column) -> str:
    """Cypher for a property of x as it is sent."""
    return _sent(f"x.`{column.name}`", column.kind)


def _sent(value: str, kind: str) -> str:
    """Cypher for a value as it is sent: a time as microseconds, which cost a tenth of a time's value."""
    return f"duration.inSeconds($epoch, {value}).microseconds" if kind == "time" else value


def _joined(sql: str, **tables: pa.Table) -> pa.Table:
    with duckdb.connect() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        return connection.sql(sql).to_arrow_table()


def _let_go(lock: neo4j.Transaction) -> None:
    with contextlib.suppress(Neo4jError, DriverError, OSError):
        lock.close()


def _q(name: str) -> str:
    return f'"{name}"'


def _first_line(error: Exception) -> str:
    said = getattr(error, "message", None) or str(error)
    return said.splitlines()[0].rstrip(". ") if said else type(error).__name__
