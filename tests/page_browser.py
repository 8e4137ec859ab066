"""A report's page in a real Chromium, without a network, driven by Playwright; what a person cannot use is found here.

Playwright brings its own driver; the browser is the system's. `GRAPHKOC_REQUIRE_BROWSER=1` makes a missing Chromium a
failure instead of a skip.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, sync_playwright

__all__ = [
    "find_chromium",
    "find_overflow",
    "find_overlaps",
    "find_troubles",
    "find_violations",
    "launch_chromium",
    "open_page",
]

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"),
    # Not even a browser that looks for news of itself talks to another machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
WIDE = {"width": 1280, "height": 800}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const isClipped = (element) => {
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement)
      if (getComputedStyle(above).overflowX !== "visible") return true;
    return false;
  };
  const describe = (element) => {
    const { left, right } = element.getBoundingClientRect();
    const name = element.tagName.toLowerCase() + (element.id && `#${element.id}`);
    const classes = [...element.classList].map((one) => `.${one}`).join("");
    return `${name}${classes} from ${Math.round(left)} to ${Math.round(right)} of ${width}: ` +
      element.textContent.trim().slice(0, 40);
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility() || element.closest(".skip")) continue;
    const { left, right, width: own } = element.getBoundingClientRect();
    if (own && (right > width + 1 || left < -1) && !isClipped(element)) found.push(describe(element));
  }
  const whole = document.documentElement.scrollWidth;
  if (whole > width) found.push(`the page is ${whole} wide`);
  return found;
}"""

OVERLAPPING = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility() && element.textContent.trim())
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height);
  const found = [];
  boxes.forEach(([element, box], place) => {
    for (const [other, its] of boxes.slice(place + 1)) {
      if (element.contains(other) || other.contains(element)) continue;
      const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const down = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      // Boxes of lines that stand close touch; letters only where a quarter of a line is shared.
      if (across > 1 && down > Math.min(box.height, its.height) / 4)
        found.push(`${element.textContent.trim().slice(0, 40)} | ${other.textContent.trim().slice(0, 40)}`);
    }
  });
  return found;
}"""


def find_chromium() -> str:
    """The system's Chromium; the test is skipped, or fails, where there is none."""
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if chromium is None:
        if os.environ.get("GRAPHKOC_REQUIRE_BROWSER") == "1":
            pytest.fail("GRAPHKOC_REQUIRE_BROWSER is set, and there is no Chromium")
        pytest.skip("there is no Chromium")
    return chromium


@contextlib.contextmanager
def launch_chromium() -> Iterator[Browser]:
    """A headless Chromium until the block ends."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        yield browser
        browser.close()


def open_page(browser: Browser, html: str, **context_options: Any) -> Page:
    """The page, opened from a file in a context of its own; 1280x800 where the options do not say otherwise.

    context_options: those of Playwright's `new_context`, such as viewport, color_scheme, java_script_enabled. Whatever
    the page asks for besides itself is refused, and is one of `find_troubles`.
    """
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / "report.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(**{"viewport": WIDE} | context_options)
    context.on("close", lambda _: folder.cleanup())
    own = file.as_uri()

    def answer(route: Route) -> None:
        if route.request.url.partition("#")[0] == own:
            route.continue_()
        else:
            route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(own)
    return page


def find_troubles(page: Page) -> list[str]:
    """What went wrong since the page was opened: errors, what the console complains of, and requests."""
    own = page.url.partition("#")[0]
    complaints = [message for message in page.console_messages() if message.type in ("error", "warning")]
    return [
        *(f"error: {error.message}" for error in page.page_errors()),
        *(f"console: {message.text}" for message in complaints),
        *(f"request: {request.url}" for request in page.requests() if request.url.partition("#")[0] != own),
    ]


def find_violations(page: Page) -> list[str]:
    """What axe-core finds of WCAG 2.0 to 2.2 (A, AA) and best practice: the rule, the element, and what is wrong."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": list(RULES)}}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']} {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def find_overflow(page: Page) -> list[str]:
    """Elements that reach out of the window sideways, other than inside a box that scrolls or clips."""
    found: list[str] = page.evaluate(OVERFLOWING)
    return found


def find_overlaps(page: Page, selector: str) -> list[str]:
    """Pairs of visible elements with text that lie on each other, other than one inside the other."""
    found: list[str] = page.evaluate(OVERLAPPING, selector)
    return found
