"""Whom a row of a sheet means: a person of a campaign or group, by whatever the sheet has of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphkoc.text import fold_address

__all__ = ["References"]

FIELDS = ("consumer", "account", "handle", "name", "url", "code")
"""Of a person on a list, by which a sheet may mean them. Codes are each one person's own."""


@dataclass(frozen=True)
class References:
    """The people of a list by everything that a sheet may call them.

    known: folded text -> the consumers that it may mean.
    """

    known: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, people: Iterable[Mapping[str, Any]], accounts: Mapping[str, str]) -> References:
        """People of a saved list, and the other accounts of each (account -> the consumer in lists)."""
        found: dict[str, set[str]] = {}
        listed = set()
        for person in people:
            listed.add(person["consumer"])
            for field in FIELDS:
                if text := _fold(person.get(field)):
                    found.setdefault(text, set()).add(person["consumer"])
        for account, consumer in accounts.items():
            if consumer in listed:
                found.setdefault(_fold(account), set()).add(consumer)
        return cls({text: frozenset(consumers) for text, consumers in found.items()})

    def find(self, reference: str, source: str = "") -> tuple[str | None, str]:
        """The consumer that a text means, and "", or None and why not.

        source: the name of the source that read it, which a load puts before ids that have none.
        """
        bare = reference.removeprefix(f"{source}:") if source else reference
        for text in (reference, bare, bare.rpartition(":")[2] if bare.count(":") == 1 else bare):
            meant = self.known.get(_fold(text), frozenset())
            if len(meant) == 1:
                return next(iter(meant)), ""
            if meant:
                return None, f"{bare} may be {' or '.join(sorted(meant))}"
        return None, f"nobody on the list is called {bare}"


def _fold(text: object) -> str:
    """A text without capitals, widths, spaces, an @ before it, and what differs between links."""
    if not isinstance(text, str) or not text.strip():
        return ""
    plain = unicodedata.normalize("NFKC", text).strip()
    return fold_address(plain).casefold() or "".join(plain.removeprefix("@").casefold().split())
