"""Findings: what the answers of a campaign or group come to, ranked, beside what reviews said before.

A finding is a point (`graphkoc.invite.listening.points`) with the people who raise it, what they think of it, a quote
of each, and a recommendation. Answers are feedback: nothing here counts in a score, a plan or a share of voice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import scipy

from graphkoc.communities.niches.tables import slug
from graphkoc.errors import UsageError
from graphkoc.files import read_toml
from graphkoc.invite.listening.finding_states import FINDING_LANGUAGES, FINDING_STATUSES
from graphkoc.invite.listening.points import Point, find_points, name_point
from graphkoc.invite.themes import count_elsewhere
from graphkoc.qualify.remarks.remarks import CRITICAL, POSITIVE, read_remarks
from graphkoc.runs.ledger import Entry
from graphkoc.text import display_name, number_or_none

__all__ = ["count_raised", "describe_findings", "identify_points", "list_points"]

WORDING = Path(__file__).with_name("findings.toml")
BOTH = 1 / 3
"""Share of the people with an opinion from which on praise beside problems, and the other way round, make it mixed."""
SETTLED = ("done", "declined")
"""Statuses whose findings come after the others."""
ALIKE = 0.5
"""Jaccard of their words from which on a point is that of a finding of before."""
FEWEST_BEFORE = 10
"""People of the reviews before, with fewer of whom nothing is compared."""
SIGNIFICANT = 0.05
NOT_RAISED = 5
"""Points of the reviews before that are listed although nobody who answered raises them."""
LONGEST = 240
"""Characters of a quote."""


def describe_findings(
    campaign: Mapping[str, Any],
    answers: Sequence[Entry],
    reviews: pd.DataFrame,
    others: pd.Series[str],
    standing: Mapping[str, tuple[Point, Entry]],
    *,
    known: Collection[str] = (),
    niches: Mapping[str, str] | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """The findings of a campaign or group as a document for JSON.

    campaign: name, kind, product and people of a saved list. answers: of its ledger. reviews: those of the topic from
    before, the newest first: consumer, rating, text. others: texts about other things by consumer. standing: as
    `graphkoc.invite.listening.finding_status.find_standing` returns it. known: names that say nothing, such as the
    product's. niches: the name of each person's niche. language: en or zh.

    Returns {campaign, kind, product, language, answers, people, rating (mean, null for none), before: {people,
    reviews}, findings, not_raised}. A finding is {id, campaign, theme, words (of its point), sign (critical, mixed,
    positive or open), people, of (who answered), critical, positive, consumers, quotes: [{consumer, name, sentence,
    sign, rating}], one of each person, the critical first, niches: [{niche, people}], before, before_of (people),
    difference (new, more, less, alike or null), compared, recommendation, status, owner, due, note, at}. Findings that
    are done or declined come last; before them stand those that most people name as a problem. Raises UsageError for a
    language that there is none of.
    """
    if language not in FINDING_LANGUAGES:
        raise UsageError(f"there are no findings in {language!r}", hint=f"There are: {', '.join(FINDING_LANGUAGES)}.")
    texts = _list_texts(answers)
    remarks, before = read_remarks(texts, known, marked=True), read_remarks(reviews, known)
    elsewhere = count_elsewhere(others)
    points = identify_points(find_points(remarks, *elsewhere), standing)
    of, before_of = texts["consumer"].nunique(), reviews["consumer"].nunique()
    names = {person["consumer"]: person.get("name") for person in campaign["people"]}
    findings = []
    for finding, point in points.items():
        mine = remarks[point.find(remarks)]
        earlier = int(before.loc[point.find(before), "consumer"].nunique())
        figures = _count_people(mine) | {"of": of, "before": earlier, "before_of": before_of}
        difference = _compare(figures)
        theme = name_point(point.words, language)
        entry = standing[finding][1] if finding in standing else {}
        findings.append(
            {"id": finding, "campaign": campaign["name"], "theme": theme, "words": list(point.words)}
            | {"sign": _judge(figures)}
            | figures
            | {
                "consumers": sorted(mine["consumer"].unique().tolist()),
                "quotes": _quote(mine, texts, names),
                "niches": _count_niches(mine, niches or {}),
                "difference": None if difference in ("few", "none") else difference,
                "compared": _say(language, difference, figures, theme),
                "recommendation": _say(language, _judge(figures) if len(mine) else "nobody", figures, theme),
                "status": entry.get("status", FINDING_STATUSES[0]),
                **{name: entry.get(name) for name in ("owner", "due", "note", "at")},
            }
        )
    findings.sort(key=lambda one: (one["status"] in SETTLED, -one["critical"], -one["people"], one["id"]))
    return {
        **{name: campaign.get(name) for name in ("kind", "product")},
        "campaign": campaign["name"],
        "language": language,
        "answers": len(texts),
        "people": of,
        "rating": number_or_none(texts["rating"].mean()),
        "before": {"people": before_of, "reviews": len(reviews)},
        "findings": findings,
        "not_raised": _list_not_raised(remarks, before, elsewhere, before_of, language),
    }


def list_points(
    answers: Sequence[Entry],
    others: pd.Series[str],
    standing: Mapping[str, tuple[Point, Entry]],
    known: Collection[str] = (),
) -> dict[str, Point]:
    """The points of the findings that `describe_findings` returns for the same answers, by id."""
    remarks = read_remarks(_list_texts(answers), known, marked=True)
    return identify_points(find_points(remarks, *count_elsewhere(others)), standing)


def count_raised(
    answers: Sequence[Entry], standing: Mapping[str, tuple[Point, Entry]], known: Collection[str] = ()
) -> dict[str, int]:
    """How many of those who answered raise each finding that has a status, by id.

    answers, known: as `describe_findings` takes them; standing: as there.
    """
    remarks = read_remarks(_list_texts(answers), known, marked=True)
    return {
        finding: int(remarks.loc[point.find(remarks), "consumer"].nunique()) for finding, (point, _) in standing.items()
    }


def identify_points(points: Iterable[Point], standing: Mapping[str, tuple[Point, Entry]]) -> dict[str, Point]:
    """Points by the ids of their findings: first those that have a status, with the point that they were given then.

    A point is that of a finding of before if head and part are the same or else, of those that are left, if enough of
    its words are. Other points get ids from their names.
    """
    found = list(points)
    there = {(point.head, point.aspect) for point in found}
    kept = {(point.head, point.aspect): point for point, _ in standing.values()}
    left = [point for point in found if (point.head, point.aspect) not in kept]
    for key, point in kept.items():
        renamed = None if key in there else next((one for one in left if _is_alike(one, point)), None)
        if renamed is not None:
            left.remove(renamed)
    ids = {finding: point for finding, (point, _) in standing.items()}
    for point in left:
        base = slug(name_point([word for word in point.words if word not in point.mates], "en"))
        finding, number = base, 1
        while finding in ids:
            number += 1
            finding = f"{base}-{number}"
        ids[finding] = point
    return ids


def _list_texts(answers: Sequence[Entry]) -> pd.DataFrame:
    return pd.DataFrame(answers, columns=["consumer", "rating", "text"]).astype({"rating": "float64"})


def _count_people(remarks: pd.DataFrame) -> dict[str, int]:
    """How many people raise a point, and how many of them name it as a problem or praise it."""
    signs = remarks.groupby("consumer")["sign"].agg(set)
    return {
        "people": len(signs),
        "critical": sum(CRITICAL in said for said in signs),
        "positive": sum(POSITIVE in said for said in signs),
    }


def _judge(figures: Mapping[str, int]) -> str:
    critical, positive = figures["critical"], figures["positive"]
    if not critical and not positive:
        return "open"
    if min(critical, positive) >= BOTH * (critical + positive):
        return "mixed"
    return CRITICAL if critical > positive else POSITIVE


def _compare(figures: Mapping[str, int]) -> str:
    """How the share of people who raise a point differs from that in the reviews before: a key of the wording."""
    people, of, before, before_of = (figures[name] for name in ("people", "of", "before", "before_of"))
    if before_of < FEWEST_BEFORE:
        return "few" if before_of else "none"
    if people and not before:
        return "new"
    table = [[people, of - people], [before, before_of - before]]
    if scipy.stats.fisher_exact(table).pvalue > SIGNIFICANT:
        return "alike"
    return "more" if people / of > before / before_of else "less"


def _quote(remarks: pd.DataFrame, texts: pd.DataFrame, names: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A sentence of each person, the critical ones first."""
    order = remarks["sign"].map({CRITICAL: 0, POSITIVE: 1}).fillna(2)
    rows = remarks.assign(order=order).sort_values(["order", "consumer", "text"]).drop_duplicates("consumer")
    ratings = texts["rating"].to_numpy(dtype=float)
    return [
        {
            "consumer": row["consumer"],
            "name": display_name(str(names.get(row["consumer"]) or row["consumer"])),
            "sentence": display_name(row["sentence"], LONGEST),
            "sign": row["sign"],
            "rating": number_or_none(ratings[row["text"]]),
        }
        for row in rows.to_dict("records")
    ]


def _count_niches(remarks: pd.DataFrame, niches: Mapping[str, str]) -> list[dict[str, Any]]:
    """The niches of those who raise a point, those of most people first."""
    counts = Counter(niches[one] for one in remarks["consumer"].unique() if one in niches)
    return [{"niche": niche, "people": people} for niche, people in sorted(counts.items(), key=lambda x: (-x[1], x[0]))]


def _list_not_raised(
    remarks: pd.DataFrame, before: pd.DataFrame, elsewhere: tuple[Counter[str], int], before_of: int, language: str
) -> list[dict[str, Any]]:
    """What many people said in the reviews before, and nobody answered."""
    rows: list[dict[str, Any]] = []
    for point in find_points(before, *elsewhere):
        if len(rows) < NOT_RAISED and not point.find(remarks).any():
            mine = before[point.find(before)]
            counts = _count_people(mine)
            figures = {"before": counts["people"], "before_of": before_of}
            theme = name_point(point.words, language)
            rows.append(
                {"theme": theme, "sign": _judge(counts), **figures}
                | {"sentence": _say(language, "not_raised", figures, theme)}
            )
    return rows


def _is_alike(one: Point, other: Point) -> bool:
    shared = set(one.words) & set(other.words)
    return len(shared) >= ALIKE * len({*one.words, *other.words})


def _say(language: str, key: str, figures: Mapping[str, Any], theme: str) -> str:
    return str(_read_wording()[language][key].format(theme=theme, **figures))


@cache
def _read_wording() -> dict[str, Any]:
    return read_toml(WORDING, UsageError)
