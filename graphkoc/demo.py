"""Two demonstrations from files to report: the example that ships with graphkoc, and a synthetic brand."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from graphkoc import assets, report
from graphkoc.analysis import Settings
from graphkoc.capture import identity, synthetic
from graphkoc.capture.sources import find_source
from graphkoc.files import translate_errors
from graphkoc.pipeline import analyse, doctor, load
from graphkoc.progress import Progress
from graphkoc.qualify.brand_names import Brand
from graphkoc.qualify.lists import list_kocs
from graphkoc.runs.folder import check_free
from graphkoc.stores import Store, open_store

__all__ = ["demo", "demo_brand"]

FIRST = 3
"""Key opinion consumers that the demonstration returns."""


def demo(out: Path = Path("graphkoc-demo"), *, progress: Progress | None = None) -> dict[str, Any]:
    """Load, analyse and report the example that ships with graphkoc, all in the folder `out`.

    Returns {report, run, seconds, kocs}: two paths, the time taken, and the first three key opinion consumers as
    `graphkoc.list_kocs` lists them. Raises StoreError where the folder cannot be made.
    """
    start = time.perf_counter()
    store = _make_store(out)
    try:
        load(store, "ciao", [assets.folder("examples") / "ciao"], progress=progress)
        # The demonstration is always a first analysis: it does not continue an earlier run of its own.
        check_free(out / "run")
        shutil.rmtree(out / "run", ignore_errors=True)
        run = analyse(store, out / "run", progress=progress)
    finally:
        store.close()
    page = report.write_report(run, out / "report.html")
    return {
        "report": str(page),
        "run": str(out / "run"),
        "seconds": round(time.perf_counter() - start, 1),
        "kocs": list_kocs(run, limit=FIRST),
    }


def demo_brand(
    out: Path = Path("graphkoc-brand"), *, people: int = 1000, rng_seed: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """Write the files of a synthetic brand, then load every source, link accounts, analyse and report, all in `out`.

    people: members of its forum and of Xiaohongshu together. The same people and rng_seed give the same files and
    run. Returns {report, run, truth, seconds, notice, sources: [{source, read, loaded, duplicate, conflict, rejected,
    skipped}],
    identity, doctor, kocs}. Raises UsageError where the folder has such files already, and StoreError where it
    cannot be made.
    """
    start = time.perf_counter()
    store = _make_store(out)
    sources = []
    try:
        synthetic.write(out, people, rng_seed)
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
        run = analyse(store, out / "run", settings, progress=progress)
    finally:
        store.close()
    page = report.write_report(run, out / "report.html")
    return {
        "report": str(page),
        "run": str(out / "run"),
        "truth": str(out / "truth.json"),
        "seconds": round(time.perf_counter() - start, 1),
        "notice": synthetic.NOTICE,
        "sources": sources,
        "identity": {name: linked[name] for name in ("persons", "accounts", "linked", "unknown")},
        "doctor": checks,
        "kocs": list_kocs(run, limit=10),
    }


def _make_store(folder: Path) -> Store:
    """The embedded store in a folder, which is made where there is none."""
    with translate_errors(f"the folder {folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    return open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
