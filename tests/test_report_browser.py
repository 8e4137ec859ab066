"""The page of a report in a real browser: what a reader does with it, on a wide screen, on a phone and on paper."""

from __future__ import annotations

from typing import Any

import pytest
from page_browser import find_overflow, find_overlaps, find_troubles, find_violations, open_page
from playwright.sync_api import Browser, Page
from report_pages import complete

from graphkoc import report
from graphkoc.runs.run import Run

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WAYS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": PHONE}
PERSON = "#person-1"
LIST = "#people-list"


@pytest.fixture(scope="module")
def pages(small_run: Run) -> dict[str, str]:
    """The page of the same run in each language."""
    run = complete(small_run)
    return {language: report.render(report.make_document(run, language)) for language in ("en", "zh")}


@pytest.fixture
def shown(browser: Browser, pages: dict[str, str]) -> Page:
    """The English page on a wide screen."""
    return open_page(browser, pages["en"])


def follow(page: Page, link: str) -> None:
    """Go to a place of the page as a click on a link does."""
    page.evaluate("place => { location.hash = place; }", link)


def read_column(page: Page, number: int) -> list[str]:
    """The texts of a column of the list of people, of the rows that are shown."""
    cells: list[str] = page.eval_on_selector_all(
        f"{LIST} tbody tr:not([hidden])", "(rows, at) => rows.map((row) => row.cells[at].textContent.trim())", number
    )
    return cells


def open_list(page: Page) -> None:
    page.evaluate("list => { document.querySelector(list).closest('details').open = true; }", LIST)


# For everybody


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_keeps_a_reader_out(browser: Browser, pages: dict[str, str], way: str, language: str) -> None:
    page = open_page(browser, pages[language], **WAYS[way])
    assert find_violations(page) == []
    assert find_overflow(page) == []
    assert find_overlaps(page, "svg text") == []
    assert find_troubles(page) == []


@pytest.mark.parametrize("way", ["light", "phone"])
def test_nothing_keeps_a_reader_out_of_a_persons_page(browser: Browser, pages: dict[str, str], way: str) -> None:
    page = open_page(browser, pages["en"], **WAYS[way])
    follow(page, PERSON)
    page.wait_for_selector(PERSON, state="visible")
    assert find_violations(page) == []
    assert find_overflow(page) == []
    assert find_troubles(page) == []


def test_the_first_screen_is_seen_whole(shown: Page) -> None:
    boxes: list[float] = shown.eval_on_selector_all(
        "#first .panel", "boxes => boxes.map((box) => box.getBoundingClientRect().bottom)"
    )
    assert boxes
    assert max(boxes) <= 800


def test_without_a_script_the_page_is_whole_and_a_person_opens(browser: Browser, pages: dict[str, str]) -> None:
    page = open_page(browser, pages["en"], java_script_enabled=False)
    assert not page.is_visible(".tools")
    assert not page.locator(".copy").first.is_visible()
    page.goto(page.url + PERSON)
    assert page.is_visible(PERSON)
    assert find_overflow(page) == []


# What one works with


def test_a_table_is_sorted_by_its_heads_and_says_so(shown: Page) -> None:
    open_list(shown)
    ranks = [int(rank) for rank in read_column(shown, 0)]
    head = shown.locator(f"{LIST} th").first
    for order in ("ascending", "descending"):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == order
        assert [int(rank) for rank in read_column(shown, 0)] == sorted(ranks, reverse=order == "descending")
    shown.locator(f"{LIST} th").nth(1).get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None
    assert read_column(shown, 1) == sorted(read_column(shown, 1), key=lambda name: int(name.split()[1]))


def test_a_list_is_searched_and_counted(shown: Page) -> None:
    open_list(shown)
    everybody = read_column(shown, 1)
    field = shown.locator(".filters input[data-find]")
    field.fill(everybody[-1].upper())
    found = read_column(shown, 1)
    assert everybody[-1] in found
    assert len(found) < len(everybody)
    assert str(len(found)) in shown.inner_text(".filters .found")
    field.fill("nobody is called so")
    assert read_column(shown, 1) == []


def test_a_sentence_is_copied_and_the_page_announces_it(shown: Page) -> None:
    caption = shown.locator(".caption:visible").first
    sentence = caption.locator("span").first.inner_text()
    caption.locator(".copy").press("Enter")
    shown.wait_for_function("document.getElementById('announced').textContent !== ''")
    open_list(shown)
    field = shown.locator(".filters input[data-find]")
    field.focus()
    shown.keyboard.press("Control+V")
    assert field.input_value() == sentence


def test_a_link_opens_what_is_closed(shown: Page) -> None:
    place = "#glossary dt, #glossary p, #glossary li"
    shown.eval_on_selector_all(place, "found => { found.at(-1).id = 'last'; }")
    assert not shown.is_visible("#last")
    follow(shown, "last")
    shown.wait_for_selector("#last", state="visible")


def test_a_persons_page_is_opened_and_left_by_keys_alone(shown: Page) -> None:
    link = shown.locator("#first a.who").first
    target = str(link.get_attribute("href"))
    link.focus()
    shown.keyboard.press("Enter")
    shown.wait_for_selector(target, state="visible")
    for _ in range(12):
        shown.keyboard.press("Tab")
        assert shown.evaluate("place => document.querySelector(place).contains(document.activeElement)", target)
    shown.keyboard.press("Escape")
    shown.wait_for_selector(target, state="hidden")
    assert link.evaluate("link => link === document.activeElement")


def test_the_first_stop_of_the_keyboard_leads_past_the_bar(shown: Page) -> None:
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_the_button_changes_light_and_dark(shown: Page) -> None:
    read = "getComputedStyle(document.body).backgroundColor"
    light = shown.evaluate(read)
    shown.click("#theme")
    dark = shown.evaluate(read)
    assert light != dark
    shown.click("#theme")
    assert shown.evaluate(read) == light


# Paper


def test_on_paper_there_is_only_what_can_be_read_there(browser: Browser, pages: dict[str, str]) -> None:
    page = open_page(browser, pages["en"], color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for unseen in (".bar", ".copy", ".filters", "#persons", "details:not([open])"):
        assert not any(found.is_visible() for found in page.locator(unseen).all()[:5]), unseen
    assert page.eval_on_selector("#first", "first => getComputedStyle(first).breakAfter") == "page"
