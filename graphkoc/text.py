"""Text for people to read: names that strangers wrote, numbers and shares, and cells that may hold nothing."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "as_lines",
    "count",
    "display_name",
    "fold_address",
    "gigabytes",
    "is_missing",
    "measure_text",
    "number_or_none",
    "percent",
    "person_name",
    "replace_illegal",
    "text_or_none",
    "whole_or_none",
    "wrap_text",
]

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = 40
NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Controls, format characters (zero width, bidi), halves of surrogate pairs, private and unassigned."""
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks by category, and yet they show nothing."""
NOTE = re.compile(r"/([0-9a-f]{24})$")
NAMES_A_PAGE = {"v", "id", "note_id", "noteid", "item_id", "aweme_id", "story_fbid", "p", "t", "tid"}
"""Keys of a query that say which page is meant; others say who follows the link."""
ONE = {"people": "person", "identities": "identity", "categories": "category", "copies": "copy"}
"""Nouns whose singular is not the plural without its s."""


def display_name(text: str, longest: int = LONGEST) -> str:
    """Text on one line: NFC, nothing invisible, spaces single, at most `longest` characters with … at the cut.

    Empty when nothing visible is left. What it returns goes through it unchanged.
    """
    visible = "".join(
        " " if character.isspace() else "" if _is_invisible(character) else character for character in text
    )
    name = unicodedata.normalize("NFC", " ".join(visible.split()))
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def person_name(person: Mapping[Any, Any] | pd.Series[Any]) -> str:
    """A person's name as shown; their id where there is no name, or nothing of it is visible."""
    name = "" if is_missing(person["name"]) else display_name(str(person["name"]))
    return name or display_name(str(person["consumer"])) or "(no name)"


def as_lines(texts: Iterable[str]) -> str | None:
    """The texts as one, a line each; None for none. A break inside a text becomes a space."""
    return "\n".join(" ".join(text.splitlines()) for text in texts) or None


def fold_address(address: str | None) -> str:
    """The address of a page or post without what differs between links to it; empty for what is no web address.

    Scheme, www., m., capitals of the host, a / at the end and all of a query but what names the page go. The id of a
    note on Xiaohongshu stands alone, because several paths lead to it.
    """
    try:
        parts = urlsplit((address or "").strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    host = parts.hostname.removeprefix("www.").removeprefix("m.")
    path = parts.path.rstrip("/")
    if note := NOTE.search(path):
        return f"{host}/{note[1]}"
    kept = sorted((key, value) for key, value in parse_qsl(parts.query) if key.lower() in NAMES_A_PAGE)
    return f"{host}{path}" + (f"?{urlencode(kept)}" if kept else "")


def count(number: float, nouns: str) -> str:
    """The number with its noun, which is given in the plural: `1 review`, `1,204 reviews`, `1 person`."""
    shown = f"{number:,.0f}"
    if shown != "1":
        return f"{shown} {nouns}"
    *before, noun = nouns.split(" ")
    return " ".join([shown, *before, ONE.get(noun, noun.removesuffix("s"))])


def gigabytes(size: float) -> str:
    """A number of bytes with its unit: `1.5 GB`, `12.0 MB`."""
    return f"{size / (1 << 30):,.1f} GB" if size >= (1 << 30) / 10 else f"{size / (1 << 20):,.1f} MB"


def percent(share: float) -> str:
    """A share as whole percent; only exactly 0 and 1 become 0% and 100%."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share:.0%}"


def is_missing(value: object) -> bool:
    """Whether a cell of a table holds nothing: None, NaN, NaT or NA."""
    try:
        return value is None or not bool(value == value)
    except TypeError:  # what NA is equal to is NA, which is neither true nor false
        return True


def text_or_none(value: Any) -> str | None:
    """A cell as text, None where it holds nothing."""
    return None if is_missing(value) else str(value)


def number_or_none(value: Any) -> float | None:
    """A cell as a number, None where it holds nothing or no finite number."""
    return None if is_missing(value) or not math.isfinite(value) else float(value)


def whole_or_none(value: Any) -> int | None:
    """A cell as a whole number, None where it holds nothing."""
    return None if is_missing(value) else int(value)


def _is_invisible(character: str) -> bool:
    # U+FE00 to U+FE0F choose between looks of the character before; alone they are nothing.
    return unicodedata.category(character) in NOT_SHOWN or character in BLANK or "\ufe00" <= character <= "\ufe0f"


def replace_illegal(text: str, instead: str = "") -> str:
    """The text with `instead` for each character that no document of XML 1.0 may hold, not even escaped."""
    return ILLEGAL.sub(instead, text)


def measure_text(text: str, size: float) -> float:
    """The width of bold letters of this size, in its unit, rather too much: fonts differ."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    capitals = sum(letter.isupper() or letter in "mwMW&" for letter in text)
    return size * (1.02 * wide + 0.74 * capitals + 0.58 * (len(text) - wide - capitals))


def wrap_text(text: str, width: float, size: float, most: int | None = None) -> list[str]:
    """The text in lines of at most this width; where there are more than `most` lines, the last ends in ….

    It breaks at spaces, and inside a word where this is wider than a line, as Chinese is.
    """
    lines: list[str] = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if measure_text(joined, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1] and measure_text(word, size) <= width:
            lines.append(word)
            continue
        lines[-1] += " " if lines[-1] else ""
        for letter in word:
            if lines[-1].strip() and measure_text(lines[-1] + letter, size) > width:
                lines.append("")
            lines[-1] += letter
    lines = [line.strip() for line in lines]
    if most is None or len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and measure_text(f"{last}…", size) > width:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], f"{last}…"]
