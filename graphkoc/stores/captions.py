"""The name that each node is shown with: Neo4j Browser captions a node by its property `name`.

A caption follows from other properties of the node and of its neighbours. A server computes it in Cypher, the embedded
store in SQL where it builds its file; `tests/test_captions.py` holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CAPTIONS", "Caption"]


@dataclass(frozen=True)
class Caption:
    """The caption of a label's nodes.

    cypher: an expression of the node n. sql: one of n, a row with the columns of all tables whose rows are such nodes,
    and beside it the tables themselves.
    """

    cypher: str
    sql: str


def _day(time: str) -> str:
    """SQL for a time's day, as Cypher's date() is shown."""
    return f"strftime({time}, '%Y-%m-%d')"


CAPTIONS: dict[str, Caption] = {
    "Consumer": Caption(
        "coalesce(n.own_name, [(n)<-[:HAS_ACCOUNT]-(p:Person) | p.name][0], n.handle, n.consumer)",
        "coalesce(n.name, (SELECT any_value(s.name) FROM persons AS p JOIN scores AS s USING (person)"
        " WHERE p.account = n.consumer), n.handle, n.consumer)",
    ),
    "Product": Caption("coalesce(n.title, n.product)", "coalesce(n.title, n.product)"),
    "Review": Caption(
        "coalesce(toString(date(n.created_at)) + ' · ', '')"
        " + coalesce([(n)-[:ABOUT]->(p:Product) | p.name][0], n.title, n.review)",
        f"coalesce({_day('n.created_at')} || ' · ', '') || coalesce((SELECT any_value(p.title) FROM products AS p"
        " WHERE p.product = n.product), n.product, n.title, n.review)",
    ),
    "Category": Caption("n.category", "n.category"),
    "Campaign": Caption("coalesce(n.own_name, n.campaign)", "coalesce(n.name, n.campaign)"),
    "Feedback": Caption(
        "coalesce(toString(date(n.given_at)) + ' · ', '') + coalesce(toString(n.rating) + ' stars', n.feedback)",
        f"coalesce({_day('n.given_at')} || ' · ', '') || coalesce(n.rating || ' stars', n.feedback)",
    ),
    "MemberGroup": Caption("n.`group`", 'n."group"'),
    "Person": Caption("coalesce(n.name, n.person)", "coalesce(n.name, n.person)"),
    "Load": Caption(
        "coalesce(n.source + coalesce(' ' + toString(date(n.loaded_at)), ''), n.load)",
        f"coalesce(n.source || coalesce(' ' || {_day('n.loaded_at')}, ''), n.load)",
    ),
}
"""By label. The other labels have a name of their own."""
