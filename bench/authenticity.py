"""Whether rings of reviewers are found among honest ones: `python bench/authenticity.py`.

Rings (`tests/rings.py`) are put into the example's reviews, which stand for honest ones. A ring promotes two
products a campaign of a week with the best rating, nine tenths of it at a time, and hides behind camouflage of
one of three kinds (Hooi et al., FRAUDAR, KDD 2016): new accounts that review products at random too; new
accounts that review what is popular; old accounts that were taken over. Three rings are hidden at once.
Precision and recall are of all people who are called suspicious. Rings that take a year over what the others
do in a week are printed as well: only where they are large is such patience found.

The last part looks at five million synthetic reviews, to see that it can be done.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from rings import CAMPAIGN, KINDS, find_patterns, with_rings

from graphkoc import assets, load, open_store, project
from graphkoc.qualify.authenticity.blocks import beyond_chance, denser, densest
from graphkoc.qualify.authenticity.lockstep import FAST, SLOW, groups, in_step, stretches

SIZES = ((5, 5), (10, 6), (20, 8), (40, 12), (80, 16))
"""People and products of a ring."""
YEAR = 365.0
RINGS = 3
POWER = 50
"""Reviews from which on somebody is a power reviewer."""


def example() -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"ladybug:{Path(folder) / 'ciao.lbug'}")
        load(store, "ciao", [assets.folder("examples") / "ciao"])
        reviews = project(store).reviews
        store.close()
    return reviews[["consumer", "product", "rating", "created_at"]]


def honest(reviews: pd.DataFrame) -> None:
    found, people = find_patterns(reviews)
    power = reviews["consumer"].value_counts().reindex(people).to_numpy() >= POWER
    print(
        f"\nThe example as it is: {found.summary['people']} of {len(people):,} people are called suspicious, ", end=""
    )
    print(f"{int((found.suspicious & power).sum())} of {int(power.sum()):,} power reviewers (goal: at most 1 %).")
    print(f"Single patterns: {found.summary['patterns']}.")


def rings(reviews: pd.DataFrame, seeds: int) -> None:
    print("\n| camouflage | people | products | days | precision | recall | block's density, times chance |")
    print("|---|---|---|---|---|---|---|")
    power = reviews["consumer"].value_counts()
    mistaken = []
    for kind in KINDS:
        for people, products, campaign in [(*size, CAMPAIGN) for size in SIZES] + [(*size, YEAR) for size in SIZES[2:]]:
            precision, recall, dense = [], [], []
            for rng_seed in range(seeds):
                mixed, members = with_rings(kind, RINGS, people, products, reviews, rng_seed, campaign)
                found, ids = find_patterns(mixed)
                named = set(ids[found.suspicious].tolist())
                precision.append(len(named & members) / max(len(named), 1))
                recall.append(len(named & members) / len(members))
                dense.append(max((b["density"] / b["chance"] for b in found.summary["blocks"]), default=np.nan))
                mistaken.append(sum(power.get(one, 0) >= POWER for one in named - members) / (power >= POWER).sum())
            shown = [f"{np.mean(values):.3f}" for values in (precision, recall)]
            blocks = "none" if np.isnan(dense).all() else f"{np.nanmean(dense):.1f}"
            print(
                f"| {kind} | {people} | {products} | {campaign:.0f} | {shown[0]} | {shown[1]} | {blocks} |", flush=True
            )
    print(f"\nHonest power reviewers called suspicious beside the rings: at most {max(mistaken):.2%}.")


def large(reviews: int) -> None:
    """Reviews by as many people and of as many products as sites of that size have, popular ones oftener."""
    rng = np.random.default_rng(0)
    people, products = reviews // 10, reviews // 20
    person = (people * rng.random(reviews) ** 2).astype(np.int64)
    product = (products * rng.random(reviews) ** 3).astype(np.int64)
    day = 3650 * rng.random(reviews)
    ring = np.arange(100)
    person = np.concatenate([person, np.repeat(people + ring, 20)])
    product = np.concatenate([product, np.tile(rng.integers(0, products, 20), 100)])
    day = np.concatenate([day, np.tile(3000 + 7 * np.arange(20.0), 100)])
    print(f"\n| {reviews:,} reviews, a ring of 100 people and 20 products among them | CPU seconds |\n|---|---|")
    column, stretch = stretches(product, day, FAST.window, 0.0)
    for what, step in (
        ("peeling, products as columns", lambda: densest(person, product)),
        ("peeling, products and stretches as columns", lambda: densest(person, column)),
        ("blocks beyond chance", lambda: denser(person, column, beyond_chance(person, column, stretch, 0))),
        ("groups in step", lambda: groups(in_step(person, product, day, FAST), FAST.mates)),
        ("groups in step, in a year", lambda: groups(in_step(person, product, day, SLOW), SLOW.mates)),
    ):
        start = time.process_time()
        found = step()
        print(f"| {what}: {_said(found, people)} | {time.process_time() - start:.1f} |", flush=True)
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB.")


def _said(found: object, people: int) -> str:
    if isinstance(found, list):
        groups_ = [one if isinstance(one, np.ndarray) else one.people for one in found]
        return ", ".join(f"{len(one):,} people, {int((one >= people).sum())} of the ring" for one in groups_) or "none"
    return f"density {found.density:.2f}, bound {found.bound:.2f}, {len(found.people):,} people"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="draws of the rings, each kind and size")
    parser.add_argument("--reviews", type=int, default=5_000_000, help="of the large part")
    given = parser.parse_args()
    reviews = example()
    honest(reviews)
    rings(reviews, given.seeds)
    large(given.reviews)


if __name__ == "__main__":
    main()
