"""What niches and co-review reach on Ciao, and what chance reaches: `python bench/niches.py`.

Niches are found as of the 75 % quantile of the example's review times; the gain is measured on later reviews.
`--reviews 5000000` does all of it once more on so many made-up reviews, with planted tastes.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import niche_gain
import numpy as np
import pandas as pd
from niche_gain import gain

from graphkoc import assets, load, open_store, project
from graphkoc.communities.niches import Features, Niches, find_niches
from graphkoc.communities.niches.overindex import shuffle_reviews
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import Network
from graphkoc.graph.terms import Words

SEEDS = range(10)
DROPPED = 0.05
"""Share of the reviews that are left out of each resample."""
SAME = 0.5
"""Jaccard of its people from which a niche is recovered."""
CATEGORIES, TASTES, TERMS = 60, 20, 20_000


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"  ({what} in {time.perf_counter() - start:.1f} s)", flush=True)


def example() -> tuple[Log, Features]:
    """Ciao's log, and its features: the products' ids, as it has no words."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"ladybug:{Path(folder) / 'graphkoc.lbug'}")
        load(store, "ciao", [assets.folder("examples") / "ciao"])
        projection = project(store)
        store.close()
    log = projection.log()
    words = Words.from_frames(projection.texts, projection.reviews, projection.products, log.network.ids)
    return log, Features.of(log, projection.reviews, words)


def made_up(reviews: int, rng_seed: int = 0) -> tuple[Log, Features]:
    """A tenth as many people, each with a taste inside a category that half of their reviews are about; titles
    of four words of which one shows the taste, and texts of six."""
    rng = np.random.default_rng(rng_seed)
    people, products = reviews // 10, reviews // 16
    eager, popular = np.minimum(rng.pareto(1.5, people) + 0.3, 300), np.minimum(rng.pareto(1.2, products) + 0.3, 2_000)
    category = rng.choice(CATEGORIES, products, p=rng.dirichlet(np.full(CATEGORIES, 3.0))).astype(np.int32)
    taste = category * TASTES + np.arange(products) % TASTES
    drawn = int(1.1 * reviews)
    person = rng.choice(people, drawn, p=eager / eager.sum())
    product = rng.choice(products, drawn, p=popular / popular.sum())
    shelf, order = np.sort(taste), np.argsort(taste, kind="stable")
    wanted = rng.integers(0, CATEGORIES * TASTES, people)[person]
    low, high = np.searchsorted(shelf, wanted), np.searchsorted(shelf, wanted, side="right")
    loyal = (rng.random(drawn) < 0.5) & (high > low)
    product[loyal] = order[(low + rng.random(drawn) ** 2 * (high - low)).astype(np.int64)[loyal]]
    pairs = np.unique(person.astype(np.int64) * products + product)
    person, product = np.divmod(np.sort(rng.permutation(pairs)[:reviews]), products)
    day = rng.random(len(person)) * 3_000
    order = np.lexsort((product, person, day))
    person, product, none = person[order].astype(np.int32), product[order], np.empty(0)
    ids = np.char.zfill(np.arange(people).astype(str), 9)
    log = Log(
        Network(ids, none.astype(np.int32), none.astype(np.int32), none, none),
        person,
        product,
        np.ones(len(person), dtype=bool),
        day[order],
        category[product],
        [f"category {i:02}" for i in range(CATEGORIES)],
        0,
    )
    title = rng.zipf(1.3, (products, 4)).clip(max=TERMS - TASTES) + TASTES - 1
    title[:, 0] = taste % TASTES
    parts = []
    for basis, words in ((1, title[product]), (2, rng.zipf(1.3, (len(person), 6)).clip(max=TERMS) - 1)):
        row, term = np.divmod(np.unique((np.arange(len(person))[:, None] * TERMS + words).ravel()), TERMS)
        parts.append((row.astype(np.int32), term.astype(np.int32), np.full(len(row), basis, dtype=np.int8)))
    row, term, of = (np.concatenate(part) for part in zip(*parts, strict=True))
    names, terms = (np.char.zfill(np.arange(count).astype(str), 9) for count in (products, TERMS))
    return log, Features(names, terms, row, term, of)


def count_recovered(one: Niches, other: Niches, level: str) -> list[float]:
    """For each niche of a level the Jaccard of its people with those of the niche that is most like it."""
    groups = [
        result.members.merge(result.table.loc[result.table["level"] == level, ["niche"]]).groupby("niche")["consumer"]
        for result in (one, other)
    ]
    here, there = ([set(people) for _, people in found] for found in groups)
    return [max((len(a & b) / len(a | b) for b in there), default=0.0) for a in here]


def without(log: Log, features: Features, rng_seed: int) -> tuple[Log, Features]:
    """The log and its features with some reviews left out."""
    kept = np.random.default_rng(rng_seed).random(len(log.person)) >= DROPPED
    names = ("person", "product", "has_product", "day", "category")
    there = kept[features.row]
    row = (np.cumsum(kept) - 1)[features.row[there]].astype(np.int32)
    rest = replace(features, row=row, term=features.term[there], basis=features.basis[there])
    return replace(log, **{name: getattr(log, name)[kept] for name in names}), rest


def counts(result: Niches) -> str:
    sizes = result.table["level"].value_counts()
    return f"{sizes.get('niche', 0)} niches, {sizes.get('finer', 0)} finer"


def co_review(log: Log) -> None:
    print("Co-review")
    with timed("people"):
        print(f"  pairs of people who share significantly many products: {len(coreview.pair_people(log)):,}")
    with timed("products"):
        print(f"  pairs of products that share significantly many reviewers: {len(coreview.pair_products(log)):,}")
    left_out = coreview.find_hubs(log)
    print(f"  left out: {len(left_out.products)} products, {len(left_out.people)} people")
    everything = np.zeros_like(log.category)
    chance = [
        [
            len(coreview.pair_people(replace(log, person=shuffle_reviews(log.person, everything, seed)))),
            len(coreview.pair_products(replace(log, person=shuffle_reviews(log.person, log.category, seed)))),
        ]
        for seed in SEEDS
    ]
    print(f"  with shuffled reviews, at worst of {len(SEEDS)}: {np.max(chance, axis=0).tolist()}")


def niches(log: Log, features: Features) -> None:
    print("Niches")
    with timed("with their controls"):
        result = find_niches(log, features=features)
    print(f"  {counts(result)}, {result.members['consumer'].nunique():,} people; {result.why_not or 'none refused'}")
    shown = result.table.loc[result.table["level"] == "finer", ["niche", "basis", "people"]]
    print("\n".join(f"    {row.niche} ({row.basis}): {row.people}" for row in shown.itertuples()) or "    none finer")
    controls = [find_niches(log, rng_seed=seed, features=features) for seed in SEEDS]
    print(f"  niches with shuffled reviews, by seed: {[one.control for one in controls]}")
    print(f"  finer ones: {[one.finer_control for one in controls]}")
    resampled = []
    for seed in SEEDS:
        rest, terms = without(log, features, seed)
        resampled.append(find_niches(rest, features=terms))
    for level in ("niche", "finer"):
        found = np.array([count_recovered(result, one, level) for one in resampled])
        if found.size:
            back = (found >= SAME).sum(axis=1)
            print(
                f"  {level}, {DROPPED:.0%} of reviews dropped: {back.min()} to {back.max()} of {found.shape[1]} "
                f"recovered, mean Jaccard {found.mean():.2f}"
            )


def forecasts(log: Log) -> None:
    print("Gain")
    with timed("gain"):
        found = gain(log)
    if found is None:
        print("  cannot be measured")
        return
    print(
        f"  {found.bits:.4f} bits [{found.low:.4f}, {found.high:.4f}] for {found.reviews:,} reviews of {found.people:,}"
    )
    print(f"  strict: {found.strict_bits:.4f} [{found.strict_low:.4f}, {found.strict_high:.4f}]")
    real = niche_gain.over_indexing
    for seed in list(SEEDS)[:3]:

        def swapped(person: np.ndarray, traits: object, min_size: int, seed: int = seed) -> pd.DataFrame:
            members = real(person, traits, min_size)
            people = members["person"].unique()
            others = pd.Series(np.random.default_rng(seed).permutation(people), index=people)
            return members.assign(person=members["person"].map(others).astype("int32"))

        niche_gain.over_indexing = swapped
        placebo = gain(log)
        niche_gain.over_indexing = real
        if placebo:
            print(f"  with the niches of others: {placebo.bits:.4f} [{placebo.low:.4f}, {placebo.high:.4f}]")


def at_size(reviews: int) -> None:
    with timed("made up"):
        log, features = made_up(reviews)
    print(f"Made up: {len(log.day):,} reviews with {len(features.row):,} words")
    with timed("pairs of people"):
        print(f"  {len(coreview.pair_people(log)):,} pairs; hubs: {len(coreview.find_hubs(log).products)} products")
    with timed("gain"):
        print(f"  {gain(log)}")
    with timed("niches"):
        result = find_niches(log, features=features)
    tastes = CATEGORIES * TASTES
    print(f"  {counts(result)} of {tastes:,} planted; controls {result.control}, {result.finer_control}")
    print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviews", type=int, default=0, help="how many to make up")
    asked = parser.parse_args()
    log, features = example()
    past = log.until(float(np.quantile(log.day, 0.75)))
    print(f"Ciao: {len(past.day):,} of {len(log.day):,} reviews")
    co_review(past)
    niches(past, features)
    forecasts(log)
    if asked.reviews:
        at_size(asked.reviews)


if __name__ == "__main__":
    main()
