"""What `doctor` says of a store itself, whatever data are in it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NEEDED_TO_LOAD", "Condition"]

NEEDED_TO_LOAD = ("version", "rights", "disk")
"""Checks of a store that have to pass, because a load fails otherwise."""


@dataclass(frozen=True)
class Condition:
    """One check: whether all is well, what was found, and what to do where it is not."""

    check: str
    ok: bool
    detail: str
    hint: str
