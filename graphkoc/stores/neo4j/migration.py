"""Bringing a database that an older version of graphkoc wrote to the graph of this one.

Older versions wrote times without a zone, which Cypher compares to no time with one, several words as one text, the
name of an account as `name`, which every node has now, and nothing on the nodes of loads that Neo4j Browser shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graphkoc.stores import key_of
from graphkoc.stores.captions import CAPTIONS
from graphkoc.stores.neo4j.settling import TIE_LINES
from graphkoc.tables.schema import TABLES, Column, node_tables
from graphkoc.tables.types import TYPES

__all__ = ["IS_OLDER", "migrate"]

IS_OLDER = "MATCH (n:Load) WHERE n.load IS NOT NULL AND n.name IS NULL RETURN count(n) > 0 AS older"
"""Every load left a node, and the last step of a migration names it."""

IN_PARTS = "IN TRANSACTIONS OF 10000 ROWS"


def migrate(run: Callable[[str], object]) -> None:
    """Migrate a database; what was cut short before is done again. run: runs a statement that commits by itself."""
    for text in _list_steps():
        run(text)


def _list_steps() -> Iterator[str]:
    # Names that stand in for missing ones come after all own names are kept, and what is kept says so: done again, the
    # first step would take the others for own names.
    yield (
        "MATCH (n:Consumer) WHERE n.consumer IS NOT NULL AND n.own_name IS NULL AND n.name IS NOT NULL"
        " AND NOT EXISTS { MATCH (l:Load) WHERE l.names_kept }"
        f" CALL (n) {{ SET n.own_name = n.name }} {IN_PARTS}"
    )
    yield "MATCH (l:Load) WHERE l.load IS NOT NULL AND l.name IS NULL SET l.names_kept = true"
    for label, tables in node_tables().items():
        columns = [column for table in tables for column in table.properties]
        yield from _convert(f"(n:`{label}`)", columns)
    for table in TABLES.values():
        if not table.node:
            yield from _convert(f"()-[n:`{table.edges[0].type}`]->()", table.properties)
    yield (
        "MATCH (n:Decision) WHERE n.number IS NOT NULL AND n.at IS :: STRING NOT NULL SET n.at = datetime(n.at),"
        " n.name = n.verb + ' ' + n.account + ' and ' + n.other"
    )
    yield TIE_LINES
    for label in (label for label in CAPTIONS if label != "Load"):
        yield (
            f"MATCH (n:`{label}`) WHERE n.`{key_of(label)}` IS NOT NULL AND n.name IS NULL"
            f" CALL (n) {{ SET n.name = {CAPTIONS[label].cypher} }} {IN_PARTS}"
        )
    yield (
        "MATCH (n:Load) WHERE n.load IS NOT NULL AND n.name IS NULL"
        f" SET n.name = {CAPTIONS['Load'].cypher} REMOVE n.names_kept"
    )


def _convert(pattern: str, columns: list[Column]) -> Iterator[str]:
    """Statements that give times a zone and make lists of texts; x is a node or an edge, called n in the pattern."""
    for column in columns:
        value = f"n.`{column.graph_name}`"
        if column.kind == "time":
            old, new = "LOCAL DATETIME", f"datetime({{datetime: {value}, timezone: 'Z'}})"
        elif separator := TYPES[column.kind].separator:
            old, new = "STRING", f"split({value}, {separator!r})"
        else:
            continue
        yield f"MATCH {pattern} WHERE {value} IS :: {old} NOT NULL CALL (n) {{ SET {value} = {new} }} {IN_PARTS}"
