"""What the files beside the runs say of a campaign, gathered for its wrap-up; nothing here needs a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from graphkoc.activate.lift.ledger import read_lift
from graphkoc.activate.outcome.posts import join_journal, read_posts
from graphkoc.activate.outcome.recap import Outcome, make_recap
from graphkoc.activate.outcome.units import read_units
from graphkoc.activate.reach import MINIMUM
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.activate.running.overview import add_up_spending, count_units, join_standing
from graphkoc.activate.running.rates import gather_invitations, learn_rates
from graphkoc.invite.saved import read_lists
from graphkoc.runs.run import Run
from graphkoc.text import person_name

__all__ = ["gather_outcome"]

FORECAST = ("posts", "exposed", "responders", "low", "high", "within")
"""Of what a campaign keeps of its plan's predictions, those that an outcome stands beside."""


def gather_outcome(run: Run, folder: Path, campaign: Mapping[str, Any], day: date) -> Outcome:
    """The outcome of a campaign on a day, without what only a store has: opinions and findings.

    folder: of the campaigns, as `graphkoc.invite.saved.campaigns_folder` gives it. run: whose follows say whom the
    authors reached. The forecasts are of this campaign and of those that began before it. Raises DataError for a
    damaged campaign and StoreError for a ledger that cannot be read.
    """
    outcome = _gather(run, folder, campaign, day)
    listed = [one for one in read_lists(folder) if one.get("forecast") and _begins(one) <= _begins(campaign)]
    listed.sort(key=lambda one: (one["name"] != campaign["name"], _begins(one)))
    invitations, _ = gather_invitations(folder, day)
    rates = learn_rates(invitations)
    return replace(
        outcome,
        rates=()
        if rates is None
        else [{str(name): cell for name, cell in row.items()} for row in rates.to_dict("records")],
        forecasts=[_read_forecast(one) for one in listed],
        outcomes=[_measure(_gather(run, folder, one, day)) for one in listed],
    )


def _gather(run: Run, folder: Path, campaign: Mapping[str, Any], day: date) -> Outcome:
    name, people = campaign["name"], _add_followers(run, campaign["people"])
    campaign = {**campaign, "people": people}
    standing = find_standing(read_journal(folder, name), people)
    posts = join_journal(read_posts(folder, name), standing, name)
    authors = run.rows("people", ["consumer", "name"], ("consumer", set(posts["consumer"].dropna())))
    return Outcome(
        campaign,
        standing,
        posts,
        day,
        money=add_up_spending(campaign, join_standing(people, standing)),
        units=count_units(standing, read_units(folder, name)),
        exposed=_count_exposed(run, posts["consumer"].dropna().tolist()),
        lift=read_lift(folder, name),
        names={row["consumer"]: person_name(row) for row in authors},
    )


def _add_followers(run: Run, people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The people with the followers that their platform states, where the list has none."""
    wanted = ("consumer", {one["consumer"] for one in people})
    columns = ["consumer", "platform", "followers"]
    known = [*run.rows("people", columns, wanted), *run.rows("accounts", columns, wanted)]
    stated = {(row["consumer"], row["platform"]): row["followers"] for row in known}
    found = []
    for one in people:
        followers = one.get("followers") or stated.get((one["consumer"], one.get("platform")))
        found.append({**one, "followers": followers})
    return found


def _count_exposed(run: Run, authors: Sequence[str]) -> int | None:
    """The known followers of those who posted, each once; None for so few that they are not shown."""
    heard = (
        {row["follower"] for row in run.rows("read_follows", where=("followee", set(authors)))} if authors else set()
    )
    people = len(heard - set(authors))
    return people if people == 0 or people >= MINIMUM else None


def _read_forecast(campaign: Mapping[str, Any]) -> dict[str, Any]:
    kept = campaign["forecast"]
    return {"campaign": campaign["name"], **{name: kept.get(name) for name in FORECAST}, "total": kept.get("cost")}


def _measure(outcome: Outcome) -> dict[str, Any]:
    """What came of a campaign, of what was forecast."""
    recap = make_recap(outcome)
    return {
        "campaign": outcome.campaign["name"],
        "posts": recap["delivery"]["live"]["value"],
        "exposed": outcome.exposed,
        "within": (outcome.lift or {}).get("followed_on"),
        "total": recap["money"]["total"]["value"],
    }


def _begins(campaign: Mapping[str, Any]) -> str:
    return str(campaign.get("starts") or campaign.get("made_at") or "")[:10]
