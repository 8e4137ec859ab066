"""What goes into XML: texts without what XML does not know, and the elements in pieces of a fair size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from xml.sax.saxutils import quoteattr

from graphkoc.text import replace_illegal

__all__ = ["escape_text", "join_lines", "name_nodes", "quote"]

LINES = 4096


def quote(text: str) -> str:
    """The text as the value of an attribute, in quotes."""
    return quoteattr(replace_illegal(text, "\ufffd"))


def escape_text(text: str) -> str:
    """The text between tags."""
    return replace_illegal(text, "\ufffd").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def name_nodes(ids: Sequence[str]) -> list[str]:
    """The ids as values of attributes, each once: those that only differ in what XML does not know get a number."""
    found = [quote(one) for one in ids]
    if len(set(found)) == len(found):
        return found
    used: set[str] = set()
    for place, one in enumerate(ids):
        turn = 1
        while found[place] in used:
            turn += 1
            found[place] = quote(f"{one}~{turn}")
        used.add(found[place])
    return found


def join_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """The lines in pieces of UTF-8."""
    waiting = iter(lines)
    while piece := list(islice(waiting, LINES)):
        yield ("\n".join(piece) + "\n").encode()
