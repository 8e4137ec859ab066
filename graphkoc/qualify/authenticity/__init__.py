"""Authenticity: what in a person's record is consistent with reviews that are not a free opinion.

Each pattern comes with its evidence; none of them proves anything. A person is called suspicious in a group of people
who review in step, in a block of reviews denser than chance, or with two of the other patterns. Honest reviewers write
in bouts, so a burst alone means little.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.graph.action_log import moment
from graphkoc.graph.network import Network, days
from graphkoc.qualify.authenticity.blocks import BEYOND, Block, beyond_chance, denser
from graphkoc.qualify.authenticity.burst import WINDOW as BURST
from graphkoc.qualify.authenticity.burst import bursts
from graphkoc.qualify.authenticity.lockstep import FAST, SLOW, groups, in_step, stretches
from graphkoc.qualify.authenticity.near_copies import copies
from graphkoc.qualify.authenticity.ratings import critical, extremes
from graphkoc.text import count

__all__ = ["PATTERNS", "TOGETHER", "Authenticity", "examine"]

PATTERNS = {
    "group": "people who review together",
    "block": "a campaign that many take part in",
    "burst": "reviews written for an occasion",
    "copied text": "text that was handed out",
    "one-sided ratings": "ratings that do not depend on the product",
    "sudden followers": "an audience that was bought, or brought by an event",
}
"""Each pattern, and what it is consistent with. It may be consistent with something harmless too."""
TOGETHER = ("group", "block")
"""Each of these alone makes a person suspicious; of the other patterns it takes two."""


@dataclass(frozen=True, eq=False)
class Authenticity:
    """What was found.

    suspicions: one row per person and pattern: consumer, pattern, evidence (a sentence), group (the number of
    the group or block of people, as str, NA for none); sorted. copies: review, consumer, original, author, a row
    a review whose text another person had posted before. suspicious: (n,) bool, in the order of the
    network. critical: (n,) float64, reviews with a low rating and reasons, NaN where no text is known.
    summary: for run.json: people (how many are suspicious), patterns (how many people show each), blocks (people,
    products, ties, density and bound of each), limit (the density that chance does not reach), why_not.
    """

    suspicions: pd.DataFrame
    copies: pd.DataFrame
    suspicious: NDArray[np.bool_]
    critical: NDArray[np.float64]
    summary: dict[str, Any]


def examine(network: Network, reviews: pd.DataFrame, texts: pd.DataFrame, rng_seed: int = 0) -> Authenticity:
    """Examine everybody's reviews, texts, ratings and followers.

    network: the people; follows with a date show how an audience grew. reviews: review, consumer, product,
    rating, created_at. texts: review, title, text. The order of rows makes no difference.
    """
    index = pd.Index(network.ids)
    reviews = reviews.sort_values("review", ignore_index=True)
    person = number_ids(network.ids, reviews["consumer"])
    reviews, person = reviews[person >= 0], person[person >= 0]
    found, summary = _find_together(network, reviews, person, rng_seed)
    found += _find_alone(network, reviews, person)
    copied = copies(reviews, texts)
    found += [
        (int(index.get_loc(consumer)), "copied text", _describe_copies(rows), pd.NA)
        for consumer, rows in copied.groupby("consumer")
    ]
    table = pd.DataFrame(found, columns=["person", "pattern", "evidence", "group"])
    table = table.sort_values(["person", "pattern", "group"], ignore_index=True)
    n = len(network)
    together = table["pattern"].isin(TOGETHER)
    suspicious = np.bincount(table["person"][together].astype(np.int64), minlength=n) > 0
    others = table[~together].drop_duplicates(["person", "pattern"])
    suspicious |= np.bincount(others["person"].astype(np.int64), minlength=n) > 1
    shown = table.drop_duplicates(["person", "pattern"])["pattern"].value_counts()
    summary |= {"people": int(suspicious.sum()), "patterns": {name: int(shown.get(name, 0)) for name in PATTERNS}}
    consumers = pd.Series(network.ids[table["person"].to_numpy(dtype=np.int64)], dtype="str")
    suspicions = table.drop(columns="person").assign(consumer=consumers)[["consumer", "pattern", "evidence", "group"]]
    reasoned = critical(reviews, texts).reindex(network.ids).to_numpy(dtype=float)
    return Authenticity(suspicions, copied, suspicious, reasoned, summary)


IN_DAYS = (
    f"reviewed up to {{:,}} of the same products within {FAST.window:.0f} days of {{:,}} others, "
    "who also overlap with each other"
)
IN_A_YEAR = (
    "reviewed up to {:,} of the same products in the same year as {:,} others, who also overlap with each other, "
    f"at least {SLOW.share:.0%} of all that they could share"
)

Found = list[tuple[int, str, str, Any]]
"""Person, pattern, evidence and group."""


def _find_together(
    network: Network, reviews: pd.DataFrame, person: NDArray[np.int64], rng_seed: int
) -> tuple[Found, dict[str, Any]]:
    """Groups and blocks, and the summary of the blocks."""
    used = (reviews["created_at"].notna() & reviews["product"].notna()).to_numpy()
    if not used.any():
        why_not = (
            "no review names a product and has a date, so shared taste and acting together cannot be distinguished"
        )
        return [], {"blocks": [], "limit": None, "why_not": why_not}
    person, day = person[used], days(reviews["created_at"][used])
    product = pd.factorize(reviews["product"][used].to_numpy(dtype=object), sort=True)[0].astype(np.int64)
    found: Found = []
    number = 0
    for pace, sentence in ((FAST, IN_DAYS), (SLOW, IN_A_YEAR)):
        steps = in_step(person, product, day, pace)
        for group in groups(steps, pace.mates):
            inside = np.isin(steps.first, group) & np.isin(steps.second, group)
            ends = np.concatenate([steps.first[inside], steps.second[inside]])
            most = pd.Series(np.tile(steps.shared[inside], 2)).groupby(ends).max()
            mates = pd.Series(ends).value_counts()
            number += 1
            found += [(p, "group", sentence.format(most[p], mates[p]), f"g{number}") for p in group.tolist()]
    blocks: list[dict[str, Any]] = []
    columns = [stretches(product, day, FAST.window, shift) for shift in (0.0, 0.5)]
    limit = beyond_chance(person, *columns[0], rng_seed)
    for column, _ in columns:
        for block in denser(person, column, limit):
            inside = np.isin(person, block.people) & np.isin(column, block.columns)
            blocks.append(_summarise_block(block, limit, product[inside], int(inside.sum())))
            sentence = _describe_block(block, blocks[-1])
            found += [(p, "block", sentence, f"b{len(blocks)}") for p in block.people.tolist()]
    return found, {"blocks": blocks, "limit": limit, "why_not": None}


def _summarise_block(block: Block, limit: float, products: NDArray[np.int64], reviews: int) -> dict[str, Any]:
    return {
        "people": len(block.people),
        "products": len(np.unique(products)),
        "reviews": reviews,
        "density": block.density,
        "bound": block.bound,
        "chance": limit / BEYOND,
    }


def _describe_block(block: Block, summary: dict[str, Any]) -> str:
    times = block.density / summary["chance"] if summary["chance"] else np.inf
    return (
        f"one of {summary['people']:,} people who wrote {summary['reviews']:,} reviews of {summary['products']:,} "
        f"products in the same stretches of {FAST.window:.0f} days, {times:.1f} times the density that chance gives"
    )


def _find_alone(network: Network, reviews: pd.DataFrame, person: NDArray[np.int64]) -> Found:
    """Bursts, ratings at one end, and sudden followers."""
    found: Found = []
    dated = reviews["created_at"].notna().to_numpy()
    for row in bursts(person[dated], days(reviews["created_at"][dated])).to_dict("records"):
        found.append((row["person"], "burst", _describe_burst(row, "reviews"), pd.NA))
    known = ~np.isnan(network.since)
    for row in bursts(network.source[known].astype(np.int64), network.since[known]).to_dict("records"):
        found.append((row["person"], "sudden followers", _describe_burst(row, "new followers"), pd.NA))
    rated = reviews["rating"].notna().to_numpy()
    for row in extremes(person[rated], reviews["rating"][rated].to_numpy(dtype=float)).to_dict("records"):
        sentence = f"{row['there']:,} of {count(row['total'], 'ratings')} are the {row['end']} possible"
        sentence += f"; of everybody's, {row['usual']:.0%}"
        found.append((row["person"], "one-sided ratings", sentence, pd.NA))
    return found


def _describe_burst(row: dict[Hashable, Any], what: str) -> str:
    return (
        f"{row['most']:,} of {count(row['total'], what)} in the {BURST:.0f} days from {moment(row['begin']):%Y-%m-%d}, "
        f"where the person's own rate gives {row['usual']:.1f}"
    )


def _describe_copies(rows: pd.DataFrame) -> str:
    many = f"{count(len(rows), 'reviews')} {'has' if len(rows) == 1 else 'have'}"
    return f"{many} nearly the same text as an earlier one by somebody else"
