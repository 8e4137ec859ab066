"""A run as the sections of its report read it: what they share is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from graphkoc.activate.running.journal import read_journal
from graphkoc.activate.running.overview import AGREED
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import campaigns_folder, plans_folder, read_lists
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.groups.names import name_groups
from graphkoc.report.readers import Names, Reader
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import UNDATED, Run

__all__ = ["Facts", "Person", "View"]

Facts = dict[str, Any] | None
Person = dict[str, Any]
"""A row of people, with None for what is not known."""

T = TypeVar("T")

FIRST, PAGES = 6, 30
"""Pages of people: the first by rank, then those of the newest plan in its order, then more by rank; so many in all."""


class View:
    """A run, its saved lists and campaigns, and the facts of each section.

    run: with the names of niches and circles that a report may show. say: the strings of the language. reader: whom the
    report is for. dated: whether any review has a date. as_of: the reference date.
    """

    def __init__(
        self, run: Run, sections: Mapping[str, Callable[[View], Facts]], say: Catalogue, reader: Reader
    ) -> None:
        self.run = name_groups(run, say)
        self.say, self.reader = say, reader
        self.dated = run.info["counts"]["first_review"] != UNDATED
        self.as_of: date = datetime.fromisoformat(run.info["at"]).date()
        self._sections = sections
        self._facts: dict[str, Facts] = {}
        self._once: dict[Callable[[View], Any], Any] = {}

    def facts(self, section: str) -> Any:
        """The facts of a section, worked out when first asked for; None where the report has no such section."""
        if section not in self._facts:
            self._facts[section] = self._sections[section](self)
        return self._facts[section]

    def once(self, work: Callable[[View], T]) -> T:
        """What a function works out of this view: when it is first asked for, and then the same again."""
        if work not in self._once:
            self._once[work] = work(self)
        found: T = self._once[work]
        return found

    @cached_property
    def kocs(self) -> list[Person]:
        """The key opinion consumers by rank."""
        ranked = [person for person in self.people.values() if person["role"] in RANKED]
        return sorted(ranked, key=lambda person: person["rank"])

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody who can be named, by id: key opinion consumers, wide-audience accounts, people of saved lists."""
        listed = {str(one["consumer"]) for document in self.lists for one in document["people"]}
        rows = self.run.rows("people", None, ("role", (*RANKED, *WIDE_ROLES)))
        found = {row["consumer"]: row for row in rows}
        others = listed - found.keys()
        return found | {row["consumer"]: row for row in self.run.rows("people", None, ("consumer", others))}

    @cached_property
    def names(self) -> Names:
        """What each of them is called."""
        events = read_journal(self.campaigns_folder)
        accepted = {str(one["consumer"]) for one in events if one["event"] in AGREED}
        # Whoever took it back agrees to nothing any more.
        accepted -= list_unwilling(self.campaigns_folder, map_persons(self.run))
        return Names(self.people.values(), accepted, self.reader, self.say)

    @property
    def campaigns_folder(self) -> Path:
        """The folder with campaigns and their ledgers."""
        return campaigns_folder(Path(self.run.folder))

    @cached_property
    def plans(self) -> list[dict[str, Any]]:
        """The saved plans and focus groups beside the run."""
        return read_lists(plans_folder(Path(self.run.folder)))

    @cached_property
    def plan(self) -> dict[str, Any] | None:
        """The newest saved plan; None without one."""
        plans = [one for one in self.plans if one["kind"] == "plan"]
        return max(plans, key=lambda one: (str(one["made_at"]), one["name"]), default=None)

    @cached_property
    def campaigns(self) -> list[dict[str, Any]]:
        """The campaigns beside the run, the newest first."""
        found = read_lists(self.campaigns_folder)
        return sorted(found, key=lambda one: (str(one.get("starts") or ""), one["name"]), reverse=True)

    @property
    def lists(self) -> list[dict[str, Any]]:
        """Every saved list: plans, focus groups and campaigns."""
        return [*self.plans, *self.campaigns]

    @cached_property
    def paged(self) -> dict[str, str]:
        """The id of the page of each person who has one, such as person-7, by consumer."""
        ranked = [person["consumer"] for person in self.kocs]
        planned = [one["consumer"] for one in (self.plan["people"] if self.plan else [])]
        # A file that is sent by mail has room for so many.
        wanted = dict.fromkeys([*ranked[:FIRST], *planned, *ranked])
        everybody = [one for one in wanted if one in self.people][:PAGES]
        return {consumer: f"person-{place}" for place, consumer in enumerate(everybody, 1)}

    def who(self, consumer: str) -> dict[str, Any]:
        """A person as facts state them: name, handle (where the name repeats), rank, role, and the id of their page.

        Raises KeyError for somebody who is not to be named.
        """
        person = self.people[consumer]
        return {
            "name": self.names.find_name(consumer),
            "handle": self.names.find_handle(consumer),
            "rank": person["rank"],
            "role": person["role"],
            "page": self.paged.get(consumer),
        } | ({} if self.reader.is_client else {"consumer": consumer})

    def name(self, consumer: str) -> str:
        """A person's name for a sentence, with the handle where it repeats."""
        handle = self.names.find_handle(consumer)
        name = self.say.data(self.names.find_name(consumer))
        return f"{name} ({handle})" if handle else name

    def group(self, kind: str, group: str) -> dict[str, Any]:
        """A niche or circle as facts state it: kind, id, and the name that a report may show."""
        return {"kind": kind, "id": group, "name": self.run.group_name(kind, group) or group}
