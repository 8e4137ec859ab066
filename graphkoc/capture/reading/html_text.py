"""A post's HTML as the words that its author wrote."""

from __future__ import annotations

import html
import re

__all__ = ["plain"]

DEEPEST = 20
"""Quotes within quotes that are looked at; people quote eight deep."""

# No part of these can run past the next <, so that a text of nothing but < is read in one go.
TAG = r"<[^<>]*>"
UNTIL = r"(?:[^<]++|<(?!/?{0}\b))*+"
# Somebody else's words: innermost first.
QUOTE = re.compile(rf'<aside\b[^<>]*class="quote\b[^<>]*>{UNTIL.format("aside")}</aside>')
UNSEEN = [re.compile(rf"<{name}\b[^<>]*>{UNTIL.format(name)}</{name}>") for name in ("script", "style", "svg")]
CAPTION = re.compile(rf'<div class="meta">{UNTIL.format("div")}</div>')
EMOJI = re.compile(r'<img\b[^<>]*class="emoji[^<>]*>')
NAMED = re.compile(r'\balt="([^"<>]*)"')
BREAK = re.compile(r"<br\b[^<>]*>|</(?:p|div|li|h[1-6]|tr|pre|blockquote|aside|ul|ol|table)>")
OTHER = re.compile(r"<(?!br\b)")
"""Most texts have nothing but line breaks, which need not be looked through for all the rest."""
CELL = re.compile(r"</t[dh]>")
SPACES = re.compile(r"[^\S\n]+")
LINES = re.compile(r" ?\n[\s]*")


def plain(text: str) -> str:
    """The text without tags and entities, a line a paragraph; quotes of others, captions and scripts left out.

    An emoji that is a picture becomes its name, `:grinning:`.
    """
    if OTHER.search(text):
        for _ in range(DEEPEST):
            text, found = QUOTE.subn("", text)
            if not found:
                break
        for pattern in (*UNSEEN, CAPTION):
            text = pattern.sub("", text)
        text = CELL.sub(" ", EMOJI.sub(_name, text))
    if "<" in text:
        text = re.sub(TAG, "", BREAK.sub("\n", text))
    text = html.unescape(text)
    return LINES.sub("\n", SPACES.sub(" ", text)).strip()


def _name(picture: re.Match[str]) -> str:
    found = NAMED.search(picture[0])
    return found[1] if found else ""
