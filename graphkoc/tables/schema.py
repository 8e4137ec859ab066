"""The canonical tables: the one schema that loaders fill, stores keep and measures read.

Everything that depends on a column's name, type or place in the graph is derived from here:
the loaders' checks, the stores' DDL, and the table of columns in `graphkoc sources --tables`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = [
    "CANONICAL",
    "EVENTS",
    "KIND_LABELS",
    "RESULTS",
    "ROLE_LABELS",
    "TABLES",
    "Column",
    "Edge",
    "Table",
    "adds_to_nodes",
    "list_result_types",
    "node_tables",
]

Kind = Literal["id", "text", "words", "list", "integer", "number", "time"]

EVENTS = (
    *("invited", "accepted", "declined", "shipped", "received", "lost", "returned", "posted", "taken_down", "paid"),
    *("withdrawn", "do_not_contact"),
)
"""What can happen with a person in a campaign. A withdrawal and do_not_contact hold in every list."""

EARLIEST = datetime(1990, 1, 1)
"""No consumer reviewed anything online before this; an earlier time is a broken clock or an empty cell."""


@dataclass(frozen=True)
class Column:
    """A column of a canonical table.

    Kinds: `id` (text, prefixed with its source), `text`, `words` (text with spaces between, in the graph a list),
    `list` (text with one item a line, in the graph a list), `integer` (64 bits, not negative), `number` (finite
    float64), `time` (UTC, microseconds, from 1990 to tomorrow).
    `low` and `high` bound a number, ends included; `choices` are the only values allowed. `contacts` says what
    happens to an e-mail address or a phone number in it: it is `masked` in text, and `refused` in ids. A wrong value
    costs the row, but where the column is a `figure` the value alone: a person is known without it. In a column of
    `links` each link counts one. A time that is `ahead` may lie in the future. `graph_name` is its name in the graph,
    by default the column's own.
    """

    name: str
    kind: Kind
    what: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    contacts: Literal["masked", "refused"] | None = None
    figure: bool = False
    links: bool = False
    ahead: bool = False
    graph_name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "graph_name", self.graph_name or self.name)


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
    up; without, a row is its one edge, and the columns that are not an end of it are the edge's own.
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

    @property
    def content(self) -> list[Column]:
        """The properties that say something of the row's node: neither its key nor the name that it is shown with."""
        return [column for column in self.properties if column.name not in self.key and column.graph_name != "name"]


def _id(name: str, what: str, required: bool = False) -> Column:
    return Column(name, "id", what, required)


def _who(name: str, what: str) -> Column:
    return Column(name, "id", what, required=True, contacts="refused")


def _prose(name: str, what: str, kind: Kind = "text", graph_name: str = "") -> Column:
    return Column(name, kind, what, contacts="masked", graph_name=graph_name)


def _list(name: str, what: str) -> Column:
    return Column(name, "list", what)


def _run() -> Column:
    return Column("run", "text", "the run that wrote it")


CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "consumers",
            "A person, brand or staff account on one platform.",
            ("consumer",),
            (
                _who("consumer", "the account, as source:id"),
                _prose("name", "the name that the platform shows", graph_name="own_name"),
                Column("platform", "text", "the platform of the account"),
                Column("followers", "integer", "followers, as the platform states them", low=0, figure=True),
                Column("kind", "text", "the type of the account", choices=("person", "brand", "staff")),
                Column("joined_at", "time", "when the account was created"),
                Column(
                    "contact_key",
                    "text",
                    "keyed hashes of e-mail addresses and phone numbers, a space between",
                    contacts="refused",
                ),
                Column("consent", "text", "whether this person may be contacted", choices=("yes", "no", "unknown")),
                Column("quote", "number", "the price asked for a post", low=0, figure=True),
                _prose("url", "the profile's address"),
                _prose("handle", "the account's name as the platform writes it, without an @"),
                _prose("bio", "the profile's own text"),
                Column("reads", "integer", "median reads of a post, as stated", low=0, figure=True),
                Column("unionid", "text", "WeChat's id of the person across the accounts of one company"),
                _prose("agency", "the agency (MCN) that represents the account, as stated"),
                _prose("audience_stated", "who the audience is, as stated"),
                _prose("location", "where the platform says the account is"),
            ),
            node="Consumer",
        ),
        Table(
            "products",
            "An item that is sold or reviewed.",
            ("product",),
            (
                _id("product", "the product, as source:id", required=True),
                _prose("title", "the name that the shop gives it"),
                Column("brand", "text", "the maker"),
                Column("category", "text", "the product category"),
                Column("price", "number", "the price of one", low=0),
            ),
            node="Product",
            edges=(Edge("IN_CATEGORY", "Product", "product", "Category", "category"),),
        ),
        Table(
            "reviews",
            "A text by a consumer, about a product or about no product.",
            ("review",),
            (
                _id("review", "the review, as source:id", required=True),
                _who("consumer", "the author"),
                _id("product", "the product that it is about; empty for none"),
                Column("rating", "number", "stars", low=0, high=5),
                _prose("title", "its headline"),
                _prose("text", "the text as the author wrote it"),
                Column("created_at", "time", "when the review was written"),
                Column("likes", "integer", "likes received", low=0),
                Column("collects", "integer", "saves received", low=0),
                Column("comments", "integer", "comments received", low=0),
                Column("shares", "integer", "shares received", low=0),
                Column("views", "integer", "views received", low=0),
                Column("helpful", "integer", "votes for being helpful", low=0),
                Column("media", "integer", "pictures and videos in it, or links to them", low=0, links=True),
                Column(
                    "origin",
                    "text",
                    "how the review came about",
                    choices=("earned", "gifted", "paid", "invited", "unknown"),
                ),
                Column("verified", "integer", "1 when the purchase is verified", low=0, high=1),
                _prose("tags", "tags, separated by spaces", "words"),
                _prose("url", "the review's address"),
            ),
            node="Review",
            edges=(
                Edge("WROTE", "Consumer", "consumer", "Review", "review"),
                Edge("ABOUT", "Review", "review", "Product", "product"),
            ),
        ),
        Table(
            "follows",
            "A follower and the account that they follow.",
            ("follower", "followee"),
            (
                _who("follower", "the account that follows"),
                _who("followee", "the account that is followed"),
                Column("since", "time", "when the follow began, where known"),
            ),
            edges=(Edge("FOLLOWS", "Consumer", "follower", "Consumer", "followee"),),
        ),
        Table(
            "engagements",
            "A consumer's reaction to a review: a comment, a like, a share or a save.",
            ("engagement",),
            (
                _id("engagement", "the engagement, as source:id", required=True),
                _who("consumer", "the account that reacted"),
                _id("review", "the review that they reacted to", required=True),
                Column("kind", "text", "the kind of reaction", choices=("comment", "like", "share", "collect")),
                _id("parent", "the comment that this comment answers"),
                Column("created_at", "time", "when they reacted"),
                _prose("text", "the text of a comment"),
                Column("likes", "integer", "likes that a comment received", low=0),
            ),
            edges=(Edge("ENGAGED", "Consumer", "consumer", "Review", "review"),),
        ),
        Table(
            "purchases",
            "A product on a consumer's order.",
            ("order", "product", "consumer"),
            (
                _who("consumer", "the buyer"),
                _id("product", "the product bought", required=True),
                _id("order", "the order", required=True),
                Column("bought_at", "time", "when it was bought"),
                Column("quantity", "number", "the quantity", low=0),
                Column("amount", "number", "the amount paid"),
                Column("currency", "text", "the currency, ISO 4217"),
                Column("code", "text", "the discount code used"),
                Column(
                    "status",
                    "text",
                    "the state of the order",
                    choices=(
                        "paid",
                        "shipped",
                        "completed",
                        "disputed",
                        "refunding",
                        "refunded",
                        "cancelled",
                        "unknown",
                    ),
                ),
            ),
            edges=(Edge("PURCHASED", "Consumer", "consumer", "Product", "product"),),
        ),
        Table(
            "memberships",
            "A consumer in a chat group or forum group.",
            ("group", "consumer"),
            (
                _id("group", "the group", required=True),
                _who("consumer", "the member"),
                Column("role", "text", "the member's role"),
                Column("joined_at", "time", "when they joined"),
            ),
            edges=(Edge("JOINED", "Consumer", "consumer", "MemberGroup", "group"),),
        ),
        Table(
            "identities",
            "An account, and the person that it belongs to.",
            ("account",),
            (
                _who("account", "a consumer's key"),
                _id("person", "the person's id", required=True),
            ),
            edges=(Edge("BELONGS_TO", "Consumer", "account", "Person", "person"),),
        ),
        Table(
            "campaigns",
            "A campaign or focus group that people were invited to.",
            ("campaign",),
            (
                _id("campaign", "the campaign, as source:id", required=True),
                _prose("name", "what it is called", graph_name="own_name"),
                Column("kind", "text", "what its people are invited to", choices=("plan", "focus-group", "campaign")),
                _prose("product", "the product that it is for, as its plan names it"),
                _prose("client", "whom it is for"),
                Column("starts", "time", "when it begins"),
                Column("ends", "time", "when it ends"),
            ),
            node="Campaign",
        ),
        Table(
            "invitations",
            "A person on the list of a campaign.",
            ("campaign", "consumer"),
            (
                _id("campaign", "the campaign", required=True),
                _who("consumer", "the person, by the account that lists name"),
                Column("role", "text", "what they are invited as", choices=("koc", "possible", "kol", "wide")),
                Column("place", "text", "invited, or if others decline", choices=("roster", "reserve")),
                Column("wave", "integer", "the wave in which they are invited", low=1),
                _prose("status", "how far the invitation has come"),
                Column("incentive", "text", "what a post is given for", choices=("gift", "paid")),
                Column("invited_at", "time", "when they were asked"),
                Column("received_at", "time", "when the product reached them"),
            ),
            edges=(Edge("INVITED", "Campaign", "campaign", "Consumer", "consumer"),),
        ),
        Table(
            "campaign_events",
            "A line of a campaign's journal: what happened with a person, and when.",
            ("entry",),
            (
                _id("entry", "the line, as source:id", required=True),
                _id("campaign", "the campaign", required=True),
                _who("consumer", "the person"),
                Column("event", "text", "what happened", True, choices=EVENTS),
                Column("happened_at", "time", "when it happened"),
                _prose("url", "the address of a post"),
                _prose("variant", "the variant of the product that is sent"),
                Column("quantity", "number", "how many", low=0, figure=True),
                Column("amount", "number", "the amount paid", figure=True),
                Column("currency", "text", "the currency, ISO 4217"),
                Column("code", "text", "the discount code given to this person"),
                _prose("filing", "the number that the post is filed under (报备)"),
                Column("label_seen", "text", "whether the post has its label", choices=("yes", "no")),
                _prose("decision", "what the client said of the post or the person"),
                _prose("courier", "the carrier of the parcel"),
                Column("tracking", "text", "the number of the parcel"),
                Column("rights_until", "time", "until when the post may be used or boosted", figure=True, ahead=True),
                Column("exclusive_until", "time", "until when the person works for no rival", figure=True, ahead=True),
                _prose("note", "a remark"),
            ),
            edges=(Edge("TRACKS", "Campaign", "campaign", "Consumer", "consumer"),),
        ),
        Table(
            "posts",
            "What a person posted for a campaign, with its newest figures.",
            ("post",),
            (
                _id("post", "the post, as source:id", required=True),
                _id("campaign", "the campaign", required=True),
                _who("consumer", "the author"),
                Column("posted_at", "time", "when it was posted"),
                Column("measured_at", "time", "when its figures were taken"),
                _prose("url", "its address"),
                Column("platform", "text", "the platform"),
                _prose("format", "pictures, video, live or another"),
                _prose("direction", "what it was to be about"),
                _prose("title", "its headline"),
                Column("followers", "integer", "followers of the author, as the sheet states them", low=0, figure=True),
                Column("impressions", "integer", "how often it was shown", low=0, figure=True),
                Column("reads", "integer", "how often it was opened or played", low=0, figure=True),
                Column("likes", "integer", "likes received", low=0, figure=True),
                Column("collects", "integer", "saves received", low=0, figure=True),
                Column("comments", "integer", "comments received", low=0, figure=True),
                Column("shares", "integer", "shares received", low=0, figure=True),
                Column("engagements", "integer", "likes, saves, comments and shares, as stated", low=0, figure=True),
                Column("clicks", "integer", "clicks on its link or product", low=0, figure=True),
                Column("orders", "integer", "orders, as the platform states them", low=0, figure=True),
                Column("revenue", "number", "revenue, as the platform states it", low=0, figure=True),
                Column("cost", "number", "what it cost, tax included", low=0, figure=True),
                Column("selling", "number", "what the client is charged, tax included", low=0, figure=True),
                Column("boost", "number", "what was spent on boosting it", low=0, figure=True),
                _prose("filing", "the number that it is filed under (报备), or that it is"),
                Column("label_seen", "text", "whether it has its label", choices=("yes", "no")),
                Column("state", "text", "whether it can be seen", choices=("live", "taken down")),
                _prose("note", "a remark"),
            ),
            edges=(Edge("ACTIVATED", "Campaign", "campaign", "Consumer", "consumer"),),
        ),
        Table(
            "campaign_units",
            "How many products a campaign offered on a platform, and how far they came.",
            ("offer",),
            (
                _id("offer", "the offer, as source:id", required=True),
                _id("campaign", "the campaign", required=True),
                _id("product", "the product", required=True),
                _prose("channel", "the programme, such as Vine"),
                Column("enrolled_at", "time", "when it was offered"),
                Column("offered", "integer", "units offered", low=0, figure=True),
                Column("claimed", "integer", "units that somebody asked for", low=0, figure=True),
                Column("shipped", "integer", "units sent", low=0, figure=True),
                Column("received", "integer", "units that arrived", low=0, figure=True),
                Column("reviewed", "integer", "units that a review was written of", low=0, figure=True),
                _prose("state", "the state that the programme gives"),
            ),
            edges=(Edge("OFFERED", "Campaign", "campaign", "Product", "product"),),
        ),
        Table(
            "feedback",
            "What somebody who was asked said of a product: never a review, and in no figure of an analysis.",
            ("feedback",),
            (
                _id("feedback", "the answer, as source:id", required=True),
                _who("consumer", "the person"),
                _id("campaign", "the campaign or focus group in which they were asked", required=True),
                _id("product", "the product that it is about; empty for none"),
                Column("rating", "number", "stars", low=0, high=5, figure=True),
                _prose("text", "the answer"),
                Column("given_at", "time", "when it was given"),
            ),
            node="Feedback",
            edges=(
                Edge("GAVE", "Consumer", "consumer", "Feedback", "feedback"),
                Edge("CONCERNS", "Feedback", "feedback", "Product", "product"),
                Edge("ANSWERS", "Feedback", "feedback", "Campaign", "campaign"),
            ),
        ),
    )
}
"""The tables that sources fill and stores keep, by name."""

RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "loads",
            "One load: the files it read, and what happened to their rows.",
            ("load",),
            (
                Column("load", "text", "the source and the first digits of a hash of the rows", True),
                Column("source", "text", "the loader"),
                Column("loaded_at", "time", "when it was loaded"),
                Column(
                    "files",
                    "text",
                    "JSON: rows read and the fate of each, by file, and whether it is synthetic",
                ),
                Column("rows", "integer", "the rows read"),
                Column("rejected", "integer", "the rows that could not be taken"),
                Column("key_fingerprint", "text", "which secret its contact keys were made with; empty without any"),
            ),
            node="Load",
        ),
        Table(
            "runs",
            "A run whose results the graph shows or showed.",
            ("run",),
            (
                Column("run", "text", "the run folder's name", True),
                Column("name", "text", "the same, with the platform and the date that it was limited to"),
                Column("shown", "text", "yes for the run whose results the graph shows, no for the others"),
                Column("at", "time", "the reference date of the analysis"),
                Column("made_at", "time", "when the analysis began"),
                Column("platform", "text", "the one platform that was analysed; empty for all"),
                Column("until", "time", "the time that it was limited to; empty for none"),
                Column("method", "text", "the kind of score: forecast, formula or percentiles"),
                Column("signal", "text", "whether the past shows a signal beyond chance: yes, no or not checked"),
                Column("warning", "text", "what the past shows, where the signal is no or not checked"),
                Column("people", "integer", "the people who were analysed"),
                Column("reviews", "integer", "the reviews that were analysed"),
                Column("version", "text", "the version of graphkoc"),
                Column("invented", "text", "which of the data are invented; empty for none"),
            ),
            node="Run",
        ),
        Table(
            "continues",
            "A run, and the run that it continues.",
            ("run",),
            (
                Column("run", "text", "the run", True),
                Column("before", "text", "the run that it continues", True),
            ),
            edges=(Edge("FOLLOWS_ON", "Run", "run", "Run", "before"),),
        ),
        Table(
            "run_loads",
            "A run, and a load whose rows it read.",
            ("run", "load"),
            (
                Column("run", "text", "the run", True),
                Column("load", "text", "the load", True),
            ),
            edges=(Edge("READ", "Run", "run", "Load", "load"),),
        ),
        Table(
            "scores",
            "The results of the analysis for one person.",
            ("person",),
            (
                _id("person", "the person: of linked accounts as in identities, else the account", required=True),
                _id("consumer", "the person in lists and commands: the smallest of their accounts", required=True),
                Column("name", "text", "their name, else a handle, else the smallest of their accounts", True),
                _run(),
                Column("tier", "text", "tiny, small or wide audience; unknown where too few can be compared"),
                Column("role", "text", "koc, possible (audience not known), kol, wide (widely followed here) or none"),
                Column("part", "text", "who reaches them: reached_kol, only_koc, nobody or not_known"),
                Column("audience", "integer", "known followers"),
                Column("score", "number", "the score in points"),
                Column("low", "number", "lower end of the score's 95 % interval; empty without a forecast"),
                Column("high", "number", "upper end of the score's 95 % interval; empty without a forecast"),
                Column("rank", "integer", "rank among the key opinion consumers; empty for others"),
                Column("rank_before", "integer", "rank in the run that this one continues; empty for none"),
                Column("niche", "text", "the id of the niche where the person is strongest; empty for none"),
                Column("circle", "text", "the id of the person's circle; empty for none"),
                Column("reviews", "integer", "first reviews of an item, all time"),
                Column("last_review", "time", "when they wrote the newest of their reviews"),
                _list("reasons", "why they have this rank; empty for others"),
                _list("gates", "each gate and its state: passed, failed or unknown"),
                Column("gates_failed", "integer", "how many of the gates required on their platform they fail"),
                _list("patterns", "suspicious patterns, each with its evidence"),
                _list("checks", "what a human should judge, each with its evidence"),
                Column("client", "text", "whether they are a client: yes, no or not known"),
                Column("client_orders", "integer", "orders of our brand or its categories in the last 365 days"),
                Column("origin_paid", "number", "share of their reviews that is marked as paid"),
                Column("origin_gifted", "number", "share of their reviews that is marked as gifted"),
                Column("quote", "number", "the price asked for a post"),
                Column("followers", "integer", "followers, as the platform states them"),
                Column("consent", "text", "whether they may be contacted: no where any of their accounts says no"),
            ),
            node="Person",
        ),
        Table(
            "persons",
            "An account that was analysed, and its person.",
            ("account",),
            (
                _id("account", "a consumer's key", required=True),
                _id("person", "the person", required=True),
            ),
            edges=(Edge("HAS_ACCOUNT", "Person", "person", "Consumer", "account"),),
        ),
        Table(
            "hears",
            "A tie of the network that was analysed: a person, and somebody whom they follow or engage with.",
            ("listener", "speaker"),
            (
                _id("listener", "the person who follows or engages", required=True),
                _id("speaker", "the person who is followed or engaged with", required=True),
                Column("weight", "number", "1 for a follow, else the number of reviews that they engaged with"),
                Column("since", "time", "when the tie began, where known"),
                Column("since_ms", "integer", "the same in milliseconds since 1970"),
                Column("how", "text", "follows or engaged"),
            ),
            edges=(Edge("HEARS", "Person", "listener", "Person", "speaker"),),
        ),
        Table(
            "niches",
            "A taste segment.",
            ("niche",),
            (
                Column("niche", "text", "its id", True),
                Column("name", "text", "its name"),
                _run(),
                Column("people", "integer", "number of members"),
                Column("level", "text", "niche, or finer for one inside another"),
                Column("change", "text", "what became of it since the previous run"),
                Column("reached_kol", "integer", "members whom a KOL or an account widely followed here reaches"),
                Column("only_koc", "integer", "members whom KOCs reach and neither of these"),
                Column("nobody", "integer", "members who follow somebody, and nobody of these"),
                Column("not_known", "integer", "members of whom it is not known whether these reach them"),
                Column("kocs", "integer", "members with the role koc or possible"),
                Column("kols", "integer", "members with the role kol"),
                Column("evidence", "text", "what sets its members apart, as a sentence"),
                _list("terms", "what else its members over-index on, the best evidenced first"),
            ),
            node="Niche",
        ),
        Table(
            "niche_categories",
            "A niche, and the category that it is or is a part of.",
            ("niche",),
            (
                Column("niche", "text", "the niche", True),
                Column("category", "text", "the product category", True),
            ),
            edges=(Edge("OF", "Niche", "niche", "Category", "category"),),
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
                Column("name", "text", "its name"),
                _run(),
                Column("people", "integer", "number of members"),
                Column("stability", "number", "recovery rate in resampled networks, 0 to 1"),
                Column("status", "text", "published or tentative"),
                Column("change", "text", "what became of it since the previous run"),
                Column("kocs", "integer", "members with the role koc or possible"),
                Column("kols", "integer", "members with the role kol"),
                Column("evidence", "text", "what sets its members apart, as a sentence"),
                Column("inside_share", "number", "share of the follows touching it that stay inside, 0 to 1"),
            ),
            node="Circle",
        ),
        Table(
            "circle_bridges",
            "A circle, and another whose people follow people of it.",
            ("circle_a", "circle_b"),
            (
                Column("circle_a", "text", "the circle that is followed", True),
                Column("circle_b", "text", "the circle that follows", True),
                Column("ties", "integer", "follows of people in circle_a by people in circle_b"),
                Column("width", "integer", "people of circle_b who follow two or more people of circle_a"),
            ),
            edges=(Edge("BRIDGED_TO", "Circle", "circle_a", "Circle", "circle_b"),),
        ),
        Table(
            "bridges",
            "A person with a role whose followers are in two circles or more, and one of these circles.",
            ("person", "circle"),
            (
                _id("person", "the person", required=True),
                Column("circle", "text", "the circle", True),
            ),
            edges=(Edge("BRIDGES", "Person", "person", "Circle", "circle"),),
        ),
        Table(
            "members",
            "A person in a niche.",
            ("person", "niche"),
            (
                _id("person", "the person", required=True),
                Column("niche", "text", "the niche", True),
                Column("confidence", "number", "confidence of the membership, 0 to 1"),
            ),
            edges=(Edge("MEMBER_OF", "Person", "person", "Niche", "niche"),),
        ),
        Table(
            "circle_members",
            "A person in a circle.",
            ("person", "circle"),
            (
                _id("person", "the person", required=True),
                Column("circle", "text", "the circle", True),
                Column("confidence", "number", "confidence of the membership, 0 to 1"),
            ),
            edges=(Edge("MEMBER_OF", "Person", "person", "Circle", "circle"),),
        ),
        Table(
            "reach",
            "A person with a role, and a niche whose members follow them.",
            ("person", "niche"),
            (
                _id("person", "the person", required=True),
                Column("niche", "text", "the niche", True),
                Column("reached", "integer", "members of the niche that follow the person"),
                Column("only_here", "integer", "of these, members that follow nobody else with a role"),
                Column("role", "text", "the person's role: koc, possible, kol or wide"),
            ),
            edges=(Edge("REACHES", "Person", "person", "Niche", "niche"),),
        ),
        Table(
            "carries",
            "A circle and a niche that share more members than expected by chance.",
            ("circle", "niche"),
            (
                Column("circle", "text", "the circle", True),
                Column("niche", "text", "the niche", True),
                Column("people", "integer", "members of both"),
                Column("lift", "number", "shared members, as a multiple of the number expected by chance"),
            ),
            edges=(Edge("CARRIES", "Circle", "circle", "Niche", "niche"),),
        ),
        Table(
            "events",
            "How a circle or niche changed since the previous analysis.",
            ("event",),
            (
                Column("event", "text", "the kind, the group and what happened", True),
                Column("name", "text", "the name of the circle or niche, else its id, and the words"),
                _run(),
                Column("at", "time", "the reference date of the analysis"),
                Column("kind", "text", "circle or niche"),
                Column("group_id", "text", "the id of the circle or niche"),
                Column("happened", "text", "born, grown, shrunk, split, merged, died or returned"),
                Column("words", "text", "the event as a sentence"),
                Column("before", "integer", "members in the run before"),
                Column("now", "integer", "members now"),
            ),
            node="Event",
        ),
        Table(
            "circle_events",
            "An event, and the circle that it happened to, where that still exists.",
            ("event",),
            (
                Column("event", "text", "the event", True),
                Column("circle", "text", "the circle", True),
            ),
            edges=(Edge("HAPPENED_TO", "Event", "event", "Circle", "circle"),),
        ),
        Table(
            "niche_events",
            "An event, and the niche that it happened to, where that still exists.",
            ("event",),
            (
                Column("event", "text", "the event", True),
                Column("niche", "text", "the niche", True),
            ),
            edges=(Edge("HAPPENED_TO", "Event", "event", "Niche", "niche"),),
        ),
        Table(
            "product_results",
            "What an analysis found out about a product.",
            ("product",),
            (
                _id("product", "the product", required=True),
                Column("brand_read", "text", "the brand that it states, else ours or a rival's that its title names"),
                Column("first_at", "time", "when its first review was written"),
                Column("reviews", "integer", "its reviews that were analysed"),
            ),
            node="Product",
        ),
        Table(
            "copies",
            "A review with nearly the same text as an earlier one by somebody else.",
            ("review",),
            (
                _id("review", "the review", required=True),
                _id("original", "the earlier review", required=True),
            ),
            edges=(Edge("COPIED_FROM", "Review", "review", "Review", "original"),),
        ),
    )
}
"""The tables that graphkoc itself writes beside them: the book of loads, and the analysis that the graph shows.

A table of edges stands after those of the nodes at their ends.
"""

TABLES: dict[str, Table] = CANONICAL | RESULTS

ROLE_LABELS = {"Koc": ["koc", "possible"], "Kol": ["kol"]}
"""Second labels of persons on a server, for Neo4j Browser styles by label alone; and the roles that have each."""

KIND_LABELS = {"Own": "brand", "Staff": "staff"}
"""Second labels of accounts and of their persons on a server, and the kind of account that has each."""


def node_tables() -> dict[str, list[Table]]:
    """Each node label and the tables whose rows are its nodes, in the order of declaration.

    A label that only edges mention (Category, MemberGroup) has no table: its nodes have one property,
    called like the edge's column.
    """
    labels: dict[str, list[Table]] = {}
    for table in TABLES.values():
        if table.node:
            labels.setdefault(table.node, []).append(table)
        for edge in table.edges:
            labels.setdefault(edge.source, [])
            labels.setdefault(edge.target, [])
    return labels


def list_result_types() -> set[str]:
    """The node labels and edge types that only an analysis writes."""

    def types(tables: Sequence[Table]) -> set[str]:
        named = {name for table in tables for edge in table.edges for name in (edge.type, edge.source, edge.target)}
        return named | {table.node for table in tables if table.node}

    results = [table for name, table in RESULTS.items() if name != "loads"]
    return types(results) - types([*CANONICAL.values(), RESULTS["loads"]])


def adds_to_nodes(table: Table) -> bool:
    """Whether a table of results adds to nodes that raw data make: a node is a row only where it says something."""
    return table.name in RESULTS and any(
        table.node in (edge.source, edge.target) for other in CANONICAL.values() for edge in other.edges
    )
