"""The features once more, as SELECTs that DuckDB runs over a run's own tables: each number can be asked for again.

PageRank and the core number are walks through the whole network; for these the SELECT reads what was computed.
"""

from __future__ import annotations

from pathlib import Path

from graphkoc.graph.action_log import YEAR
from graphkoc.measures.activity import HALF_LIFE
from graphkoc.qualify.score import OFFSET
from graphkoc.qualify.score.features import CREDITED, FIRST, MATCHED, OWN, PRIOR, QUARTER, SEEN, THEIRS

__all__ = ["feature_query", "quoted", "tables"]

D = "pow(2, -({at} - day) / {h})"
AUDIENCE = "SELECT follower FROM {follows} WHERE followee = {who}"
OWN_KINDS = f"own AS (SELECT kind, sum({D}) AS act FROM {{items}} WHERE consumer = {{who}} GROUP BY kind)"
THEIR_KINDS = (
    f"theirs AS (SELECT kind, sum({D}) AS act FROM {{items}} JOIN {{follows}} ON follower = consumer "
    "WHERE followee = {who} GROUP BY kind)"
)
BY_ITEM = f"popular AS (SELECT item, any_value(kind) AS kind, sum({D}) AS act FROM {{items}} GROUP BY item)"
BY_KIND = "of_kind AS (SELECT kind, sum(act) AS act FROM popular GROUP BY kind)"
SHARES = (
    f"{BY_ITEM}, {BY_KIND}, shares AS (SELECT item, popular.kind, popular.act AS act, "
    "popular.act / of_kind.act AS share FROM popular JOIN of_kind USING (kind))"
)
PAIRS = (
    "pairs AS (SELECT follower, theirs.item, theirs.kind, mine.day AS my_day, theirs.day AS day "
    "FROM {follows} JOIN {items} AS mine ON mine.consumer = followee "
    "JOIN {items} AS theirs ON theirs.consumer = follower AND theirs.item = mine.item "
    "WHERE followee = {who} AND theirs.day <> mine.day)"
)
CREDIT = (
    f"{PAIRS}, credits AS (SELECT pairs.follower, pairs.item, any_value(pairs.day) AS day, 1 / count(*) AS share "
    "FROM pairs JOIN {follows} AS others ON others.follower = pairs.follower "
    "JOIN {items} AS firsts ON firsts.consumer = others.followee AND firsts.item = pairs.item "
    "WHERE pairs.my_day < pairs.day AND firsts.day < pairs.day GROUP BY pairs.follower, pairs.item)"
)
ADOPTIONS = (
    "adopted AS (SELECT theirs.consumer, theirs.item FROM {items} AS theirs "
    "JOIN {follows} ON follower = theirs.consumer JOIN {items} AS firsts ON firsts.consumer = followee "
    "AND firsts.item = theirs.item AND firsts.day < theirs.day GROUP BY theirs.consumer, theirs.item), "
    "everybody AS (SELECT (SELECT count(*) FROM adopted) / (SELECT count(*) FROM {reviews}) AS rate)"
)
TIES = (
    "near AS (SELECT follower AS other FROM {follows} WHERE followee = {who} "
    "UNION SELECT followee FROM {follows} WHERE follower = {who})"
)
NORMS = "norms AS (SELECT consumer, sqrt(sum(act * act)) AS norm FROM kinds GROUP BY consumer)"
LIKENESS = (
    f"{NORMS}, alike AS (SELECT kinds.consumer AS follower, sum(kinds.act * own.act) / (any_value(norms.norm) * "
    "(SELECT norm FROM norms WHERE consumer = {who})) AS cosine FROM kinds JOIN norms USING (consumer) "
    "JOIN kinds AS own ON own.consumer = {who} AND own.kind = kinds.kind "
    f"WHERE kinds.consumer IN ({AUDIENCE}) GROUP BY kinds.consumer)"
)
KINDS = "kinds AS (SELECT consumer, kind, {weight} AS act FROM {{items}} WHERE consumer IN ({people}) GROUP BY ALL)"
CIRCLE = f"{AUDIENCE} UNION SELECT {{who}}"
PER_FOLLOWER = (
    f"active AS (SELECT consumer, sum({D}) AS act, count(*) AS reviews FROM {{reviews}} GROUP BY consumer), "
    "attending AS (SELECT follower, count(*) AS n FROM {follows} GROUP BY follower)"
)

QUERIES = {
    "audience": "SELECT count(*) FROM {follows} WHERE followee = {who}",
    "followees": "SELECT count(*) FROM {follows} WHERE follower = {who}",
    "reviews": "SELECT count(*) FROM {reviews} WHERE consumer = {who}",
    "since_last": (
        "SELECT {at} - coalesce((SELECT max(day) FROM {reviews} WHERE consumer = {who}), "
        "(SELECT min(day) FROM {reviews}))"
    ),
    "tenure": "SELECT coalesce({at} - min(day), 0) FROM {reviews} WHERE consumer = {who}",
    "kinds": "SELECT count(DISTINCT kind) FROM {items} WHERE consumer = {who}",
    "popularity": (
        f"WITH {BY_ITEM} SELECT coalesce(sum({D} * popular.act) / sum({D}), 0) "
        "FROM {items} JOIN popular USING (item) WHERE consumer = {who}"
    ),
    "popularity_share": (
        f"WITH {SHARES} SELECT coalesce(1000 * sum({D} * share) / sum({D}), 0) "
        "FROM {items} JOIN shares USING (item) WHERE consumer = {who}"
    ),
    "early": (
        "WITH placed AS (SELECT consumer, row_number() OVER (PARTITION BY item ORDER BY day, consumer) AS place "
        f"FROM {{items}}) SELECT coalesce(avg((place <= {FIRST})::int), 0) FROM placed WHERE consumer = {{who}}"
    ),
    "lag": (
        "WITH firsts AS (SELECT item, min(day) AS first FROM {items} GROUP BY item) "
        f"SELECT coalesce(exp(sum({D} * ln(1 + day - first)) / sum({D})) - 1, 0) "
        "FROM {items} JOIN firsts USING (item) WHERE consumer = {who}"
    ),
    "attention": (
        f"WITH {PER_FOLLOWER} SELECT coalesce(sum(act / n), 0) FROM active JOIN attending ON follower = consumer "
        f"WHERE follower IN ({AUDIENCE})"
    ),
    "propensity": (
        f"WITH {PER_FOLLOWER}, {ADOPTIONS}, "
        "often AS (SELECT consumer, count(*) AS adoptions FROM adopted GROUP BY consumer) "
        f"SELECT coalesce(sum(act / n * (coalesce(adoptions, 0) + {PRIOR} * rate) / (reviews + {PRIOR})), 0) "
        "FROM active JOIN attending ON follower = active.consumer LEFT JOIN often ON often.consumer = active.consumer, "
        f"everybody WHERE follower IN ({AUDIENCE})"
    ),
    "match_rate": (
        f"WITH {OWN_KINDS}, {THEIR_KINDS}, {BY_ITEM}, {BY_KIND} "
        "SELECT coalesce(sum(own.act * theirs.act / of_kind.act), 0) "
        "FROM own JOIN theirs USING (kind) JOIN of_kind USING (kind)"
    ),
    "cosine": (
        f"WITH {KINDS.format(weight='count(*)', people=CIRCLE)}, {LIKENESS} "
        f"SELECT coalesce(sum(cosine) / (SELECT count(*) FROM ({AUDIENCE})), 0) FROM alike"
    ),
    "act_cosine": (
        f"WITH {KINDS.format(weight=f'sum({D})', people=CIRCLE)}, {LIKENESS}, {PER_FOLLOWER} "
        "SELECT coalesce(sum(cosine * active.act), 0) FROM alike JOIN active ON consumer = follower"
    ),
    "opportunity": (
        "WITH lately AS (SELECT consumer, item FROM {items} WHERE {at} - day <= {h}), "
        f"popular AS (SELECT item, any_value(kind) AS kind, sum(pow(2, -({{at}} - day) / {QUARTER})) AS act "
        "FROM {items} WHERE item IN (SELECT item FROM lately) GROUP BY item), "
        f"of_kind AS (SELECT kind, sum({D}) AS act FROM {{items}} GROUP BY kind), "
        f"each AS (SELECT consumer, kind, sum({D}) AS act FROM {{items}} "
        "WHERE consumer IN (SELECT consumer FROM lately) GROUP BY ALL), "
        "offered AS (SELECT follower, mine.item FROM {items} AS mine JOIN {follows} ON followee = mine.consumer "
        "WHERE mine.consumer = {who} AND NOT EXISTS "
        "(FROM {items} AS had WHERE had.consumer = follower AND had.item = mine.item)), "
        "shared AS (SELECT offered.follower, offered.item, count(*) AS n FROM offered "
        "JOIN {follows} AS others ON others.follower = offered.follower JOIN {items} AS known "
        "ON known.consumer = others.followee AND known.item = offered.item GROUP BY ALL) "
        "SELECT coalesce(1000 * sum(each.act * popular.act / of_kind.act / n), 0) FROM shared "
        "JOIN popular USING (item) JOIN of_kind USING (kind) "
        "JOIN each ON each.consumer = shared.follower AND each.kind = popular.kind"
    ),
    "credit": f"WITH {CREDIT} SELECT coalesce(sum(share), 0) FROM credits",
    "adopters": f"WITH {CREDIT} SELECT count(DISTINCT follower) FROM credits",
    "shared": (f"WITH {PAIRS} SELECT coalesce(sum(pow(2, -({{at}} - greatest(day, my_day)) / {{h}})), 0) FROM pairs"),
    "credit_rate": (
        f"WITH {CREDIT}, {ADOPTIONS} SELECT CASE WHEN (SELECT count(*) FROM ({AUDIENCE})) = 0 THEN 0 ELSE "
        f"(coalesce((SELECT sum(share) FROM credits), 0) + {PRIOR} * rate) / "
        f"((SELECT count(*) FROM {{reviews}} WHERE consumer = {{who}}) + {PRIOR}) END FROM everybody"
    ),
    "reciprocity": (
        "SELECT coalesce(avg((follower IN (SELECT followee FROM {follows} WHERE follower = {who}))::int), 0) "
        "FROM {follows} WHERE followee = {who}"
    ),
    "clustering": (
        f"WITH {TIES}, among AS (SELECT DISTINCT least(followee, follower), greatest(followee, follower) "
        "FROM {follows} "
        "WHERE followee IN (SELECT other FROM near) AND follower IN (SELECT other FROM near)) "
        "SELECT CASE WHEN n < 2 THEN 0 ELSE 2 * (SELECT count(*) FROM among) / (n * (n - 1)) END "
        "FROM (SELECT count(*) AS n FROM near)"
    ),
    "pagerank": "SELECT pagerank FROM {features} WHERE consumer = {who}",
    "core": "SELECT core FROM {features} WHERE consumer = {who}",
}
"""Of each feature; of those of a half-life or window the name without it."""

QUERIES |= {
    "act": f"SELECT coalesce(sum({D}), 0) FROM {{reviews}} WHERE consumer = {{who}}",
    "audience_act": (
        f"SELECT coalesce(sum({D}), 0) FROM {{follows}} JOIN {{reviews}} ON consumer = follower "
        "WHERE followee = {who}"
    ),
    "audience_active": (
        "SELECT count(DISTINCT follower) FROM {follows} JOIN {reviews} ON consumer = follower "
        "WHERE followee = {who} AND {at} - day <= {h}"
    ),
    "match": (
        f"WITH {SHARES}, meets AS (SELECT kind, sum(share * share) AS chance FROM shares GROUP BY kind), "
        f"{OWN_KINDS}, {THEIR_KINDS} SELECT coalesce(sum(own.act * theirs.act * chance), 0) "
        "FROM own JOIN theirs USING (kind) JOIN meets USING (kind)"
    ),
    "credit_decayed": f"WITH {CREDIT} SELECT coalesce(sum(share * {D}), 0) FROM credits",
}
QUERIES |= {
    "formula_own": f"SELECT ({QUERIES['act']}) / {OFFSET}",
    "formula_audience": f"SELECT ({QUERIES['audience_act']}) / {OFFSET}",
}
TIMED = {
    "formula_own": ("formula_own", HALF_LIFE),
    "formula_audience": ("formula_audience", HALF_LIFE),
    **{f"act{h}": ("act", h) for h in OWN},
    **{f"audience_act{h}": ("audience_act", h) for h in THEIRS},
    **{f"audience_active{days}": ("audience_active", days) for days in SEEN},
    **{f"match{h}": ("match", h) for h in MATCHED},
    **{f"credit{h}": ("credit_decayed", h) for h in CREDITED},
}


def feature_query(feature: str, folder: str, consumer: str, at: float) -> str:
    """The SELECT that gives a consumer's value of a feature, out of the tables in a run's folder, at its day."""
    name, half_life = TIMED.get(feature, (feature, YEAR))
    return QUERIES[name].format(**tables(folder), who=quoted(consumer), at=repr(at), h=half_life)


def tables(folder: str) -> dict[str, str]:
    """What a SELECT calls the tables that a run read its numbers from: reviews, items, follows, features."""
    files = {"reviews": "read_reviews", "items": "read_items", "follows": "read_follows", "features": "features"}
    return {table: quoted(str(Path(folder) / f"{file}.parquet")) for table, file in files.items()}


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
