"""How large a report's page is and how fast it works: `python bench/report.py RUN...`.

For each run: kilobytes of the page, words that are read without opening anything, milliseconds until it is ready,
milliseconds in which the main thread was blocked (the part of each long task beyond 50), and the longest of the
frames in which the slider of a plan was moved. The browser is the system's Chromium, on a file of the disk.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from page_browser import launch_chromium, open_page
from playwright.sync_api import Browser
from report_numbers import Reading

from graphkoc import find_run, report

READY = "performance.getEntriesByType('navigation')[0].domComplete"
BLOCKED = """() => new Promise((done) => {
  const watch = (list) => done(list.getEntries().reduce((sum, task) => sum + Math.max(task.duration - 50, 0), 0));
  new PerformanceObserver(watch).observe({ type: "longtask", buffered: true });
  setTimeout(() => done(0), 500);
})"""
FRAMES = """async () => {
  const slider = document.getElementById("plan-budget");
  if (!slider) return null;
  const frames = [];
  for (let value = 0; value <= Number(slider.max); value += 1) {
    const start = performance.now();
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();
    frames.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return Math.max(...frames);
}"""


def measure(browser: Browser, folder: str) -> str:
    start = time.perf_counter()
    page = report.render(report.make_document(find_run(folder)))
    seconds = time.perf_counter() - start
    words = len(" ".join(Reading(page).at_once).split())
    opened = open_page(browser, page)
    ready, blocked, frame = (opened.evaluate(script) for script in (READY, BLOCKED, FRAMES))
    slowest = "–" if frame is None else f"{frame:.1f}"
    cells = (folder, f"{len(page.encode()) / 1000:.0f}", f"{words:,}", f"{seconds:.1f}")
    return f"| {' | '.join(cells)} | {ready:.0f} | {blocked:.0f} | {slowest} |"


def main() -> None:
    print("| run | KB | words | made in s | ready ms | blocked ms | slider ms |")
    print("|---|---|---|---|---|---|---|")
    with launch_chromium() as browser:
        for folder in sys.argv[1:]:
            print(measure(browser, folder), flush=True)


if __name__ == "__main__":
    main()
