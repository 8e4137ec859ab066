"""Whom a report names: the analyst's names everybody it shows, the client's only those who accepted.

Only key opinion consumers, wide-audience accounts and the people of saved lists can be named at all. Everybody else is
counted. Where names repeat, the handle stands beside each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.report.catalogue import Catalogue
from graphkoc.runs.roles import RANKED
from graphkoc.text import display_name, text_or_none

__all__ = ["READERS", "Names", "Reader", "write_name"]

READERS = ("analyst", "client")
SHORT = 8
"""Characters of an id that is shown whole; of a longer one the last 4."""


@dataclass(frozen=True)
class Reader:
    """Whom the report is for: analyst, or client, who sees no costs, contacts or notes; why: names are shown anyway."""

    kind: str = "analyst"
    why: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in READERS:
            raise UsageError(f"there is no report for {self.kind!r}", hint=f"There are: {', '.join(READERS)}.")
        if self.why is not None and not display_name(self.why):
            raise UsageError("a reason is needed to show names", hint='Say why: --names "the client signed the DPA".')

    @property
    def is_client(self) -> bool:
        """Whether it is for the client."""
        return self.kind == "client"


class Names:
    """What each person is called in one report.

    people: those who can be named: rows with consumer, name, handle, platform, role and rank. accepted: ids of those
    who accepted an invitation. `named` counts whom the report has named so far, by id.
    """

    def __init__(
        self, people: Collection[Mapping[str, Any]], accepted: Collection[str], reader: Reader, words: Catalogue
    ) -> None:
        self._people = {str(person["consumer"]): person for person in people}
        self._accepted, self._reader, self._words = accepted, reader, words
        self._plain = {consumer: self._show(consumer, person) for consumer, person in self._people.items()}
        self._counts = Counter(name.casefold() for name in self._plain.values())
        others = sorted(
            (one for one, person in self._people.items() if person["role"] not in RANKED),
            key=lambda one: (-float(self._people[one].get("followers") or 0), one),
        )
        self._places = {consumer: place for place, consumer in enumerate(others, 1)}
        self.named: set[str] = set()

    def __contains__(self, consumer: object) -> bool:
        """Whether this person can be named."""
        return consumer in self._people

    def is_shown(self, consumer: str) -> bool:
        """Whether the reader sees this person's name, handle, links and words."""
        return not self._reader.is_client or self._reader.why is not None or consumer in self._accepted

    def find_name(self, consumer: str) -> str:
        """The name as the report writes it, or KOC 07 where the reader does not see it. Raises KeyError for others."""
        if not self.is_shown(consumer):
            return self._number(consumer)
        self.named.add(consumer)
        return self._plain[consumer]

    def find_alias(self, consumer: str) -> str | None:
        """What a paper for the client calls a person: KOC 07, or None where the client may read the name."""
        return None if consumer in self._accepted or self._reader.why is not None else self._number(consumer)

    def find_handle(self, consumer: str) -> str | None:
        """@handle of a person whose name repeats, else the end of the id; None for a name that is the only one."""
        if not self.is_shown(consumer) or self._counts[self._plain[consumer].casefold()] == 1:
            return None
        handle = display_name(text_or_none(self._people[consumer]["handle"]) or "").removeprefix("@")
        return f"@{handle}" if handle else f"…{display_name(consumer.rpartition(':')[2])[-4:]}"

    def _number(self, consumer: str) -> str:
        """A person without a name: KOC 07 by rank, others by the size of their audience."""
        person = self._people[consumer]
        if person["role"] in RANKED:
            return self._words("names.koc", n=f"{int(person['rank']):02}")
        key = "names.kol" if person["role"] in ("kol", "wide") else "names.other"
        return self._words(key, n=f"{self._places[consumer]:02}")

    def _show(self, consumer: str, person: Mapping[str, Any]) -> str:
        name = display_name(text_or_none(person["name"]) or "")
        if name:
            return name
        end = display_name(consumer.rpartition(":")[2]) or display_name(consumer)
        return self._words("names.nameless", n=end if len(end) <= SHORT else end[-4:])


def write_name(who: Mapping[str, Any]) -> str:
    """A person's name with the handle where the name repeats; who: as `View.who` states it."""
    return f"{who['name']} ({who['handle']})" if who["handle"] else str(who["name"])
