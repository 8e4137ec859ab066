"""The account that a person on a list is written to: as the list states it, else as the run has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

__all__ = ["FIELDS", "clean_url", "describe_profile"]

FIELDS = ("name", "handle", "url", "platform", "label", "role")
OF_ACCOUNT = ("handle", "url", "label")
"""What is said of one account, and not of an account of the same person elsewhere."""


def describe_profile(person: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, Any]:
    """FIELDS of a person on a list. person: their row of `people`, empty for none; planned: their row of the list."""
    moved = planned.get("platform") not in (None, person.get("platform"))
    known = {field: person.get(field) for field in FIELDS if not (moved and field in OF_ACCOUNT)}
    return {field: planned.get(field) or known.get(field) for field in FIELDS}


def clean_url(url: str | None) -> str | None:
    """The address of a profile without what trackers add; None for what is no web address."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
