"""Who asked not to be contacted or took their consent back: they are on no list, of whichever campaign.

It is said in the journal of the campaigns, see `graphkoc.activate.running.journal`. It holds until the same journal has
that they were asked, or accepted, on a later day, with the reason why that is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphkoc.runs.ledger import read_entries

__all__ = ["ASKED", "FILE", "UNWILLING", "find_unwilling", "list_unwilling"]

FILE = "events.jsonl"
"""The journal, in the folder of the campaigns."""
UNWILLING = ("withdrawn", "do_not_contact")
"""Events after which somebody is asked for nothing."""
ASKED = ("invited", "accepted")
"""Events that show that somebody may be asked again, where the journal has the reason with them."""


def list_unwilling(folder: Path, persons: Mapping[str, str] | None = None) -> set[str]:
    """Every account of the people who may not be contacted.

    folder: as `graphkoc.invite.saved.campaigns_folder` gives it. persons: the consumer in lists by account, for people
    with several accounts (`accounts` of a run); what one of these asked holds for all of them. Raises StoreError when
    the journal cannot be read.
    """
    whose = persons or {}
    found = set(find_unwilling(read_entries(folder / FILE), whose))
    return found | {account for account, consumer in whose.items() if consumer in found}


def find_unwilling(
    entries: Iterable[Mapping[str, Any]], persons: Mapping[str, str] | None = None
) -> dict[str, Mapping[str, Any]]:
    """The entry by which each person may not be contacted, by the consumer in lists; entries in the journal's order."""
    whose = persons or {}
    found: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        consumer, event = entry.get("consumer"), entry.get("event")
        if not isinstance(consumer, str):
            continue
        person = whose.get(consumer, consumer)
        if event in UNWILLING:
            found[person] = entry
        elif event in ASKED and entry.get("correction") and _is_later(entry, found.get(person)):
            del found[person]
    return found


def _is_later(entry: Mapping[str, Any], objection: Mapping[str, Any] | None) -> bool:
    """Whether an entry states a day after the objection's."""
    if objection is None or not entry.get("happened_at"):
        return False
    return str(entry["happened_at"])[:10] > str(objection.get("happened_at") or objection.get("at"))[:10]
