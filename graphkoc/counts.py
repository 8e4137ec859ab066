"""Numbers of things in words: one review, two reviews."""

from __future__ import annotations

__all__ = ["count"]

ONE = {"people": "person", "identities": "identity", "categories": "category", "copies": "copy"}
"""What does not lose an s when there is one of it."""


def count(number: float, nouns: str) -> str:
    """The number with its noun, which is given in the plural: `1 review`, `1,204 reviews`, `1 person`."""
    shown = f"{number:,.0f}"
    if shown != "1":
        return f"{shown} {nouns}"
    *before, noun = nouns.split(" ")
    return " ".join([shown, *before, ONE.get(noun, noun.removesuffix("s"))])
