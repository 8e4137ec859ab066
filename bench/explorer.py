"""How fast the explorer shows its first picture, and how large it is: `python bench/explorer.py`.

The network is made up: 12 niches, 60 key opinion consumers, 12 KOLs, and four ties for a person, most inside their
niche. Each page is opened three times in headless Chromium, without a network and with software rendering; what is
printed is the median of the milliseconds from the beginning of the navigation to the first picture. GEXF and GraphML
are written beside it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from page_browser import launch_chromium, open_page

from graphkoc.graph.drawing import DrawnNetwork
from graphkoc.graph.drawing.layout import place_people

NICHES, KOCS, KOLS, TIES = 12, 60, 12, 4
SIZES = (2_000, 20_000, 100_000)
LOADS = 3


def make_network(people: int) -> DrawnNetwork:
    rng = np.random.default_rng(people)
    niche = rng.integers(-1, NICHES, people)
    source = rng.integers(0, people, TIES * people)
    inside = np.argsort(niche, kind="stable")
    target = inside[np.clip(np.argsort(inside)[source] + rng.integers(-200, 200, len(source)), 0, people - 1)]
    kept = source != target
    source, target = source[kept].astype(np.int32), target[kept].astype(np.int32)
    marks = ["koc"] * KOCS + ["kol"] * KOLS + ["other"] * (people - KOCS - KOLS)
    turn = np.arange(NICHES) * 2 * np.pi / NICHES
    bubbles = np.column_stack([np.cos(turn), np.sin(turn), np.full(NICHES, 0.25)])
    ties = np.bincount(source, minlength=people) + np.bincount(target, minlength=people)
    x, y = place_people(niche, np.full(people, -1), ties, bubbles)
    named = np.arange(people) < KOCS + KOLS
    return DrawnNetwork(
        ids=np.array([f"made:{place}" for place in range(people)], dtype=object),
        names=[f"Person {place}" if one else None for place, one in enumerate(named)],
        marks=marks,
        tiers=["small"] * people,
        ranks=[place + 1 if place < KOCS else None for place in range(people)],
        niche=niche,
        niches=[f"Niche {place}" for place in range(NICHES)],
        circle=np.full(people, -1),
        circles=[],
        x=x,
        y=y,
        sizes=np.where(named, 10.0, 3.0),
        colours=np.zeros((people, 3), dtype=np.uint8),
        source=source,
        target=target,
        weight=np.ones(len(source)),
    )


def main() -> None:
    print("| people | ties | made in s | KB | first picture ms | GEXF s, MB | GraphML s, MB |")
    print("|---|---|---|---|---|---|---|")
    with launch_chromium() as browser, tempfile.TemporaryDirectory() as folder:
        for people in SIZES:
            network = make_network(people)
            begun = time.perf_counter()
            page = network.explorer()
            made = time.perf_counter() - begun
            pictures = []
            for _ in range(LOADS):
                opened = open_page(browser, page)
                opened.wait_for_selector("html[data-drawn]", timeout=60_000)
                pictures.append(float(opened.evaluate("document.documentElement.dataset.drawn")))
                opened.context.close()
            files = []
            for write, name in ((network.write_gexf, "a.gexf"), (network.write_graphml, "a.graphml")):
                begun = time.perf_counter()
                size = write(Path(folder) / name).stat().st_size
                files.append(f"{time.perf_counter() - begun:.1f}, {size / 1e6:.1f}")
            cells = [f"{people:,}", f"{len(network.source):,}", f"{made:.1f}", f"{len(page) / 1000:.0f}"]
            print("|", " | ".join([*cells, f"{statistics.median(pictures):,.0f}", *files]), "|")


if __name__ == "__main__":
    main()
