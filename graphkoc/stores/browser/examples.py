"""What a guide is about in the user's own store: real people, niches, circles and a brand for its questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphkoc.stores import Store
from graphkoc.stores.queries import Query, Value
from graphkoc.text import display_name, is_missing, text_or_none, whole_or_none

__all__ = ["Example", "Examples", "read_examples"]

FIRST = {
    "consumer": (
        "KOC",
        "MATCH (p:Person) WHERE p.rank <= 10 RETURN p.consumer AS value, p.name AS name ORDER BY p.rank LIMIT 1",
    ),
    "niche": (
        "niche",
        "MATCH (n:Niche) RETURN n.niche AS value, n.name AS name ORDER BY n.people DESC, value LIMIT 1",
    ),
    "circle": (
        "circle",
        "MATCH (c:Circle) RETURN c.circle AS value, c.name AS name ORDER BY c.people DESC, value LIMIT 1",
    ),
    "campaign": (
        "campaign",
        "MATCH (c:Campaign)-[i:INVITED]->(:Consumer)"
        " RETURN c.campaign AS value, c.name AS name, coalesce(c.kind, '') = 'campaign' AS runs, count(i) AS people"
        " ORDER BY runs DESC, people DESC, value LIMIT 1",
    ),
}
"""By parameter: what its value is, and the query that finds one."""

SECOND = {
    "consumer": (
        "other KOC",
        "MATCH (a:Person)<-[:HEARS]-(listener:Person)-[:HEARS]->(b:Person)"
        " WHERE a.consumer = $first AND a.rank <= 10 AND b.rank >= 1 AND b.consumer <> a.consumer"
        " RETURN b.consumer AS value, b.name AS name, count(listener) AS shared ORDER BY shared DESC, value LIMIT 1",
    ),
    "niche": (
        "other niche",
        "MATCH (a:Niche {niche: $first})<-[:MEMBER_OF]-(p:Person)-[:MEMBER_OF]->(b:Niche)"
        " WHERE b.niche <> a.niche AND b.level = 'niche'"
        " RETURN b.niche AS value, b.name AS name, count(p) AS shared ORDER BY shared DESC, value LIMIT 1",
    ),
    "circle": (
        "other circle",
        "MATCH (a:Circle {circle: $first})-[t:BRIDGED_TO]-(b:Circle)"
        " RETURN b.circle AS value, b.name AS name, sum(t.ties) AS shared ORDER BY shared DESC, value LIMIT 1",
    ),
}
"""The same for `other`, beside the parameter of which it is another: one that has something in common with `first`."""
OTHER = "other"

BRANDS = (
    "MATCH (p:Product) WHERE p.brand_read IS NOT NULL"
    " RETURN p.brand_read AS value, sum(p.reviews) AS written ORDER BY written DESC, value LIMIT 100"
)
OWN = "MATCH (c:Consumer) WHERE c.kind = 'brand' RETURN c.name AS name LIMIT 100"


@dataclass(frozen=True)
class Example:
    """A value from the store: what it is, its name as shown, and the parameter's value."""

    what: str
    name: str
    value: Value


@dataclass(frozen=True)
class Examples:
    """What was found in a store.

    values: by parameter. others: what `other` is beside each parameter. run: the run that the graph shows, as read
    (name, at, people, invented, warning); None without an analysis.
    """

    values: dict[str, Example] = field(default_factory=dict)
    others: dict[str, Example] = field(default_factory=dict)
    run: dict[str, Any] | None = None

    def find(self, query: Query) -> dict[str, Example]:
        """The examples for a query's parameters, by parameter; those that the store has none for are left out."""
        names = [parameter.name for parameter in query.parameters]
        found = {name: self.values[name] for name in names if name in self.values}
        beside = [self.others[name] for name in names if name in self.others]
        return found | ({OTHER: beside[0]} if OTHER in names and beside else {})

    def list_shown(self) -> list[Example]:
        """Those that are worth telling a reader, in their order."""
        return [example for example in (*self.values.values(), *self.others.values()) if example.name]


def read_examples(store: Store) -> Examples:
    """Look up values for the parameters of queries; of a store that was not analysed there are few or none.

    Raises StoreError as `Store.read` does.
    """
    values, others = {}, {}
    for name, (what, text) in FIRST.items():
        rows = store.read(text).to_dict("records")
        for row in rows:
            values[name] = Example(what, display_name(str(row["name"])), str(row["value"]))
            if name not in SECOND:
                continue
            what_else, text_else = SECOND[name]
            for other in store.read(text_else, {"first": str(row["value"])}).to_dict("records"):
                others[name] = Example(what_else, display_name(str(other["name"])), str(other["value"]))
    if brand := _find_brand(store):
        values["brand"] = Example("brand", display_name(brand), brand)
    run = _read_run(store)
    if run and run["at"] is not None:
        values["at"] = Example("reference date", "", run["at"])
    return Examples(values, others, run)


def _find_brand(store: Store) -> str | None:
    """The brand with the most reviews among those that an own account is named after, else among all."""
    brands = [str(brand) for brand in store.read(BRANDS)["value"]]
    own = [name.casefold() for cell in store.read(OWN)["name"] if (name := text_or_none(cell))]
    named = [brand for brand in brands if any(brand.casefold() in name for name in own)]
    return next(iter(named or brands), None)


def _read_run(store: Store) -> dict[str, Any] | None:
    runs = store.table("runs", ["run", "shown", "at", "people", "invented", "warning"])
    shown = runs[runs["shown"] == "yes"].to_dict("records")
    if not shown:
        return None
    row = shown[0]
    at: datetime | None = None if is_missing(row["at"]) else row["at"].to_pydatetime().replace(tzinfo=None)
    return {
        "name": display_name(str(row["run"])),
        "at": at,
        "people": whole_or_none(row["people"]),
        "invented": display_name(text_or_none(row["invented"]) or "", 200),
        "warning": display_name(text_or_none(row["warning"]) or "", 400),
    }
