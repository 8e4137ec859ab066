"""What a report says, in the reader's language, and numbers and days as this language writes them.

The strings are those of `words/LANGUAGE/`. A string names what it is filled with, {n} or {name}. Numbers that are
filled in are written as the language writes them; what a stranger wrote has to be shown by
`graphkoc.text.display_name` before.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from graphkoc.errors import DataError, UsageError
from graphkoc.files import read_toml
from graphkoc.text import display_name, percent

__all__ = ["LANGUAGES", "TEXT", "Catalogue", "read_catalogue"]

LANGUAGES = ("en", "zh")
TEXT = 200
"""Characters of a text of other people's."""
UNKNOWN = "–"
RIGHT_TO_LEFT = {"R", "AL", "AN"}
HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z0-9@€$£¥]")
ISOLATE, RELEASE = "\u2068", "\u2069"


class Catalogue:
    """The strings of one language.

    Call it with the key of a string, `section.name`, and what fills it: `say("names.koc", n=12)`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"there is no report in {language!r}", hint=f"There are: {', '.join(LANGUAGES)}.")
        self.language = language
        self._strings = read_catalogue(language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The string of a key, filled in. Raises KeyError for an unknown key or a value that is missing."""
        found = self._strings[key]
        assert isinstance(found, str), key
        if not values:
            return found
        shown = {name: self._show(value) for name, value in values.items()}
        return _fill_apart(found, shown) if self.language == "zh" else found.format(**shown)

    def has(self, key: str) -> bool:
        """Whether there is such a string: names of platforms and of patterns may be new."""
        return key in self._strings

    def count(self, n: float, noun: str) -> str:
        """A number with its noun, a key of [nouns]: `12 reviews`; English has a form for one."""
        one, *several = self._strings[f"nouns.{noun}"]
        form = one if n == 1 or not several else several[0]
        return str(form).format(n=self.number(n))

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with its thousands apart, and at most so many decimals; – for None."""
        if value is None or not math.isfinite(value):
            return UNKNOWN
        shown = f"{value:,.{decimals}f}"
        if decimals:
            shown = shown.rstrip("0").rstrip(".")
        return "0" if shown == "-0" else shown.replace("-", "−")

    def signed(self, value: float, decimals: int = 0) -> str:
        """A number with its sign: +3, −2, 0."""
        shown = self.number(value, decimals)
        return f"+{shown}" if value > 0 and shown != "0" else shown

    def percent(self, share: float | None) -> str:
        """A share (0 to 1) in whole percent, – for None; only exactly 0 and 1 become 0% and 100%."""
        return UNKNOWN if share is None or not math.isfinite(share) else percent(share)

    def money(self, amount: float | None, currency: str = "") -> str:
        """An amount with its currency, to the cent below 100; – for None."""
        if amount is None:
            return UNKNOWN
        whole = abs(amount) >= 100 or amount == int(amount)
        shown = self.number(amount) if whole else f"{amount:,.2f}".replace("-", "−")
        sign = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥"}.get(currency)
        return f"{sign}{shown}" if sign else f"{shown} {display_name(currency)}".strip()

    def day(self, value: str | date) -> str:
        """A day, or a time in ISO 8601, as a day: 12 April 2011, 2011 年 4 月 12 日."""
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return self("days.long", day=str(at.day), month=self._strings["days.months"][at.month - 1], year=str(at.year))

    def month(self, value: str | date) -> str:
        """A day as its month: Apr 2011, 2011 年 4 月."""
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return self("days.short", month=self._strings["days.short_months"][at.month - 1], year=str(at.year))

    def join(self, items: Iterable[str], most: int | None = None) -> str:
        """A list in a sentence: `A, B and C`; where there are more than `most`, the first and how many more."""
        shown = list(items)
        if most is not None and len(shown) > most:
            return self("lists.more", shown=self("lists.comma").join(shown[:most]), n=len(shown) - most)
        if len(shown) < 2:
            return "".join(shown)
        return self("lists.last", shown=self("lists.comma").join(shown[:-1]), last=shown[-1])

    def platform(self, name: str | None) -> str:
        """A platform by the name that its users have for it."""
        if not name:
            return self("platforms.unknown")
        key = f"platforms.{name.casefold()}"
        return self(key) if key in self._strings else display_name(name[:1].upper() + name[1:])

    def data(self, text: str, longest: int = TEXT) -> str:
        """Text of strangers for a sentence: display text, set apart where it runs from right to left."""
        shown = display_name(text, longest)
        runs_left = any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in shown)
        return f"{ISOLATE}{shown}{RELEASE}" if runs_left else shown

    def _show(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, date):
            return self.day(value)
        return self.number(value, 0 if isinstance(value, int) else 1)


def _fill_apart(template: str, values: Mapping[str, str]) -> str:
    """The string filled in, with a space between a Chinese character and a Latin letter or digit that meets it."""
    pieces: list[str] = []
    for text, name, _, _ in Formatter().parse(template):
        for piece in (text, values[name] if name else ""):
            if pieces and piece and _meet(pieces[-1][-1], piece[0]):
                pieces.append(" ")
            pieces += [piece] if piece else []
    return "".join(pieces)


def _meet(before: str, after: str) -> bool:
    return bool(HAN.match(before) and LATIN.match(after)) or bool(LATIN.match(before) and HAN.match(after))


@cache
def read_catalogue(language: str) -> Mapping[str, Any]:
    """The strings of a language by key: text, or a list for months and the forms of a noun.

    They are in `words/LANGUAGE/`: a file for each section, and one for what several share.
    """
    found: dict[str, Any] = {}
    folder = resources.files("graphkoc.report") / "words" / language
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        with resources.as_file(file) as path:
            tables = read_toml(path, DataError)
        found |= {f"{table}.{name}": string for table, strings in tables.items() for name, string in strings.items()}
    return found
