"""Queries as Cypher, and texts in HTML and AsciiDoc, so that whatever strangers wrote is shown as they wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graphkoc.stores.queries import NOT_CODE, Query

__all__ = ["escape_asciidoc", "escape_handlers", "fill_parameters", "split_query"]

PARAMETER = re.compile(rf"({NOT_CODE.pattern})|\$(\w+)", re.DOTALL)
HANDLER = re.compile(r"(?<=\s)[oO](?=[nN])")
MARKUP = re.compile(r"([,.;?!-])\1+|[^\w\s,.;?!-]|_")
"""What may be markup in AsciiDoc: a mark that is doubled, and all other marks."""


def split_query(query: Query, dialect: str) -> tuple[list[str], str]:
    """The comments at the head of a query, without those that declare and set parameters, and the text below them."""
    lines = query.text(dialect).splitlines()
    first = next((at for at, line in enumerate(lines) if not line.startswith("//")), len(lines))
    comments = [line for line in lines[:first] if not line[2:].lstrip().startswith(("@", ":"))]
    return comments, "\n".join(lines[first:]).strip()


def fill_parameters(body: str, values: Mapping[str, str]) -> str:
    """A query with each parameter as its value, which is Cypher already; strings and comments stay as they are."""
    return PARAMETER.sub(lambda found: found[1] or values[found[2]], body)


def escape_handlers(page: str) -> str:
    """A page of HTML in which Neo4j Browser takes nothing for an event handler.

    Browser removes ` onclick="..."` from guides, and with it any word after a space that begins with "on" and has an
    equals sign after it: a condition such as `only_here = 3` would vanish from a query.
    """
    return HANDLER.sub(lambda found: f"&#{ord(found[0])};", page)


def escape_asciidoc(text: str) -> str:
    """Text on one line as AsciiDoc shows it: whatever may be markup is a character reference."""
    return MARKUP.sub(lambda found: "".join(f"&#{ord(character)};" for character in found[0]), " ".join(text.split()))
