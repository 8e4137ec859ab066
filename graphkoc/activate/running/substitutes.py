"""Who takes the place of people who are out of a campaign, and how many posts it will end short."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from graphkoc.text import count

__all__ = ["FREED", "choose_substitutes", "say_shortfall"]

FREED = ("declined", "lost", "withdrawn", "do_not_contact")
"""States in which somebody leaves their place to another."""


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
