"""The newest plan: posts, people reached, costs, and what followers are predicted to review, in this order.

The prediction is of what followers would review without any invitation, and no increment. Sentences are made of the
plan's numbers; the client sees neither costs nor budgets, and selling prices where they are known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from graphkoc.activate.proposal import Outlook, propose
from graphkoc.invite.saved import ROSTER
from graphkoc.report.figures.curves import find_ticks
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = ["PLACE", "facts", "list_places"]

PLACE = 40
MIXES = {"joint": "joint", "koc only": "kocs", "kol only": "kols"}
"""The mixes of a plan, and what the strings call them."""
FLAGS = ("amazon_only", "two_handles", "many_gifts", "out_of_proportion", "safety_words", "open_complaint", "rival_ad")
OURS = ("for_hire", "agency")
"""Checks that the roster shows; those of prices and agencies are not for the client."""
OVERLAPS = 3
"""Pairs with shared followers that are named."""
MONTH = 30.6
"""Days of a month, as horizons are counted."""


def facts(view: View) -> dict[str, Any] | None:
    """The newest plan beside the run; None where none is saved."""
    plan = view.plan
    if plan is None:
        return None
    say, ours = view.say, not view.reader.is_client
    priced = bool(plan.get("cost"))
    roster, reserve = list_places(view, plan)
    figures = [
        _count_posts(view, plan),
        _count_reach(view, plan),
        _estimate_reads(view, plan),
        *(_price(view, plan) if priced and ours else []),
        _predict(view, plan),
    ]
    return {
        "name": display_name(plan["name"]),
        "currency": plan.get("currency") or "",
        "product": plan.get("product") and say.data(plan["product"]),
        "made": str(plan["made_at"])[:10],
        "invite": sum((plan.get("invite") or {}).values()) or len(roster),
        "posts": plan.get("posts"),
        "listed": [one["consumer"] for one in plan["people"] if one["consumer"] in view.people] if ours else [],
        "headline": _write_headline(view, plan),
        "lead": _write_lead(view, plan),
        "caption": _write_caption(view, plan) if priced and ours else None,
        "figures": [figure for figure in figures if figure],
        "later": _look_further(view, plan),
        "priced": priced,
        "slider": _compare_budgets(view, plan) if priced and ours else None,
        "comparison": _compare_mixes(view, plan),
        "roster": _list_people(view, plan, roster),
        "reserve": _list_people(view, plan, reserve),
        "gone": say("plan.gone", people=say.count(gone, "people"))
        if (gone := len(plan["people"]) - len(roster) - len(reserve))
        else None,
        "overlaps": _list_overlaps(view, plan),
        "calendar": _list_tasks(view, plan),
        "left_out": [
            say(f"plan.left_{why}", people=say.count(n, "people"))
            for why, n in (plan.get("left_out_people") or {}).items()
            if say.has(f"plan.left_{why}")
        ],
        "notes": _list_notes(view, plan, roster),
    }


def list_places(view: View, plan: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The people of a plan whom this run has, in its order: the roster, and the reserve."""
    known = [one for one in plan["people"] if one["consumer"] in view.people]
    roster = [one for one in known if (one.get("place") or ROSTER) == ROSTER]
    return roster, [one for one in known if one not in roster]


def _write_headline(view: View, plan: Mapping[str, Any]) -> str:
    say = view.say
    invite = sum((plan.get("invite") or {}).values()) or sum(one.get("place") == ROSTER for one in plan["people"])
    reached, posts = plan["reach"]["once"], plan.get("posts")
    key = "posts" if posts else "people"
    known = {"reached": say.count(reached, "people")} if reached else {}
    more = {"posts": say.count(round(posts), "posts")} if posts else {}
    return say(f"plan.headline_{key}{'_reach' if known else ''}", n=say.count(invite, "people"), **more, **known)


def _write_lead(view: View, plan: Mapping[str, Any]) -> str:
    """Which plan it is, and of which day."""
    say, made = view.say, date.fromisoformat(str(plan["made_at"])[:10])
    name = say.data(display_name(plan["name"]))
    if plan.get("product"):
        return say("plan.lead_product", name=name, product=say.data(plan["product"]), day=made)
    return say("plan.lead", name=name, day=made)


def _write_caption(view: View, plan: Mapping[str, Any]) -> str | None:
    """What the plan costs and comes to, in a sentence to paste into a mail."""
    say, reach, posts = view.say, plan["reach"], plan.get("posts")
    if not reach["once"]:
        return None
    money = say.money(plan["cost"], plan.get("currency") or "")
    start = say("plan.caption", money=money, people=say.count(reach["once"], "people"), twice=_twice(view, reach))
    if not posts:
        return start
    post = say.money(plan["money"]["per_post"], plan.get("currency") or "")
    return say("plan.caption_posts", start=start, posts=say.count(round(posts), "posts"), money=post)


def _twice(view: View, reach: Mapping[str, Any]) -> str:
    """How many are reached twice or more; of few people only that they are few."""
    return view.say("plan.fewer", n=reach["fewest"]) if reach["twice"] is None else view.say.number(reach["twice"])


def _count_posts(view: View, plan: Mapping[str, Any]) -> dict[str, Any]:
    say, posts = view.say, plan.get("posts")
    invited = sum((plan.get("invite") or {}).values())
    if not posts or not invited:
        return _figure(view, "posts", say.number(None), say("plan.posts_unknown"))
    share = say.percent(posts / invited)
    text = say("plan.posts_text", n=say.count(invited, "people"), share=share, wanted=plan["planned"])
    return _figure(view, "posts", say.number(round(posts)), text)


def _count_reach(view: View, plan: Mapping[str, Any]) -> dict[str, Any]:
    say, reach = view.say, plan["reach"]
    once = say("plan.fewer", n=reach["fewest"]) if reach["once"] is None else say.number(reach["once"])
    engaged = "_engaged" if plan.get("ties") == ["engagements"] else ""
    text = say(f"plan.reach_text{engaged}", twice=_twice(view, reach), of=say.count(reach["of"], "people"))
    return _figure(view, "reach", once, text)


def _estimate_reads(view: View, plan: Mapping[str, Any]) -> dict[str, Any] | None:
    say, reach = view.say, plan["reach"]
    if not reach.get("estimated"):
        return None
    text = say("plan.reads_text", n=reach["estimated_of"], of=plan["planned"])
    return _figure(view, "reads", say.number(reach["estimated"]), text)


def _price(view: View, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a post, 1,000 reads and an engagement cost, as far as it is known."""
    say, money, currency = view.say, plan["money"], plan.get("currency") or ""
    return [
        _figure(view, name, say.money(money[name], currency), say(f"plan.{name}_text"))
        for name in ("per_post", "cpm", "cpe")
        if money.get(name) is not None
    ]


def _predict(view: View, plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """What followers are predicted to review within the days of a campaign; over the whole horizon without these."""
    say = view.say
    if plan.get("responders") is None:
        return _figure(view, "reviews", say.number(None), say("plan.reviews_unknown"))
    within = sorted((plan.get("within") or {}).items(), key=lambda one: int(one[0]))
    days, expected = within[-1] if within else (None, plan["responders"])
    shown = [say("plan.reviews_text")]
    if days:
        shown = [say("plan.reviews_within", days=say.count(int(days), "days"))]
    if len(within) > 1:
        first, fewer = within[0]
        shown.append(say("plan.reviews_first", n=round(fewer), days=say.count(int(first), "days")))
    shown.append(_write_range(view, plan, _share(plan)))
    return _figure(view, "reviews", say.number(round(expected)), " ".join(shown))


def _look_further(view: View, plan: Mapping[str, Any]) -> str | None:
    """The prediction over the whole horizon, for whoever asks."""
    if plan.get("responders") is None or not plan.get("within") or not plan.get("horizon"):
        return None
    say, months = view.say, round(plan["horizon"] / MONTH)
    period = say.count(months, "months") if months else say.count(round(plan["horizon"]), "days")
    return say("plan.later", n=round(plan["responders"]), period=period, range=_write_range(view, plan, 1.0))


def _share(plan: Mapping[str, Any]) -> float:
    """The part of a prediction that is expected within the days of a campaign."""
    within = plan.get("within") or {}
    return within[max(within, key=int)] / plan["responders"] if within and plan["responders"] else 1.0


def _write_range(view: View, row: Mapping[str, Any], share: float) -> str:
    """The range of a prediction, or that there is none yet."""
    if row["low"] is None or row["high"] is None:
        return view.say("plan.not_calibrated")
    return view.say("plan.range", low=round(row["low"] * share), high=round(row["high"] * share))


def _figure(view: View, name: str, value: str, text: str) -> dict[str, Any]:
    return {"name": name, "label": view.say(f"plan.{name}"), "value": value, "text": text}


def _compare_budgets(view: View, plan: Mapping[str, Any]) -> dict[str, Any] | None:
    """What each mix reaches for each budget that was tried; None where fewer than two budgets pay anybody."""
    say, currency, share = view.say, plan.get("currency") or "", _share(plan)
    curves = {MIXES[row["mix"]]: row["points"] for row in plan.get("curves") or []}
    found: dict[float, dict[str, Any]] = {}
    for mix, rows in curves.items():
        for row in rows:
            if row["people"]:
                found.setdefault(row["budget"], {})[mix] = _describe_point(view, row, share, currency)
    if len(found) < 2 or plan["budget"] not in found:
        return None
    budgets, reached = sorted(found), [one["reached"] or 0 for mixes in found.values() for one in mixes.values()]
    return {
        "points": [{"budget": one, "shown": say.money(one, currency), "mixes": found[one]} for one in budgets],
        "at": budgets.index(plan["budget"]),
        "mixes": [mix for mix in curves if any(mix in mixes for mixes in found.values())],
        "ticks": [{"at": tick, "text": say.number(tick)} for tick in find_ticks(max(reached))],
    }


def _describe_point(view: View, row: Mapping[str, Any], share: float, currency: str) -> dict[str, Any]:
    say = view.say
    kols, reached = row["kols"], row["exposed"]
    who = say.join(say.count(n, noun) for n, noun in ((row["people"] - kols, "kocs"), (kols, "kols")) if n)
    predicted = None
    if row["responders"] is not None:
        range_ = _write_range(view, row, share)
        predicted = say("plan.point_reviews", n=round(row["responders"] * share), range=range_)
    return {
        "reached": reached,
        "shown": say.number(reached),
        "who": who,
        "money": say.money(row["cost"], currency),
        "white": say.number(row["white_space"]),
        "reviews": predicted,
    }


def _compare_mixes(view: View, plan: Mapping[str, Any]) -> str | None:
    """Whether one of the mixes is predicted to do better, and which reaches most of those whom no KOL reaches."""
    say = view.say
    rows = {
        row["mix"]: row for row in plan.get("alternatives") or [] if row["responders"] is not None and row["people"]
    }
    rows = {mix: row for mix, row in rows.items() if not row.get("unmet")}
    if len(rows) < 2:
        return None
    name = {mix: say(f"plan.mix_{word}") for mix, word in MIXES.items()}
    best = max(rows, key=lambda mix: (rows[mix]["white_space"], mix != "joint"))
    open_ = say("plan.most_open", mix=name[best], n=rows[best]["white_space"]) if rows[best]["white_space"] else ""
    if any(row["low"] is None or row["high"] is None for row in rows.values()):
        return f"{say('plan.no_ranges')} {open_}".strip()
    outlooks = {mix: Outlook(row["responders"], row["low"], row["high"]) for mix, row in rows.items()}
    found = propose(outlooks)
    if not found.level:
        return say("plan.apart", mix=name[found.name])
    level = say.join(name[mix] for mix in rows if mix in (found.name, *found.level))
    return f"{say('plan.overlap', mixes=level)} {open_}".strip()


def _list_people(view: View, plan: Mapping[str, Any], people: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the roster or of the reserve, with what all up to each are expected to cost."""
    ours = not view.reader.is_client
    checks = _list_checks(view, {one["consumer"] for one in people})
    costs = [one.get("expected_cost") if one.get("expected_cost") is not None else one.get("spent") for one in people]
    totals = list(itertools.accumulate(cost or 0.0 for cost in costs))
    return [
        {
            "order": one["order"],
            "person": view.who(one["consumer"]),
            "role": "KOL" if one.get("role") == "kol" else "KOC",
            "niche": _name_niche(view, one),
            "posts": one.get("expected"),
            "reached": one.get("exposed"),
            "only_here": one.get("exposed_only_here"),
            "cost": one.get("cost") if ours else None,
            "total": total if ours else None,
            "selling": one.get("selling"),
            "flags": _list_flags(view, one, checks.get(one["consumer"], ())),
        }
        for one, total in zip(people, totals, strict=True)
    ]


def _list_checks(view: View, people: set[str]) -> dict[str, list[str]]:
    shown = FLAGS if view.reader.is_client else (*FLAGS, *OURS)
    found: dict[str, list[str]] = {}
    for row in view.run.rows("checks", ["consumer", "check"], ("consumer", people)):
        if row["check"] in shown:
            found.setdefault(row["consumer"], []).append(row["check"])
    return {consumer: [name for name in shown if name in names] for consumer, names in found.items()}


def _list_flags(view: View, one: Mapping[str, Any], checks: Iterable[str]) -> list[str]:
    """What to know before somebody is asked, in words."""
    needs = ["filing"] if "filing_number" in (one.get("needs") or ()) else []
    new = ["new"] if one.get("new") else []
    return [view.say(f"plan.flag_{name}") for name in (*new, *needs, *checks)]


def _name_niche(view: View, one: Mapping[str, Any]) -> str | None:
    names = (view.run.group_name("niche", niche) for niche in one.get("niches") or ())
    return next((name for name in names if name), None)


def _list_overlaps(view: View, plan: Mapping[str, Any]) -> list[str]:
    """The pairs whose followers are largely the same, each in a sentence."""
    say = view.say
    pairs = [one for one in plan.get("overlaps") or [] if all(consumer in view.people for consumer in one["consumers"])]
    pairs.sort(key=lambda one: (-one["share"], one["consumers"]))
    found = []
    for one in pairs[:OVERLAPS]:
        a, b = (view.name(consumer) for consumer in one["consumers"])
        share = say.percent(one["both"] / one["smaller"])
        found.append(say("plan.shared", a=a, b=b, n=one["both"], of=one["smaller"], share=share))
    return found


def _list_tasks(view: View, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calendar, a row for each step of each phase: the days of a step that blackout days divide are one row."""
    say = view.say
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for task in plan.get("calendar") or []:
        row = rows.setdefault((task["phase"], task["step"]), {"starts": task["starts"], "ends": task["ends"], "n": 0})
        row["starts"], row["ends"] = min(row["starts"], task["starts"]), max(row["ends"], task["ends"])
        row["n"] = row["n"] + task["people"] if task["step"] == "posting" else max(row["n"], task["people"])
    return [
        {
            "phase": _name_phase(view, phase),
            "step": say(f"plan.step_{step}"),
            "starts": row["starts"],
            "ends": row["ends"],
            "who": say.count(row["n"], "posts" if step == "posting" else "people"),
        }
        for (phase, step), row in rows.items()
    ]


def _name_phase(view: View, phase: str) -> str:
    """The phases that plans come with in the reader's language, others as the user calls them."""
    key = f"plan.phase_{phase.partition(' (')[0].replace(' ', '_')}"
    return view.say(key) if view.say.has(key) else view.say.data(phase)


def _list_notes(view: View, plan: Mapping[str, Any], roster: list[Mapping[str, Any]]) -> list[str]:
    """What has to be known before anybody is asked."""
    say, notes = view.say, []
    filing = sum("filing_number" in (one.get("needs") or ()) for one in roster)
    new = sum(bool(one.get("new")) for one in roster)
    if roster:
        notes.append(say("plan.new_faces", n=new, of=len(roster)))
    if filing:
        notes.append(say("plan.filing", people=say.count(filing, "people")))
    if "engagements" in (plan.get("ties") or ()):
        notes.append(say("plan.engaged"))
    if plan.get("calendar"):
        first = min(task["starts"] for task in plan["calendar"])
        if date.fromisoformat(first) < view.as_of:
            notes.append(say("plan.begun", day=date.fromisoformat(first)))
        notes.append(say("plan.order"))
    waves = plan.get("waves")
    if waves and waves.get("leak") is not None and not view.reader.is_client:
        notes.append(say("plan.waves", share=say.percent(waves["leak"]), people=say.count(waves["reached"], "people")))
    return notes
