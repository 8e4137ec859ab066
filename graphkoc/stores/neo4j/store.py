"""A store on a Neo4j server, Community edition or any other, 5.26 or newer.

What is fast there was measured (`bench/stores.py`): a record costs the client tens of microseconds and
a value in a list less than one, so rows come and go as one list per column. Nodes are found by internal
id, which the store reads before it writes. Two sessions write edges side by side, never at the same
nodes, because an edge locks both its ends and two sessions that wait for each other's are a deadlock. A load of few
rows reads only these, by their keys.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pyarrow as pa

from graphkoc.errors import QueryError, StoreError
from graphkoc.files import translate_errors
from graphkoc.progress import Progress
from graphkoc.stores import (
    CAMPAIGNS,
    check_columns,
    frame,
    key_of,
    newest_fingerprint,
    prepared,
    prepared_campaign,
    query_frame,
)
from graphkoc.stores.changes import Changes, RowChanges
from graphkoc.stores.condition import Condition
from graphkoc.stores.journal import Decision, Settlement
from graphkoc.stores.neo4j.connection import Connection
from graphkoc.stores.neo4j.difference import difference
from graphkoc.stores.neo4j.inspection import inspect
from graphkoc.stores.neo4j.plan import list_operators
from graphkoc.stores.neo4j.reading import Reading, to_column, to_plain
from graphkoc.stores.neo4j.settling import TIE_LINES, settle
from graphkoc.stores.neo4j.writing import Write, Writing, check_keys
from graphkoc.stores.queries import Sent
from graphkoc.tables.large import Large
from graphkoc.tables.schema import RESULTS, TABLES, node_tables
from graphkoc.tables.types import TYPES

__all__ = ["Neo4jStore", "open_url"]

SETTLED = "(persons)"
"""What stands for the persons and the lines of the journal in the counts of a load."""

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # its messages are in the errors


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


def _to_send(params: Mapping[str, Sent] | None) -> dict[str, Sent]:
    """Parameters as a query takes them: times in UTC, with their zone, as those of the graph."""
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
        for name, value in (params or {}).items()
    }


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
    an undisturbed one leaves: it reads what is there and sends the difference. A load or an annotation does so itself
    when a server that went away comes back within a minute. Lines of the
    journal and the persons that follow from them are one transaction. `forget` is whole for each thousand consumers.
    A lock that dies with the connection keeps a second writer out. Readers are not kept out, and see
    the graph as it is at that moment.
    """

    dialect = "neo4j"

    def __init__(self, url: str, address: str, user: str, password: str | None, database: str | None) -> None:
        self.url = url
        self._connection = Connection(url, address, user, password, database)
        self._reading = Reading(self._connection)

    def upsert(
        self,
        tables: Mapping[str, pd.DataFrame | Large],
        progress: Progress | None = None,
        settlement: Settlement | None = None,
    ) -> Changes:
        """See Store.upsert, and the class on what holds when it is cut short."""
        new = {name: rows.whole() if isinstance(rows, Large) else rows for name, rows in prepared(tables).items()}
        check_keys(new)
        counts: dict[str, RowChanges] = {}
        return self._connection.outlast(lambda: self._upsert(new, counts, progress, settlement))

    def _upsert(
        self,
        tables: Mapping[str, pa.Table],
        counts: dict[str, RowChanges],
        progress: Progress | None,
        settlement: Settlement | None,
    ) -> Changes:
        """Bring the graph to the rows of `tables`; counts: what was counted before the server went away."""
        new = dict(tables)
        with self._connection.lock() as write:
            writing = Writing(self._reading, write, progress, new, counts)
            book = new.pop("loads", None)
            # The book comes first, because contact keys are never there without the fingerprint of their key.
            if book is not None and not writing.has_loads(book):
                writing.put(TABLES["loads"], book)
            put = {name: writing.put(TABLES[name], new[name]) for name in TABLES if name in new}
            changed = any(rows.wrote for rows in put.values())
            writing.sweep(put)
            if settlement is not None:
                accounts = self.table("consumers", settlement.columns)
                if self._settle(write, *settlement.decide(accounts, self.decisions())):
                    counts[SETTLED] = RowChanges(changed=1)
                write([(TIE_LINES, {})])
            if progress:
                progress("stored", 0, 0, 0)
            if book is not None and changed:
                writing.put(TABLES["loads"], book)
        return Changes(put, any(rows.wrote for rows in counts.values()))

    def annotate(self, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None) -> None:
        """See Store.annotate."""
        new = prepared(tables, RESULTS)
        check_keys(new)
        self._connection.outlast(lambda: self._annotate(new, progress))

    def _annotate(self, new: Mapping[str, pa.Table], progress: Progress | None) -> None:
        with self._connection.lock() as write:
            writing = Writing(self._reading, write, progress, new)
            writing.clear_accounts()
            # Members before niches: a niche goes when nobody is in it any more.
            for name in (name for name in reversed(RESULTS) if name in new):
                writing.put(TABLES[name], new[name], replace=True)
            writing.name_accounts()
            writing.label_roles()
            writing.sweep()
            if progress:
                progress("stored", 0, 0, 0)

    def replace_campaign(
        self, campaign: str, tables: Mapping[str, pd.DataFrame], progress: Progress | None = None
    ) -> bool:
        """See Store.replace_campaign."""
        new = prepared_campaign(campaign, tables)
        check_keys(new)
        counts: dict[str, bool] = {}
        return self._connection.outlast(lambda: self._replace_campaign(campaign, new, counts, progress))

    def _replace_campaign(
        self, campaign: str, new: Mapping[str, pa.Table], wrote: dict[str, bool], progress: Progress | None
    ) -> bool:
        """Bring the graph to these rows; wrote: what was written before the server went away."""
        with self._connection.lock() as write:
            writing = Writing(self._reading, write, progress, new)
            # The campaign comes last, for it goes once nothing is tied to it.
            for name in reversed(CAMPAIGNS):
                changed = writing.replace_part(TABLES[name], new[name], "Campaign", campaign)
                wrote[name] = changed or wrote.get(name, False)
            if progress:
                progress("stored", 0, 0, 0)
        return any(wrote.values())

    def decisions(self) -> list[Decision]:
        """See Store.decisions. They are nodes beside the graph, tied to the accounts that they are about."""
        names = [field.name for field in fields(Decision)]
        text = f"MATCH (d:Decision) WHERE d.number IS NOT NULL RETURN {', '.join(f'd.{n}' for n in names)}"
        with self._connection.translate_errors():
            found = self._connection.fetch(f"{text} ORDER BY d.number", {})[1]
        return [Decision(at.to_native().isoformat(timespec="seconds"), *values) for at, *values in found]

    def holds_data(self) -> bool:
        """See Store.holds_data."""
        ours = [f"MATCH (n:`{label}`) WHERE n.`{key_of(label)}` IS NOT NULL" for label in node_tables()]
        ours.append("MATCH (n:Decision) WHERE n.number IS NOT NULL")
        text = " UNION ALL ".join(f"{found} RETURN 1 AS row LIMIT 1" for found in ours)
        with self._connection.translate_errors():
            return bool(self._connection.fetch(text, {})[1])

    def key_fingerprint(self) -> str | None:
        """See Store.key_fingerprint."""
        return newest_fingerprint(self.table("loads", ["loaded_at", "load", "key_fingerprint"]))

    def forget(self, consumers: Iterable[str]) -> dict[str, int]:
        """See Store.forget."""
        keys = sorted(set(consumers))
        lines = "MATCH (d:Decision) WHERE d.account IN $keys OR d.other IN $keys DETACH DELETE d RETURN count(d)"
        with self._connection.translate_errors(), self._connection.lock() as write:
            writing = Writing(self._reading, write, None, {})
            removed = writing.forget(keys)
            ((removed["journal"],),) = write([(lines, {"keys": keys})])[0]
            writing.sweep()
            writing.name_accounts()
        return {name: removed[name] for name in (*TABLES, "journal") if removed[name]}

    def read(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """See Store.read."""
        given = _to_send(params)
        with self._connection.translate_errors(query=True):
            self._refuse_older()
            try:
                self._connection.check_reads(text, given)
                names, rows = self._connection.fetch(text, given)
            except (OverflowError, UnicodeEncodeError) as error:
                raise QueryError(f"a parameter cannot be sent: {error}") from error
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        return query_frame({name: to_column(name, values, text) for name, values in zip(names, columns, strict=True)})

    def read_columns(self, text: str, kinds: Mapping[str, str]) -> pd.DataFrame:
        """See Store.read_columns."""
        with self._connection.translate_errors(query=True):
            self._refuse_older()
            check_columns(self._connection.check_reads(text, {}), kinds)
            found = self._reading.query(text, kinds)
            if found is not None:
                return frame(found)
            _, rows = self._connection.fetch(text, {})
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
        try:
            arrays = [
                pa.array(map(to_plain, values), TYPES[kind].arrow)
                for values, kind in zip(columns, kinds.values(), strict=True)
            ]
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise QueryError(f"the query returns values of another type: {error}") from error
        return frame(pa.Table.from_arrays(arrays, names=list(kinds)))

    def explain(self, text: str, params: Mapping[str, Sent] | None = None) -> pd.DataFrame:
        """See Store.explain."""
        given = _to_send(params)
        with self._connection.translate_errors(query=True):
            self._connection.check_reads(text, given)
            return pd.DataFrame(list_operators(self._connection.plan(text, given)))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """See Store.table."""
        table = TABLES[name]
        wanted = list(columns if columns is not None else table.names)
        with self._connection.translate_errors():
            rows = self._reading.rows(
                table, [*table.key, *(column for column in wanted if column not in table.key)], to_write=False
            )
        return frame(rows.select(wanted))

    def inspect(self) -> list[Condition]:
        """See Store.inspect."""
        with self._connection.translate_errors():
            return inspect(self._connection, self.url)

    def close(self) -> None:
        """See Store.close."""
        self._connection.close()

    def _refuse_older(self) -> None:
        if self._connection.is_older():
            hint = "Load one of its files again: that brings the whole database up to date, and nothing is lost."
            raise StoreError("the database is of an older version of graphkoc", hint=hint)

    def _settle(self, write: Write, lines: Sequence[Decision], identities: pd.DataFrame) -> bool:
        """Add lines to the journal and replace the table of identities, in one transaction; True when that changed it.

        A hundred thousand rows are about 100 MB of the server's memory meanwhile.
        """
        new, table = prepared({"identities": identities}), TABLES["identities"]
        check_keys(new)
        there = self._reading.rows(table, table.names)
        statements = settle(lines, difference(table, table.names, there, new["identities"], replace=True))
        if statements:
            write(statements)
        return bool(statements)
