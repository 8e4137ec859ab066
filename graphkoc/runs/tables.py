"""The tables of a run: every column with its type, its unit and one sentence.

This is the only place that declares them. An analysis writes these columns and no others, a run folder is read
against them, and the page on output formats prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PROFILE", "TABLES", "Column", "Table", "empty", "shaped"]


@dataclass(frozen=True)
class Column:
    """A column of a run's table.

    dtype: as pandas names it. unit: what a number counts, `share` for 0 to 1, `z` for standard deviations, `time`
    for UTC; empty for text and truth values. optional: some analyses write it, and some do not.
    """

    name: str
    dtype: str
    unit: str
    about: str
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a run: what a row is, and its columns in their order.

    registry: where further columns, all float64, are declared: `measures` (`graphkoc.MEASURES`) or `features` (those
    of the forecast, `graphkoc.qualify.score.features.FEATURES`); empty for none.
    """

    about: str
    columns: tuple[Column, ...]
    registry: str = ""

    @property
    def names(self) -> list[str]:
        """The names of the declared columns."""
        return [column.name for column in self.columns]

    @property
    def required(self) -> dict[str, str]:
        """The dtype of each column that every run has."""
        return {column.name: column.dtype for column in self.columns if not column.optional}


def _text(name: str, about: str) -> Column:
    return Column(name, "str", "", about)


def _flag(name: str, about: str) -> Column:
    return Column(name, "bool", "", about)


def _count(name: str, unit: str, about: str) -> Column:
    return Column(name, "int64", unit, about)


def _number(name: str, unit: str, about: str, optional: bool = False) -> Column:
    return Column(name, "float64", unit, about, optional)


def _integer(name: str, unit: str, about: str) -> Column:
    return Column(name, "Int64", unit, about)


def _gate(name: str, unit: str, value: str, least: str) -> tuple[Column, ...]:
    return (
        _text(f"gate_{name}", f"State of the gate {name}: passed, failed or unknown."),
        _number(f"gate_{name}_value", unit, f"{value} Null where unknown."),
        _number(f"gate_{name}_least", unit, least),
    )


def _points(part: str, kind: str) -> Column:
    return _number(f"{part}_points", "points", f"Points of the score's part {part}; with the score {kind}.", True)


def _profiled(name: str, unit: str, about: str) -> tuple[Column, ...]:
    return (
        _number(name, unit, about),
        _number(f"{name}_null", unit, f"Mean of {name} over rewired networks."),
        _number(f"{name}_z", "z", f"Distance of {name} from that mean."),
    )


CONSUMER = _text("consumer", "Id, written source:id; for linked accounts, the smallest of their ids.")
NICHE = _text("niche", "Id of the niche.")
CIRCLE = _text("circle", "Id of the circle.")
KIND = _text("kind", "Kind of the group: niche or circle.")
GROUP = _text("group", "Id of the group.")
CHANGE = _text("change", "What became of it since the previous run.")

_PEOPLE = (
    CONSUMER,
    _text("name", "Name, as the platform states it."),
    _text("platform", "Platform of the account."),
    _text("handle", "Handle on the platform; null where unknown."),
    _text("url", "Address of the profile; null where unknown."),
    _text("main_type", "Category of most reviews in the last 365 days (of all without any), else tag; null for none."),
    _number("main_type_share", "share", "Items of this type, of those of the last 365 days; null without any."),
    _text("tier", "Size of the audience: tiny, small, wide or unknown."),
    _text("label", "Name of the tier in the profile that applies; of several accounts, the largest stated one's."),
    _text("role", "Role: koc, possible (a KOC but for an unknown audience), kol, wide (widely followed here) or none."),
    _number("audience", "people", "Known followers or, where ties is engagements, people who engaged."),
    _text("ties", "What the audience is counted in: follows, engagements or none."),
    _number("score", "points", "The score that people are ranked by."),
    _number("low", "points", "Lower end of the score's 95 % interval; null without a forecast."),
    _number("high", "points", "Upper end of the score's 95 % interval; null without a forecast."),
    _integer("rank", "rank", "Place by score among the roles koc and possible; null for others."),
    _number("rank_before", "rank", "Rank in the run that this one continues; null without one.", True),
    _text("niche", "Id of the strongest niche; null without one."),
    _text("circle", "Id of the strongest circle; null without one."),
    _flag("hears_kol", "Whether they follow a KOL or, where no followers are stated, an account widely followed here."),
    _flag("hears_koc", "Whether they follow a KOC or a possible one."),
    _text("client", "Whether they bought our brand or its categories in the last 12 months: yes, no or not known."),
    _integer("client_orders", "orders", "Their orders of these in the last 365 days; null where not known."),
    _integer("client_own_orders", "orders", "Of these, the orders with a product of our brand."),
    Column("client_last_order", "datetime64[us]", "time", "Time of the newest of these; null without one."),
    _text("audience_subject", "What the relevant audience wrote about: category of the niche, or main_type; or null."),
    _integer("audience_relevant", "people", "Known audience that wrote about it in the last 365 days; or null."),
    _number("audience_relevance", "share", "The same, of the known audience; null without a subject or audience."),
    _number("audience_relevance_all", "share", "The same, of everybody; null without a subject."),
    _integer("audience_language", "people", "Known audience whose language is known; null without a target."),
    _integer("audience_target", "people", "Of these, those who write in a target language; null without a target."),
    _text("audience_stated", "Who the audience is, as a list of accounts states it; null where none does."),
    _integer("audience_location", "people", "Known audience whose location is known; null without a market."),
    _integer("audience_market", "people", "Of these, those who are in the market; null without a market."),
    _text("location", "Where they are, as the platform, a list of accounts or a shop states it; null where none does."),
    _text("agency", "Agency (MCN) that represents them, as a list of accounts states it; null where none does."),
    _text("consent", "Whether they may be contacted: no where any account says no; yes, unknown or null."),
    _number("reads", "reads", "Median reads of a post, as a list of accounts states them; null where none does."),
    _text("language", "Language in which they write: Chinese, English or other; null without a text."),
    _text("part", "By whom they are reached: reached_kol, only_koc, nobody (listed) or not_known."),
    _text("excluded", "Checks that take the person off the list, separated by semicolons; null for none."),
    _count("reviews", "reviews", "First reviews of an item, all time."),
    _text("patterns", "Suspicious patterns, separated by semicolons; null for none."),
    _number("critical", "reviews", "Low ratings that give reasons; null where no text is known."),
    _text("tier_profile", "Name of the tier profile that applies."),
    _text("tier_platform", "Platform whose stated followers give the tier; null with the relative profile."),
    _number("tier_size", "people", "Followers as the platform states them or, with the relative profile, known ones."),
    _number("tier_low", "people", "Least size of a small audience in that profile."),
    _number("tier_high", "people", "Largest size of a small audience in that profile."),
    _number("followers", "people", "Followers as the platform states them; null where it does not."),
    _number(
        "audience_coverage",
        "share",
        "Known followers, of those that the platform states; null where it states none, or where ties is engagements.",
    ),
    _count("posts", "posts", "All reviews by this person, also those without a date and repeated ones of an item."),
    _count("posts_engaged", "posts", "Of these, those with a known engagement by somebody else."),
    _number("quote", "currency", "Price asked for a post; null where unknown."),
    _number("knit_ties", "ties", "Follows among the followers, and from the person back to them."),
    _number("knit_expected", "ties", "The same count as chance would have it."),
    _number("knit_z", "z", "Distance of the two; null without a follower."),
    _number("origin_earned", "share", "Reviews marked as earned."),
    _number("origin_gifted", "share", "Reviews marked as gifted."),
    _number("origin_paid", "share", "Reviews marked as paid."),
    _number("origin_invited", "share", "Reviews marked as invited."),
    _number("origin_unknown", "share", "Reviews without a marker of their origin."),
    _number("unpaid_low", "share", "Least share of unpaid reviews: earned, gifted and invited; null without a review."),
    _number("unpaid_high", "share", "Largest share of unpaid reviews: all but paid ones; null without a review."),
    _number("paid_response", "engagements", "Mean engagements of a paid post; null where unknown."),
    _number("organic_response", "engagements", "Mean engagements of a post without marker; null where unknown."),
    _number("paid_to_organic", "ratio", "paid_response over organic_response; null where either is unknown."),
    _text("gate_person", "State of the gate person: passed, failed or unknown."),
    *_gate("active", "reviews", "First reviews of an item, and orders, in the window.", "Reviews that pass."),
    _number("gate_active_orders", "orders", "Of these, the orders; 0 for people who have written nothing."),
    *_gate("client", "purchases", "Purchases of our brand or its categories in the window.", "Purchases that pass."),
    *_gate("creative", "share", "Reviews that are their own words or pictures.", "Share that passes."),
    *_gate("small", "people", "Size of the audience, as tier_size.", "Least size of a small audience."),
    _number("gate_small_most", "people", "Largest size of a small audience."),
    *_gate("unpaid", "share", "The bound of the unpaid share that decides, or the upper one.", "Share that passes."),
    *_gate("knit", "z", "How tightly knit the audience is, as knit_z.", "Distance that passes."),
    _number("engagements_per_post", "engagements", "Mean over the posts with a known count; null for none."),
    _number("engagement_rate", "ratio", "Engagements per post over followers; null where unknown."),
    _number("engagement_rate_to_tier", "ratio", "Engagement rate over the tier's median; null where unknown."),
    _number("collect_rate", "ratio", "Collects per post over followers; null where unknown."),
    _number("collect_rate_to_tier", "ratio", "Collect rate over the tier's median; null where unknown."),
    _number("interaction_rate", "ratio", "Likes, collects and comments over views; null where unknown."),
    _number("hit_share", "share", "Posts with at least ten times the person's own median; null where unknown."),
    _number("cost_per_engagement", "currency", "quote over engagements per post; null where unknown."),
    _number("cost_per_thousand", "currency", "quote over mean views, times 1,000; null where unknown."),
    _number("helpful", "votes", "Votes for being helpful; null where unknown."),
    _number("helpful_rank", "rank", "Place by helpful votes on the platform; null where unknown."),
    _number(
        "engagement_score",
        "percentile",
        "Weighted engagements per view or follower, on the platform; null where unknown.",
    ),
    _number(
        "quality",
        "percentile",
        "Content quality: mean percentile of their texts among the peers of each, drawn to 50; null where unknown.",
    ),
    _text("quality_unknown", "Why content quality is unknown, as a clause; null where it is known."),
    _integer("quality_rank", "rank", "Place by quality, and by the votes received where known; null where unknown."),
    _integer("quality_texts", "texts", "Own texts, neither copied nor repeated."),
    _integer("quality_compared", "texts", "Of these, those with enough peers to be compared."),
    _integer("quality_same_product", "texts", "Of these, those compared with texts about the same product."),
    _number("quality_votes", "ratio", "Votes received, plus 3, over those of the peers, plus 3; null where unknown."),
    _integer("quality_voted", "texts", "Compared texts whose votes are known."),
    _integer("quality_specifics", "texts", "Own texts with numbers, sizes or durations."),
    _integer("quality_low", "texts", "Own texts with a low rating, 2 or less."),
    _integer("quality_constructive", "texts", "Of these, those that name a problem and what to do about it."),
    _text("quality_quotes", "Reviews that stand highest among their peers, separated by semicolons; null for none."),
    _text("quality_constructive_quote", "The highest of the constructive ones with a low rating; null for none."),
    _number("reviews_365", "reviews", "Reviews in the 365 days up to the reference date."),
    _number("audience_reviews_365", "reviews", "The audience's reviews in the same days."),
    Column("last_review", "datetime64[us]", "time", "Time of the newest review; null without a dated one."),
    _number("follow_on", "reviews", "Follow-on reviews so far, each shared among those who came first."),
    _number("own_activity", "reviews", "Own recent activity, as the formula counts it."),
    _number("audience_activity", "reviews", "Followers' recent activity, as the formula counts it."),
    _number("own_activity_points", "points", "Points of the formula for own recent activity."),
    _number("audience_activity_points", "points", "Points of the formula for followers' recent activity."),
    *(_points(part, "forecast or percentiles") for part in ("activity", "content")),
    _points("reach", "forecast"),
    *(_points(part, "forecast or percentiles") for part in ("relevance", "influence", "tightness")),
    *(
        _number(part, "percentile", f"Percentile of the part {part}; with the score percentiles.", True)
        for part in ("activity", "content", "tightness", "relevance", "influence")
    ),
    _flag("suspicious", "Whether the patterns are enough to leave the person out of the second ranking."),
    _number("constraint", "index", "Burt's constraint; only for the first people by rank."),
    _number("effective_size", "people", "Burt's effective size; only for the first people by rank."),
    _number("circle_bridges", "ties", "Local bridges into other circles; only for the first people by rank."),
)

_PROFILE = (
    *_profiled("density", "share", "Follows inside, of all that could be."),
    *_profiled("reciprocity", "share", "Follows inside that are returned."),
    *_profiled("clustering", "share", "Mean share of a member's pairs of acquaintances who know each other."),
    *_profiled("core", "ties", "Largest number of ties each that some members have among themselves."),
    *_profiled("conductance", "share", "Follows across the border, of the ends on its smaller side."),
    *_profiled("inside_share", "share", "Follows touching it that stay inside."),
    _number("cohort_share", "share", "Members who joined in its busiest year, of those with a known date."),
    _number("cohort_share_of_all", "share", "Everybody who joined in that year."),
    Column("joined_median", "datetime64[us]", "time", "Median time of joining; null where unknown."),
)
_REACHED = (
    _count("reached_kol", "people", "Members whom a KOL or an account widely followed here reaches."),
    _count("only_koc", "people", "Members whom KOCs reach and neither of these."),
    _count("nobody", "people", "Members who follow somebody, and nobody of these."),
    _count("not_known", "people", "Members of whom it is not known whether these reach them."),
    _number("white_space", "share", "Members in only_koc and nobody; null where all are in not_known."),
    _number("white_space_koc", "share", "Of the white space, those in only_koc."),
    _number("white_people_before", "people", "Members in the white space of the run that this one continues.", True),
)
PROFILE = tuple(column.name for column in _PROFILE)
"""Columns of circles that say how tightly a circle is knit, beside rewired networks, and who joined when."""

TABLES: dict[str, Table] = {
    "people": Table("A consumer, sorted by id.", _PEOPLE, "measures"),
    "features": Table("A consumer, with what the forecast knows of them.", (CONSUMER,), "features"),
    "read_reviews": Table(
        "A first review of an item that the analysis read.",
        (
            CONSUMER,
            _number("day", "days", "Days since 1970-01-01 UTC."),
        ),
    ),
    "read_items": Table(
        "A consumer and an item that they came to, as the analysis read them.",
        (
            CONSUMER,
            _text("item", "The item reviewed, or # and the tag used."),
            Column("kind", "int32", "", "Number of the item's category."),
            _number("day", "days", "Days since 1970-01-01 UTC."),
        ),
    ),
    "read_follows": Table(
        "A follow that the analysis read.",
        (
            _text("followee", "Id of the person followed."),
            _text("follower", "Id of the follower."),
            _number("weight", "ties", "1 for a follow; where ties is engagements, the reviews engaged with."),
        ),
    ),
    "niches": Table(
        "A niche, most people first.",
        (
            NICHE,
            _text("name", "Name."),
            _text("parent", "Id of the niche or category that it is inside; null for none."),
            _text("level", "niche, or finer for one inside another."),
            _text("basis", "What it was made from: category, tags, title words, review words or products."),
            _text("category", "Category that it is inside; null for none."),
            _text("evidence", "What sets its members apart, as a sentence."),
            _number("share", "share", "Its members' reviews that are about it."),
            _number("share_of_all", "share", "Everybody's reviews that are about it."),
            _count("people", "people", "Members."),
            _count("kocs", "people", "Members with the role koc or possible."),
            _count("kols", "people", "Members with the role kol."),
            _count("wide", "people", "Members with the role wide."),
            _number("kol_reach", "share", "Members who follow a KOL or an account widely followed here."),
            _number("koc_reach", "share", "Members who follow a KOC or a possible one."),
            *_REACHED,
            CHANGE,
            _text("terms", "What else the same people over-index on, the best evidenced first."),
            _number("both", "share", "Members who follow a KOL or an account widely followed here, and a KOC."),
        ),
    ),
    "members": Table(
        "A group and a person in it: circles first, then by person, their strongest group first.",
        (
            KIND,
            GROUP,
            CONSUMER,
            _integer("reviews", "reviews", "Their reviews that are about the niche; null for a circle."),
            _number(
                "share", "share", "The same, of all theirs or of those in the niche's category; null for a circle."
            ),
            _number("confidence", "probability", "Of membership; below one half a person is on a circle's fringe."),
        ),
    ),
    "products": Table(
        "A niche and a product that its members review more than others.",
        (
            NICHE,
            _text("product", "Id of the product."),
            _count("people", "people", "Members who reviewed it."),
            _number("lift", "ratio", "Its share of the members' reviews over its share of everybody's."),
        ),
    ),
    "circles": Table(
        "A circle, the most stable first.",
        (
            CIRCLE,
            _text("name", "Name."),
            _text("evidence", "What sets its members apart, as a sentence."),
            _count("people", "people", "Members, without the fringe."),
            _number("stability", "share", "Mean likeness of the circle to itself over resampled networks."),
            _text("status", "published or tentative."),
            _number("cohort_ratio", "ratio", "Ties over those that joining dates explain; null without dates."),
            _number("tightness", "share", "Follows that stay inside beyond chance: 0 as rewired, 1 all."),
            _text("niches", "Names of the niches that it carries, separated by semicolons; null for none."),
            _count("kocs", "people", "Members with the role koc or possible."),
            CHANGE,
            _number("resolution", "index", "Resolution of the modularity at which it was found."),
            *_PROFILE,
            _count("kols", "people", "Members with the role kol."),
            _count("wide", "people", "Members with the role wide."),
            *_REACHED,
        ),
    ),
    "reach": Table(
        "A person with a role and a niche that follows them.",
        (
            CONSUMER,
            NICHE,
            _count("reached", "people", "Members who follow the person."),
            _number("share", "share", "The same, of the niche's members."),
            _count("only_here", "people", "Of those reached, members who follow nobody else with a role."),
            _text("role", "Role: koc, possible, kol or wide."),
        ),
    ),
    "carries": Table(
        "A circle and a niche that more of its members are in than chance would have it.",
        (
            CIRCLE,
            NICHE,
            _count("people", "people", "Members of both."),
            _number("share_of_circle", "share", "The same, of the circle."),
            _number("share_of_niche", "share", "The same, of the niche."),
            _number("lift", "ratio", "People over the number by chance."),
            _number("q", "probability", "False discovery rate."),
        ),
    ),
    "bridges": Table(
        "A person with a role whose followers are of two circles or two niches at least.",
        (
            CONSUMER,
            _text("role", "Role: koc, possible, kol or wide."),
            _count("circles", "circles", "Circles with a follower."),
            _count("circles_twice", "circles", "Circles where a member could hear it from two people."),
            _count("structural_diversity", "groups", "Groups of followers without a tie between them."),
            _count("niches", "niches", "Niches with two followers at least."),
        ),
    ),
    "circle_bridges": Table(
        "Two circles, one of which follows people of the other.",
        (
            _text("circle_a", "Id of the circle that is followed."),
            _text("circle_b", "Id of the circle that follows."),
            _count("ties", "ties", "Follows of people in circle_a by people in circle_b."),
            _count("width", "people", "People of circle_b who follow two or more people of circle_a."),
        ),
    ),
    "words": Table(
        "A group and a word that its members use more than others.",
        (
            KIND,
            GROUP,
            _text("word", "The word."),
            _number("z", "z", "Log-odds beside everybody's, in standard deviations."),
            _count("inside", "people", "Members who use it."),
            _count("outside", "people", "Others who use it."),
        ),
    ),
    "exemplars": Table(
        "A group and a review or product that stands for it.",
        (
            KIND,
            GROUP,
            _text("what", "review or product."),
            _text("id", "Id of the review or product."),
            _text("why", "Why it was chosen, as a clause."),
            _text("title", "Title of the product; null for a review, or without one."),
        ),
    ),
    "events": Table(
        "A group and what became of it since the previous run.",
        (
            KIND,
            GROUP,
            _text("event", "born, grown, shrunk, same, changed, split, merged, died or returned."),
            _text("other", "Ids of the other groups in the event; null for none."),
            _number("jaccard", "share", "Likeness of its members then and now; null for a new or ended group."),
            _count("people_before", "people", "Members in the previous run."),
            _count("people_now", "people", "Members in this run."),
            _text("words", "The event in words."),
        ),
    ),
    "lifelines": Table(
        "A person in a group that exists, or is remembered for the next run.",
        (
            KIND,
            GROUP,
            _flag("natural", "Whether the id is the group's own, as a category's is, and not a number."),
            _text("status", "alive or dead."),
            _text("born", "Reference date of the run that found it first."),
            _text("last_seen", "Reference date of the newest run that found it."),
            _count("missed", "runs", "Runs since then."),
            _text("consumer", "Id of the member; null for a group whose members are forgotten."),
        ),
    ),
    "brand": Table(
        "A niche as our brand views it; first everybody, whose niche is null.",
        (
            NICHE,
            _count("people", "people", "Members, or everybody who has reviewed, bought or named a brand."),
            _integer("buyers", "people", "Those who bought our brand; null where no purchase is known."),
            _count("reviewers", "people", "Those who reviewed our brand."),
            _count("rivals_people", "people", "Those who bought or reviewed a rival's brand and nothing of ours."),
            _number("voice", "share", "Our reviews, of ours and rivals' in the last year; null without any."),
            _number("voice_before", "share", "The same of the year before."),
            _number("affinity", "ratio", "People of ours over those expected; null below five expected."),
            _number("affinity_low", "ratio", "Lower end of its 95 % interval."),
            _number("affinity_high", "ratio", "Upper end of its 95 % interval."),
            _count("voice_reviews", "reviews", "Reviews of ours and rivals' in the last year."),
            _count("voice_reviews_before", "reviews", "The same of the year before."),
            _count("voice_by_brand", "reviews", "Of voice_reviews those of a product that states the brand."),
            _count("voice_by_title", "reviews", "Of voice_reviews those of a product whose title names the brand."),
            _count("voice_by_text", "reviews", "Of voice_reviews those that name the brand in their text or tags."),
        ),
    ),
    "suspicions": Table(
        "A person and a pattern consistent with reviews that are not their free opinion.",
        (
            CONSUMER,
            _text("pattern", "Name of the pattern."),
            _text("evidence", "The evidence, as a sentence."),
            _text("group", "Number of the group or block of people; null for none."),
        ),
    ),
    "texts": Table(
        "A person's own text, neither copied nor repeated, as content quality was measured on it.",
        (
            CONSUMER,
            _text("review", "Id of the review."),
            _number("quality", "percentile", "Percentile among its peers; null where there are too few."),
            _flag(
                "same_product", "Whether these are about its product in its half-year, not of its category and year."
            ),
            _number("votes", "votes", "Votes received; null where unknown."),
            _number("votes_expected", "votes", "Mean votes of its peers, of each at most 30; null where unknown."),
            _flag("specifics", "Whether it gives numbers, sizes or durations."),
            _flag("low", "Whether its rating is low, 2 or less."),
            _flag("constructive", "Whether it names a problem and what to do about it."),
        ),
    ),
    "copies": Table(
        "A review with a text that another person posted before.",
        (
            _text("review", "Id of the review."),
            CONSUMER,
            _text("original", "Id of the earlier review."),
            _text("author", "Id of its author."),
        ),
    ),
    "checks": Table(
        "A person and what a human should judge; none excludes by itself.",
        (
            CONSUMER,
            _text("check", "Name of the check, such as rival_ad."),
            _text("evidence", "What was found, as a clause."),
            _text("review", "Id of the review; null where no single one shows it."),
            _text("quote", "A piece of its text; null without one."),
        ),
    ),
    "moves": Table(
        "A ranked person, with their place when suspicious people are left out; empty where nobody is suspicious.",
        (
            CONSUMER,
            _integer("rank", "rank", "Place in the ranking."),
            _integer("rank_without", "rank", "Place without suspicious people; null for a suspicious person."),
            _integer("moved", "places", "Places up among the others; null for a suspicious person."),
            _number("score", "points", "Score."),
            _number("score_without", "points", "Score without suspicious people; null for a suspicious person."),
        ),
    ),
    "posts": Table(
        "A post that a report may quote: of the last 24 months the newest of the first key opinion consumers and of"
        " wide-audience accounts; of the last 90 days everybody's that names our brand or a rival's.",
        (
            CONSUMER,
            _text("review", "Id of the review."),
            _text("platform", "Platform of the account that wrote it."),
            _number("day", "days", "When it was written, in days since 1970-01-01 UTC; null where unknown."),
            _text("product", "Id of the product; null for a post about none."),
            _text("title", "Title of the product; null without one."),
            _text("type", "Category of the product, or of a note whose tags name one; null for none."),
            _text("side", "Whose brand it is about: own, also where it names both, or rival; null for neither."),
            _text("brand", "That brand, as it was given; null for neither."),
            _number("rating", "stars", "Rating, 1 to 5; null where unknown."),
            _flag("critical", "Whether the rating is 2 or less or, where it is unknown, the text names problems."),
            _text("origin", "Mark of its origin, such as an ad label: earned, gifted, paid or invited; null for none."),
            _text("quote", "Whole sentences from its beginning, at most 125 characters; null without a text."),
            _text("language", "Language of the quote by ISO 639: zh, en, de or another; null where unknown."),
            _text("url", "Address of the post; null where unknown."),
        ),
    ),
    "changes": Table(
        "What changed since the run that this one continues; empty for a first run.",
        (
            _text("kind", "What changed: person, group or run."),
            _text("change", "The change, such as own_post, quiet or group_new (`graphkoc.qualify.compare.CHANGES`)."),
            _text("consumer", "Id of the person; null for a group or the run."),
            _text("group_kind", "Kind of the group: niche or circle; null for a person."),
            _text("group", "Id of the group; null for a person."),
            _text("name", "What the person or group is called, who may be in this run no more; null for the run."),
            _text("review", "Id of the post; null where none shows it."),
            _text("before", "What it was before: a rank, a tier, a number of people, a name, a setting; or null."),
            _text("now", "What it is now; or null."),
            _text("why", "Codes of the reasons, separated by semicolons; null for none."),
        ),
    ),
    "accounts": Table(
        "An account of a person who has several.",
        (
            _text("consumer", "Id of the person: the smallest id of their accounts."),
            _text("account", "Id of the account."),
            _text("platform", "Platform of the account."),
            _text("name", "Name, as the platform states it."),
            _text("handle", "Handle on the platform; null where unknown."),
            _integer("followers", "people", "Followers as the platform states them; null where it does not."),
            _count("reviews", "reviews", "Reviews written with this account."),
            _text("consent", "Whether this person may be contacted, as stated for it: yes, no or unknown; or null."),
            _text("agency", "Agency that represents it, as stated; null without one."),
            _text("label", "Name of its tier by the followers stated; null where none are, or no limits published."),
            _text("tier", "Size of its audience by the same: tiny, small or wide; null likewise."),
        ),
    ),
    "bubbles": Table(
        "A niche or circle on the map.",
        (
            KIND,
            GROUP,
            _number("x", "map", "Across, from the left of the niches or of the circles of a platform."),
            _number("y", "map", "Down, from the top."),
            _number("radius", "map", "Radius of the bubble; its area is the group's people."),
        ),
    ),
}


def shaped(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the table's columns first, in their types, missing where it has none; others after them.

    An optional column that the frame does not have stays out.
    """
    declared = TABLES[table]
    there = {column.name: column.dtype for column in declared.columns if not column.optional or column.name in frame}
    others = [name for name in frame.columns if name not in there]
    return frame.reindex(columns=[*there, *others]).astype(there).reset_index(drop=True)


def empty(table: str) -> pd.DataFrame:
    """A table of a run without rows."""
    import pandas as pd

    return shaped(table, pd.DataFrame())
