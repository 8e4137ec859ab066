"""What there is to hear of a campaign or group: its answers, what reviews of its product said before, and its findings'
points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.annotations import find_settings
from graphkoc.errors import UsageError
from graphkoc.invite.listening.feedback import read_answers
from graphkoc.invite.listening.finding_status import find_standing
from graphkoc.invite.listening.findings import describe_findings, list_points
from graphkoc.invite.listening.points import Point
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.opinions import measure_texts
from graphkoc.invite.saved import campaigns_folder, check_list_name, plans_folder, read_lists
from graphkoc.invite.topics import Subjects, Topic, find_topic, list_elsewhere, read_subjects
from graphkoc.pipeline import project
from graphkoc.runs.ledger import Entry
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["Heard", "find_list", "hear", "list_known", "list_with_answers"]

TOPICS = ("product", "niche", "category", "words")
ENOUGH = 10
"""People with a review of the product itself, with fewer of whom reviews of its kind count as well."""


@dataclass(frozen=True, eq=False)
class Heard:
    """A campaign or group with its answers, and what the store has on its topic.

    listed: the saved list. answers: of its ledger, with each person's consumer in lists. topic: what it is about; None
    where the store has nothing of it. subjects: what the store's reviews are about.
    """

    run: Run
    listed: Mapping[str, Any]
    answers: Sequence[Entry]
    topic: Topic | None
    subjects: Subjects

    @cached_property
    def others(self) -> pd.Series[str]:
        """Texts about other things, by consumer."""
        if self.topic is None:
            return pd.Series([], dtype="str")
        return list_elsewhere(self.subjects, self.topic)

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """The free reviews of the topic from before the first answer, the newest first: consumer, rating, text."""
        columns = ["consumer", "rating", "text"]
        if self.topic is None:
            return pd.DataFrame(columns=columns).astype({"rating": "float64"})
        texts = measure_texts(self.topic, self.run)
        texts = texts[texts["free"] & texts["own"]]
        times = [entry["given_at"] for entry in self.answers if entry.get("given_at")]
        if times:
            first = pd.to_datetime(times, format="ISO8601", utc=True).min().tz_localize(None)
            texts = texts[~(texts["created_at"] >= first)]
        exact = texts[texts["exact"]]
        texts = exact if exact["consumer"].nunique() >= ENOUGH else texts
        newest = texts.sort_values(["created_at", "review"], ascending=[False, True], na_position="last")
        whole = newest["headline"].fillna("") + "\n" + newest["text"].fillna("")
        return newest.assign(text=whole)[columns].reset_index(drop=True)

    @property
    def standing(self) -> dict[str, tuple[Point, Entry]]:
        """The findings that have a status."""
        return find_standing(campaigns_folder(Path(self.run.folder)), self.listed["name"])

    @property
    def known(self) -> list[str]:
        """Names that say nothing in an answer: of the product, its kind, the brand and the client."""
        topic = self.topic
        names = [self.listed.get("product"), self.listed.get("client")]
        names += [] if topic is None else [topic.name, topic.kind_name, topic.han]
        brand = find_settings(self.run).brand
        names += [] if brand is None else brand.own
        stated = [str(name) for name in names if name]
        return [*stated, *(name.removesuffix("s") for name in stated)]

    def list_points(self) -> dict[str, Point]:
        """The points of the findings, by id."""
        return list_points(self.answers, self.others, self.standing, self.known)

    def describe(self, language: str = "en") -> dict[str, Any]:
        """The findings as a document; see `graphkoc.invite.listening.findings.describe_findings`."""
        wanted = {entry["consumer"] for entry in self.answers}
        rows = self.run.rows("people", ["consumer", "niche"], ("consumer", wanted))
        niches = {row["consumer"]: self.run.group_name("niche", row["niche"]) for row in rows}
        return describe_findings(
            self.listed,
            self.answers,
            self.reviews,
            self.others,
            self.standing,
            known=self.known,
            niches={consumer: name for consumer, name in niches.items() if name},
            language=language,
        )


def find_list(run: Run, name: str) -> dict[str, Any]:
    """The campaign of that name or else the saved plan or group; UsageError where there is none."""
    kept, known = check_list_name(name), list_known(run)
    if kept not in known:
        hint = f"There are: {', '.join(known)}." if known else "None has been saved beside these runs."
        raise UsageError(f"there is no campaign or focus group called {kept!r}", hint=hint)
    return known[kept]


def list_known(run: Run) -> dict[str, dict[str, Any]]:
    """The saved lists beside a run by name: campaigns, and plans and groups whose name no campaign has."""
    folder = Path(run.folder)
    return {one["name"]: one for one in [*read_lists(plans_folder(folder)), *read_lists(campaigns_folder(folder))]}


def list_with_answers(run: Run, name: str | None = None) -> list[dict[str, Any]]:
    """The campaigns and groups whose people answered, by name; that of a name alone where one is given.

    Raises UsageError for an unknown one, and where nobody has answered. Lists that are no longer there are passed over.
    """
    asked = {entry["campaign"] for entry in read_answers(campaigns_folder(Path(run.folder)))}
    known = list_known(run)
    found = [known[one] for one in sorted(asked) if one in known] if name is None else [find_list(run, name)]
    if not found or found[0]["name"] not in asked:
        of = "" if name is None else f" of {found[0]['name']}"
        raise UsageError(f"no answer{of} has been read", hint="Read answers with `graphkoc feedback FILE`.")
    return found


def hear(store: Store, run: Run, lists: Sequence[Mapping[str, Any]]) -> list[Heard]:
    """What there is to hear of campaigns and groups; the store is read once for all of them."""
    settings = find_settings(run)
    subjects = read_subjects(project(store, platform=settings.platform, until=settings.until), run)
    accounts, folder = map_persons(run), campaigns_folder(Path(run.folder))
    return [
        Heard(
            run,
            listed,
            read_answers(folder, listed["name"], accounts),
            _find_topic(subjects, run, listed),
            subjects,
        )
        for listed in lists
    ]


def _find_topic(subjects: Subjects, run: Run, listed: Mapping[str, Any]) -> Topic | None:
    """What a list is about, as far as the store has anything of it: its product, else what a group was asked about."""
    settings = listed.get("settings") or {}
    stated = {name: settings.get(name) for name in TOPICS} | {"product": listed.get("product")}
    if not stated["product"] and not any(stated.values()):
        niches = list(settings.get("niches") or ())
        stated["niche"] = niches[0] if len(niches) == 1 else None
    for name, value in stated.items():
        if not value:
            continue
        for asked in (name, "words"):  # a product to come is known by the words of its name
            try:
                return find_topic(subjects, run, **{asked: value})
            except UsageError:
                continue
    return None
