"""What changed since the run before: posts about us and rivals, people, groups; places on the list come last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from graphkoc.report.people.evidence import read_evidence, to_date
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = [
    "CARDS",
    "MOVES",
    "PLACE",
    "POSTS",
    "describe_group",
    "describe_person",
    "describe_post",
    "describe_setting",
    "explain_absence",
    "facts",
]

PLACE = 30
SHOWN = 3
"""People or posts of a change that are listed; the others are counted."""
LINES, NAMED = 3, 2
"""Changes on the first screen, and the people whom one of them names."""
CARDS = {
    "own_post_critical": "!",
    "opted_out": "!",
    "rival_ad": "!",
    "own_post": "●",
    "quiet": "▼",
    "new_customer": "▲",
    "new": "▲",
    "gone": "▼",
    "tier": "●",
    "rival_post": "●",
}
"""The changes of people and posts with their mark, the most important first: what cannot wait, what one acts on."""
POSTS = ("own_post_critical", "own_post", "rival_ad", "rival_post")
MOVES = ("risen", "fallen")

Row = dict[str, Any]


def facts(view: View) -> dict[str, Any] | None:
    """The facts of the section: {since, heading, lead, settings, cards, groups, white_space, moves, lines}.

    since: the day of the run before. cards: {change, mark, n, title, rows, more} for each change that there is, the
    most important first. lines: the first three of them, each {mark, text}, for the first screen. None for a first run.
    """
    previous = view.run.info["previous"]
    if previous is None:
        return None
    since, say = str(previous["at"])[:10], view.say
    if "changes" not in view.run.info:
        older = say("changes.older")
        return {**_begin(view, since, older), "lines": [{"mark": "●", "text": older}]}
    rows = view.run.rows("changes")
    people = [row for row in rows if row["kind"] == "person"]
    by_change = {change: _list_of(people, change) for change in CARDS}
    cards = [_make_card(view, change, some) for change, some in by_change.items() if some]
    begun = _begin(view, since, _write_heading(view, since, Counter(row["change"] for row in people)))
    white = next((row for row in rows if row["change"] == "white_space"), None)
    found = {
        **begun,
        "settings": [describe_setting(view, row) for row in rows if row["change"] == "settings"],
        "cards": cards,
        "groups": [describe_group(view, row) for row in rows if row["kind"] == "group"],
        "white_space": _describe_white_space(view, white),
        "moves": {change: _list_moves(view, _list_of(people, change)) for change in MOVES},
    }
    lines = [{"mark": card["mark"], "text": card["line"]} for card in cards]
    if found["white_space"]:
        lines.append({"mark": "●", "text": found["white_space"]})
    return {**found, "lines": lines[:LINES]}


def _begin(view: View, since: str, heading: str) -> dict[str, Any]:
    """The facts of a report without a change."""
    days = (view.as_of - datetime.fromisoformat(since).date()).days
    key = "changes.lead" if days else "changes.lead_same"
    lead = view.say(key, day=view.say.day(since), days=view.say.count(days, "days"))
    nothing: dict[str, Any] = {"settings": [], "cards": [], "groups": [], "white_space": None, "moves": {}}
    return {"since": since, "heading": heading, "lead": lead, "posts_since": _note_posts(view, since), **nothing}


def _note_posts(view: View, since: str) -> str | None:
    """That posts are counted from a later day, where the run before is long ago."""
    first = (view.run.info.get("changes") or {}).get("posts_since")
    return view.say("changes.posts_since", day=view.say.day(first)) if first and first[:10] > since else None


def _list_of(rows: Sequence[Row], change: str) -> list[Row]:
    return [row for row in rows if row["change"] == change]


def _write_heading(view: View, since: str, changes: Counter[str]) -> str:
    say, day = view.say, view.say.day(since)
    critical, own = changes["own_post_critical"], changes["own_post_critical"] + changes["own_post"]
    if own:
        key = "changes.heading_critical" if critical else "changes.heading_posts"
        return say(key, day=day, posts=say.count(own, "posts"), brand=_name_brand(view), critical=critical)
    if changes["new"] or changes["gone"]:
        return say("changes.heading_list", day=day, new=changes["new"], gone=changes["gone"])
    return say("changes.heading_nothing" if not changes else "changes.heading", day=day)


def _name_brand(view: View) -> str:
    """Our brand, as the run's settings have it."""
    return view.say.data(view.run.info["settings"]["brand"]["own"][0])


def _make_card(view: View, change: str, rows: Sequence[Row]) -> dict[str, Any]:
    """A change: how many, in one sentence, and the first of those who may be named."""
    say = view.say
    named = [row for row in rows if row["consumer"] in view.people]
    shown = [describe_post(view, row) if change in POSTS else describe_person(view, row) for row in named[:SHOWN]]
    if change == "rival_post":
        shown = []
    more = len(rows) - len(shown)
    title = say(f"changes.{change}", n=len(rows), brand=_name_brand(view) if change in POSTS else "")
    names = say.join(dict.fromkeys(view.name(row["consumer"]) for row in named[:NAMED]))
    line = say("changes.line", title=title, names=names) if names and change != "rival_post" else title
    counted = _count_reasons(view, rows, named[:SHOWN]) if change == "gone" else []
    return {
        "change": change,
        "mark": CARDS[change],
        "n": len(rows),
        "title": title,
        "rows": shown,
        "counted": counted,
        "more": say("changes.more", n=more) if more and shown and not counted else None,
        "line": line,
    }


def describe_post(view: View, row: Row) -> dict[str, Any]:
    """Who wrote a post, of which product, when, and its quote where the reader may see it: {who, text, quote}."""
    say = view.say
    posts = view.once(read_evidence).posts[row["consumer"]]
    post = next(one for one in posts if one["review"] == row["review"])
    day = say.day(to_date(post["day"]))
    parts = [say.data(post["title"] or row["now"]), say.platform(post["platform"]), day]
    if post["rating"] is not None:
        parts.insert(1, say("changes.stars", n=post["rating"]))
    if post["origin"] in ("paid", "gifted"):
        parts.append(say(f"changes.{post['origin']}"))
    quote = post["quote"] if view.names.is_shown(row["consumer"]) else None
    return {
        "who": view.who(row["consumer"]),
        "text": " · ".join(parts),
        "quote": quote and {"text": display_name(quote, 200), "lang": post["language"]},
    }


def describe_person(view: View, row: Row) -> dict[str, Any]:
    """Who changed, and what of it is worth a line: {who, text, quote}."""
    say, change = view.say, row["change"]
    person = view.people[row["consumer"]]
    if change == "quiet":
        text = say("changes.quiet_since", day=say.day(row["now"]))
    elif change == "tier":
        text = say("changes.from_to", before=_name_tier(view, row["before"]), now=_name_tier(view, row["now"]))
    elif change == "gone":
        text = explain_absence(view, row)
    elif change == "new" and person["main_type"]:
        text = say("changes.new_in", type=say.data(person["main_type"]), rank=person["rank"])
    else:
        text = say("changes.rank", rank=person["rank"]) if person["rank"] else ""
    return {"who": view.who(row["consumer"]), "text": text, "quote": None}


def _name_tier(view: View, label: str) -> str:
    key = f"tiers.{label.casefold().replace(' ', '_')}"
    return view.say(key) if view.say.has(key) else view.say.data(label)


def explain_absence(view: View, row: Row) -> str:
    """Why somebody is on the list no more, of the codes of the comparison."""
    codes = (row["why"] or "").split("; ")
    known = [view.say(f"changes.why_{code}") for code in codes if view.say.has(f"changes.why_{code}")]
    return view.say.join(known) or view.say("changes.why_check")


def _count_reasons(view: View, rows: Sequence[Row], named: Sequence[Row]) -> list[str]:
    """How many people who are not named are gone, for each reason."""
    others = Counter(explain_absence(view, row) for row in rows if row not in named)
    return [view.say("changes.counted", people=view.say.count(n, "people"), why=why) for why, n in others.items()]


def describe_group(view: View, row: Row) -> str:
    """What became of a niche or circle, in a sentence."""
    name = view.run.group_name(row["group_kind"], row["group"]) or row["name"] or row["group"]
    return view.say(
        f"changes.{row['change']}", name=view.say.data(name), before=int(row["before"]), now=int(row["now"])
    )


def _describe_white_space(view: View, row: Row | None) -> str | None:
    if row is None or row["before"] is None or row["now"] is None:
        return None
    before, now = int(row["before"]), int(row["now"])
    return view.say("changes.white_shrank" if now < before else "changes.white_grew", before=before, now=now)


def describe_setting(view: View, row: Row) -> str:
    """A setting that differs between the two runs, in a sentence."""
    say, name = view.say, row["why"]

    def write(value: str | None) -> str:
        if not value:
            return say("changes.none")
        if name == "skip":
            return say.join(say(f"details.skip_{one}") for one in value.split(", "))
        return say.data(value)

    shown = say("details.setting_skip") if name == "skip" else say.data(name)
    return say("changes.setting", name=shown, before=write(row["before"]), now=write(row["now"]))


def _list_moves(view: View, rows: Sequence[Row]) -> dict[str, Any]:
    """Who rose or fell on the list, each with both places, and how many more."""
    shown = [row for row in rows if row["consumer"] in view.people][: 5 * SHOWN]
    return {
        "n": len(rows),
        "rows": [
            {
                "who": view.who(row["consumer"]),
                "text": view.say("changes.from_to_rank", before=int(row["before"]), now=int(row["now"])),
            }
            for row in shown
        ],
        "more": view.say("changes.more", n=len(rows) - len(shown)) if len(rows) > len(shown) else None,
    }
