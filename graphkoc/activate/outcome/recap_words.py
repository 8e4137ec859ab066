"""How a wrap-up names and writes what it has: figures, amounts, shares, people and posts, in one language.

What is not known is written so, and never as 0 or nan. Names, titles and quotes were written by strangers: they go
through `display_name`, and what Markdown would read in them is escaped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.invite.listening.markdown import escape_markdown
from graphkoc.text import display_name, fold_address

__all__ = ["LANGUAGES", "Words", "draw_table", "show"]

LANGUAGES = ("en", "zh")
TEXT = 240
"""Characters of a text of other people's."""
NAMED = 12
"""Names in a sentence; JSON has all."""
AMOUNTS = ("cost", "total", "selling", "boost", "revenue", "cpm", "cpc", "cpe", "cpm_boosted")
SHARES = ("ctr", "viral_rate")
"""Figures by how they are written; every other one is a number."""


class Words:
    """The words of recap.toml in one language, and numbers as it writes them.

    words: the language's table. text: its sentences. separator: between the items of a list.
    """

    def __init__(self, language: str, currency: str) -> None:
        self.words = _read_words()[language]
        self.text: Mapping[str, str] = self.words["text"]
        self.separator = str(self.words["separator"])
        self._unit = f" {show(currency)}" if currency else ""

    def whole(self, value: float | None) -> str:
        """A number without decimals."""
        return self._write(value, "{:,.0f}")

    def decimal(self, value: float | None) -> str:
        """A number with at most one decimal."""
        return self._write(value, "{:,.1f}").removesuffix(".0")

    def amount(self, value: float | None) -> str:
        """An amount to the cent, with its currency."""
        return self._write(value, "{:,.2f}", self._unit)

    def difference(self, value: float | None) -> str:
        """An amount with its sign."""
        return self._write(value, "{:+,.2f}", self._unit)

    def share(self, value: float | None) -> str:
        """A share in percent: with one decimal below 10%."""
        precise = value is not None and 0 < abs(value) < 0.1
        return self._write(value, "{:.1%}" if precise else "{:.0%}").replace(".0%", "%")

    def count(self, n: float, noun: str) -> str:
        """A number with its noun, of which English has two forms."""
        one, *several = self.words["nouns"][noun]
        form = one if n == 1 or not several else several[0]
        return str(form.format(n=self.whole(n)))

    def value(self, figure: str, value: float | None) -> str:
        """A figure as its kind is written."""
        if figure in AMOUNTS:
            return self.amount(value)
        return self.share(value) if figure in SHARES else self.whole(value)

    def name(self, figure: str) -> str:
        """What a figure is called."""
        return str(self.words["figures"].get(figure) or show(figure))

    def name_figures(self, figures: Mapping[str, Mapping[str, Any]]) -> str:
        """Figures that are known, with their names but for what these have in brackets."""
        return " · ".join(
            f"{re.split('[(（]', self.name(name))[0].strip()} {self.value(name, one['value'])}"
            for name, one in figures.items()
            if one["value"] is not None
        )

    def mark(self, figure: Mapping[str, Any]) -> str:
        """How a figure came about and, where it is not of all posts, of how many."""
        if figure["value"] is None:
            return ""
        mark = str(self.words["marks"][figure["how"]])
        of, posts = figure.get("of"), figure.get("posts")
        if of is None or posts is None or of == posts:
            return mark
        return str(self.words["known_of"].format(mark=mark, of=self.whole(of), posts=self.whole(posts)))

    def platform(self, name: str | None) -> str:
        """A platform by the name that its users have for it."""
        if name is None:
            return str(self.words["unknown_platform"])
        return str(self.words["platforms"].get(name.casefold()) or show(name[:1].upper() + name[1:]))

    def tier(self, label: str | None) -> str:
        """A tier's label: in Chinese without the translation that the published tiers have in brackets."""
        if label is None:
            return str(self.words["unknown_tier"])
        plain, _, _ = label.partition("(")
        return show(plain.strip() if self.words["plain_tiers"] and plain.strip() else label)

    def status(self, status: object) -> str:
        """The state of a finding."""
        return str(self.words["statuses"].get(status) or show(status or ""))

    def author(self, name: str | None) -> str:
        """The name of a post's author."""
        return str(self.words["unknown_author"]) if name is None else show(name)

    def names(self, names: Sequence[str]) -> str:
        """Names in a sentence, at most NAMED of them."""
        return self._join([show(name) for name in names])

    def name_posts(self, posts: Iterable[Mapping[str, Any]]) -> str:
        """The authors of posts, each a link to the post."""
        return self._join([_link(self.author(post["name"]), post["url"]) for post in posts])

    def title(self, post: Mapping[str, Any]) -> str:
        """A post's headline, else its address, as a link."""
        shown = post["title"] or fold_address(post["url"]) or self.name("all_posts")
        return _link(show(shown), post["url"])

    def _join(self, shown: Sequence[str]) -> str:
        more = [f"+{len(shown) - NAMED}"] if len(shown) > NAMED else []
        return self.separator.join([*shown[:NAMED], *more])

    def _write(self, value: float | None, form: str, unit: str = "") -> str:
        if value is None or not math.isfinite(value):
            return str(self.words["not_known"])
        return form.format(value + 0) + unit


def show(text: object) -> str:
    """A text of strangers, such as a name, for Markdown."""
    return escape_markdown(display_name(str(text), TEXT))


def draw_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown, whose cells are escaped already."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _link(shown: str, url: str | None) -> str:
    """A link to a page of the web; the text alone for what is none."""
    if not url or not fold_address(url):
        return shown
    return f"[{shown}]({quote(url.strip(), safe=':/?#@!$&*+,;=%~')})"


@cache
def _read_words() -> dict[str, dict[str, Any]]:
    return read_toml(Path(__file__).parent / "recap.toml", DataError)
