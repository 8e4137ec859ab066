"""What a server's graph holds, read as columns: a list per column costs the client a fraction of a record per row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import neo4j
import pyarrow as pa
import pyarrow.compute as pc
from neo4j.time import Date, DateTime, Duration, Time

from graphkoc.errors import StoreError
from graphkoc.stores import key_of, near_far, relational, to_rows
from graphkoc.stores.neo4j.connection import Connection
from graphkoc.stores.neo4j.writing import EPOCH, WIDTH
from graphkoc.stores.queries import NOT_CODE
from graphkoc.tables.schema import TABLES, Column, Edge, Table, adds_to_nodes
from graphkoc.tables.types import TYPES

__all__ = ["Reading", "to_column", "to_plain"]

ROWS_A_RECORD = 20_000
"""Rows, nodes or edges that come in one record, a list per column."""

PAIR = "_pair"
"""The column of a query that has two internal ids in one integer, each one more than it is, and 0 for none."""

PICK = re.compile(
    r"(?:(?P<variable>[A-Za-z_]\w*)\.(?P<property>\w+|`\w+`)|(?P<number>\d+(?:\.\d+)?))\s+AS\s+`?(?P<name>\w+)`?"
)
"""A column of a query that is a property or a number."""


@dataclass(frozen=True)
class _Pick:
    """A column of a query: a number that every row has, or an expression of a row x.

    With a label, the expression is the internal id of a node, and the column holds the node's `property`.
    """

    expression: str = ""
    number: float | None = None
    label: str = ""
    property: str = ""
    half: int | None = None
    """Of two internal ids in one integer, the first (0) or the second (1); None for an id alone."""


class Reading:
    """Reads whole tables, nodes and edges of our schema from the database of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, table: Table, columns: list[str], to_write: bool = True) -> pa.Table:
        """The table as the graph has it: `columns`, `_id` of its node or edge, `_TYPE` of a node's edges.

        Unless it is to be written, edges come without their ids, and of a table that adds to nodes come only the
        rows that say something.
        """
        own = [column for column in table.properties if column.name in columns]
        if not table.node:
            edge = table.edges[0]
            sources = self.nodes(edge.source)
            targets = sources if edge.source == edge.target else self.nodes(edge.target)
            return _join(
                f"SELECT s.{_q(key_of(edge.source))} AS {_q(edge.source_column)}, t.{_q(key_of(edge.target))} AS"
                f" {_q(edge.target_column)}, e.* EXCLUDE (_source, _target) FROM _edges AS e"
                " JOIN _sources AS s ON s._id = e._source JOIN _targets AS t ON t._id = e._target",
                _edges=self._edges(edge, own, to_write),
                _sources=sources,
                _targets=targets,
            )
        others = [column for column in own if column.name not in table.key]
        shared = not to_write and adds_to_nodes(table)
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
            rows = _join(
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

    def count_nodes(self, label: str) -> int:
        """How many nodes have the label, ours or not; the server keeps the number."""
        return int(self._connection.fetch(f"MATCH (n:`{label}`) RETURN count(n)", {})[1][0][0])

    def count_edges(self, type_: str) -> int:
        """How many edges are of the type, ours or not; the server keeps the number."""
        return int(self._connection.fetch(f"MATCH ()-[e:`{type_}`]->() RETURN count(e)", {})[1][0][0])

    def find_nodes(self, label: str, keys: pa.Array, properties: Sequence[Column] = ()) -> pa.Table:
        """As `nodes`, of the nodes with these keys, which are all different."""
        key = key_of(label)
        picked = [("_id", "integer", "id(x)"), (key, "text", f"x.`{key}`")]
        picked += [(column.name, column.kind, _property(column)) for column in properties]
        match = f"UNWIND $keys AS key MATCH (n:`{label}` {{`{key}`: key}}) WITH collect(n) AS xs"
        return self._nodes(match, picked, [{"keys": part.to_pylist()} for part in _parts(keys)])

    def find_rows(self, table: Table, columns: list[str], keys: pa.Array) -> pa.Table:
        """As `rows`, of a table whose rows are nodes: of the nodes with these keys."""
        others = [column for column in table.properties if column.name in columns and column.name not in table.key]
        rows = self.find_nodes(table.node or "", keys, others)
        for edge in table.edges:
            near, far = near_far(edge, table)
            if far not in columns:
                continue
            outward = edge.source_column == near
            label = edge.target if outward else edge.source
            ends = f"(n)-[e:`{edge.type}`]->(o:`{label}`)" if outward else f"(n)<-[e:`{edge.type}`]-(o:`{label}`)"
            match = (
                f"UNWIND $ids AS id MATCH (n) WHERE id(n) = id MATCH {ends}"
                f" WHERE o.`{key_of(label)}` IS NOT NULL WITH collect([id(n), id(e), o.`{key_of(label)}`]) AS xs"
            )
            picked = [("_here", "integer", "x[0]"), ("_edge", "integer", "x[1]"), (far, "id", "x[2]")]
            found = self.columns(match, picked, [{"ids": part.to_pylist()} for part in _parts(rows["_id"])])
            rows = _join(
                f"SELECT n.*, f.{_q(far)}, f._edge AS {_q('_' + edge.type)} FROM _rows AS n"
                " LEFT JOIN _ends AS f ON f._here = n._id"
                " QUALIFY row_number() OVER (PARTITION BY n._id ORDER BY f._edge) = 1",
                _rows=rows,
                _ends=found,
            )
        return rows

    def find_tied(self, edge: Edge, keys: pa.Array) -> pa.Array:
        """The keys of the nodes from which an edge of this type leads to a node with one of these keys."""
        here, there = f"n.`{key_of(edge.source)}`", f"`{key_of(edge.target)}`"
        match = (
            f"UNWIND $keys AS key MATCH (n:`{edge.source}`)-[:`{edge.type}`]->(:`{edge.target}` {{{there}: key}})"
            f" WHERE {here} IS NOT NULL WITH collect(DISTINCT {here}) AS xs"
        )
        found = self.columns(match, [("key", "id", "x")], [{"keys": part.to_pylist()} for part in _parts(keys)])
        return found["key"].combine_chunks()

    def find_edges_between(self, table: Table, columns: list[str], pairs: pa.Array) -> pa.Table:
        """As `rows`, of a table whose rows are edges: of those between these pairs of internal ids (see WIDTH)."""
        # SKIP keeps the planner from looking through all edges of a, who may follow a hundred thousand.
        match = (
            "UNWIND $pairs AS pair MATCH (a) WHERE id(a) = pair / $width MATCH (b) WHERE id(b) = pair % $width"
            f" WITH a, b SKIP 0 MATCH (a)-[e:`{table.edges[0].type}`]->(b) WITH collect(e) AS xs"
        )
        return self._find_edges(table, columns, match, [{"pairs": part.to_pylist()} for part in _parts(pairs)])

    def find_edges_from(self, table: Table, columns: list[str], sources: pa.Array) -> pa.Table:
        """As `rows`, of a table whose rows are edges: of the edges that begin at these internal ids."""
        edge = table.edges[0]
        match = (
            f"UNWIND $ids AS id MATCH (a) WHERE id(a) = id MATCH (a)-[e:`{edge.type}`]->(b:`{edge.target}`)"
            f" WHERE b.`{key_of(edge.target)}` IS NOT NULL WITH collect(e) AS xs"
        )
        return self._find_edges(table, columns, match, [{"ids": part.to_pylist()} for part in _parts(sources)])

    def find_edges_with(self, table: Table, columns: list[str], name: str, values: pa.Array) -> pa.Table:
        """As `rows`, of a table whose rows are edges: of the edges of which an own property has one of these values."""
        edge = table.edges[0]
        match = (
            "UNWIND $values AS value"
            f" MATCH (a:`{edge.source}`)-[e:`{edge.type}` {{`{name}`: value}}]->(b:`{edge.target}`)"
            f" WHERE a.`{key_of(edge.source)}` IS NOT NULL AND b.`{key_of(edge.target)}` IS NOT NULL"
            " WITH collect(e) AS xs"
        )
        return self._find_edges(table, columns, match, [{"values": part.to_pylist()} for part in _parts(values)])

    def _find_edges(
        self, table: Table, columns: list[str], match: str, batches: Sequence[Mapping[str, Any]]
    ) -> pa.Table:
        edge = table.edges[0]
        picked = [
            (edge.source_column, "id", f"startNode(x).`{key_of(edge.source)}`"),
            (edge.target_column, "id", f"endNode(x).`{key_of(edge.target)}`"),
            ("_id", "integer", "id(x)"),
        ]
        own = [column for column in table.properties if column.name in columns]
        picked += [(column.name, column.kind, _property(column)) for column in own]
        return self.columns(match, picked, batches)

    def nodes(self, label: str, properties: Sequence[Column] = (), with_values: bool = False) -> pa.Table:
        """The nodes of a label that have its key: `_id`, the key, and these properties.

        With `with_values`, only those that have one of the properties.
        """
        key = key_of(label)
        where = f"n.`{key}` IS NOT NULL"
        if with_values and properties:
            filled = [f"n.`{column.graph_name}` IS NOT NULL" for column in properties if column.graph_name != "name"]
            where += f" AND ({' OR '.join(filled)})" if filled else ""
        picked = [("_id", "integer", "id(x)"), (key, "text", f"x.`{key}`")]
        picked += [(column.name, column.kind, _property(column)) for column in properties]
        match = f"MATCH (n:`{label}`) WHERE {where} WITH id(n) / $batch AS batch, collect(n) AS xs"
        return self._nodes(match, picked)

    def _nodes(
        self, match: str, picked: list[tuple[str, str, str]], batches: Sequence[Mapping[str, Any]] = ({},)
    ) -> pa.Table:
        rows = self.columns(match, picked, batches)
        if len(rows) and pc.max(rows["_id"]).as_py() >= WIDTH // 2:
            raise StoreError(
                "the database has more nodes than graphkoc can count", hint="Give graphkoc its own database."
            )
        return rows

    def _edges(self, edge: Edge, properties: Sequence[Column] = (), ids: bool = True) -> pa.Table:
        """The edges of a type: `_source` and `_target` (internal ids), these properties, and `_id`."""
        picked = [("_ends", "integer", "id(startNode(x)) * $width + id(endNode(x))")]
        picked += [("_id", "integer", "id(x)")] if ids else []
        picked += [(column.name, column.kind, _property(column)) for column in properties]
        rows = self.columns(f"MATCH ()-[e:`{edge.type}`]->() WITH id(e) / $batch AS batch, collect(e) AS xs", picked)
        ends = rows["_ends"].to_numpy()
        rows = rows.append_column("_source", pa.array(ends // WIDTH)).append_column("_target", pa.array(ends % WIDTH))
        return rows.drop_columns(["_ends"])

    def query(self, text: str, kinds: Mapping[str, str]) -> pa.Table | None:
        """The rows of a query that returns only properties and numbers, of these kinds; None for every other query."""
        for alone in (True, False):
            split = _split_query(text, alone)
            if split is None:
                return None
            match, picks = split
            sent = {}
            for name, pick in picks.items():
                if pick.label:
                    sent[PAIR if pick.half is not None else name] = ("integer", pick.expression)
                elif pick.number is None:
                    sent[name] = (kinds[name], _as_sent(pick.expression, kinds[name]))
            found = self._complete(self.columns(match, [(name, *how) for name, how in sent.items()]), picks, kinds)
            if found is not None:
                return found
        raise AssertionError("without internal ids every row is complete")

    def _complete(self, rows: pa.Table, picks: Mapping[str, _Pick], kinds: Mapping[str, str]) -> pa.Table | None:
        """The rows with numbers, and with properties in place of internal ids; None when a node is not of its label."""
        nodes: dict[tuple[str, str, str], pa.Table] = {}
        columns = []
        for name, kind in kinds.items():
            pick = picks[name]
            if pick.number is not None:
                columns.append(pa.repeat(pa.scalar(pick.number), len(rows)).cast(TYPES[kind].arrow))
                continue
            if not pick.label:
                columns.append(rows[name])
                continue
            which = (pick.label, pick.property, kind)
            if which not in nodes:
                nodes[which] = self.columns(
                    f"MATCH (n:`{pick.label}`) WITH id(n) / $batch AS batch, collect(n) AS xs",
                    [("_id", "integer", "id(x)"), ("value", kind, _as_sent(f"x.{pick.property}", kind))],
                )
            ids = rows[name] if pick.half is None else _unpack(rows[PAIR], pick.half)
            places = pc.index_in(ids, value_set=nodes[which]["_id"].combine_chunks())
            if places.null_count > ids.null_count:
                return None
            columns.append(pc.take(nodes[which]["value"].combine_chunks(), places))
        return pa.table(columns, names=list(kinds))

    def columns(
        self, match: str, picked: list[tuple[str, str, str]], batches: Sequence[Mapping[str, Any]] = ({},)
    ) -> pa.Table:
        """Columns (name, kind, expression of x) over all the xs, read as lists, one batch per record.

        batches: parameters of the query, which is run with each in turn.
        """
        lists = ", ".join(f"[x IN xs | {expression}] AS c{i}" for i, (_, _, expression) in enumerate(picked))
        text = f"{match} RETURN {lists}"
        chunks: list[list[pa.Array]] = [[] for _ in picked]

        def work(transaction: neo4j.ManagedTransaction) -> None:
            for chunk in chunks:
                chunk.clear()
            params = {"batch": ROWS_A_RECORD, "width": WIDTH, "epoch": EPOCH}
            records = (record for batch in batches for record in transaction.run(text, params | dict(batch)))
            for record in records:
                for chunk, (_, kind, _), values in zip(chunks, picked, record.values(), strict=True):
                    chunk.append(pa.array(values, _type_sent(kind)))

        try:
            with self._connection.session(fetch=4) as session:
                session.execute_read(work)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise StoreError(f"the database holds values that graphkoc did not write: {error}") from error
        columns = [
            to_rows(pa.chunked_array(chunk, _type_sent(kind)), kind)
            for chunk, (_, kind, _) in zip(chunks, picked, strict=True)
        ]
        return pa.table(columns, names=[name for name, _, _ in picked])


def to_column(name: str, values: Sequence[Any], text: str) -> pa.Array | list[Any]:
    """A result's column, a list where it has tuples or dicts.

    One without any value has the type that its property has in `graphkoc.tables.schema`.
    """
    if all(value is None for value in values):
        return pa.nulls(len(values), TYPES[_find_kind(name, text)].arrow)
    plain = [to_plain(value) for value in values]
    if any(isinstance(value, (tuple, dict)) for value in plain):
        return plain
    try:
        array = pa.array(plain)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = pa.array([None if value is None else str(value) for value in plain])
    return array.cast(pa.timestamp("us")) if pa.types.is_timestamp(array.type) else array


def to_plain(value: Any) -> Any:
    """A value of the driver as `Store.read` returns it: times in UTC without zone, nodes and edges as properties."""
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
        return {key: to_plain(item) for key, item in sorted(value.items())}
    if isinstance(value, neo4j.graph.Path):
        return tuple(to_plain(node) for node in value.nodes)
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(to_plain(item) for item in value)
    return str(value)


def _find_kind(name: str, text: str) -> str:
    """The kind of a column by the property that it shows, `x.since AS day` or `max(x.since) AS day`."""
    kinds = {column.name: column.kind for table in TABLES.values() for column in table}
    shown = re.search(rf"\.\s*`?(\w+)`?\s*\)?\s+AS\s+`?{re.escape(name)}`?(?!\w)", text, re.IGNORECASE)
    return kinds.get(shown[1] if shown else name, "text")


def _split_query(text: str, alone: bool) -> tuple[str, dict[str, _Pick]] | None:
    """A query that returns only properties and numbers, as the Cypher that gives its rows as lists xs and its picks.

    None for every other query. Nodes and edges are collected, and their properties read a batch at a time, so that
    the server never holds all the texts at once. alone: of a node of which the query returns one property, as it
    does of both ends of an edge, the internal id is collected; its pick names the nodes to find the property in.
    """
    code = NOT_CODE.sub(" ", text)
    if len(re.findall(r"\bRETURN\b", code, re.IGNORECASE)) != 1:
        return None
    found = re.fullmatch(r"(.*\n)RETURN\s+(.+)", text, re.DOTALL)
    if not found:
        return None
    matches = [PICK.fullmatch(item.strip()) for item in found[2].split(",")]
    if not all(matches) or not any(match["variable"] for match in matches if match):
        return None
    named = {match["name"]: match for match in matches if match}
    uses = Counter(match["variable"] for match in named.values())
    labels = {
        variable: label[1]
        for variable in uses
        if alone and variable and uses[variable] == 1
        for label in [re.search(rf"\(\s*{variable}\s*:\s*(\w+)\s*[){{]", code)]
        if label
    }
    pair = list(labels)[:2] if len(labels) > 1 else []
    packed = " * $width + ".join(f"(coalesce(id({variable}), -1) + 1)" for variable in pair)
    rows: dict[str, int] = {}
    picks = {}
    for name, match in named.items():
        variable = match["variable"]
        if not variable:
            picks[name] = _Pick(number=float(match["number"]))
        elif variable in labels:
            place = rows.setdefault(packed if variable in pair else f"id({variable})", len(rows))
            half = pair.index(variable) if variable in pair else None
            picks[name] = _Pick(f"x[{place}]", label=labels[variable], property=match["property"], half=half)
        else:
            place = rows.setdefault(variable, len(rows))
            picks[name] = _Pick(f"x[{place}].{match['property']}")
    return (
        f"{found[1]}WITH collect([{', '.join(rows)}]) AS rows"
        " UNWIND range(0, size(rows) - 1, $batch) AS at WITH rows[at..at + $batch] AS xs",
        picks,
    )


def _unpack(pairs: pa.ChunkedArray, half: int) -> pa.Array:
    """The first or the second internal id of each pair; null where there was no node."""
    found = pairs.to_numpy()
    ids = (found // WIDTH if half == 0 else found % WIDTH) - 1
    return pa.array(ids, mask=ids < 0)


def _property(column: Column) -> str:
    """Cypher for a property of x as it is sent."""
    return _as_sent(f"x.`{column.graph_name}`", column.kind)


def _type_sent(kind: str) -> pa.DataType:
    """The type in which a value is sent: a time as microseconds, several texts as a list."""
    if kind == "time":
        return pa.int64()
    return pa.list_(pa.string()) if TYPES[kind].separator else TYPES[kind].arrow


def _as_sent(value: str, kind: str) -> str:
    """Cypher for a value as it is sent: a time as microseconds, which cost a tenth of a time's value."""
    return f"duration.inSeconds($epoch, {value}).microseconds" if kind == "time" else value


def _parts(values: pa.Array) -> Iterator[pa.Array]:
    """The values in parts, none for none."""
    for start in range(0, len(values), ROWS_A_RECORD):
        yield values.slice(start, ROWS_A_RECORD)


def _join(sql: str, **tables: pa.Table) -> pa.Table:
    with relational.connect() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        return connection.sql(sql).to_arrow_table()


def _q(name: str) -> str:
    return f'"{name}"'
