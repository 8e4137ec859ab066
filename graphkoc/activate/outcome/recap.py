"""The wrap-up of a campaign as one document: what was planned, what came of it, and what to do next.

It is made of what the ledgers beside the runs say (`Outcome`), and the same outcome gives the same document. A figure
is {value, how, of, posts, target}, as far as these apply: how is counted (by graphkoc, from rows), stated (by a
platform, a sheet or the user, and added up here) or estimated; of, posts: it is known of so many of the posts. A value
of None is not known. Costs, which only the own team may see, and selling prices are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.definitions import Definitions, describe_tiers, list_benchmarks, read_definitions
from graphkoc.activate.outcome.engagement import (
    add_up_cents,
    count_viral,
    describe_tier_mix,
    fill_engagements,
    measure_rates,
    sum_figure,
)
from graphkoc.activate.outcome.posts import FIGURES, TAKEN_DOWN
from graphkoc.activate.outcome.recap_posts import check_posts, describe_finding, find_critical, list_best, list_posts
from graphkoc.activate.outcome.reconciliation import add_up_goods, reconcile
from graphkoc.invite.saved import ROSTER
from graphkoc.text import number_or_none, person_name

__all__ = ["Outcome", "make_recap"]

DEFINED = ("version", "viral_likes", "excellent", "passable", "fewest", "viral_source", "plain", "boosted")
STAGES = ("invited", "accepted", "shipped", "received", "posted")
"""How far an invitation comes; whoever reached a stage went through those before."""
NO_PARCEL = ("lost", "returned", "withdrawn", "do_not_contact")
"""States in which nobody is asked why they did not post."""
PENDING = ("open", "taken")
"""The states of a finding that something is still to be done about."""
LOWER = ("cpm", "cpc", "cpe", "total")
"""Figures of which less is better."""
RIGHTS_DAYS = 14
"""Days before the end of the rights to a post in which they are renewed."""

Figure = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What is known of a campaign that is over or under way; what is not known or not measured is None or empty.

    campaign: its saved document: name, client, product, starts, ends, budget, currency, people, targets (figure ->
    number). standing: a row a person: consumer, state, invited_at, accepted_at, shipped_at, received_at, posted_at, and
    perhaps label_seen, rights_until and note. posts: see `graphkoc.activate.outcome.posts.find_posts`. day: of the
    wrap-up. money: {committed, ready, paid}. units: how many by step. opinions: of posts that the store has as reviews:
    post, rating, constructive, quote. findings: {id, theme, sign, people, consumers, status, owner, due, note}.
    exposed: the known followers of those who posted, each once. rates: the yields of closed invitations: tier, channel,
    accept, deliver, post, n. names: of authors who are not on the list. forecasts: {campaign, posts, exposed,
    responders, low, high, within, total} of this and earlier campaigns; outcomes: {campaign, posts, exposed, within,
    total} as they came. within: followers who followed on by days since the campaign began. lift: the newest entry of
    the ledger of lifts.
    """

    campaign: Mapping[str, Any]
    standing: pd.DataFrame
    posts: pd.DataFrame
    day: date
    money: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, int] | None = None
    opinions: pd.DataFrame | None = None
    findings: Sequence[Mapping[str, Any]] | None = None
    exposed: int | None = None
    rates: Sequence[Mapping[str, Any]] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    forecasts: Sequence[Mapping[str, Any]] = ()
    outcomes: Sequence[Mapping[str, Any]] = ()
    lift: Mapping[str, Any] | None = None


def make_recap(outcome: Outcome) -> dict[str, Any]:
    """The wrap-up as a document for JSON; `graphkoc.activate.outcome.recap_text` writes it in words."""
    definitions = read_definitions()
    campaign, standing = outcome.campaign, outcome.standing
    listed = {person["consumer"]: person_name({"name": None, **person}) for person in campaign["people"]}
    names = {**outcome.names, **listed}
    posts = fill_engagements(outcome.posts)
    people = [one for one in campaign["people"] if (one.get("place") or ROSTER) == ROSTER]
    engagement = _measure_engagement(posts, definitions)
    money = _add_up_money(outcome, posts, people)
    delivery = _count_delivery(outcome, posts, names)
    platforms = sorted({*posts["platform"].dropna(), *(one["platform"] for one in people if one.get("platform"))})
    currency = campaign.get("currency") or ""
    labels, notes = (_read_texts(standing, name) for name in ("label_seen", "note"))
    findings = outcome.findings or ()
    document = {
        "kind": "recap",
        "campaign": campaign["name"],
        "day": outcome.day.isoformat(),
        "overview": {
            **{name: campaign.get(name) for name in ("client", "product", "starts", "ends", "budget")},
            "currency": currency,
            "platforms": platforms,
            "people": len(people),
            "measured": _find_newest(posts),
        },
        "targets": _compare_targets(outcome, engagement, money, delivery),
        "tiers": describe_tier_mix(_tabulate(people), posts),
        "delivery": delivery,
        "engagement": engagement,
        "money": money,
        "best": list_best(posts, names, definitions),
        "critical": find_critical(posts, outcome.opinions, findings, notes, names, definitions),
        "posts_to_check": check_posts(posts, labels, names),
        "findings": None if outcome.findings is None else [describe_finding(one) for one in findings],
        "rates": [dict(row) for row in outcome.rates],
        "forecasts": _compare_forecasts(outcome),
        "lift": None if outcome.lift is None else dict(outcome.lift),
        "content": list_posts(posts, names, definitions),
        "definitions": {
            **{
                name: getattr(definitions, name)
                for name in ("version", "viral_likes", "excellent", "passable", "fewest")
            },
            **{name: getattr(definitions, name) for name in ("viral_source", "plain", "boosted")},
            "tiers": describe_tiers(platforms),
        },
        "benchmarks": list_benchmarks(definitions, platforms, currency),
    }
    document["next"] = _list_next_steps(document, outcome, names)
    return document


def _measure_engagement(posts: pd.DataFrame, definitions: Definitions) -> dict[str, Any]:
    """Sums and rates of all posts and, where any is boosted, of those without boost (plain) and of the boosted ones.

    Rates have two parts, by_cost and by_selling. They are of all posts only where none is boosted.
    """
    boosted = (posts["boost"] > 0).to_numpy(dtype=bool)
    parts = {"all": posts}
    if boosted.any():
        parts |= {"plain": posts[~boosted], "boosted": posts[boosted]}
    found: dict[str, Any] = {}
    for part, here in parts.items():
        viral = count_viral(here, definitions)
        rate = viral["value"] / viral["of"] if viral["of"] else None
        found[part] = {
            "posts": {"value": len(here), "how": "counted"},
            **{name: sum_figure(here, name) for name in FIGURES},
            "viral_posts": viral,
            "viral_rate": {**viral, "value": rate},
        }
        if part != "all" or len(parts) == 1:
            columns = definitions.boosted if part == "boosted" else definitions.plain
            selling = ["selling" if name == "cost" else name for name in columns]
            found[part] |= {"by_cost": measure_rates(here, columns), "by_selling": measure_rates(here, selling)}
    return found


def _add_up_money(outcome: Outcome, posts: pd.DataFrame, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What was planned, charged, committed and paid; see `graphkoc.activate.outcome.reconciliation`.

    goods: of the parcels that were sent, by the items of the plan; total: these and the cost of the posts. margin is
    the selling prices less the costs, where both are known of every post.
    """
    campaign = outcome.campaign
    standing = {name: number_or_none(outcome.money.get(name)) for name in ("committed", "ready", "paid")}
    cost, selling = sum_figure(posts, "cost"), sum_figure(posts, "selling")
    times = [_read_times(outcome.standing, f"{event}_at").notna() for event in ("shipped", "received", "posted")]
    sent = set(outcome.standing.loc[(times[0] | times[1] | times[2]).to_numpy(), "consumer"])
    goods = add_up_goods(one for one in campaign["people"] if one["consumer"] in sent)
    spent = [amount for amount in (cost["value"], goods["value"]) if amount is not None]
    whole = len(posts) and cost["of"] == selling["of"] == len(posts)
    return {
        "currency": campaign.get("currency") or "",
        "budget": {"value": number_or_none(campaign.get("budget")), "how": "stated"},
        "cost": cost,
        "goods": goods,
        "total": {**cost, "value": add_up_cents(spent) if spent else None},
        "selling": selling,
        "margin": {"value": round(selling["value"] - cost["value"], 2) if whole else None, "how": "stated"},
        "boost": {**sum_figure(posts, "boost"), "boosted": int((posts["boost"] > 0).sum())},
        **{name: {"value": value, "how": "counted"} for name, value in standing.items()},
        **reconcile(people, posts),
    }


def _count_delivery(outcome: Outcome, posts: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    """The funnel of invitations, of parcels and of units, and who never posted or posted after the end."""
    standing = outcome.standing
    times = {stage: _read_times(standing, f"{stage}_at") for stage in STAGES}
    reached = pd.DataFrame({stage: time.notna() for stage, time in times.items()}, index=standing.index)
    reached["posted"] |= standing["consumer"].isin(set(posts["consumer"].dropna()))
    reached = reached.iloc[:, ::-1].cummax(axis=1).iloc[:, ::-1]
    states = standing["state"].astype("str")
    silent = reached["received"] & ~reached["posted"] & ~states.isin(NO_PARCEL)
    ends = _read_time(outcome.campaign.get("ends"))
    waited = (times["posted"] - times["received"]).dt.days.dropna()
    return {
        **{stage: {"value": int(reached[stage].sum()), "how": "counted"} for stage in STAGES},
        **{state: {"value": int((states == state).sum()), "how": "counted"} for state in ("declined", "lost")},
        "posts": {"value": len(posts), "how": "counted"},
        "live": {"value": int((posts["state"] != TAKEN_DOWN).sum()), "how": "counted"},
        "unknown_authors": int(posts["consumer"].isna().sum()),
        "never_posted": [names.get(one, one) for one in standing.loc[silent, "consumer"]],
        "after_end": None if ends is None else int((posts["posted_at"].dt.normalize() > ends).sum()),
        "days_to_post": number_or_none(waited.median()) if len(waited) else None,
        "units": {step: n for step, n in (outcome.units or {}).items() if n},
    }


def _compare_targets(
    outcome: Outcome, engagement: Mapping[str, Any], money: Mapping[str, Any], delivery: Mapping[str, Any]
) -> list[Figure]:
    """Target against actual of posts and of every figure that has a target: figure, value, how, target, share,
    less_is_better. The target of what is spent is the budget; rates are of the posts without boost."""
    given = outcome.campaign.get("targets") or {}
    targets = {name: number for name, value in given.items() if (number := number_or_none(value)) is not None}
    # It looks a horizon ahead, and stands beside its outcome with the days that it is of.
    targets.pop("responders", None)
    budget = targets.pop("budget", money["budget"]["value"])
    if budget is not None:
        targets.setdefault("total", budget)
    every = engagement["all"]
    actual: dict[str, Figure] = {
        "posts": delivery["live"],
        "exposed": {"value": outcome.exposed, "how": "counted"},
        "total": money["total"],
        **{name: every[name] for name in (*FIGURES, "viral_posts", "viral_rate")},
        **engagement.get("plain", every)["by_cost"],
    }
    shown = [name for name in actual if name == "posts" or name in targets]
    rows = []
    for name in [*shown, *(name for name in targets if name not in actual)]:
        figure, target = actual.get(name, {"value": None, "how": "stated"}), targets.get(name)
        share = figure["value"] / target if figure["value"] is not None and target else None
        rows.append({"figure": name, **figure, "target": target, "share": share, "less_is_better": name in LOWER})
    return rows


def _compare_forecasts(outcome: Outcome) -> list[dict[str, Any]]:
    """Of this and earlier campaigns each figure that was forecast, beside what came: campaign, figure, days (of those
    who followed on), forecast, low, high, outcome, inside (the interval)."""
    came = {one["campaign"]: one for one in outcome.outcomes}
    rows = []
    for one in outcome.forecasts:
        actual = came.get(one["campaign"], {})
        for figure in ("posts", "exposed", "total"):
            forecast, value = number_or_none(one.get(figure)), number_or_none(actual.get(figure))
            if forecast is not None:
                row = {"campaign": one["campaign"], "figure": figure, "days": None, "forecast": forecast}
                rows.append({**row, "low": None, "high": None, "outcome": value, "inside": None})
        rows += _compare_responders(one, actual.get("within") or {})
    return rows


def _compare_responders(forecast: Mapping[str, Any], came: Mapping[str, int]) -> list[dict[str, Any]]:
    """The row on followers who follow on, within the most days that are forecast and over; none without a forecast."""
    within, whole = forecast.get("within") or {}, number_or_none(forecast.get("responders"))
    if not within or not whole:
        return []
    over = [days for days in within if days in came]
    days = max(over or within, key=int)
    ends = (number_or_none(forecast.get(end)) for end in ("low", "high"))
    low, high = (None if end is None else end * within[days] / whole for end in ends)
    value = came.get(days)
    inside = None if low is None or high is None or value is None else low <= value <= high
    row = {"campaign": forecast["campaign"], "figure": "responders", "days": int(days), "forecast": within[days]}
    return [{**row, "low": low, "high": high, "outcome": value, "inside": inside}]


def _is_pending(finding: Mapping[str, Any]) -> bool:
    """Whether something has to be decided: praise asks for nothing."""
    return finding["status"] in PENDING and finding["sign"] != "positive"


def _list_next_steps(document: Mapping[str, Any], outcome: Outcome, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What to do, by rule: {step, names, number}, the most urgent first."""
    checks, critical, delivery = (document[name] for name in ("posts_to_check", "critical", "delivery"))
    pending = [str(one["theme"]) for one in document["findings"] or () if _is_pending(one)]
    unanswered = [one for one in critical["posts"] if not one["findings"] and not one["note"]]
    steps: list[tuple[str, list[str], float]] = [
        ("label", *_name_authors(checks["without_label"])),
        ("taken_down", *_name_authors(checks["taken_down"])),
        ("critical", *_name_authors(unanswered)),
        ("findings", pending, len(pending)),
        ("pay", [], document["money"]["ready"]["value"] or 0),
        ("silent", delivery["never_posted"], len(delivery["never_posted"])),
        ("rights", *_list_ending_rights(outcome, names)),
        ("lift", [], int(outcome.lift is None and len(outcome.posts) > 0)),
        ("again", *_name_authors(document["best"])),
    ]
    return [
        {"step": step, "names": shown, "number": number}
        for step, shown, number in steps
        if number and (shown or step in ("pay", "lift"))
    ]


def _name_authors(posts: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    """The authors of posts, each once, as far as they are known, and how many posts these are."""
    return list(dict.fromkeys(post["name"] for post in posts if post["name"])), len(posts)


def _list_ending_rights(outcome: Outcome, names: Mapping[str, str]) -> tuple[list[str], int]:
    """The people the rights to whose posts end soon, and how many they are."""
    today = pd.Timestamp(outcome.day)
    ends = _read_times(outcome.standing, "rights_until")
    soon = ((ends >= today) & (ends <= today + pd.Timedelta(days=RIGHTS_DAYS))).to_numpy()
    found = [names.get(one, one) for one in outcome.standing.loc[soon, "consumer"]]
    return found, len(found)


def _tabulate(people: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """consumer, platform and followers of people; a person once."""
    table = pd.DataFrame(people, columns=["consumer", "platform", "followers"]).astype(object)
    return table.drop_duplicates("consumer").reset_index(drop=True)


def _find_newest(posts: pd.DataFrame) -> str | None:
    """The newest day on which figures were taken."""
    newest = posts["measured_at"].max()
    return None if pd.isna(newest) else str(newest.date())


def _read_texts(standing: pd.DataFrame, column: str) -> dict[str, str]:
    """A text of each person, of those who have one."""
    known = standing.dropna(subset=[column]) if column in standing else standing.iloc[:0]
    return dict(zip(known["consumer"], known[column].astype("str"), strict=True)) if len(known) else {}


def _read_times(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """A column of times in UTC without a zone; NaT where the table has none."""
    cells = table[column] if column in table else pd.Series([None] * len(table), index=table.index, dtype=object)
    times: pd.Series[Any] = pd.to_datetime(cells, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
    return times


def _read_time(text: object) -> pd.Timestamp | None:
    """A day or time in UTC without a zone; None for what is none."""
    time = pd.to_datetime(pd.Series([text], dtype=object), errors="coerce", utc=True)[0]
    return None if pd.isna(time) else time.tz_localize(None)
