"""The content quality of people and their texts, and their language: every column of a run that begins with quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.graph.projection import Projection
from graphkoc.qualify.quality.fit import ENOUGH, FEWEST_TEXTS, MOST, Fit, Votes, fit_site
from graphkoc.qualify.quality.peers import draw_to_middle, find_peers
from graphkoc.qualify.quality.stars import LOW
from graphkoc.qualify.quality.texts import Texts, read_texts
from graphkoc.qualify.quality.traits import find_languages

__all__ = ["FEWEST", "PRIOR", "Quality", "measure_quality", "read_texts"]

FEWEST = 3
"""Texts below which the quality of a person is unknown."""
VOTED = 10
"""Texts from which on a person's own votes say more than what they write."""
PRIOR = 3.0
"""Votes that are added to those received and to those expected."""
QUOTED = 2
"""Texts that are quoted of a person."""
DECIMALS = 9
TOP = 0.8
"""Percentile above which a text is of the top fifth."""
SILENT, FOREIGN, ALONE = "no text on this platform", "neither English nor Chinese", "too few texts to compare with"
"""Why somebody's quality is unknown; one who has written fewer than `FEWEST` texts has their number."""


@dataclass(frozen=True, eq=False)
class Quality:
    """The content quality of everybody.

    people: a row per id, the columns of a run's people that begin with quality, and language. texts: the run's table of
    that name. summary: for run.json: sites (by platform: the fit, written, counted, top_fifth) and strength (texts that
    the middle weighs).
    """

    people: pd.DataFrame
    texts: pd.DataFrame
    summary: dict[str, Any]


def measure_quality(projection: Projection, ids: NDArray[Any], copied: pd.Series[str], rng_seed: int = 0) -> Quality:
    """The content quality of the people and texts of a projection.

    ids: (n,) its consumers, sorted. copied: the reviews that nearly copy an earlier text, see
    `graphkoc.qualify.authenticity`. The order of rows makes no difference, and neither do ratings, to any percentile or
    rank.
    """
    texts = read_texts(projection, ids, copied)
    peers = find_peers(texts)
    fits, score = _score(texts, rng_seed)
    percentile = peers.rank(score)
    expected = peers.mean(np.minimum(texts.votes, MOST))
    level, compared, strength = draw_to_middle(percentile, texts.person, len(ids))
    rows = pd.DataFrame(
        {
            "consumer": ids[texts.person],
            "review": texts.review,
            "quality": 100 * percentile,
            "same_product": peers.same_product,
            "votes": texts.votes,
            "votes_expected": expected,
            "specifics": texts.traits.column("specifics") > 0,
            "low": texts.rating <= LOW,
            "constructive": _find_constructive(texts),
        }
    )
    people = _describe_people(texts, rows, level, compared)
    sites = {}
    for number, (name, fit) in enumerate(zip(texts.platforms, fits, strict=True)):
        here = texts.platform == number
        top = {"written": int(here.sum()), "counted": texts.counted[number], "top_fifth": _top_fifth(rows[here])}
        sites[name] = fit.to_dict() | top
    return Quality(people, rows, {"sites": sites, "strength": strength})


def _score(texts: Texts, rng_seed: int) -> tuple[list[Fit], Values]:
    """What was learned of each platform, and (k,) the scores of the texts, each by its platform's."""
    score = np.zeros(len(texts))
    fits = []
    for number, name in enumerate(texts.platforms):
        here = texts.platform == number
        voted = here & (texts.product >= 0) & ~np.isnan(texts.votes)
        site = Votes(
            texts.traits.values[voted],
            texts.votes[voted],
            texts.product[voted],
            texts.person[voted],
            texts.nuisances[voted],
        )
        fits.append(fit_site(site, FEWEST_TEXTS.get(name, ENOUGH), rng_seed))
        # Sums of other orders differ in their last digits, and must not part equals.
        score[here] = fits[-1].score(texts.traits.values[here]).round(DECIMALS)
    return fits, score


def _find_constructive(texts: Texts) -> NDArray[np.bool_]:
    """(k,) bool: the texts that name a problem and what to do about it."""
    problem, advice, wish = (texts.traits.column(name) > 0 for name in ("problem", "advice", "wish"))
    return problem & (advice | wish)


def _top_fifth(rows: pd.DataFrame) -> float | None:
    """The votes of the top fifth of a platform's texts, over those of their peers; None where none are known."""
    top = rows[(rows["quality"] > 100 * TOP) & rows["votes"].notna()]
    expected = float(top["votes_expected"].sum())
    return float(np.minimum(top["votes"], MOST).sum()) / expected if expected else None


def _describe_people(texts: Texts, rows: pd.DataFrame, level: Values, compared: NDArray[Any]) -> pd.DataFrame:
    n = len(texts.ids)

    def counted(which: Any) -> NDArray[np.int64]:
        return np.bincount(texts.person[np.asarray(which, dtype=bool)], minlength=n).astype(np.int64)

    written = counted(np.ones(len(texts)))
    unknown = np.select(
        [texts.silent, written < FEWEST, texts.foreign, compared < FEWEST],
        [SILENT, _count_texts(written), FOREIGN, ALONE],
        "",
    )
    known = unknown == ""
    voted = (rows["votes"].notna() & rows["votes_expected"].notna()).to_numpy()
    whose = texts.person[voted]
    received, expected = (
        np.bincount(whose, column[voted], minlength=n)
        for column in (np.minimum(texts.votes, MOST), rows["votes_expected"].to_numpy())
    )
    votes_known = np.bincount(whose, minlength=n)
    ratio = np.where(votes_known > 0, (received + PRIOR) / (expected + PRIOR), np.nan)
    constructive = rows["low"] & rows["constructive"]
    language = find_languages(texts.traits, texts.foreign, texts.person)
    return pd.DataFrame(
        {
            "language": pd.Series(language, dtype="str"),
            "quality": np.where(known, 100 * level, np.nan),
            "quality_unknown": pd.Series(unknown, dtype="str").mask(known),
            "quality_rank": _rank(np.where(known, level, np.nan), ratio, votes_known),
            "quality_texts": written,
            "quality_compared": compared,
            "quality_same_product": counted(rows["same_product"]),
            "quality_votes": ratio,
            "quality_voted": votes_known,
            "quality_specifics": counted(rows["specifics"]),
            "quality_low": counted(rows["low"]),
            "quality_constructive": counted(constructive),
            "quality_quotes": _quote(rows, texts.ids, QUOTED),
            "quality_constructive_quote": _quote(rows[constructive], texts.ids, 1),
        }
    )


def _count_texts(written: NDArray[np.int64]) -> NDArray[Any]:
    return np.where(written == 1, "1 text", np.char.add(written.astype(str), " texts"))


def _rank(level: Values, ratio: Values, voted: NDArray[Any]) -> pd.api.extensions.ExtensionArray:
    """(n,) Int64: the place by quality, null where it is unknown.

    By the sum of two places, that of the texts and that of the votes received over those expected; by votes alone from
    `VOTED` texts on, and by texts alone where no vote is known.
    """
    rank = pd.array([pd.NA] * len(level), dtype="Int64")
    known = np.flatnonzero(~np.isnan(level))
    by_text, by_votes = (pd.Series(-values[known]).rank(pct=True).to_numpy() for values in (level, ratio))
    by_votes = np.where(np.isnan(by_votes), by_text, by_votes)
    place = np.where(voted[known] >= VOTED, by_votes, (by_text + by_votes) / 2).round(DECIMALS)
    rank[known[np.lexsort((known, by_text, place))]] = np.arange(1, len(known) + 1)
    return rank


def _quote(rows: pd.DataFrame, ids: NDArray[Any], most: int) -> NDArray[Any]:
    """(n,) object: each person's reviews that stand highest among their peers, joined by semicolons; None for none."""
    compared = rows[rows["quality"].notna()].sort_values(["quality", "votes", "review"], ascending=[False, False, True])
    place = compared.groupby("consumer").cumcount()
    found = pd.Series(index=ids, dtype="str")
    for number in range(most):
        more = compared[place == number].set_index("consumer")["review"].reindex(ids)
        found = more if not number else found.where(more.isna(), found + "; " + more)
    return found.astype(object).where(found.notna(), None).to_numpy()
