"""Lines of the link journal and the persons that follow from them, as the statements of one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from graphkoc.stores.journal import Decision
from graphkoc.stores.neo4j.difference import Difference
from graphkoc.stores.neo4j.writing import DELETE_EDGES, Statement

__all__ = ["TIE_LINES", "settle"]

ROWS_A_STATEMENT = 5_000

ADD_LINES = (
    "OPTIONAL MATCH (d:Decision) WITH coalesce(max(d.number), -1) + 1 AS first"
    " UNWIND range(0, size($lines) - 1) AS i CREATE (d:Decision) SET d = $lines[i], d.number = first + i,"
    " d.at = datetime($lines[i].at)"
)

TIE_LINES = (
    "MATCH (d:Decision) WHERE d.number IS NOT NULL AND COUNT { (d)-[:DECIDES_ON]->() } < 2"
    " UNWIND [d.account, d.other] AS key MATCH (c:Consumer {consumer: key})"
    " WHERE NOT EXISTS { (d)-[:DECIDES_ON]->(c) } CREATE (d)-[:DECIDES_ON]->(c)"
)
"""A line may come before the accounts that it is about."""

JOIN_PERSONS = (
    "UNWIND range(0, size($accounts) - 1) AS i MERGE (c:Consumer {consumer: $accounts[i]})"
    " ON CREATE SET c.name = c.consumer"
    " MERGE (p:Person {person: $persons[i]}) ON CREATE SET p.name = p.person CREATE (c)-[:BELONGS_TO]->(p)"
)
"""Nodes are found by key and not by internal id, for those of persons are made in the same transaction."""

REMOVE_PERSONS = (
    "MATCH (p:Person) WHERE p.person IS NOT NULL AND p.consumer IS NULL AND NOT EXISTS { (p)--() } DELETE p"
)
"""Those of whom no account is left, and no result of an analysis."""


def settle(lines: Sequence[Decision], identities: Difference) -> list[Statement]:
    """Add lines to the journal and change the table of identities; none where there is nothing to do."""
    if not lines and not identities:
        return []
    statements: list[Statement] = [
        (ADD_LINES, {"lines": [asdict(line) | {"name": line.name} for line in part]}) for part in _parts(lines)
    ]
    (edges,) = identities.edges
    gone = identities.removed["_id"].to_pylist() + edges.rows["old"].drop_null().to_pylist()
    statements += [(DELETE_EDGES, {"ids": part}) for part in _parts(gone)]
    for part in _parts(edges.rows.select(["source", "target"]).to_pylist()):
        ends = {"accounts": [row["source"] for row in part], "persons": [row["target"] for row in part]}
        statements.append((JOIN_PERSONS, ends))
    return [*statements, (REMOVE_PERSONS, {})]


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The rows in parts, none for none."""
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        yield rows[start : start + ROWS_A_STATEMENT]
