"""The plan of a query as a table of its operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["list_operators"]


def list_operators(plan: Mapping[str, Any], branch: int = 0) -> Iterator[dict[str, Any]]:
    """The operators in the order in which Neo4j prints them, the last one first: operator, details, rows.

    A branch, whose rows join those of the operators below it, comes first and has a bar more in front.
    """
    facts = plan["args"]
    operator = plan["operatorType"].partition("@")[0]
    yield {
        "operator": "| " * branch + operator,
        "details": facts.get("Details", ""),
        "rows": round(facts.get("EstimatedRows", 0)),
    }
    first, *others = plan.get("children") or [None]  # a leaf may lack the key
    for other in others:
        yield from list_operators(other, branch + 1)
    if first is not None:
        yield from list_operators(first, branch)
