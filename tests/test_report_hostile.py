"""Whatever strangers are called and write, a report shows it and runs none of it, also without its policy."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from itertools import cycle, islice

import pandas as pd
import pytest
from page_browser import open_page
from playwright.sync_api import Browser
from pptx import Presentation
from report_pages import Page, complete, with_info

from graphkoc import report
from graphkoc.exports.slides import as_slides
from graphkoc.report.slides import make_deck
from graphkoc.runs.run import Run

NAMES = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)' autofocus onfocus='alert(1)",
    "]]></title></style><a href=javascript:alert(1)>x",
    "--><script>alert(1)</script><!--",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<details open ontoggle=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<style>*{display:none}</style>",
    "<base href=//example.com>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "</bdi></q></section></main><h1>Mine</h1>",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(1)}`",
    "{n} {0} {__class__}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](https://example.com/x.png)",
    "| a | b |\n# heading\n* item",
    "=HYPERLINK(1)",
    "evil\u202egnp.exe",
    "line\u2028separator\u2029end",
    "a\x00b\x1b[31m\u200b\ufeff",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "a" * 10_000,
    "\u200b\u200b",
    "小红书达人🌸",
    "שם <b>",
]
TABLES = ("people", "niches", "circles", "words", "exemplars", "posts", "accounts", "checks", "events")
WRITTEN = ("name", "handle", "title", "quote", "word", "brand", "type", "main_type", "agency", "location", "category")


@pytest.fixture(scope="module")
def hostile(small_run: Run) -> Run:
    """A run in which every name and every text is one of NAMES."""
    run = complete(small_run)
    named = {name: write_names(run.table(name)) for name in TABLES}
    info = run.info
    loads = [load | {"files": [file | {"file": NAMES[0]} for file in load["files"]]} for load in info["loads"]]
    settings = info["settings"] | {"notice": NAMES[1]}
    return with_info(run, loads=loads, settings=settings, brand_unheard=NAMES).replaced(**named)


def write_names(table: pd.DataFrame) -> pd.DataFrame:
    written = [column for column in WRITTEN if column in table and not pd.api.types.is_numeric_dtype(table[column])]
    names = {
        column: pd.Series(islice(cycle(NAMES[place:] + NAMES[:place]), len(table)), index=table.index, dtype="object")
        for place, column in enumerate(written)
    }
    links = {"url": "javascript:alert(1)"} if "url" in table else {}
    return table.assign(**names, **links)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_script_runs_also_without_the_policy(browser: Browser, hostile: Run, language: str) -> None:
    written = report.render(report.make_document(hostile, language))
    page = open_page(browser, re.sub(r"<meta http-equiv[^>]*>", "", written))
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.eval_on_selector_all("details", "boxes => { for (const box of boxes) box.open = true; }")
    page.mouse.move(640, 400)
    for person in ("#person-1", "#person-2"):
        page.evaluate("place => { location.hash = place; }", person)
    page.wait_for_function("new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert heard == []
    assert page.page_errors() == []
    assert [request.url for request in page.requests() if not request.url.startswith("file:")] == []
    assert page.locator("script").count() == page.locator("style").count() == 1
    assert page.locator("iframe, img, base, svg animate, [onfocus], [onload]").count() == 0
    assert page.locator("a[href^='javascript:'], a[href^='data:']").count() == 0
    assert page.locator("h1").count() == 1


def test_names_are_shown_as_they_are_written(hostile: Run) -> None:
    written = report.render(report.make_document(hostile))
    text = Page(written).text
    assert "<img src=x onerror=alert(1)>" in text
    assert "{{ 7 * 7 }}" in text
    assert "小红书达人🌸" in text
    assert "a" * 39 + "…" in text
    assert "a" * 201 not in written
    assert not re.search("[\x00\x1b\u202e\u2028\u2029\u200b\ufeff]", written)


def test_markdown_shows_names_and_does_not_read_them(hostile: Run) -> None:
    text = report.render_markdown(report.make_document(hostile))
    assert not re.search(r"(?<!\\)\]\((javascript|https):", text)
    assert not re.search(r"(?<!\\)<(script|img|iframe|svg)", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_hold_names_as_text(hostile: Run, language: str) -> None:
    made = report.pictures.list_pictures(report.make_document(hostile, language))
    assert {"map", "niches", "months"} <= {picture.name for picture in made}
    plain = {"svg", "g", "defs", "pattern", "title", "desc", "text", "tspan", *("rect", "circle", "line", "path")}
    for picture in made:
        elements = list(ET.fromstring(picture.svg).iter())
        assert {element.tag.rpartition("}")[2] for element in elements} <= plain | {"polyline"}
        names = {name for element in elements for name in element.attrib}
        assert not {name for name in names if name.startswith("on") or "href" in name}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_slides_hold_names_as_text(hostile: Run, language: str) -> None:
    written = as_slides(make_deck(report.make_document(hostile, language), {}))
    assert len(Presentation(io.BytesIO(written)).slides) > 5
    with zipfile.ZipFile(io.BytesIO(written)) as packed:
        for part in (name for name in packed.namelist() if name.startswith("ppt/slides/")):
            body = packed.read(part).decode()
            assert "hlinkClick" not in body
            assert "hyperlink" not in body
            assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", body)
