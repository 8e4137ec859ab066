"""Writing rows into a graph on a server, given something that runs Cypher: what goes where, in which order.

Values go as parameters, one list per column, some thousand rows per transaction. Names in the Cypher come
from `graphkoc.tables.schema` and from nowhere else.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.errors import DataError, StoreError
from graphkoc.progress import Progress
from graphkoc.stores import key_of
from graphkoc.stores.captions import CAPTIONS
from graphkoc.stores.changes import RowChanges
from graphkoc.stores.neo4j.difference import Difference, EdgeChanges, difference
from graphkoc.tables.schema import (
    KIND_LABELS,
    RESULTS,
    ROLE_LABELS,
    TABLES,
    Column,
    Edge,
    Table,
    adds_to_nodes,
    node_tables,
)
from graphkoc.tables.types import TYPES

__all__ = ["DELETE_EDGES", "EPOCH", "WIDTH", "Statement", "Write", "Writing", "check_keys", "schema"]

NODES_A_CALL = 10_000
EDGES_A_CALL = 50_000
BYTES_A_CALL = 16 << 20
CONSUMERS_A_CALL = 1_000
LANES = 2
ENDS_TO_SAMPLE = 100_000
"""How many edges tell where the quarters of their nodes are."""

ONE_LANE = 2 * EDGES_A_CALL
"""Edges up to which a second session would not pay."""

TIMES_TO_FIND = 10
"""A row that is found by its key takes as long as so many of a table that is read whole."""

WIDTH = 1 << 32
"""Two internal ids in one integer: source * WIDTH + target."""

LONGEST_KEY = 8_000
"""Bytes of a key in UTF-8. The server's indexes take a little more."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Times in the graph are in UTC, and say so: Cypher compares times with a zone to no others."""

SEARCHED = (("Person", "rank"), ("Person", "name"), ("Person", "tier"), ("Review", "created_at"))
"""Properties that people look up, beside the keys."""

ON_ACCOUNTS = ("tier", "role", "part", "audience", "score", "rank", "niche", "circle")
"""Results that the first versions wrote on accounts, as persons have them now."""

NAMED_AFTER_PEOPLE = ("Circle", "Niche")

Statement = tuple[str, dict[str, Any]]
Write = Callable[[Sequence[Statement]], list[list[list[Any]]]]
"""Runs statements as one transaction, again if the server asks for it, and returns the rows of each."""


class Readable(Protocol):
    """What of the store is read before it is written."""

    def rows(self, table: Table, columns: list[str]) -> pa.Table:
        """The table's columns as the graph has them, with the `_id` of each row's node or edge."""
        ...

    def nodes(self, label: str) -> pa.Table:
        """The `_id` and the key of each node of a label."""
        ...

    def count_nodes(self, label: str) -> int:
        """How many nodes of a label there are."""
        ...

    def count_edges(self, type_: str) -> int:
        """How many edges of a type there are."""
        ...

    def find_nodes(self, label: str, keys: pa.Array) -> pa.Table:
        """As `nodes`, of the nodes with these keys."""
        ...

    def find_rows(self, table: Table, columns: list[str], keys: pa.Array) -> pa.Table:
        """As `rows`, of the nodes with these keys."""
        ...

    def find_tied(self, edge: Edge, keys: pa.Array) -> pa.Array:
        """The keys of the nodes from which an edge of this type leads to a node with one of these keys."""
        ...

    def find_edges_between(self, table: Table, columns: list[str], pairs: pa.Array) -> pa.Table:
        """As `rows`, of the edges between these pairs of internal ids, each in one integer (see WIDTH)."""
        ...

    def find_edges_from(self, table: Table, columns: list[str], sources: pa.Array) -> pa.Table:
        """As `rows`, of the edges that begin at these internal ids."""
        ...

    def find_edges_with(self, table: Table, columns: list[str], name: str, values: pa.Array) -> pa.Table:
        """As `rows`, of the edges of which an own property has one of these values."""
        ...


def check_keys(tables: Mapping[str, pa.Table]) -> None:
    """Raises DataError for a key of a node that is too long for the server's index."""
    for name, rows in tables.items():
        table = TABLES[name]
        ends = {column for edge in table.edges for column in (edge.source_column, edge.target_column)}
        for column in sorted(ends | set(table.key)):
            longest = pc.max(pc.binary_length(rows[column])).as_py() if rows.num_rows else 0
            if (longest or 0) > LONGEST_KEY:
                raise DataError(f"{name} has a {column} of {longest:,} bytes; a server's index takes {LONGEST_KEY:,}")


def schema() -> dict[str, str]:
    """The constraints and indexes of `graphkoc.tables.schema`: name -> Cypher that makes it.

    A node's key is unique, and so is an edge's where one of its own properties is the whole key; other
    edges are kept single by the lock. A property that is a part of an edge's key has an index, and so has one that
    people look up. Names and the texts of reviews have a full-text index each, which lag a load by moments.
    """
    made = {}
    for label in node_tables():
        name = f"graphkoc_{label.lower()}"
        made[name] = f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:`{label}`) REQUIRE n.`{key_of(label)}` IS UNIQUE"
    for table in TABLES.values():
        own = [column.name for column in table.properties if column.name in table.key]
        if table.node or not own:
            continue
        edge, (key,) = table.edges[0].type, own
        name = f"graphkoc_{edge.lower()}"
        unique = f"CONSTRAINT {name} IF NOT EXISTS FOR ()-[e:`{edge}`]-() REQUIRE e.`{key}` IS UNIQUE"
        index = f"INDEX {name} IF NOT EXISTS FOR ()-[e:`{edge}`]-() ON (e.`{key}`)"
        made[name] = f"CREATE {unique if own == list(table.key) else index}"
    for label, property_ in SEARCHED:
        name = f"graphkoc_{label.lower()}_{property_}"
        made[name] = f"CREATE INDEX {name} IF NOT EXISTS FOR (n:`{label}`) ON (n.`{property_}`)"
    made["graphkoc_names"] = (
        "CREATE FULLTEXT INDEX graphkoc_names IF NOT EXISTS FOR (n:Person|Consumer|Product|Niche|Circle)"
        " ON EACH [n.name] OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk', `fulltext.eventually_consistent`: true}}"
    )
    made["graphkoc_texts"] = (
        "CREATE FULLTEXT INDEX graphkoc_texts IF NOT EXISTS FOR (n:Review) ON EACH [n.title, n.text, n.tags]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk', `fulltext.eventually_consistent`: true}}"
    )
    return made


class Writing:
    """What one verb writes. It keeps the internal ids of nodes, which hold only as long as the lock does."""

    def __init__(
        self,
        store: Readable,
        write: Write,
        progress: Progress | None,
        tables: Mapping[str, pa.Table],
        counts: dict[str, RowChanges] | None = None,
    ) -> None:
        self._store = store
        self._write = write
        self._progress = progress
        self._total = sum(rows.num_rows for rows in tables.values())
        self._done = 0
        self._counts = {} if counts is None else counts
        self._ids: dict[str, pa.Table] = {}
        self._whole: set[str] = set()
        """Labels of which all nodes are in `_ids`."""
        self._guard = threading.Lock()
        self._stopped = False

    def put(self, table: Table, new: pa.Table, replace: bool = False) -> RowChanges:
        """Make the graph hold these rows of a table; with `replace`, no others. Returns how many it did not hold."""
        if new.num_rows == 0 and not replace:
            return RowChanges()
        end = self._done + new.num_rows
        columns = [name for name in table.names if replace or name in table.key or new[name].null_count < new.num_rows]
        ends = {column for edge in table.edges for column in (edge.source_column, edge.target_column)}
        if not table.node and not ends <= set(table.key):
            columns = table.names  # an edge that moves is made anew, with all that it had
        read = partial(self._read_nodes, table.node) if table.node else self._read_edges
        old = read(table, columns, new, replace)
        changes = difference(table, columns, old, new, replace)
        # Of a verb that is done again, the first time counts: then the graph was as it had been before.
        counts = self._counts.setdefault(table.name, changes.counts)
        self._apply(table, changes)
        self._done = end
        return counts

    def replace_part(self, table: Table, new: pa.Table, label: str, key: str) -> bool:
        """Make the graph hold these rows of a table, and no others, of the node of `label` with this key; True when it
        did not.

        They are the node itself, edges that begin at it, or nodes that are tied to it. A row that was another node's
        becomes a row of this one.
        """
        old = self._read_part(table, new, label, pa.array([key], pa.string()))
        changes = difference(table, table.names, old, new, replace=True)
        self._apply(table, changes)
        return bool(changes)

    def _read_part(self, table: Table, new: pa.Table, label: str, key: pa.Array) -> pa.Table:
        """What the graph has of these rows and of the node with this key."""
        if table.node:
            ties = [edge for edge in table.edges if edge.target == label]
            mine = self._store.find_tied(ties[0], key) if ties else key
            given = new[table.key[0]].combine_chunks()
            old = self._store.find_rows(table, table.names, pc.unique(pa.concat_arrays([mine, given])))
            self._know(table.node, old)
            return old
        source = self._find(label, pa.chunked_array([key]))
        old = self._store.find_edges_from(table, table.names, pa.array(source[source >= 0]))
        if own := [column.name for column in table.properties if column.name in table.key]:
            given = self._store.find_edges_with(table, table.names, own[0], pc.unique(new[own[0]]))
            old = pa.concat_tables([old, given])
        return old

    def _apply(self, table: Table, changes: Difference) -> None:
        """Do to the graph what differs."""
        if table.node:
            self._create_nodes(table.node, changes.created)
        for change in changes.edges:
            self._create_edges(table, change)
        self._update(table, changes)
        for batch in _batches(changes.untied, EDGES_A_CALL):
            self._write([(DELETE_EDGES, {"ids": batch["_id"].to_pylist()})])
        self._remove(table, changes)

    def has_loads(self, book: pa.Table) -> bool:
        """Whether the book of loads has these loads already: the same rows, loaded again, change nothing."""
        known = self._store.nodes("Load")["load"]
        return bool(pc.all(pc.is_in(book["load"], known.combine_chunks())).as_py())

    def sweep(self, names: Iterable[str] = TABLES) -> None:
        """Remove the nodes that only edges mention, once no edge does and no result is about them.

        names: the tables of which rows were written; others leave no such node.
        """
        ends = {label for name in names for edge in TABLES[name].edges for label in (edge.source, edge.target)}
        for label, tables in node_tables().items():
            if label in ends and all(map(adds_to_nodes, tables)):
                results = [column.graph_name for table in tables for column in table.content]
                where = f"n.`{key_of(label)}` IS NOT NULL AND NOT EXISTS {{ (n)--() }}"
                where += "".join(f" AND n.`{name}` IS NULL" for name in results)
                self._write([(f"MATCH (n:`{label}`) WHERE {where} DELETE n", {})])

    def forget(self, keys: list[str]) -> Counter[str]:
        """Remove these consumers and all that names them or their reviews; rows removed, by table."""
        removed: Counter[str] = Counter()
        counts = list(_countings())
        for start in range(0, len(keys), CONSUMERS_A_CALL):
            some = {"keys": keys[start : start + CONSUMERS_A_CALL]}
            removals = [(text, some) for text in (*_REMOVE_RESULTS, f"{_GONE} DETACH DELETE x")]
            rows = self._write([*((text, some) for _, text in counts), *removals])
            for (name, _), ((count,),) in zip(counts, rows[: len(counts)], strict=True):
                removed[name] += count
        return removed

    def label_roles(self) -> None:
        """Give persons the labels of their roles, and accounts and persons those of their kind; no other of these."""
        for label, roles in ROLE_LABELS.items():
            persons = "MATCH (p:Person) WHERE p.person IS NOT NULL AND"
            lost = f"{persons} p:{label} AND NOT coalesce(p.role, '') IN $roles REMOVE p:{label}"
            gained = f"{persons} p.role IN $roles AND NOT p:{label} SET p:{label}"
            self._write([(lost, {"roles": roles}), (gained, {"roles": roles})])
        for label, kind in KIND_LABELS.items():
            accounts = "MATCH (c:Consumer) WHERE c.consumer IS NOT NULL AND"
            lost = f"{accounts} c:{label} AND coalesce(c.kind, '') <> $kind REMOVE c:{label}"
            gained = f"{accounts} c.kind = $kind AND NOT c:{label} SET c:{label}"
            owner = f"EXISTS {{ (p)-[:HAS_ACCOUNT]->(:{label}) }}"
            owners = [f"MATCH (p:{label}:Person) WHERE NOT {owner} REMOVE p:{label}"]
            owners += [f"MATCH (:{label}:Consumer)<-[:HAS_ACCOUNT]-(p:Person) SET p:{label}"]
            self._write([(text, {"kind": kind}) for text in (lost, gained, *owners)])

    def name_accounts(self) -> None:
        """Caption the accounts without a name of their own, which are shown with their person's."""
        caption = CAPTIONS["Consumer"].cypher
        find = f"MATCH (n:Consumer) WHERE n.consumer IS NOT NULL AND n.own_name IS NULL WITH n, {caption} AS name"
        text = f"{find} WHERE coalesce(n.name, '') <> name WITH n, name LIMIT $most SET n.name = name RETURN count(*)"
        while self._write([(text, {"most": NODES_A_CALL})])[0][0][0] == NODES_A_CALL:
            pass

    def clear_accounts(self) -> None:
        """Remove the results that an analysis of the first versions left on accounts."""
        there = " OR ".join(f"c.{name} IS NOT NULL" for name in ON_ACCOUNTS)
        gone = ", ".join(f"c.{name}" for name in ON_ACCOUNTS)
        for text in (
            "MATCH (c:Consumer)-[e:MEMBER_OF|REACHES]->() WHERE c.consumer IS NOT NULL"
            " WITH e LIMIT $most DELETE e RETURN count(*)",
            f"MATCH (c:Consumer) WHERE c.consumer IS NOT NULL AND ({there})"
            f" WITH c LIMIT $most REMOVE {gone} RETURN count(*)",
        ):
            while self._write([(text, {"most": NODES_A_CALL})])[0][0][0] == NODES_A_CALL:
                pass

    def _read_nodes(self, label: str, table: Table, columns: list[str], new: pa.Table, replace: bool) -> pa.Table:
        """What the graph has of these rows; or of the whole table, where that is quicker or needed to replace it."""
        size = self._store.count_nodes(label)
        if size and (replace or self._is_many(new.num_rows, size)):
            old, whole = self._store.rows(table, columns), True
        else:
            keys = new[table.key[0]].combine_chunks() if size else pa.array([], pa.string())
            old, whole = self._store.find_rows(table, columns, keys), size == 0
        self._know(label, old, whole)
        return old

    def _read_edges(self, table: Table, columns: list[str], new: pa.Table, replace: bool) -> pa.Table:
        """As `_read_nodes`, of a table whose rows are edges."""
        (edge,) = table.edges
        size = self._store.count_edges(edge.type)
        if size and (replace or self._is_many(new.num_rows, size)):
            return self._store.rows(table, columns)
        new = new if size else new[:0]
        if own := [column.name for column in table.properties if column.name in table.key]:
            return self._store.find_edges_with(table, columns, own[0], pc.unique(new[own[0]]))
        source = self._find(edge.source, new[edge.source_column])
        if edge.target_column not in table.key:
            return self._store.find_edges_from(table, columns, pa.array(np.unique(source[source >= 0])))
        target = self._find(edge.target, new[edge.target_column])
        pairs = (source * WIDTH + target)[(source >= 0) & (target >= 0)]
        return self._store.find_edges_between(table, columns, pa.array(pairs))

    @staticmethod
    def _is_many(rows: int, size: int) -> bool:
        return rows * TIMES_TO_FIND >= size

    def _know(self, label: str, rows: pa.Table, whole: bool = False) -> None:
        """Keep the internal ids of nodes of a label that are not kept yet; whole: these are all of them."""
        rows = rows.select([key_of(label), "_id"])
        with self._guard:
            if whole:
                self._whole.add(label)
            elif label in self._ids:
                rows = pa.concat_tables([self._ids[label], rows])
            self._ids[label] = rows

    def _find(self, label: str, keys: pa.ChunkedArray) -> NDArray[np.int64]:
        """The internal ids of nodes by key; -1 for those that are not there."""
        key = key_of(label)
        if label not in self._whole:
            missing = pc.unique(keys)
            if label in self._ids:
                missing = missing.filter(pc.invert(pc.is_in(missing, self._ids[label][key].combine_chunks())))
            if self._is_many(len(missing), self._store.count_nodes(label)):
                self._know(label, self._store.nodes(label), whole=True)
            else:
                self._know(label, self._store.find_nodes(label, missing))
        known = self._ids[label]
        places = pc.index_in(keys, known[key].combine_chunks()).fill_null(-1).to_numpy()
        ids: NDArray[np.int64] = np.append(known["_id"].to_numpy(), -1)[places]
        return ids

    def _ids_of(self, label: str, keys: pa.ChunkedArray) -> NDArray[np.int64]:
        """The internal ids of nodes by key; nodes that are not there are made."""
        ids = self._find(label, keys)
        if (ids < 0).any():
            missing = pc.unique(keys.filter(pa.array(ids < 0))).sort()
            self._create_nodes(label, pa.table({key_of(label): missing}))
            ids = self._find(label, keys)
        return ids

    def _create_nodes(self, label: str, rows: pa.Table) -> None:
        key = key_of(label)
        columns = {column.name: column for table in node_tables()[label] for column in table}

        def create(batch: pa.Table) -> None:
            params, assign = _assigned(batch.drop_columns([key]), columns, "n")
            params["keys"] = batch[key].to_pylist()
            text = (
                f"UNWIND range(0, size($keys) - 1) AS i CREATE (n:`{label}` {{`{key}`: $keys[i]}})"
                f"{assign}{_caption(label, 'n')}"
                " RETURN collect(i) AS i, collect(id(n)) AS id"
            )
            ((order, made),) = self._write([(text, params)])[0]
            self._know(label, pa.table({key: batch[key].take(pa.array(order)), "_id": pa.array(made)}))
            self._step(batch.num_rows)

        _do_in_lanes(create, _batches(rows, NODES_A_CALL))

    def _create_edges(self, table: Table, change: EdgeChanges) -> None:
        if change.rows.num_rows == 0:
            return
        source = self._ids_of(change.edge.source, change.rows["source"])
        target = self._ids_of(change.edge.target, change.rows["target"])
        for phase in _phases(source, target, change.edge.source == change.edge.target):
            with ThreadPoolExecutor(len(phase)) as pool:
                lanes = [pool.submit(self._create_lane, table, change, source, target, lane) for lane in phase]
                try:
                    for lane in lanes:
                        lane.result()
                except BaseException:
                    self._stopped = True
                    raise

    def _create_lane(
        self,
        table: Table,
        change: EdgeChanges,
        source: NDArray[np.int64],
        target: NDArray[np.int64],
        lane: NDArray[np.int64],
    ) -> None:
        """Make the edges of one lane, by start node; each in the place of its older one, if it has one."""
        edge, columns = change.edge, {column.name: column for column in table}
        own = change.rows.drop_columns(["source", "target"])
        for start in range(0, len(lane), EDGES_A_CALL):
            if self._stopped:
                return
            part = lane[start : start + EDGES_A_CALL]
            rows = own.take(pa.array(part))
            params, assign = _assigned(rows.drop_columns(["old"]), columns, "e")
            for end, ids in (("a", source[part]), ("b", target[part])):
                distinct, places = np.unique(ids, return_inverse=True)
                params |= {f"{end}_ids": distinct.tolist(), f"{end}_places": places.tolist()}
            # Each node is looked up once, and the edges take it from a list, which has to be in the order of its ids.
            text = (
                f"{_collect_nodes(edge.source, 'a')} {_collect_nodes(edge.target, 'b', 'a_nodes, ')}"
                " UNWIND range(0, size($a_places) - 1) AS i"
                " WITH i, a_nodes[$a_places[i]] AS a, b_nodes[$b_places[i]] AS b"
                f" CREATE (a)-[e:`{edge.type}`]->(b){assign}"
                f"{_caption('Review', 'a') if edge.type == 'ABOUT' else ''}"
                " RETURN count(e)"
            )
            old = rows["old"].drop_null().to_pylist()
            *_, ((count,),) = self._write([*([(DELETE_EDGES, {"ids": old})] if old else []), (text, params)])
            if count != len(part):
                raise StoreError("nodes went away while edges were tied to them", hint="Load again.")
            self._step(len(part))

    def _update(self, table: Table, changes: Difference) -> None:
        """Set properties of nodes or edges that are there, and the captions that show them."""
        columns = {column.name: column for column in table}
        caption = _caption(table.node, "x") if table.node else ""
        if table.node == "Product" and "title" in changes.updated.column_names:
            caption += f" WITH x MATCH (x)<-[:ABOUT]-(y:Review){_caption('Review', 'y')}"
        find = f"(x:`{table.node}`)" if table.node else f"()-[x:`{table.edges[0].type}`]->()"

        def update(batch: pa.Table) -> None:
            params, assign = _assigned(batch.drop_columns(["_id"]), columns, "x")
            params["ids"] = batch["_id"].to_pylist()
            find_one = f"UNWIND range(0, size($ids) - 1) AS i MATCH {find} WHERE id(x) = $ids[i]"
            self._write([(f"{find_one}{assign}{caption}", params)])
            self._step(batch.num_rows)

        _do_in_lanes(update, _batches(changes.updated, NODES_A_CALL))

    def _remove(self, table: Table, changes: Difference) -> None:
        """Remove edges, or what the table says of nodes; and the nodes, where it alone is about them."""
        clear = "".join(
            f" SET n.`{column.graph_name}` = null" for column in table.properties if column.name not in table.key
        )
        clear += _caption(table.node, "n") if table.node else ""
        for batch in _batches(changes.removed, NODES_A_CALL):
            ids = {"ids": batch["_id"].to_pylist()}
            if not table.node:
                self._write([(DELETE_EDGES, ids)])
                continue
            find = f"MATCH (n:`{table.node}`) WHERE id(n) IN $ids"
            alone = node_tables()[table.node] == [table]
            gone = [(f"{find} AND NOT EXISTS {{ (n)--() }} DELETE n", ids)] if alone else []
            self._write([(f"{find}{clear}", ids), *gone])

    def _step(self, rows: int) -> None:
        with self._guard:
            self._done = min(self._done + rows, self._total)
            if self._progress:
                self._progress("storing", self._done, self._total, self._done)


DELETE_EDGES = "UNWIND $ids AS gone MATCH ()-[e]->() WHERE id(e) = gone DELETE e"

_GONE = (
    "UNWIND $keys AS key OPTIONAL MATCH (c:Consumer {consumer: key}) OPTIONAL MATCH (c)-[:WROTE]->(r:Review)"
    " OPTIONAL MATCH (c)-[:GAVE]->(f:Feedback) OPTIONAL MATCH (p:Person {person: key})"
    " WITH collect(DISTINCT c) + collect(DISTINCT r) + collect(DISTINCT f) + collect(DISTINCT p) AS xs"
    " UNWIND xs AS x"
)
"""Of each consumer in $keys: the consumer, their reviews and answers, and the person with the same key, as x."""

_ANALYSED = (
    "UNWIND $keys AS key OPTIONAL MATCH (p:Person {person: key})"
    " OPTIONAL MATCH (:Consumer {consumer: key})<-[:HAS_ACCOUNT]-(q:Person)"
    " WITH collect(DISTINCT p) + collect(DISTINCT q) AS xs UNWIND xs AS x WITH DISTINCT x"
)
"""Those whose results may name a consumer in $keys, as x: an analysis takes a person's name from any account."""

_REVIEWED = (
    "UNWIND $keys AS key MATCH (:Consumer {consumer: key})-[:WROTE]->(:Review)-[:ABOUT]->(x:Product)"
    " WHERE x.product IS NOT NULL WITH DISTINCT x"
)
"""The products whose results come from a review by a consumer in $keys, as x."""

_ABOUT = {"Person": _ANALYSED, "Product": _REVIEWED}
"""The labels of raw data that results are about, and of which nodes these go with a consumer."""

_RESULT_EDGES = sorted({edge.type for table in RESULTS.values() for edge in table.edges if edge.source == "Person"})


def _clear(table: Table) -> str:
    """Cypher that removes what a table of results says of x."""
    return "SET " + ", ".join(f"x.`{column.graph_name}` = null" for column in table.content)


_REMOVE_RESULTS = (
    f"{_ANALYSED} {_clear(RESULTS['scores'])} SET x.name = x.person"
    f" REMOVE x:{':'.join(ROLE_LABELS)} WITH x MATCH (x)-[e:{'|'.join(_RESULT_EDGES)}]-() DELETE e",
    f"{_REVIEWED} {_clear(RESULTS['product_results'])}",
    *(
        f"MATCH (g:`{label}`) WHERE g.`{key_of(label)}` IS NOT NULL"
        f" AND any(key IN $keys WHERE g.name ENDS WITH ' ' + key) SET g.name = g.`{key_of(label)}`"
        for label in NAMED_AFTER_PEOPLE
    ),
    "MATCH (p:Person) WHERE p.person IS NOT NULL"
    " AND any(reason IN p.reasons WHERE any(key IN $keys WHERE reason ENDS WITH ' ' + key))"
    " SET p.reasons = [reason IN p.reasons WHERE none(key IN $keys WHERE reason ENDS WITH ' ' + key)]",
)
"""A group may be named after an account in its middle, and reasons of others name the group."""


def _countings() -> Iterator[tuple[str, str]]:
    """For each table, Cypher that counts the rows that name x of _GONE, or of results those about x of _ABOUT."""
    for name, table in TABLES.items():
        if not table.node:
            edge = table.edges[0]
            gone = _ANALYSED if name in RESULTS and "Person" in (edge.source, edge.target) else _GONE
            yield (
                name,
                f"{gone} MATCH (x)-[e:`{edge.type}`]-()"
                f" WHERE startNode(e):`{edge.source}` AND endNode(e):`{edge.target}` RETURN count(DISTINCT e)",
            )
        elif adds_to_nodes(table):
            filled = " OR ".join(f"x.`{column.graph_name}` IS NOT NULL" for column in table.content)
            yield name, f"{_ABOUT[table.node]} WITH x WHERE {filled} RETURN count(x)"
        elif table.node in ("Consumer", "Review", "Feedback"):
            yield name, f"{_GONE} WITH x WHERE x:`{table.node}` RETURN count(x)"


def _caption(label: str, variable: str) -> str:
    """The SET of the name that a node of that label is shown with; nothing for a label that has its own."""
    if label not in CAPTIONS:
        return ""
    return f" SET {variable}.name = " + re.sub(r"\bn\b(?=[.)])", variable, CAPTIONS[label].cypher)


def _assigned(rows: pa.Table, columns: Mapping[str, Column], variable: str) -> tuple[dict[str, Any], str]:
    """Parameters of one list per column, and the SETs of the variable's properties to their i-th items.

    columns: the declaration of each, by name. A column without a value is left out where it is made, but not where a
    property may have to go.
    """
    params: dict[str, Any] = {"epoch": EPOCH}
    text = ""
    for number, name in enumerate(rows.column_names):
        values = rows[name]
        item = f"$c{number}[i]"
        if pa.types.is_timestamp(values.type):
            # A Python time costs ten times an integer to send. Split, for a duration counts nanoseconds.
            values = values.cast(pa.int64())
            span = f"duration({{seconds: {item} / 1000000, microseconds: {item} % 1000000}})"
            item = f"CASE WHEN {item} IS NULL THEN null ELSE $epoch + {span} END"
        elif separator := TYPES[columns[name].kind].separator:
            item = f"split({item}, {separator!r})"
        params[f"c{number}"] = values.to_pylist()
        text += f" SET {variable}.`{columns[name].graph_name}` = {item}"
    return params, text


def _collect_nodes(label: str, end: str, before: str = "") -> str:
    """Cypher for the nodes of $a_ids (end a) as the list a_nodes, or no row where one is not there.

    before: lists that are there already and stay.
    """
    return (
        f"MATCH (n:`{label}`) WHERE id(n) IN ${end}_ids WITH {before}collect(n) AS {end}_nodes"
        f" WHERE [n IN {end}_nodes | id(n)] = ${end}_ids"
    )


def _do_in_lanes(do: Callable[[pa.Table], None], batches: Iterable[pa.Table]) -> None:
    """Do the batches, so many at once as there are lanes; when one fails, no other begins."""
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(do, batch) for batch in batches]:
            try:
                done.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def _batches(rows: pa.Table, size: int) -> Iterator[pa.Table]:
    """The rows in parts of at most `size`, and of about BYTES_A_CALL."""
    if rows.num_rows:
        size = max(1, min(size, BYTES_A_CALL * rows.num_rows // max(1, rows.nbytes)))
    for start in range(0, rows.num_rows, size):
        yield rows.slice(start, size)


def _phases(source: NDArray[np.int64], target: NDArray[np.int64], same: bool) -> Iterator[list[NDArray[np.int64]]]:
    """The edges in phases of one or two lanes; the lanes of a phase have no node in common.

    source, target: (m,) int64 internal ids; same: both are of one label. A lane is an array of indices
    of edges, by start node. Each edge is in one lane.
    """
    order = np.argsort(source * WIDTH + target)
    if len(order) <= ONE_LANE:
        yield [order]
        return
    source, target = source[order], target[order]
    if same:
        step = 1 + len(source) // ENDS_TO_SAMPLE
        cuts = np.quantile(np.concatenate([source[::step], target[::step]]), [0.25, 0.5, 0.75])
        low = np.searchsorted(cuts, np.minimum(source, target))
        high = np.searchsorted(cuts, np.maximum(source, target))
        pairs = low * 4 + high
        # Four ranges of nodes, and each pair of ranges beside the pair of the other two.
        phases = [([0, 1, 5], [10, 11, 15]), ([2], [7]), ([3], [6])]
    else:
        pairs = 2 * (source > np.median(source)) + (target > np.median(target))
        phases = [([0], [3]), ([1], [2])]
    for phase in phases:
        lanes = [order[np.isin(pairs, lane)] for lane in phase]
        if lanes := [lane for lane in lanes if len(lane)]:
            yield lanes
