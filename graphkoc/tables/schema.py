"""The canonical tables: the one schema that loaders fill, stores keep and measures read.

Everything that depends on a column's name, type or place in the graph is derived from here:
the loaders' checks, the stores' DDL, and the table of columns in `graphkoc sources --tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["CANONICAL", "RESULTS", "TABLES", "Column", "Edge", "Table", "node_tables"]

Kind = Literal["id", "text", "integer", "number", "time"]

EARLIEST = datetime(1990, 1, 1)
"""No consumer reviewed anything online before this; an earlier time is a broken clock or an empty cell."""


@dataclass(frozen=True)
class Column:
    """A column of a canonical table.

    Kinds: `id` (text, prefixed with its source), `text`, `integer` (64 bits, not negative),
    `number` (finite float64), `time` (UTC, microseconds, from 1990 to tomorrow).
    `low` and `high` bound a number, ends included; `choices` are the only values allowed. `contacts` says what
    becomes of an e-mail address or a phone number in it: `masked` in what people write, `refused` in what
    tells people apart.
    """

    name: str
    kind: Kind
    what: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    contacts: Literal["masked", "refused"] | None = None


@dataclass(frozen=True)
class Edge:
    """A relationship `(:source)-[:type]->(:target)`; the columns hold the two nodes' keys."""

    type: str
    source: str
    source_column: str
    target: str
    target_column: str


@dataclass(frozen=True)
class Table:
    """A table, its key, and what its rows are in the graph.

    With `node`, a row is a node of that label, whose properties are the columns that no edge uses
    up; without, a row is its one edge, and the columns that are no end of it are the edge's own.
    """

    name: str
    what: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    node: str | None = None
    edges: tuple[Edge, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> list[str]:
        """The columns' names, in their order."""
        return [column.name for column in self.columns]

    @property
    def properties(self) -> list[Column]:
        """The columns that are properties of the row's node or edge."""
        ends = {edge.source_column for edge in self.edges} | {edge.target_column for edge in self.edges}
        keep = set(self.key) if self.node else set()
        return [column for column in self.columns if column.name in keep or column.name not in ends]


def _id(name: str, what: str, required: bool = False) -> Column:
    return Column(name, "id", what, required)


def _who(name: str, what: str) -> Column:
    return Column(name, "id", what, required=True, contacts="refused")


def _said(name: str, what: str) -> Column:
    return Column(name, "text", what, contacts="masked")


CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "consumers",
            "A person, brand or staff account on one platform.",
            ("consumer",),
            (
                _who("consumer", "who, as source:id"),
                _said("name", "the name that the platform shows"),
                Column("platform", "text", "where the account lives"),
                Column("followers", "integer", "the audience as the platform states it", low=0),
                Column("kind", "text", "what the account is", choices=("person", "brand", "staff")),
                Column("joined_at", "time", "when the account was made"),
                Column(
                    "contact_key",
                    "text",
                    "keyed hashes of e-mail addresses and phone numbers, a space between",
                    contacts="refused",
                ),
                Column("consent", "text", "may she be contacted", choices=("yes", "no", "unknown")),
                Column("quote", "number", "the price asked for a post", low=0),
                _said("url", "the profile's address"),
                _said("handle", "the account's name as the platform writes it, without an @"),
                _said("bio", "what the profile says"),
                Column("reads", "integer", "how often a post of hers is read, as the median that is stated", low=0),
                Column("unionid", "text", "WeChat's id of the person across the accounts of one company"),
            ),
            node="Consumer",
        ),
        Table(
            "products",
            "A thing that is sold, or at least reviewed.",
            ("product",),
            (
                _id("product", "which, as source:id", required=True),
                _said("title", "what the shop calls it"),
                Column("brand", "text", "who makes it"),
                Column("category", "text", "the shelf it stands on"),
                Column("price", "number", "what it costs", low=0),
            ),
            node="Product",
            edges=(Edge("IN_CATEGORY", "Product", "product", "Category", "category"),),
        ),
        Table(
            "reviews",
            "What a consumer wrote, about a product or about nothing that is sold.",
            ("review",),
            (
                _id("review", "which, as source:id", required=True),
                _who("consumer", "who wrote it"),
                _id("product", "about what; empty for a note about nothing sold"),
                Column("rating", "number", "stars", low=0, high=5),
                _said("title", "its headline"),
                _said("text", "her own words"),
                Column("created_at", "time", "when it was written"),
                Column("likes", "integer", "likes that it got", low=0),
                Column("collects", "integer", "times that it was saved", low=0),
                Column("comments", "integer", "comments that it got", low=0),
                Column("shares", "integer", "times that it was passed on", low=0),
                Column("views", "integer", "times that it was seen", low=0),
                Column("helpful", "integer", "votes for being helpful", low=0),
                Column("media", "integer", "pictures and videos in it", low=0),
                Column(
                    "origin",
                    "text",
                    "why it was written",
                    choices=("earned", "gifted", "paid", "invited", "unknown"),
                ),
                Column("verified", "integer", "1 when the purchase is verified", low=0, high=1),
                _said("tags", "tags, separated by spaces"),
                _said("url", "the review's address"),
            ),
            node="Review",
            edges=(
                Edge("WROTE", "Consumer", "consumer", "Review", "review"),
                Edge("ABOUT", "Review", "review", "Product", "product"),
            ),
        ),
        Table(
            "follows",
            "A follower and whom she follows.",
            ("follower", "followee"),
            (
                _who("follower", "who follows"),
                _who("followee", "who is followed"),
                Column("since", "time", "since when, where that is known"),
            ),
            edges=(Edge("FOLLOWS", "Consumer", "follower", "Consumer", "followee"),),
        ),
        Table(
            "engagements",
            "What a consumer did with a review: a comment, a like, a share, a save.",
            ("engagement",),
            (
                _id("engagement", "which, as source:id", required=True),
                _who("consumer", "who did it"),
                _id("review", "with which review", required=True),
                Column("kind", "text", "what she did", choices=("comment", "like", "share", "collect")),
                _id("parent", "the comment that this one answers"),
                Column("created_at", "time", "when"),
                _said("text", "a comment's words"),
                Column("likes", "integer", "likes that a comment got", low=0),
            ),
            edges=(Edge("ENGAGED", "Consumer", "consumer", "Review", "review"),),
        ),
        Table(
            "purchases",
            "A product on a consumer's order.",
            ("order", "product", "consumer"),
            (
                _who("consumer", "who bought"),
                _id("product", "what", required=True),
                _id("order", "on which order", required=True),
                Column("bought_at", "time", "when"),
                Column("quantity", "number", "how many", low=0),
                Column("amount", "number", "for how much"),
                Column("currency", "text", "in which money, ISO 4217"),
                Column("code", "text", "the discount code that she used"),
            ),
            edges=(Edge("PURCHASED", "Consumer", "consumer", "Product", "product"),),
        ),
        Table(
            "memberships",
            "A consumer in a chat group or forum group.",
            ("group", "consumer"),
            (
                _id("group", "which group", required=True),
                _who("consumer", "who is in it"),
                Column("role", "text", "as what"),
                Column("joined_at", "time", "since when"),
            ),
            edges=(Edge("JOINED", "Consumer", "consumer", "MemberGroup", "group"),),
        ),
        Table(
            "identities",
            "Which accounts are one person.",
            ("account",),
            (
                _who("account", "a consumer's key"),
                _id("person", "the person that it belongs to", required=True),
            ),
            edges=(Edge("BELONGS_TO", "Consumer", "account", "Person", "person"),),
        ),
    )
}
"""What sources bring and stores keep, by name."""

RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "loads",
            "What one load read, and what became of each row.",
            ("load",),
            (
                Column("load", "text", "the source and the first digits of a hash of what it brought", True),
                Column("source", "text", "which loader"),
                Column("loaded_at", "time", "when"),
                Column(
                    "files",
                    "text",
                    "JSON: rows read, loaded, duplicate and rejected, by file, and whether it is invented",
                ),
            ),
            node="Load",
        ),
        Table(
            "runs",
            "The analysis whose results the graph shows.",
            ("run",),
            (
                Column("run", "text", "the run folder's name", True),
                Column("at", "time", "the time that the analysis looks out from"),
            ),
            node="Run",
        ),
        Table(
            "scores",
            "What the analysis found about a consumer.",
            ("consumer",),
            (
                Column("consumer", "id", "who", True),
                Column("tier", "text", "tiny, small or wide audience; unknown where too few can be compared"),
                Column("role", "text", "koc, possible (her audience is not known), kol or none"),
                Column("audience", "integer", "known followers"),
                Column("score", "number", "points"),
                Column("rank", "integer", "place among the key opinion consumers; empty for others"),
                Column("niche", "text", "the id of her strongest niche; empty where she is in none"),
                Column("circle", "text", "the id of her circle; empty where she is in none"),
            ),
            node="Consumer",
        ),
        Table(
            "niches",
            "A taste segment.",
            ("niche",),
            (
                Column("niche", "text", "its id", True),
                Column("name", "text", "what it is called"),
                Column("people", "integer", "how many are in it"),
            ),
            node="Niche",
        ),
        Table(
            "finer",
            "A niche inside another.",
            ("niche",),
            (
                Column("niche", "text", "the finer niche", True),
                Column("parent", "text", "the niche that it is a part of", True),
            ),
            edges=(Edge("INSIDE", "Niche", "niche", "Niche", "parent"),),
        ),
        Table(
            "circles",
            "A stable community of the follow network.",
            ("circle",),
            (
                Column("circle", "text", "its id", True),
                Column("name", "text", "what it is called"),
                Column("people", "integer", "how many are in it"),
                Column("stability", "number", "how surely it comes back when the data are shaken, 0 to 1"),
                Column("status", "text", "published or tentative"),
            ),
            node="Circle",
        ),
        Table(
            "members",
            "A consumer in a niche.",
            ("consumer", "niche"),
            (
                Column("consumer", "id", "who", True),
                Column("niche", "text", "in which niche", True),
                Column("confidence", "number", "how sure, from 0 to 1"),
            ),
            edges=(Edge("MEMBER_OF", "Consumer", "consumer", "Niche", "niche"),),
        ),
        Table(
            "circle_members",
            "A consumer in a circle.",
            ("consumer", "circle"),
            (
                Column("consumer", "id", "who", True),
                Column("circle", "text", "in which circle", True),
                Column("confidence", "number", "how sure, from 0 to 1"),
            ),
            edges=(Edge("MEMBER_OF", "Consumer", "consumer", "Circle", "circle"),),
        ),
        Table(
            "reach",
            "A consumer with a role, and a niche whose people follow her.",
            ("consumer", "niche"),
            (
                Column("consumer", "id", "who", True),
                Column("niche", "text", "which niche", True),
                Column("reached", "integer", "how many of its people follow her"),
                Column("only_here", "integer", "how many of them follow nobody else with a role"),
                Column("role", "text", "hers: koc, possible or kol"),
            ),
            edges=(Edge("REACHES", "Consumer", "consumer", "Niche", "niche"),),
        ),
        Table(
            "carries",
            "A circle and a niche that it holds more people of than chance would have it.",
            ("circle", "niche"),
            (
                Column("circle", "text", "which circle", True),
                Column("niche", "text", "which niche", True),
                Column("people", "integer", "how many are in both"),
                Column("lift", "number", "times as many as chance would have it"),
            ),
            edges=(Edge("CARRIES", "Circle", "circle", "Niche", "niche"),),
        ),
        Table(
            "events",
            "What became of a circle or niche since the analysis before.",
            ("event",),
            (
                Column("event", "text", "the kind, the group and what happened", True),
                Column("kind", "text", "circle or niche"),
                Column("group_id", "text", "the id of the circle or niche"),
                Column("happened", "text", "born, grown, shrunk, split, merged, died or returned"),
                Column("words", "text", "the same in words"),
            ),
            node="Event",
        ),
    )
}
"""What graphkoc itself writes beside them: the book of loads, and the newest analysis."""

TABLES: dict[str, Table] = CANONICAL | RESULTS


def node_tables() -> dict[str, list[Table]]:
    """Each node label and the tables whose rows are its nodes, in the order of declaration.

    A label that only edges mention (Category, MemberGroup, Person) has no table: its nodes have one
    property, called like the edge's column.
    """
    labels: dict[str, list[Table]] = {}
    for table in TABLES.values():
        if table.node:
            labels.setdefault(table.node, []).append(table)
        for edge in table.edges:
            labels.setdefault(edge.source, [])
            labels.setdefault(edge.target, [])
    return labels
