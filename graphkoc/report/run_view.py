"""A run as the sections of its report read it: what they share is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from graphkoc.report.number_formats import date
from graphkoc.report.shown_names import name_groups
from graphkoc.runs.reached import wide_words
from graphkoc.runs.run import UNDATED, Run
from graphkoc.text import person_name

__all__ = ["Facts", "View"]

Facts = dict[str, Any] | None


class View:
    """A run, the facts of each section, and the people whom the sections link to.

    run: with the names of niches and circles that a report may show.
    dated: whether any review has a date. as_of, since: the reference date of this run and of the previous one
    in words, None where unknown. lately: the period of recent activity, ready to follow a noun.
    wide: what its wide-audience accounts are called.
    linked: ranks of the key opinion consumers whom a section links to.
    """

    def __init__(self, run: Run, sections: Mapping[str, Callable[[View], Facts]]) -> None:
        self.run = name_groups(run)
        self.dated = run.info["counts"]["first_review"] != UNDATED
        self.as_of = date(run.info["at"]) if self.dated else None
        self.since = date(run.info["previous"]["at"]) if self.dated and run.info["previous"] else None
        self.lately = f" in the year before {self.as_of}" if self.dated else ""
        self.wide = wide_words(self.run)
        self.linked: set[int] = set()
        self._sections = sections
        self._facts: dict[str, Facts] = {}

    def facts(self, section: str) -> Any:
        """The facts of a section; None where the run has no such section."""
        if section not in self._facts:
            self._facts[section] = self._sections[section](self)
        return self._facts[section]

    def link(self, person: Mapping[Any, Any] | pd.Series[Any]) -> dict[str, Any]:
        """The name and rank of a key opinion consumer, for a link to their row of the leaderboard."""
        rank = int(person["rank"])
        self.linked.add(rank)
        return {"who": person_name(person), "rank": rank}
