"""How often a lift is seen where there is none, and how large an effect is seen: `python bench/lift.py`.

On Ciao, at several days of its past, sets of people are taken for those of a campaign that never was, for products
that people came to afterwards. `--campaigns` of each kind: the 20 best of the small band by the forecast, 20 random
ones of the small band, and up to 20 people who really had reviewed the product. What their followers did within a year
after is compared by each of several methods. An effect is planted by further followers who come to the product. A
product is drawn if at least LEAST people came to it who follow none of these: by what followers did it must not be
drawn, which would plant an effect.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from forecast import read_log
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc import assets
from graphkoc.activate.lift.effect import LEVEL, Lift, find_p, measure_lift, pool_lifts
from graphkoc.activate.lift.strata import Window
from graphkoc.activate.lift.waves import compare_waves
from graphkoc.activate.waves import split_waves
from graphkoc.graph.action_log import Log
from graphkoc.qualify.score.forecast import Past, forecast

TIMES = np.linspace(0.40, 0.85, 40)
"""Quantiles of the review times at which campaigns begin."""
YEAR = 365.0
PEOPLE = 20
LEAST, BUSY = 10, 20
"""People who came to a product from elsewhere: to be drawn at all, and for the second table of power."""
REVIEWERS = 5
"""The fewest people who had reviewed a product, for a campaign of theirs."""
EFFECTS = (2, 3, 5, 8, 12)
POOLED, POOLED_EFFECT, POOLS = 5, 3, 400
WAITING = 40
"""People of a waiting list."""
KINDS = ("top-20 seeds", "random seeds", "people who really reviewed it")
MUST = {"top-20 seeds": (0.02, 0.07), "random seeds": (0.02, 0.07), "people who really reviewed it": (0.0, 0.09)}
POWER = {8: (0.60, 0.75), 12: (0.88, 0.88)}
CHANCE = 1.6449
"""Standard deviations that a normal number is above in LEVEL of the cases."""

People = NDArray[np.bool_]


@dataclass(frozen=True)
class Campaign:
    """A campaign that never was: its lift, the z of simpler methods, followers, and adopters from elsewhere."""

    lift: Lift
    simple: dict[str, float]
    followers: int
    elsewhere: float


class Day:
    """Ciao at a day: the follows known, the small band, and the year after."""

    def __init__(self, log: Log, past: Past, as_of: float) -> None:
        network = log.network.subset(log.known(as_of))
        self.window = Window(log.items, network, as_of, as_of + YEAR)
        self.n = len(network)
        audience = np.bincount(network.source, minlength=self.n)
        limit = np.quantile(audience[audience > 0], 0.8)
        self.small = np.flatnonzero((audience >= 5) & (audience <= limit))
        score = forecast(past, as_of).score.total
        self.ranked = self.small[np.argsort(-score[self.small], kind="stable")]
        before = log.items.day <= as_of
        self.known = log.items.item[before], log.items.person[before]

    def draw(self, kind: str, rng: np.random.Generator, item: int) -> NDArray[np.integer]:
        """The people of a campaign for an item; none where there are too few."""
        if kind == KINDS[0]:
            return self.ranked[:PEOPLE]
        if kind == KINDS[1]:
            return rng.choice(self.small, PEOPLE, replace=False)
        item_of, person = self.known
        reviewers = person[item_of == item]
        number = min(PEOPLE, len(reviewers)) if len(reviewers) >= REVIEWERS else 0
        return rng.choice(reviewers, number, replace=False)

    def measure(self, seeds: NDArray[np.integer], item: int) -> Campaign | None:
        """The campaign of some people for an item, None where it does not qualify."""
        window, network = self.window, self.window.network
        asked = np.zeros(self.n, dtype=bool)
        asked[seeds] = True
        group = np.zeros(self.n, dtype=bool)
        group[network.target[asked[network.source]]] = True
        group &= ~asked
        others = ~group & ~asked
        elsewhere = window.count_adopters(others)[item]
        if not group.any() or elsewhere < LEAST:
            return None
        lift = measure_lift(window, group, others, item)
        return Campaign(lift, self._compare_simply(group, others, item, lift), int(group.sum()), float(elsewhere))

    def compare_halves(self, item: int, rng_seed: int) -> float | None:
        """The p of a waiting list of the best, of whom chance put half into each wave."""
        network = self.window.network
        begins = np.searchsorted(network.source, np.arange(self.n + 1))
        follows = csr_array((np.ones(len(network.target)), network.target, begins), shape=(self.n, self.n))
        listed = self.ranked[:WAITING]
        follows = follows[listed]
        waves = split_waves(network.ids[listed].tolist(), [None] * len(listed), follows, rng_seed).people
        others = np.asarray(follows.sum(axis=0)).reshape(-1) == 0
        others[listed] = False
        rates = self.window.find_rates(others, item)
        rates[listed] = np.nan
        found = compare_waves(waves, follows, self.window.find_adopters(item), rates, rng_seed)
        return None if found is None else found.p

    def _compare_simply(self, group: People, others: People, item: int, lift: Lift) -> dict[str, float]:
        adopted = self.window.find_adopters(item)
        rate = adopted[others].mean()
        plain = group.sum() * rate
        return {
            "followers against everyone else": (lift.adopters - plain) / np.sqrt(max(plain * (1 - rate), 0.25)),
            "matched non-followers": lift.z,
        }


def draw_campaigns(days: list[Day], kind: str, number: int) -> Iterator[Campaign]:
    """So many campaigns of a kind, as many of each day."""
    rng = np.random.default_rng(KINDS.index(kind))
    for place, day in enumerate(days):
        wanted = number // len(days) + (place < number % len(days))
        candidates = np.flatnonzero(day.window.count_adopters(np.ones(day.n, dtype=bool)) >= LEAST)
        found = tried = 0
        while found < wanted and tried < 20 * wanted:
            for item in rng.permutation(candidates).tolist():
                tried += 1
                seeds = day.draw(kind, rng, item)
                campaign = day.measure(seeds, item) if len(seeds) else None
                if campaign is not None and found < wanted:
                    found += 1
                    yield campaign
            if kind == KINDS[0]:
                break  # the same people with the same product are the same campaign


def print_halves(days: list[Day], number: int) -> None:
    """How often a waiting list shows an effect where there is none."""
    rng = np.random.default_rng(len(KINDS))
    found: list[float | None] = []
    for place, day in enumerate(days):
        candidates = np.flatnonzero(day.window.count_adopters(np.ones(day.n, dtype=bool)) >= LEAST)
        for item in rng.choice(candidates, number // len(days) + (place < number % len(days))).tolist():
            found.append(day.compare_halves(item, len(found)))
    rate = float(np.mean([p is not None and p <= LEVEL for p in found]))
    print(
        f"A randomised half of {WAITING}, the halves drawn again, {len(found):,} campaigns: {rate:.3f}.\n", flush=True
    )


def is_found(lift: Lift, effect: float = 0.0) -> bool:
    return find_p(lift.z + effect / lift.deviation, lift.controls) <= LEVEL


def print_placebo(found: dict[str, list[Campaign]]) -> None:
    print("| method | " + " | ".join(f"{kind} ({len(found[kind]):,})" for kind in KINDS) + " |")
    print("|---" * (len(KINDS) + 1) + "|")
    for method in found[KINDS[0]][0].simple:
        rates = [float(np.mean([one.simple[method] > CHANCE for one in found[kind]])) for kind in KINDS]
        print(f"| {method} | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |")
    rates = [float(np.mean([is_found(one.lift) for one in found[kind]])) for kind in KINDS]
    print("| graphkoc: ranked among 99 control products | " + " | ".join(f"{rate:.3f}" for rate in rates) + " |")
    print("| must | " + " | ".join(f"{MUST[kind][0]:g} to {MUST[kind][1]:g}" for kind in KINDS) + " |")
    reached = [
        "must" if MUST[kind][0] <= rate <= MUST[kind][1] else "MISSED" for kind, rate in zip(KINDS, rates, strict=True)
    ]
    print("| reached | " + " | ".join(reached) + " |\n", flush=True)


def print_power(found: dict[str, list[Campaign]]) -> None:
    print(
        "| people, products | campaigns | followers | of them adopt | lift without effect | "
        + " | ".join(f"+{one}" for one in EFFECTS)
        + " | 80 % at | five pooled, +3 each |"
    )
    print("|---" * (len(EFFECTS) + 7) + "|")
    for kind in KINDS:
        for least in (LEAST, BUSY):
            rows = [one for one in found[kind] if one.elsewhere >= least]
            power = {effect: float(np.mean([is_found(one.lift, effect) for one in rows])) for effect in EFFECTS}
            figures = [
                f"{kind}, at least {least} from elsewhere",
                f"{len(rows):,}",
                f"{np.mean([one.followers for one in rows]):.0f}",
                f"{np.mean([one.lift.adopters for one in rows]):.1f}",
                f"{np.mean([one.lift.lift for one in rows]):+.2f}",
                *(f"{power[effect]:.2f}" for effect in EFFECTS),
                f"+{np.mean([one.lift.would_have_shown or 0 for one in rows]):.1f}",
                f"{pool(rows, POOLED_EFFECT):.2f} ({pool(rows, 0):.3f} at 0)",
            ]
            print("| " + " | ".join(figures) + " |", flush=True)
            if kind == KINDS[0]:
                for effect, (must, goal) in POWER.items():
                    reached = "goal" if power[effect] >= goal else "must" if power[effect] >= must else "MISSED"
                    print(f"|   +{effect}: must {must:g}, goal {goal:g} | {reached} |" + " |" * (len(EFFECTS) + 5))


def pool(rows: list[Campaign], effect: float) -> float:
    """How often five campaigns together are found that have so many further adopters each."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(POOLS):
        chosen = [rows[at].lift for at in rng.choice(len(rows), POOLED, replace=False)]
        lifted = [Lift(one.adopters + effect, one.matched, one.deviation, one.controls) for one in chosen]
        found.append(is_found(pool_lifts(lifted)))
    return float(np.mean(found))


def main() -> None:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=1_200, help="campaigns of each kind")
    asked = parser.parse_args()
    log = read_log("ciao", assets.folder("examples") / "ciao")
    past = Past(log)
    days = [Day(log, past, float(np.quantile(log.day, quantile))) for quantile in TIMES]
    spent = time.process_time()
    found = {kind: list(draw_campaigns(days, kind, asked.campaigns)) for kind in KINDS}
    spent = time.process_time() - spent
    print_placebo(found)
    print_halves(days, asked.campaigns)
    print_power(found)
    print(f"\nCPU seconds of {sum(map(len, found.values())):,} campaigns: {spent:.0f}")


if __name__ == "__main__":
    main()
