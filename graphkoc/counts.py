"""Numbers of things in words: one review, two reviews."""

from __future__ import annotations

__all__ = ["count"]

ONE = {"people": "person", "identities": "identity", "categories": "category", "copies": "copy"}
"""What does not lose an s when there is one of it."""


def count(number: float, nouns: str) -> str:
    """The number with its noun, which is given in the plural: `1 review`, `1,204 reviews`, `1 person`."""
    if number != 1:
        return f"{number:,.0f} {nouns}"
    *before, noun = nouns.split(" ")
    return " ".join(["1", *before, ONE.get(noun, noun.removesuffix("s"))])
