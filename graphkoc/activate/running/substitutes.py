"""Who takes the place of people who are out of a campaign, and how many posts it will end short."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.activate.candidates import list_candidates
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.activate.running.overview import OPEN, describe_campaign
from graphkoc.activate.running.rates import expect_live, gather_invitations, learn_rates
from graphkoc.invite.decisions import list_refused
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.rules import check_invitations
from graphkoc.invite.saved import campaigns_folder, last_invited, plans_folder
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.runs.run import Run
from graphkoc.text import count, person_name

__all__ = ["FREED", "choose_substitutes", "find_substitutes", "say_shortfall"]

FREED = ("declined", "lost", "withdrawn", "do_not_contact")
"""States in which somebody leaves their place to another."""


def find_substitutes(run: Run, campaign: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Who can take the places that people left in a campaign by a day, and the posts that it can be expected to have.

    Returns substitutes: the rows of `choose_substitutes` with place_name, name, platform, handle, url and cost; posts:
    {live, expected, planned}, expected None where too few rates are known; open: how many people may post yet; rates:
    as `graphkoc.activate.running.rates.learn_rates` returns them, and campaigns: of how many they are. A substitute is
    neither refused by the client nor unwilling, and no rule of their platform forbids what is given.
    """
    folder, plans = campaigns_folder(Path(run.folder)), plans_folder(Path(run.folder))
    people, client, accounts = campaign["people"], campaign.get("client"), map_persons(run)
    unwilling = list_unwilling(folder, accounts)
    standing = find_standing(read_journal(folder, campaign["name"]), people)
    # Whoever asked it in another campaign leaves their place in this one as well.
    standing.loc[standing["consumer"].isin(unwilling), "state"] = "do_not_contact"
    states = dict(zip(standing["consumer"], standing["state"], strict=True))
    candidates, _ = list_candidates(
        run,
        refused=list_refused(plans, client, accounts) if client else (),
        invited=last_invited(plans, campaigns=folder),
        unwilling=unwilling,
    )
    # A place is given for a gift, a KOL's for money; whom a platform's rules bar from that takes none.
    incentives = candidates.assign(incentive=np.where(candidates["role"] == "kol", "paid", "gift"))
    candidates = candidates[check_invitations(incentives).people["allowed"].to_numpy(dtype=bool)]
    listed = {one["consumer"]: one for one in people}
    known = {
        str(row["consumer"]): {str(name): cell for name, cell in row.items()} for row in candidates.to_dict("records")
    }
    chosen = [
        {
            **row,
            "place_name": _name(listed, row["place_of"]),
            "name": row["consumer"] and _name({**known, **listed}, row["consumer"]),
            **{
                field: (listed.get(row["consumer"]) or known.get(row["consumer"]) or {}).get(field)
                for field in ("platform", "handle", "url", "cost")
            },
        }
        for row in choose_substitutes(people, states, candidates)
    ]
    invitations, campaigns = gather_invitations(folder, day)
    rates = learn_rates(invitations)
    return {
        "substitutes": chosen,
        "posts": {
            "live": int(standing["posts"].sum()),
            "expected": None if rates is None else expect_live(standing, people, rates),
            "planned": describe_campaign(campaign, [], (), day)["posts"]["planned"],
        },
        "open": int((standing["state"].isin(OPEN) & (standing["posts"] == 0)).sum()),
        "rates": rates,
        "campaigns": campaigns,
    }


def choose_substitutes(
    people: Sequence[Mapping[str, Any]], states: Mapping[str, str], candidates: pd.DataFrame
) -> list[dict[str, Any]]:
    """A row for each place that is free, with who takes it.

    people: of the campaign, in its order: consumer, place, role. states: of each. candidates: everybody who may be
    invited, see `graphkoc.activate.candidates.list_candidates`; of the campaign's reserves the first who is among them
    takes a place, then whoever else of the same role has the best rank. Reserves who were asked already have taken the
    first places. Returns place_of, state (why it is free), role, consumer and source (reserve, or run), the last two
    None where there is nobody.
    """
    free = [one for one in people if one["place"] != "reserve" and states.get(one["consumer"]) in FREED]
    asked = [
        one for one in people if one["place"] == "reserve" and states.get(one["consumer"]) not in ("reserve", *FREED)
    ]
    for one in asked:
        same = [place for place in free if place.get("role") == one.get("role")] or free
        if same:
            free.remove(same[0])
    allowed = set(candidates["consumer"])
    waiting = [
        one["consumer"]
        for one in people
        if one["place"] == "reserve" and states.get(one["consumer"]) == "reserve" and one["consumer"] in allowed
    ]
    roles = {one["consumer"]: one.get("role") for one in people}
    listed = set(roles)
    others = candidates[~candidates["consumer"].isin(listed)].sort_values(["rank", "consumer"], na_position="last")
    queues = {str(role): deque(frame["consumer"]) for role, frame in others.groupby("role")}
    chosen = []
    for place in free:
        role = place.get("role")
        reserve = next((one for one in waiting if role is None or roles[one] in (None, role)), None)
        queue = queues.get("kol" if role in ("kol", "wide") else "koc", deque())
        if reserve is not None:
            waiting.remove(reserve)
        found = reserve or (queue.popleft() if queue else None)
        chosen.append(
            {
                "place_of": place["consumer"],
                "state": states[place["consumer"]],
                "role": role,
                "consumer": found,
                "source": "reserve" if reserve else "run" if found else None,
            }
        )
    return chosen


def say_shortfall(name: str, planned: float, live: int, expected: float | None, open_: int) -> str:
    """How many posts a campaign will end short, in a sentence.

    planned: posts wanted. live: posts that can be seen. expected: by the rates so far;
    None where too few are known, and then everybody who is still open is taken to post. open_: people who may post yet.
    """
    most = expected if expected is not None else live + open_
    short = planned - most
    basis = "at the rates so far" if expected is not None else "even if everybody who is still open posts"
    if expected is None and short <= 0:
        return f"{name} can still reach {count(planned, 'posts')}; too few answers are known for a rate."
    if short < 0.5:
        return f"{name} ends with its {count(planned, 'posts')} {basis}."
    return f"{name} ends {count(round(short), 'posts')} short of {planned:,.0f} {basis}."


def _name(people: Mapping[str, Mapping[str, Any]], consumer: str) -> str:
    return person_name({"name": None, **people.get(consumer, {}), "consumer": consumer})
