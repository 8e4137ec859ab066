"""The numbers that a reader sees on a report's page, and those that its document of facts holds."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from graphkoc.report.catalogue import Catalogue, read_catalogue

__all__ = ["SHELL", "Reading", "find_numbers", "list_numbers"]

SHELL = ""
"""The name of what stands outside all sections."""
NUMBER = re.compile(r"[€$£¥]?\d[\d,]*(?:\.\d+)?%?")
VOID = {"br", "col", "hr", "img", "input", "meta", "wbr"}
STRANGERS = {"bdi", "q"}
"""Elements that hold what strangers wrote."""
UNREAD = {"script", "style"}
SPOKEN = ("aria-label", "title", "alt")
DECIMALS = 4
CURRENCIES = ("", "EUR", "USD", "GBP", "CNY")


class Reading(HTMLParser):
    """What a reader of a page reads, by section: ours, and theirs, which strangers wrote.

    at_once: what stands outside of boxes to open and of the persons' pages. The title of the window is the first
    screen's.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ours: defaultdict[str, list[str]] = defaultdict(list)
        self.theirs: defaultdict[str, list[str]] = defaultdict(list)
        self.at_once: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, found.get("id")))
        self.ours[self._section].extend(value for name in SPOKEN if (value := found.get(name)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self._open}
        if tags & UNREAD:
            return
        (self.theirs if tags & STRANGERS else self.ours)[self._section].append(data)
        if "details" not in tags and self._section != "persons":
            self.at_once.append(data)

    @property
    def _section(self) -> str:
        if {"head", "title"} <= {tag for tag, _ in self._open}:
            return "first"
        return next((name or "" for tag, name in self._open if tag == "section"), SHELL)


def find_numbers(texts: list[str]) -> set[str]:
    """The numbers in texts, with their currency and per cent, without the commas of thousands."""
    return {found.rstrip(",").replace(",", "") for text in texts for found in NUMBER.findall(text)}


def list_numbers(facts: Any, language: str) -> set[str]:
    """Every number that a page may show for these facts: each as the catalogue writes it, and those in sentences."""
    say = Catalogue(language)
    texts: list[str] = [text for text in _flatten(read_catalogue(language)) if isinstance(text, str)]
    for fact in _flatten(facts):
        if isinstance(fact, str):
            texts.append(fact)
        elif not isinstance(fact, bool) and fact is not None and math.isfinite(fact):
            texts += [say.number(fact, decimals) for decimals in range(DECIMALS)]
            texts += [say.money(fact, currency) for currency in CURRENCIES]
            texts += [say.percent(fact)]
    found = find_numbers(texts)
    # The parts of a day in ISO 8601, as day and month are written.
    return found | {number.lstrip("0") for number in found}


def _flatten(facts: Any) -> Iterator[Any]:
    """Every value inside, and every key."""
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            yield key
            yield from _flatten(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from _flatten(value)
    else:
        yield facts
