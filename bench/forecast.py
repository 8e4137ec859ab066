"""What share of the later follow-on reviews the forecast finds, on long and short pasts: `python bench/forecast.py`.

Each figure is the mean over a backtest's splits of the share that the first 2 % (20 people at least) of all with a
small audience collect; the formula's stands beside it, and what the forecast has to reach (must) and should (goal).
`--data FOLDER` may hold `discourse/` and `lastfm/`; without them their rows are left out. `--copies 60` also counts how
many structureless copies of the forum, of the brand and of nine months of Ciao are taken for a signal.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import graphkoc
from graphkoc import assets
from graphkoc.capture import synthetic
from graphkoc.errors import AnalysisError
from graphkoc.graph.action_log import Log
from graphkoc.qualify.backtest import SPLITS, _make_split, _rewire, backtest
from graphkoc.qualify.score.forecast import Past, fit

OTHER = (0.5, 0.55, 0.65, 0.9)
MONTHS = {6: (0.450, 0.471), 9: (0.405, 0.427), 12: (0.385, 0.404), 18: (0.355, 0.372), 24: (0.335, 0.351)}
MONTHS |= {36: (0.290, 0.302)}
"""Lengths that Ciao is cut to, with must and goal."""
ENDS = (0.35, 0.45, 0.55, 0.65, 0.9)
"""Quantiles of Ciao's review times at which the cuts end."""
MONTH = 365.25 / 12


def read_log(source: str, *paths: Path) -> Log:
    """The log of a source's files."""
    with tempfile.TemporaryDirectory() as folder:
        store = graphkoc.open_store(f"ladybug:{Path(folder) / 'graphkoc.lbug'}")
        graphkoc.load(store, source, list(paths))
        log = graphkoc.project(store).log()
        store.close()
    return log


def read_forum(data: Path) -> Log:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(data / "discourse" / "urho3d_topics.tar.xz") as packed:
        packed.extractall(folder, filter="data")
        return read_log("discourse", Path(folder))


def make_brand(people: int, rng_seed: int) -> Log:
    """The log of an invented brand, its known links made."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "brand"
        synthetic.write(out, people, rng_seed)
        graphkoc.find_source("crm").scaffold(sorted((out / "files" / "crm").glob("*.csv")), out / "files" / "crm")
        store = graphkoc.open_store(f"ladybug:{out / 'graphkoc.lbug'}")
        for source in synthetic.SOURCES:
            graphkoc.load(store, source, [out / "files" / source], key_file=out / "key")
        graphkoc.link_file(store, out / "links.csv")
        log = graphkoc.project(store).log()
        store.close()
    return log


def cut(log: Log, quantile: float, months: int) -> Log:
    """The months before a quantile of the review times, with the follows known by then."""
    end = float(np.quantile(log.day, quantile))
    past = log.until(end)
    begin = end - months * MONTH
    return past._select(past.network, past.day > begin, past.topic_day > begin)


def figures(log: Log, splits: Sequence[float] = SPLITS) -> tuple[float, float]:
    """The mean figure of the score, and of the formula."""
    past, rng = Past(log), np.random.default_rng(0)
    done = [_make_split(past, float(np.quantile(log.day, one)), 0.02, rng) for one in splits]
    score, formula = (float(np.mean([split.figure(name) for split in done])) for name in ("score", "formula"))
    return score, formula


def row(name: str, score: float, formula: float, must: float, goal: float) -> None:
    reached = "goal" if score >= goal else "must" if score >= must else "MISSED"
    print(f"| {name} | {formula:.3f} | {score:.3f} | {must:.3f} | {goal:.3f} | {reached} |", flush=True)


def logs(data: Path) -> Iterator[tuple[str, Log, float, float]]:
    """Logs but Ciao's, each with must and goal; the invented brand's forecast must not be below its formula."""
    if (data / "discourse").is_dir():
        yield "forum", read_forum(data), 0.54, 0.57
    if (data / "lastfm").is_dir():
        yield "Last.fm", read_log("csv", *sorted((data / "lastfm").glob("*.csv.gz"))), 0.37, 0.39
    yield "invented brand, 500 people, seed 0", make_brand(500, 0), np.nan, np.nan
    yield "invented brand, 3,000 people, seed 1", make_brand(3000, 1), np.nan, np.nan


def without_structure(log: Log, rng_seed: int) -> Log:
    """The log with a rewired network of the follows that are known at its end; times stay."""
    known = log.network.subset(log.known(log.last_day))
    return replace(log, network=_rewire(known, np.random.default_rng(rng_seed)))


def count_false(name: str, log: Log, copies: int) -> None:
    """How many structureless copies have a signal, and whether the log itself has one."""
    passed = tried = 0
    for seed in range(copies):
        try:
            passed += backtest(without_structure(log, seed), rng_seed=seed).chance.beaten
            tried += 1
        except AnalysisError:
            continue
        print(f"  {name}: {passed} of {tried}", end="\r", file=sys.stderr, flush=True)
    real = "a signal" if backtest(log).chance.beaten else "none"
    print(f"| {name} | {passed} of {tried} | {real} |", flush=True)


def main() -> None:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--copies", type=int, default=0, help="structureless copies of each of three logs")
    asked = parser.parse_args()
    ciao = read_log("ciao", assets.folder("examples") / "ciao")
    print("| data | formula | forecast | must | goal | reached |")
    print("|---|---|---|---|---|---|", flush=True)
    spent = time.process_time()
    headline = figures(ciao)
    spent = time.process_time() - spent
    row("Ciao, whole", *headline, 0.385, 0.405)
    row("Ciao, at 50, 55, 65, 90 %", *figures(ciao, OTHER), 0.315, 0.330)
    level = 0
    for months, (must, goal) in MONTHS.items():
        found = [figures(cut(ciao, end, months)) for end in ENDS]
        level += sum(score >= formula for score, formula in found)
        row(f"Ciao, {months} months", *np.mean(found, axis=0), must, goal)
    row("the same: logs (of 30) not below the formula", level, 30, 28, 30)
    others = {}
    for name, log, must, goal in logs(asked.data):
        others[name] = log
        score, formula = figures(log)
        row(name, score, formula, *((formula, formula) if np.isnan(must) else (must, goal)))
    past = Past(ciao)
    windows, horizon = past.windows(ciao.last_day), past.schedule(ciao.last_day).horizon
    one = time.process_time()
    fit(windows, ciao.last_day, horizon)
    print(
        f"\nCPU seconds: five splits of Ciao {spent:.1f} (must 12, goal 9); one fit {time.process_time() - one:.2f}",
        end="",
    )
    print(" (must .3, goal .1)\n", flush=True)
    if asked.copies:
        print("| structureless copies | with a signal | the log itself |")
        print("|---|---|---|", flush=True)
        for name in ("forum", "invented brand, 500 people, seed 0"):
            if name in others:
                count_false(name, others[name], asked.copies)
        count_false("Ciao, 9 months", cut(ciao, 0.55, 9), asked.copies)


if __name__ == "__main__":
    main()
