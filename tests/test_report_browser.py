"""The page of a report in a real browser: what a reader does with it, on a wide screen, on a phone and on paper."""

from __future__ import annotations

import pytest
from page_browser import find_overflow, find_overlaps, find_troubles, find_violations, open_page
from playwright.sync_api import Browser

from graphkoc import report
from graphkoc.runs.run import Run

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WAYS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": PHONE}


@pytest.fixture(scope="module")
def page(small_run: Run) -> str:
    return report.render(report.make_document(small_run))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_keeps_a_reader_out(browser: Browser, page: str, way: str) -> None:
    shown = open_page(browser, page, **WAYS[way])
    assert find_violations(shown) == []
    assert find_overflow(shown) == []
    assert find_overlaps(shown, "svg text") == []
    assert find_troubles(shown) == []
