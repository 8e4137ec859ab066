"""Two demonstrations from files to report: the example that ships with graphkoc, and a synthetic brand."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from graphkoc import assets, report
from graphkoc.analysis import Settings
from graphkoc.campaigns.demonstration import WALKING, walk_campaigns
from graphkoc.capture import identity, synthetic
from graphkoc.capture.sources import find_source
from graphkoc.errors import UsageError
from graphkoc.files import translate_errors
from graphkoc.pipeline import analyse, doctor, load
from graphkoc.progress import ANALYSING, LOADING, Progress
from graphkoc.qualify.brand_names import Brand
from graphkoc.qualify.lists import list_kocs
from graphkoc.runs.folder import check_free
from graphkoc.runs.run import Run
from graphkoc.stores import Store, open_store

__all__ = ["BRAND_STEPS", "DEMO_STEPS", "analyse_brand", "demo", "demo_brand"]

FIRST = 3
"""Key opinion consumers that the demonstration returns."""
DEMO_STEPS = (*LOADING, *ANALYSING, "storing")
BRAND_STEPS = (*LOADING * len(synthetic.SOURCES), *ANALYSING, *ANALYSING, "storing", *WALKING)
"""The steps of the two demonstrations, in order."""
WEEK_BEFORE = synthetic.UNTIL - timedelta(weeks=1)
"""The day of the analysis before: what changed since is in the report."""


def demo(
    out: Path = Path("graphkoc-demo"), *, store: Store | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Load, analyse and report the example that ships with graphkoc, all in the folder `out`.

    store: an empty one to load into, which stays open; by default one in the folder. Returns {report, run, seconds,
    kocs}: two paths, the time taken, and the first three key opinion consumers as `graphkoc.list_kocs` lists them.
    Raises StoreError where the folder cannot be made, and UsageError for a store that holds data.
    """
    start = time.perf_counter()
    with _open_store(out, store) as store:
        load(store, "ciao", [assets.folder("examples") / "ciao"], progress=progress)
        # The demonstration is always a first analysis: it does not continue an earlier run of its own.
        check_free(out / "run")
        shutil.rmtree(out / "run", ignore_errors=True)
        run = analyse(store, out / "run", progress=progress)
    page = report.write_report(run, out / "report.html")
    return {
        "report": str(page),
        "run": str(out / "run"),
        "seconds": round(time.perf_counter() - start, 1),
        "kocs": list_kocs(run, limit=FIRST),
    }


def demo_brand(
    out: Path = Path("graphkoc-brand"),
    *,
    store: Store | None = None,
    people: int = 1000,
    rng_seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the files of a synthetic brand, load and analyse them, walk through its campaigns, and report, in `out`.

    store: an empty one to load into, which stays open; by default one in the folder. people: members of its forum and
    of Xiaohongshu together. The same people and rng_seed give the same files and run. Returns {report, run,
    run_before (as of a week before), truth, seconds, notice, sources: [{source, read, loaded, duplicate, conflict,
    rejected, skipped}], identity, doctor, kocs} and what `graphkoc.campaigns.demonstration.walk_campaigns` returns.
    Raises UsageError where the folder has such files already and for a store that holds data, and StoreError where the
    folder cannot be made.
    """
    start = time.perf_counter()
    with _open_store(out, store) as store:
        world = synthetic.write(out, people, rng_seed)
        run, done = analyse_brand(store, out, rng_seed, progress)
        walked = walk_campaigns(store, run, world, out, progress=progress)
    page = report.write_report(run, out / "report.html")
    seconds = round(time.perf_counter() - start, 1)
    return {"report": str(page), "seconds": seconds, **done, "kocs": list_kocs(run, limit=10), **walked}


def analyse_brand(
    store: Store, out: Path, rng_seed: int = 0, progress: Progress | None = None
) -> tuple[Run, dict[str, Any]]:
    """Load the files of a synthetic brand that are in `out`, link accounts, and analyse as of a week ago and as of now.

    Returns the run of now, which continues the other, and what was done.
    """
    sources = []
    shop = out / "files" / "crm"
    find_source("crm").scaffold(sorted(shop.glob("*.csv")), shop)
    for source in synthetic.SOURCES:
        loaded = load(store, source, [out / "files" / source], key_file=out / "key", progress=progress)
        counts = ("read", "loaded", "duplicate", "conflict", "rejected", "skipped")
        sources.append(
            {"source": source} | {name: sum(getattr(file, name) for file in loaded.files) for name in counts}
        )
    linked = identity.link_file(store, out / "links.csv")
    checks = doctor(store)
    settings = Settings(rng_seed=rng_seed, brand=Brand((synthetic.OWN,), synthetic.RIVALS))
    before = out / f"run-{WEEK_BEFORE:%Y-%m-%d}"
    analyse(store, before, replace(settings, until=WEEK_BEFORE), progress=progress)
    run = analyse(store, out / "run", settings, progress=progress)
    return run, {
        "run": str(out / "run"),
        "run_before": str(before),
        "truth": str(out / "truth.json"),
        "notice": synthetic.NOTICE,
        "sources": sources,
        "identity": {name: linked[name] for name in ("persons", "accounts", "linked", "unknown")},
        "doctor": checks,
    }


@contextmanager
def _open_store(folder: Path, given: Store | None) -> Iterator[Store]:
    """The store that was given, which has to be empty, or else the one in the folder; the folder is made."""
    if given is not None and given.holds_data():
        raise UsageError(
            f"the store {given.url} holds data, with which those of the demonstration would mix",
            hint="Name an empty store with --store, or leave it out: the demonstration then makes a store of its own.",
        )
    with translate_errors(f"the folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    if given is not None:
        yield given
        return
    with closing(open_store(f"ladybug:{folder / 'graphkoc.lbug'}")) as own:
        yield own
