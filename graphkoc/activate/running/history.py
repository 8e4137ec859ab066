"""What is known of one person in one campaign: the entries of the journal put together.

Entries that are about the same thing, such as the same parcel or the same post, are one fact with the newest details of
each. A fact contradicts another where an event of an earlier stage would come after one of a later stage. An entry with
a correction takes the place of the facts that it contradicts; these remain in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphkoc.activate.running.events import EVENTS
from graphkoc.invite.unwilling import UNWILLING
from graphkoc.text import fold_address

__all__ = ["DETAILS", "Fact", "History"]

DETAILS = (
    *("url", "variant", "quantity", "amount", "currency", "code", "filing", "label_seen", "decision", "courier"),
    *("tracking", "rights_until", "exclusive_until", "note"),
)
"""What an entry may state beside its event and time."""
POSTS = ("posted", "taken_down")
"""Events of which a person may have several, by the address of the post."""

Key = tuple[str, str]


@dataclass
class Fact:
    """Something that happened. at: when the journal learned of it; happened_at: None where that is not known.

    files: that say so.
    """

    event: str
    at: str
    happened_at: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def time(self) -> str:
        """When it happened, as far as it is known (ISO 8601)."""
        return self.happened_at or self.at

    @property
    def day(self) -> str:
        """The day of it."""
        return self.time[:10]

    @property
    def stage(self) -> int:
        """The stage of its event; 0 for an event of any time."""
        return EVENTS[self.event].stage or 0

    @property
    def reopens(self) -> int | None:
        """The stage that its event reopens."""
        return EVENTS[self.event].reopens


class History:
    """The facts of one person in one campaign.

    facts: by event, and by address for posts and day for payments.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self.facts: dict[Key, Fact] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Mapping[str, Any]) -> Fact:
        """Take an entry of the journal in; it replaces what it contradicts where it is a correction."""
        if entry.get("correction"):
            for key in self.find_contradicted(entry):
                del self.facts[key]
        event, place = key = self._find_key(entry)
        fact = self.facts.pop(key, None) or Fact(event, str(entry["at"]))
        if entry.get("happened_at") and not (fact.happened_at and _is_vague(entry)):
            fact.happened_at = str(entry["happened_at"])
        fact.details |= _take_details(entry)
        fact.files.add(str(entry.get("file") or ""))
        self.facts[event, place or _place(entry)] = fact
        return fact

    def find(self, entry: Mapping[str, Any]) -> Fact | None:
        """The fact that an entry is about; None for one that is new."""
        return self.facts.get(self._find_key(entry))

    def knows(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry says nothing that is not known."""
        fact = self.find(entry)
        if fact is None or (entry.get("happened_at") and not fact.happened_at):
            return False
        return not self.find_difference(entry) and _take_details(entry).keys() <= fact.details.keys()

    def find_difference(self, entry: Mapping[str, Any]) -> str:
        """Where an entry states something else of a fact than what is known, both in words; empty for nowhere."""
        fact = self.find(entry)
        if fact is None:
            return ""
        stated = _take_details(entry)
        if entry.get("happened_at") and fact.happened_at and not _is_vague(entry):
            stated["day"] = entry["happened_at"]
        known = fact.details | {"day": fact.happened_at}
        return next(
            (f"{name} {known[name]} and {new}" for name, new in stated.items() if known.get(name) not in (None, new)),
            "",
        )

    def find_contradicted(self, entry: Mapping[str, Any]) -> dict[Key, Fact]:
        """The facts that an entry contradicts: of later stages and before it, or of earlier stages and after it.

        An entry without a time says how things are now. On one day everything may happen.
        """
        new, mine = Fact(str(entry["event"]), str(entry["at"]), entry.get("happened_at")), self._find_key(entry)
        others = {key: fact for key, fact in self.facts.items() if key != mine}
        facts = [*others.values(), new]
        return {key: fact for key, fact in others.items() if _contradicts(new, fact, facts)}

    def find_conflict(self) -> tuple[Fact, Fact] | None:
        """Two facts with days that contradict each other, the one of the earlier stage first; None where none do.

        Two such facts may be left where a later entry moves the day on which something was undone.
        """
        dated = [fact for fact in self.facts.values() if fact.happened_at]
        pairs = ((one, other) for one in dated for other in dated if one.stage < other.stage)
        return next((pair for pair in pairs if _contradicts(*pair, dated)), None)

    def list_facts(self, event: str) -> list[Fact]:
        """The facts of an event, by their time."""
        return sorted((fact for fact in self.facts.values() if fact.event == event), key=lambda fact: fact.time)

    def list_live(self) -> list[Fact]:
        """The posts that were not taken down, by their time."""
        down = {place: fact for (event, place), fact in self.facts.items() if event == "taken_down"}
        unnamed = down.get("")
        return [
            fact
            for fact in self.list_facts("posted")
            if not any(
                gone is not None and gone.day >= fact.day
                for gone in (unnamed, down.get(fold_address(fact.details.get("url"))))
            )
        ]

    def find_current(self) -> Fact | None:
        """The fact that says how things are now; None where nothing has happened.

        Whoever may not be contacted is in that state, and whoever posted and was paid in that of paid.
        """
        for event in reversed(UNWILLING):
            if found := self.list_facts(event):
                return found[-1]
        left = [fact for fact in reversed(self.facts.values()) if fact.stage and not self._is_undone(fact)]
        if self.list_live():
            left = [fact for fact in left if fact.event not in ("taken_down", "returned")] or left
        paid = self.list_facts("paid")
        if not left:
            return paid[-1] if paid else None
        last = max(left, key=lambda fact: (fact.stage, fact.day))
        return paid[-1] if paid and last.event == "posted" else last

    def _is_undone(self, fact: Fact) -> bool:
        """Whether things went on from before a fact, such as with another parcel after one that was lost."""
        facts = self.facts.values()
        return any(
            undone.reopens is not None
            and undone.reopens < fact.stage
            and fact.day <= undone.day
            and any(other.stage >= undone.reopens and other.day > undone.day for other in facts)
            for undone in facts
        )

    def _find_key(self, entry: Mapping[str, Any]) -> Key:
        """The key of the fact that an entry is about, which may be there or not."""
        event, place = str(entry["event"]), _place(entry)
        keys = [key for key in self.facts if key[0] == event]
        is_several = event in POSTS or event == "paid"
        if keys and not (place if is_several else entry.get("happened_at")):
            return max(keys, key=lambda key: self.facts[key].time)
        if is_several:
            return event, "" if (event, "") in keys else place
        day = str(entry.get("happened_at") or entry["at"])[:10]
        round_ = self._count_rounds(event, day)
        same = [key for key in keys if self._count_rounds(event, self.facts[key].day) == round_]
        return same[0] if same else (event, str(len(keys) or ""))

    def _count_rounds(self, event: str, day: str) -> int:
        """How often things went back to before the stage of an event until a day."""
        stage = EVENTS[event].stage or 0
        undone = [fact for fact in self.facts.values() if fact.reopens is not None and fact.event != event]
        return sum(fact.reopens is not None and fact.reopens <= stage and fact.day < day for fact in undone)


def _place(entry: Mapping[str, Any]) -> str:
    """What distinguishes several facts of one event: the address of a post, the day of a payment."""
    if entry["event"] == "paid":
        return str(entry.get("happened_at") or "")[:10]
    url = entry.get("url") if entry["event"] in POSTS else None
    return fold_address(url) or str(url or "")


def _is_vague(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is of a post and lacks the address, so that its day may be that of another one."""
    return entry["event"] in POSTS and not _place(entry)


def _contradicts(new: Fact, old: Fact, facts: Iterable[Fact]) -> bool:
    """Whether of two facts the one of the earlier stage is the later one, and nothing was undone between them."""
    if not new.stage or not old.stage or new.stage == old.stage:
        return False
    earlier, later = (new, old) if new.stage < old.stage else (old, new)
    if earlier.happened_at is None:
        # What is so now is after all that was; when something happened that has no time nobody knows.
        in_order = earlier is old
    else:
        in_order = (later.happened_at is None and later is new) or earlier.day <= later.day
    return not in_order and not any(
        fact.reopens is not None and fact.reopens <= earlier.stage and later.day <= fact.day <= earlier.day
        for fact in facts
    )


def _take_details(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in DETAILS if entry.get(name) is not None}
