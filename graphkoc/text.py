"""Names and other text that strangers wrote, made fit to be shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

__all__ = ["display_name", "person_name"]

LONGEST = 40
NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Controls, format characters (zero width, bidi), halves of surrogate pairs, private and unassigned."""
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks by category, and yet nothing is seen of them."""


def display_name(text: str, longest: int = LONGEST) -> str:
    """Text on one line: NFC, nothing invisible, spaces single, at most `longest` characters with … at the cut.

    Empty when nothing visible is left. What it returns goes through it unchanged.
    """
    seen = "".join(" " if character.isspace() else "" if _invisible(character) else character for character in text)
    name = unicodedata.normalize("NFC", " ".join(seen.split()))
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def person_name(person: Mapping[Any, Any] | pd.Series[Any]) -> str:
    """A person's name as shown: her id where there is no name, or nothing of it can be seen."""
    name = "" if pd.isna(person["name"]) else display_name(str(person["name"]))
    return name or display_name(str(person["consumer"])) or "(no name)"


def _invisible(character: str) -> bool:
    # U+FE00 to U+FE0F choose between looks of the character before; alone they are nothing.
    return unicodedata.category(character) in NOT_SHOWN or character in BLANK or "\ufe00" <= character <= "\ufe0f"
