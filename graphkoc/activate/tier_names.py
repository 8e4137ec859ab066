"""The names by which a user's file may mean a person's tier."""

from __future__ import annotations

from graphkoc.text import text_or_none

__all__ = ["list_tier_names", "normalise"]


def normalise(value: object) -> str:
    """A cell of a user's file as it is compared: in lower case with single spaces, empty where it holds nothing."""
    return " ".join((text_or_none(value) or "").casefold().split())


def list_tier_names(label: object, role: object) -> list[str]:
    """Names of a tier, the most specific first: the label, its two parts, and the role.

    label: as in the tier files, which may have a translation in brackets: "腰部 (mid-tier KOL)" is also found by "腰部"
    and by "mid-tier KOL". role: kol or koc, for a file that has one row for all of them. Empty where neither is known.
    """
    whole = normalise(label)
    outer, _, inner = whole.partition("(")
    return [name for name in dict.fromkeys([whole, outer.strip(), inner.rstrip(")").strip(), normalise(role)]) if name]
