"""The difference between a graph and the rows that it should hold, computed in DuckDB.

A server is read much faster than it is written, so a store on a server reads what it has of a table,
and sends only what differs. The same rows again are then no write at all, and rows that a killed load
did not get to are simply rows that differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from graphkoc.stores import near_far, relational
from graphkoc.stores.changes import RowChanges
from graphkoc.tables.schema import Edge, Table, adds_to_nodes

__all__ = ["Difference", "EdgeChanges", "difference"]

NOTHING = "SELECT NULL::BIGINT AS _id WHERE false"


@dataclass(frozen=True)
class EdgeChanges:
    """Edges to make, each in place of an older one or of none.

    rows: columns `source`, `target` (keys of its ends), `old` (id of the edge to remove, null for none)
    and the edge's own properties.
    """

    edge: Edge
    rows: pa.Table


@dataclass(frozen=True)
class Difference:
    """What differs between a table in the graph and the rows that it should hold.

    counts: of the rows. created: nodes to make, with the table's key and properties. updated: `_id` and the
    properties of nodes, or of edges, to set; a null removes one. edges: edges to make. untied: `_id` of the edges of
    nodes, where the row has lost its value or is gone. removed: `_id` of nodes, or of edges, that have no row any more.
    """

    counts: RowChanges
    created: pa.Table
    updated: pa.Table
    edges: tuple[EdgeChanges, ...]
    untied: pa.Table
    removed: pa.Table

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        tables = [self.created, self.updated, self.untied, self.removed, *(change.rows for change in self.edges)]
        return any(rows.num_rows for rows in tables)


def difference(table: Table, columns: list[str], old: pa.Table, new: pa.Table, replace: bool = False) -> Difference:
    """What to do to a graph that has `old` so that it has `new` too; nulls leave what is there.

    columns: those of the table that are compared, its key among them. old: these columns as the graph
    has them, `_id` (of the node or edge) and, for each edge of a node, `_TYPE` (the edge's id). With
    replace, the graph is to have `new` alone, nulls included.
    """
    with relational.connect() as graph:
        graph.register("_new", new)
        graph.register("_read", old)
        keys = ", ".join(map(_quoted, table.key))
        # Somebody else may have drawn an edge twice; of each key one counts.
        graph.execute(
            f"CREATE TEMP TABLE _old AS FROM _read QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _id) = 1"
        )
        others = [name for name in columns if name not in table.key]
        wanted = {
            name: f"_new.{q}" if replace else f"coalesce(_new.{q}, _old.{q})"
            for name in others
            for q in [_quoted(name)]
        }
        picked = "".join(f", {value} AS {_quoted(name)}" for name, value in wanted.items())
        picked += "".join(
            f", {value} IS DISTINCT FROM _old.{_quoted(name)} AS {_quoted('~' + name)}"
            for name, value in wanted.items()
        )
        if table.node:
            picked += "".join(
                f", _old.{_quoted('_' + edge.type)}" for edge in table.edges if _has(edge, table, columns)
            )
        key_columns = ", ".join(f"_new.{_quoted(key)}" for key in table.key)
        graph.execute(
            f"CREATE TEMP TABLE _rows AS SELECT _old._id, {key_columns}{picked} FROM _new LEFT JOIN _old USING ({keys})"
        )
        counts = _count(graph, others)
        edges = [edge for edge in table.edges if _has(edge, table, columns)]
        if table.node:
            return _of_nodes(graph, table, columns, edges, replace, counts)
        return _of_edges(graph, table, columns, replace, counts)


def _count(graph: duckdb.DuckDBPyConnection, others: list[str]) -> RowChanges:
    """How many of `_rows` are new, changed and known, given the columns that are not of the key."""
    differs = " OR ".join(_quoted("~" + name) for name in others) or "false"
    fate = f"CASE WHEN _id IS NULL THEN 'new' WHEN {differs} THEN 'changed' ELSE 'known' END"
    return RowChanges(**dict(graph.execute(f"SELECT {fate}, count(*) FROM _rows GROUP BY ALL").fetchall()))


def _of_nodes(
    graph: duckdb.DuckDBPyConnection,
    table: Table,
    columns: list[str],
    edges: list[Edge],
    replace: bool,
    counts: RowChanges,
) -> Difference:
    properties = [column.name for column in table.properties if column.name in columns]
    others = [name for name in properties if name not in table.key]
    names = ", ".join(map(_quoted, properties))
    changes = []
    for edge in edges:
        near, far = near_far(edge, table)
        source, target = (near, far) if edge.source_column == near else (far, near)
        changes.append(
            EdgeChanges(
                edge,
                graph.sql(
                    f"SELECT {_quoted(source)} AS source, {_quoted(target)} AS target,"
                    f" {_quoted('_' + edge.type)} AS old FROM _rows"
                    f" WHERE {_quoted('~' + far)} AND {_quoted(far)} IS NOT NULL"
                ).to_arrow_table(),
            )
        )
    differs = " OR ".join(_quoted("~" + name) for name in others) or "false"
    values = "".join(f", {_quoted(name)}" for name in others)
    removed = untied = NOTHING
    if replace:
        said = " OR ".join(f"{_quoted(name)} IS NOT NULL" for name in others)
        has_values = said if adds_to_nodes(table) else "true"
        keys = ", ".join(map(_quoted, table.key))
        removed = f"SELECT _id FROM _old ANTI JOIN _new USING ({keys}) WHERE {has_values}"
        lost = [
            f"SELECT _old.{tie} AS _id FROM _old LEFT JOIN _new USING ({keys})"
            f" WHERE _old.{tie} IS NOT NULL AND _new.{_quoted(near_far(edge, table)[1])} IS NULL"
            for edge in edges
            for tie in [_quoted("_" + edge.type)]
        ]
        untied = " UNION ALL ".join(lost) or NOTHING
    return Difference(
        counts,
        graph.sql(f"SELECT {names} FROM _rows WHERE _id IS NULL ORDER BY ALL").to_arrow_table(),
        graph.sql(f"SELECT _id{values} FROM _rows WHERE _id IS NOT NULL AND ({differs}) ORDER BY _id").to_arrow_table(),
        tuple(changes),
        graph.sql(untied).to_arrow_table(),
        graph.sql(removed).to_arrow_table(),
    )


def _of_edges(
    graph: duckdb.DuckDBPyConnection, table: Table, columns: list[str], replace: bool, counts: RowChanges
) -> Difference:
    (edge,) = table.edges
    own = [column.name for column in table.properties if column.name in columns]
    set_later = [name for name in own if name not in table.key]
    ends = [name for name in (edge.source_column, edge.target_column) if name not in table.key]
    moved = " OR ".join(["_id IS NULL", *(_quoted("~" + name) for name in ends)])
    differs = " OR ".join(_quoted("~" + name) for name in set_later) or "false"
    keys = ", ".join(map(_quoted, table.key))
    made = graph.sql(
        f"SELECT {_quoted(edge.source_column)} AS source, {_quoted(edge.target_column)} AS target, _id AS old"
        f"{''.join(f', {_quoted(name)}' for name in own)} FROM _rows WHERE {moved}"
    )
    return Difference(
        counts,
        pa.table({}),
        graph.sql(
            f"SELECT _id{''.join(f', {_quoted(name)}' for name in set_later)} FROM _rows"
            f" WHERE NOT ({moved}) AND ({differs}) ORDER BY _id"
        ).to_arrow_table(),
        (EdgeChanges(edge, made.to_arrow_table()),),
        graph.sql(NOTHING).to_arrow_table(),
        graph.sql(
            f"SELECT _id FROM _old ANTI JOIN _new USING ({keys}) WHERE {'true' if replace else 'false'}"
        ).to_arrow_table(),
    )


def _has(edge: Edge, table: Table, columns: list[str]) -> bool:
    return edge.source_column in columns and edge.target_column in columns


def _quoted(name: str) -> str:
    return f'"{name}"'
