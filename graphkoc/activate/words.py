"""A plan in sentences: for the terminal, and for whoever quotes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkoc.text import count, display_name, percent, person_name

__all__ = ["NOT_CAUSED", "describe_plan", "describe_range"]

NOT_CAUSED = "a prediction of what they would write anyway; it does not say what the campaign causes"
NAMES = {"joint": "KOLs and KOCs together", "koc only": "KOCs only", "kol only": "KOLs only"}
"""The mixes of a plan, in words."""
OVERLAPS = 5
"""Pairs of people with overlapping followers that are named."""
SHOWN = {"roster": 20, "reserve": 5}
"""People who are listed; JSON and files have all."""
CENTS = 10
"""Amounts below which cents are shown."""

Plan = Mapping[str, Any]


def describe_plan(plan: Plan) -> list[str]:
    """The plan as lines for a terminal: what to do, the figures, the people, the alternatives, and what limits it."""
    return [
        *_describe_head(plan),
        "",
        *_describe_figures(plan),
        "",
        *_list_people(plan),
        *_section("By niche", _describe_niches(plan)),
        *_section("Budget and people reached, by the best plan for its goal", _describe_curve(plan)),
        *_section("Other mixes", _describe_alternatives(plan)),
        *_section("Followers in common", _describe_overlaps(plan)),
        *_section("For analysts", _describe_limits(plan)),
        *_section("Calendar", _describe_calendar(plan)),
        *_section("Costs", plan["costs"]),
        *_section("Left out", plan["left_out"]),
        *_section("Rules", _describe_rules(plan)),
    ]


def describe_range(value: float, low: float | None, high: float | None) -> str:
    """Followers who are expected, with the interval of the prediction, or the words that it has none."""
    known = "not calibrated" if low is None or high is None else f"{low:,.0f} to {high:,.0f}"
    return f"{count(round(value), 'followers')} ({known})"


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _money(amount: float, plan: Plan) -> str:
    unit = f" {plan['currency']}" if plan["currency"] else ""
    return f"{amount:,.{2 if 0 < amount < CENTS else 0}f}{unit}"


def _people(number: int | None, plan: Plan) -> str:
    return f"fewer than {plan['reach']['fewest']}" if number is None else f"{number:,}"


def _describe_head(plan: Plan) -> list[str]:
    kols = sum(person["role"] == "kol" and person["place"] == "roster" for person in plan["people"])
    kocs = sum(person["role"] == "koc" and person["place"] == "roster" for person in plan["people"])
    what = f" for {display_name(plan['product'])}" if plan["product"] else ""
    lines = [
        f"{count(kols, 'KOLs')} and {count(kocs, 'KOCs')}{what}: {_money(plan['cost'], plan)} of "
        f"{_money(plan['budget'], plan)}, by the run {plan['run']}."
    ]
    if plan.get("tags"):
        lines.append(f"Tags of its posts so far: {', '.join('#' + display_name(tag) for tag in plan['tags'])}.")
    return lines if plan["posts"] is None else [*lines, *plan["invitations"]]


def _describe_figures(plan: Plan) -> list[str]:
    reach, money = plan["reach"], plan["money"]
    posts = "No number of posts is named: no rates of acceptance, delivery and posting are known."
    if plan["posts"]:
        posts = f"{plan['posts']:,.0f} posts expected, {_money(money['per_post'], plan)} each."
    lines = [posts]
    lines.append(
        f"{_people(reach['once'], plan)} known followers reached at least once, {_people(reach['twice'], plan)} twice, "
        f"{_people(reach['thrice'], plan)} three times (of {count(reach['of'], 'people')} who follow anybody), "
        f"if {count(plan['planned'], 'posts')} come from the first on the list."
    )
    if reach["estimated"] is not None:
        lines.append(
            f"{reach['estimated']:,.0f} reads estimated from the median reads that {reach['estimated_of']} of them "
            "state; counted and estimated figures are never added."
        )
    rates = [
        f"{name} {_money(money[key], plan)}"
        for name, key in (("CPM (on stated reads)", "cpm"), ("CPE", "cpe"))
        if money[key] is not None
    ]
    lines += [", ".join(rates) + "."] if rates else []
    if plan["responders"] is None:
        lines.append(plan["why_not_predicted"])
    else:
        shown = describe_range(plan["responders"], plan["low"], plan["high"])
        soon = [f"{n:,.0f} within {days} days" for days, n in plan["within"].items()]
        sooner = f", {' and '.join(soon)}" if soon else ""
        lines.append(f"{shown} expected to review the same products within {plan['window']}{sooner}: {NOT_CAUSED}.")
        lines += [plan["calibration"]] if plan["calibration"] else []
    return lines


def _list_people(plan: Plan) -> list[str]:
    lines = []
    for title, place in (("Invite", "roster"), ("Reserve, where somebody declines", "reserve")):
        people = [person for person in plan["people"] if person["place"] == place]
        lines += [f"{title}:"] if people else []
        for person in people[: SHOWN[place]]:
            wave = f", wave {person['wave']}" if person.get("wave") else ""
            handle = f" @{display_name(person['handle'])}" if person["handle"] else ""
            cost = f"{_money(person['cost'], plan)} ({person['price_source']})"
            named = f"{person_name(person)}{handle}"
            who = named if named == person["consumer"] else f"{named}, {person['consumer']}"
            lines.append(
                f"  {person['order']:>3}. {who}: {person['role'].upper()} on {person['platform']}, {cost}{wave}"
            )
            lines.append(f"       {person['why']}")
            if person["flags"]:
                lines.append(f"       check: {'; '.join(person['flags'])}")
        if len(people) > SHOWN[place]:
            lines.append(f"  {SHOWN[place]} of {len(people):,}; -o plan.xlsx has all.")
    return lines


def _describe_niches(plan: Plan) -> list[str]:
    lines = []
    for row in plan["by_niche"]:
        if row["exposed"] is None:
            lines.append(f"{row['name']}: too few people to show.")
            continue
        left = "" if row["white_space_left"] is None else f"; {row['white_space_left']:,} whom no KOL reaches are left"
        lines.append(f"{row['name']}: {row['exposed']:,} of {count(row['members'], 'people')} reached{left}.")
    return lines


def _describe_curve(plan: Plan) -> list[str]:
    return [
        f"{_money(row['budget'], plan)}: {_people(row['once'], plan)} people once, "
        f"{_people(row['twice'], plan)} twice, {_people(row['thrice'], plan)} three times"
        for row in plan["curve"]
        if row["people"]
    ]


def _describe_alternatives(plan: Plan) -> list[str]:
    lines = []
    for row in plan["alternatives"]:
        expected = ""
        if row["responders"] is not None:
            expected = f", {describe_range(row['responders'], row['low'], row['high'])} expected to review"
        reached = "too few people to show" if row["exposed"] is None else f"{count(row['exposed'], 'people')} reached"
        who = f"{NAMES[row['mix']]}: {count(row['people'], 'people')}"
        lines.append(f"{who} for {_money(row['cost'], plan)}, {reached}{expected}.")
    if not plan["comparison"]:
        return lines
    comparison = plan["comparison"]
    for mix, words in NAMES.items():
        comparison = comparison.replace(mix, words)
    return [*lines, f"{comparison}."]


def _describe_overlaps(plan: Plan) -> list[str]:
    named = [
        f"{row['names'][0]} and {row['names'][1]} share {row['both']:,} followers, {percent(row['share'])} of the "
        "smaller audience."
        for row in plan["overlaps"][:OVERLAPS]
    ]
    more = len(plan["overlaps"]) - OVERLAPS
    return [*named, f"{count(more, 'pairs')} more; JSON has all."] if more > 0 else named


def _describe_limits(plan: Plan) -> list[str]:
    """How far the plan is from the best one, and why its reach is not the usual estimate."""
    lines = [plan["reach"]["independence"]]
    if plan["bound"] > 0:
        share = percent(plan["value"] / plan["bound"])
        lines.append(f"The plan is worth at least {share} of what any plan within its limits could be.")
    return lines


def _describe_calendar(plan: Plan) -> list[str]:
    """The steps of the calendar; of a phase's posting days, which are a row each, one line."""
    steps: dict[tuple[str, str], list[Plan]] = {}
    for row in plan["calendar"]:
        steps.setdefault((row["phase"], row["step"]), []).append(row)
    return [
        f"{min(row['starts'] for row in rows)} to {max(row['ends'] for row in rows)}  {phase}: {step}, "
        + count(sum(row["people"] for row in rows) if step == "posting" else rows[0]["people"], "people")
        for (phase, step), rows in steps.items()
    ]


def _describe_rules(plan: Plan) -> list[str]:
    sentences = dict.fromkeys(person["rule"] for person in plan["people"] if person["rule"])
    return [*sentences, plan["notice"]] if sentences else []
