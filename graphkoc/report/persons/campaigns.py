"""What a person did in campaigns, and what is agreed with them; for the analyst alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from graphkoc.activate.running.events import describe_state
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.invite.longlist import map_persons
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.view import View
from graphkoc.text import display_name, is_missing

__all__ = ["list_campaigns"]


@dataclass(frozen=True)
class Standing:
    """How somebody stands in a campaign: the list's name, product, and the row of `find_standing`."""

    campaign: str
    product: str | None
    row: Mapping[Any, Any]


def list_campaigns(view: View, consumer: str) -> list[str]:
    """A sentence for each campaign that a person was in, the newest first; none for a client."""
    if view.reader.is_client:
        return []
    return [_say(view.say, one) for one in view.once(_read_standing).get(consumer, [])]


def _read_standing(view: View) -> dict[str, list[Standing]]:
    """Everybody's standing in every campaign, by the id that the run has for them."""
    whose, journal = map_persons(view.run), read_journal(view.campaigns_folder)
    found: dict[str, list[Standing]] = {}
    for campaign in view.campaigns:
        people = [{**one, "consumer": whose.get(one["consumer"], one["consumer"])} for one in campaign["people"]]
        entries = [
            {**one, "consumer": whose.get(one["consumer"], one["consumer"])}
            for one in journal
            if one.get("campaign") == campaign["name"]
        ]
        for row in find_standing(entries, people).to_dict("records"):
            found.setdefault(row["consumer"], []).append(Standing(campaign["name"], campaign.get("product"), row))
    return found


def _say(say: Catalogue, standing: Standing) -> str:
    row, posts = standing.row, int(standing.row["posts"])
    clauses = [
        say("persons.in_state", state=describe_state(row["state"], say.language), day=_day(say, row["since"]))
        if not is_missing(row["since"])
        else describe_state(row["state"], say.language),
        *([say.count(posts, "posts")] if posts else []),
        *(
            say(f"persons.{key}", day=_day(say, row[key]))
            for key in ("rights_until", "exclusive_until")
            if not is_missing(row[key])
        ),
    ]
    name = display_name(standing.campaign)
    if standing.product:
        name = say("persons.campaign", name=name, product=say.data(standing.product))
    return say("persons.stands", campaign=name, clauses=say("persons.clause").join(clauses))


def _day(say: Catalogue, time: pd.Timestamp) -> str:
    return say.day(time.date())
