"""Quotes: whole sentences from the beginning of texts that strangers wrote, as a page may show them."""

from __future__ import annotations

import re

import pandas as pd

from graphkoc.qualify.quality.traits import clean_text
from graphkoc.text import display_name

__all__ = ["LONGEST", "quote_texts"]

LONGEST = 125
"""Characters of a quote."""
READ = 1_000
"""Characters of a text that are read for one."""
NOT_QUOTED = re.compile(r"https?://\S+|www\.\S+|[#＃][^\s#＃]+[#＃]?|\[[^\[\]\s]{1,8}\]")
"""Addresses, tags, and the codes that stickers are written in."""
FACES = re.compile(
    r"\^\^|[:;]-?[()]|[~～]+"
    r"|[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u200d\u20e3\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
"""The pictures that people end sentences with, written as one character or as several."""
END = re.compile(r"(?<=[。！？…])(?![。！？…”』」）])|(?<=[.!?])(?=\s)|(?<=[!?])(?=[\u3400-\u9fff])|\n")
"""Where a sentence ends: after its mark, and at a new line."""
CLOSED = "。！？…”』」）"
"""Marks after which the next sentence follows without a space."""
CLAUSE = re.compile(r"[,;:，；：、]")


def quote_texts(texts: pd.Series[str]) -> pd.Series[str]:
    """A quote of each text, null for none: its first whole sentences, at most LONGEST characters.

    Sentences before the first that is short enough are passed over. Where none is, the first is cut after a clause, and
    ends with …. Addresses, tags, stickers and emoji are left out.
    """
    cleaned = clean_text(pd.Series(index=texts.index, dtype="str"), texts.str.slice(0, READ))
    quotes = [_quote(text) or None for text in cleaned.to_pylist()]
    return pd.Series(quotes, texts.index, dtype="str")


def _quote(text: str) -> str:
    quote = first = ""
    for part in END.split(FACES.sub("\n", NOT_QUOTED.sub(" ", text))):
        sentence = display_name(part, READ)
        if not any(letter.isalnum() for letter in sentence):
            continue
        first = first or sentence
        longer = quote + _find_space(quote) + sentence
        if len(longer) <= LONGEST:
            quote = longer
        elif quote:
            break
    return quote or _cut(first)


def _find_space(quote: str) -> str:
    """What stands between a quote and its next sentence."""
    if not quote or quote[-1] in CLOSED:
        return ""
    # A picture that ended a sentence is gone, and its words must not run into the next.
    return " – " if quote[-1].isascii() and quote[-1].isalnum() else " "


def _cut(sentence: str) -> str:
    """The beginning of a sentence that is too long, up to its last clause that fits, or its last word."""
    ends = [found.start() for found in CLAUSE.finditer(sentence[:LONGEST])]
    return f"{sentence[: ends[-1]].rstrip()}…" if ends and ends[-1] >= LONGEST / 3 else display_name(sentence, LONGEST)
