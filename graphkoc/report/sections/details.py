"""Data and method: what the data cover, how people are labelled, how things are counted, and how to repeat it."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from graphkoc.report.sections.trust import write_horizon
from graphkoc.report.view import View
from graphkoc.runs.roles import RANKED
from graphkoc.text import display_name, number_or_none, text_or_none, whole_or_none

__all__ = ["PLACE", "facts", "find_label"]

PLACE = 70

GAP = 0.5
"""Share of a platform's people below which not knowing whom they follow is called a gap."""
GAPS = 2
TIES = (("follows", "follows"), ("engaged", "engagements"))
"""Counts of a run, and their nouns."""
BARS = 8
"""Niches with a bar of their share of voice."""
BRIDGES = 10
EXAMPLE = "CONSUMER"
"""Stands for a person's id in commands where none can be shown."""
RELATIVE = "relative"
"""The tiers that compare known followers with each other."""
SETTINGS = ("platform", "until", "tiers", "min_size", "rng_seed")
LISTS = ("measures", "target_languages", "target_markets")
COUNTED = ("exclude", "safety_words")
"""Settings that are lists of what a page should not repeat."""


def facts(view: View) -> dict[str, Any]:
    """The coverage, the brand, the labels, the method; for an analyst also files, settings and commands."""
    is_client = view.reader.is_client
    return {
        "coverage": _describe_coverage(view),
        "data": _describe_data(view),
        "brand": _describe_brand(view),
        "labels": _describe_labels(view),
        "score": _describe_score(view),
        "checks": _list_checks(view),
        "groups": _describe_groups(view),
        "white_space": _describe_white_space(view),
        "bridges": _list_bridges(view),
        "versions": [f"{name} {version}" for name, version in sorted(view.run.info["versions"].items())],
        "files": None if is_client else _list_files(view),
        "inputs": None if is_client else _list_inputs(view),
        "settings": None if is_client else _list_settings(view),
        "commands": None if is_client else _list_commands(view),
    }


def _describe_coverage(view: View) -> dict[str, Any]:
    """For each platform its people, their reviews, and of how many the audience and whom they follow are known."""
    say, ties_of = view.say, view.run.info["ties_of"]
    people = {
        row["consumer"]: row
        for row in view.run.rows("people", ["consumer", "platform", "role", "audience", "part", "posts"])
    }
    ties_at = {say.platform(platform): ties for platform, ties in sorted(ties_of.items()) if ties != "none"}
    rows = []
    for platform, reviews in _list_places(view, people).items():
        there = [people[consumer] for consumer in reviews]
        written, ties = sum(reviews.values()), ties_at.get(platform, "none")
        rows.append(
            {
                "platform": platform,
                "people": len(there),
                "reviews": written,
                "audience": sum(one["audience"] > 0 for one in there),
                "follows": sum(one["part"] != "not_known" for one in there),
                "from": say(f"details.from_{ties if ties != 'none' or not written else 'reviews'}"),
                "kocs": sum(one["role"] in RANKED for one in there),
            }
        )
    for row in rows:
        row |= {f"{name}_share": row[name] / row["people"] for name in ("audience", "follows")}
    rows.sort(key=lambda row: (-row["people"], row["platform"]))
    return {"rows": rows, "caption": _write_coverage(view, rows)}


def _list_places(view: View, people: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """The reviews of everybody on each platform, by its shown name; those with several accounts are on several."""
    show = view.say.platform
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    several = set()
    for row in view.run.rows("accounts", ["consumer", "platform", "reviews"]):
        several.add(row["consumer"])
        found[show(text_or_none(row["platform"]))][row["consumer"]] += int(row["reviews"] or 0)
    for consumer, person in people.items():
        if consumer not in several:
            found[show(text_or_none(person["platform"]))][consumer] += int(person["posts"])
    return {platform: dict(found[platform]) for platform in sorted(found)}


def _write_coverage(view: View, rows: list[dict[str, Any]]) -> str:
    say, parts = view.say, view.run.info["parts"]
    people = sum(parts.values())
    known = {"known": people - parts["not_known"], "people": say.count(people, "people")}
    gaps = sorted((row for row in rows if row["follows_share"] < GAP), key=lambda row: row["follows_share"])[:GAPS]
    if not gaps:
        return say("details.covered", **known)
    named = [say("details.gap", platform=row["platform"], share=say.percent(row["follows_share"])) for row in gaps]
    return say("details.covered_but", gaps=say.join(named), **known)


def _describe_data(view: View) -> str:
    """What was read."""
    say, counts = view.say, view.run.info["counts"]
    sizes = {name: say.number(counts[name]) for name in ("consumers", "reviews", "products", "categories")}
    ties = [say.count(counts[name], noun) for name, noun in TIES if counts[name]]
    sentences = [
        say("details.dated", first=say.day(counts["first_review"]), last=say.day(counts["last_review"]))
        if view.dated
        else say("details.undated"),
        say("details.sizes", **sizes),
        say("details.ties", ties=say.join(ties)) if ties else None,
        say("details.purchases", purchases=counts["purchases"], customers=counts["customers"])
        if counts["purchases"]
        else None,
        say("details.undated_reviews", n=counts["undated_reviews"])
        if view.dated and counts["undated_reviews"]
        else None,
        say("details.undated_follows", n=counts["undated_follows"])
        if view.dated and counts["undated_follows"]
        else None,
    ]
    return _write(view, [sentence for sentence in sentences if sentence])


def _write(view: View, sentences: list[str]) -> str:
    """Sentences as a paragraph."""
    return view.say("details.between").join(sentences)


def _describe_brand(view: View) -> dict[str, Any] | None:
    """Our share of the last year's reviews that name us or a rival, and the brand in each niche; None without one."""
    say, brand = view.say, view.run.info["settings"]["brand"]
    rows = view.run.rows("brand")
    if not rows or not brand["own"]:
        return None
    level = {row["niche"]: row["level"] for row in view.run.rows("niches", ["niche", "level"])}
    everybody, *niches = [_describe_brand_row(view, row) for row in rows]
    bars = [row for row, found in zip(niches, rows[1:], strict=True) if level.get(found["niche"]) == "niche"]
    bars = sorted((row for row in bars if row["voice"] is not None), key=lambda row: (-row["heard"], row["name"]))
    own, rivals = (say.join(map(say.data, brand[side])) for side in ("own", "rivals"))
    where = {
        name: int(rows[0][f"voice_by_{source}"])
        for name, source in (("brand", "brand"), ("title", "title"), ("text", "text"))
    }
    return {
        "own": own,
        "caption": _write_voice(view, everybody, own),
        "bars": bars[:BARS],
        "rows": [everybody, *niches],
        "note": say("details.voice_note", rivals=rivals or say("details.no_rivals"), **where),
    }


def _describe_brand_row(view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    niche = text_or_none(row["niche"])
    low, high = (number_or_none(row[name]) for name in ("affinity_low", "affinity_high"))
    return {
        "name": view.say("details.everybody") if niche is None else display_name(view.group("niche", niche)["name"]),
        "buyers": whole_or_none(row["buyers"]),
        "reviewers": int(row["reviewers"]),
        "rivals_people": int(row["rivals_people"]),
        "heard": int(row["voice_reviews"]),
        **{name: number_or_none(row[name]) for name in ("voice", "voice_before")},
        # Everybody is what the niches are compared with.
        "affinity": None if niche is None else number_or_none(row["affinity"]),
        "affinity_range": None
        if niche is None or low is None or high is None
        else view.say("details.range", low=view.say.number(low, 1), high=view.say.number(high, 1)),
    }


def _write_voice(view: View, everybody: Mapping[str, Any], own: str) -> str:
    say = view.say
    if everybody["voice"] is None:
        return say("details.no_voice", brand=own)
    share, n = say.percent(everybody["voice"]), everybody["heard"]
    if everybody["voice_before"] is None:
        return say("details.voice", brand=own, share=share, n=n)
    return say("details.voice_since", brand=own, share=share, n=n, before=say.percent(everybody["voice_before"]))


def _describe_labels(view: View) -> dict[str, Any]:
    """By which limits a person is called KOC or KOL, and how many people have each label."""
    tiers = view.run.info["tiers"]
    columns = ["tier_profile", "tier_platform", "tier_low", "tier_high"]
    limits = {(row["tier_profile"], row["tier_platform"]): row for row in view.run.rows("people", columns)}
    stated = sorted((one for one in limits.items() if one[0][0] != RELATIVE), key=lambda one: str(one[0]))
    sources = {one["name"]: re.findall(r"https?://([^\s,;)]+)", one["source"]) for one in tiers["profiles"]}
    sentences = [_describe_limits(view, row) for _, row in stated]
    if compared := next((row for (profile, _), row in limits.items() if profile == RELATIVE), None):
        sentences.append(_describe_compared(view, compared, alone=not stated))
    labels = sorted(tiers["labels"].items(), key=lambda item: (-item[1], item[0]))
    return {
        "sentences": sentences,
        "rows": [{"label": _show_label(view, label), "people": people} for label, people in labels],
        "sources": [source for name in sorted(sources) for source in sources[name]],
    }


def _describe_limits(view: View, row: Mapping[str, Any]) -> str:
    """The limits of a platform that states followers."""
    platform, low, high = view.say.platform(row["tier_platform"]), row["tier_low"], number_or_none(row["tier_high"])
    if high is None or high == float("inf"):
        return view.say("details.stated_any", platform=platform)
    if low <= 1:
        return view.say("details.stated", platform=platform, high=int(high))
    return view.say("details.stated_between", platform=platform, low=int(low), high=int(high))


def _describe_compared(view: View, row: Mapping[str, Any], alone: bool) -> str:
    """The limits where known audiences are compared with each other; alone: for everybody."""
    say, tiers = view.say, view.run.info["tiers"]
    where = say("details.here" if alone else "details.elsewhere")
    if tiers["low"] is None or row["tier_high"] < row["tier_low"]:
        return say("details.not_compared", where=where)
    kinds = set(view.run.info["ties_of"].values()) - {"none"}
    basis = say("details.basis_both" if len(kinds) > 1 else f"details.basis_{next(iter(kinds), 'follows')}")
    return say("details.compared", where=where, low=int(row["tier_low"]), high=int(row["tier_high"]), basis=basis)


def find_label(label: str) -> str:
    """The key of the words for a label of a tier file."""
    return "details.label_" + re.sub(r"[^a-z]+", "_", label.casefold()).strip("_")


def _show_label(view: View, label: str) -> str:
    key = find_label(label)
    return view.say(key) if view.say.has(key) else display_name(label)


def _describe_score(view: View) -> str:
    """What kind of score ranks, and its parts."""
    say, score = view.say, view.run.info["score"]
    sentences = [say(f"details.score_{score['kind']}")]
    if model := score["model"]:
        sentences.append(
            say(
                "details.learned",
                n=len(model["windows"]),
                months=write_horizon(say, [model["horizon_days"]]),
                events=round(model["events"]),
                kept=say.percent(model["keeps_to_formula"]),
            )
        )
    parts = say.join(say(f"details.{score['kind']}_{part['name']}") for part in score["parts"])
    return _write(view, [*sentences, say("details.parts", parts=parts)])


def _list_checks(view: View) -> list[dict[str, Any]]:
    """Each check with its limit, and how many people pass it, fail it, or are not known."""
    say, limits = view.say, view.run.info["limits"]

    def write_limit(name: str) -> str:
        values = sorted({float(one[name]) for one in limits.values()})
        return say.join(say.percent(value) if name.endswith("share") else say.number(value, 1) for value in values)

    named = {
        name: write_limit(name) for name in ("days", "reviews", "purchases", "own_share", "unpaid_share", "knit_z")
    }
    return [
        {
            "name": say(f"details.check_{one['gate']}"),
            "what": say(f"details.passes_{one['gate']}", **named),
            **{state: one[state] for state in ("passed", "failed", "unknown", "required")},
        }
        for one in view.run.info["gates"]
    ]


def _describe_groups(view: View) -> dict[str, str]:
    """How niches and circles are found, and what the same search finds where there is nothing to find."""
    say, info = view.say, view.run.info
    found = sum((info["circles"]["control"] or {}).values())
    return {
        "niche": say("details.niche", people=info["settings"]["min_size"], n=info["niche_control"] or 0),
        "circle": say("details.circle_skipped") if "circles" in view.run.skipped else say("details.circle", n=found),
    }


def _describe_white_space(view: View) -> str:
    """The four parts of everybody, and the platforms of which too few KOLs are loaded to say so."""
    say, info = view.say, view.run.info
    parts = info["parts"]
    few = [say.platform(one["platform"]) for one in info["reach_of"] if not one["enough"]]
    seen = [
        say("details.seen", platform=say.platform(one["platform"]), n=one["posts"])
        for one in info["reach_of"]
        if one["enough"] and one["ties"] == "engagements"
    ]
    sentences = [say("details.white_space", people=say.count(sum(parts.values()), "people"), **parts), *seen]
    return _write(view, [*sentences, say("details.few_kols", platforms=say.join(few))] if few else sentences)


def _list_bridges(view: View) -> list[dict[str, Any]]:
    """The key opinion consumers who reach people in most circles; nobody where none were looked for."""
    if "circles" in view.run.skipped:
        return []
    rows = view.run.rows("bridges", None, ("role", RANKED))
    return [
        {"who": view.who(row["consumer"])}
        | {"circles": row["circles"], "twice": row["circles_twice"], "niches": row["niches"]}
        for row in rows[:BRIDGES]
    ]


def _list_files(view: View) -> list[dict[str, Any]]:
    """The files that were loaded, with what became of their rows."""
    kinds = ("read", "loaded", "duplicate", "conflict", "rejected", "skipped")
    # Loads of earlier versions know neither a conflict nor a skipped row.
    return [
        {"source": view.say.platform(load["source"]), "file": display_name(file["file"], 200)}
        | {kind: int(file.get(kind, 0)) for kind in kinds}
        for load in view.run.info["loads"]
        for file in load["files"]
    ]


def _list_inputs(view: View) -> list[dict[str, Any]]:
    """What the analysis read of the store: rows of each table, and a hash that is the same for the same rows."""
    return [
        {"name": view.say(f"details.input_{name}"), "rows": table["rows"], "hash": table["sha256"][:12]}
        for name, table in sorted(view.run.info["inputs"].items())
    ]


def _list_settings(view: View) -> list[dict[str, str]]:
    """The settings that differ from nothing: name and value."""
    say, settings = view.say, view.run.info["settings"]
    found: dict[str, str] = {}
    if brand := settings["brand"]:
        found |= {side: say.join(map(say.data, brand[side])) for side in ("own", "rivals") if brand[side]}
    for name in SETTINGS:
        if (value := settings[name]) is not None:
            found[name] = say.day(value) if name == "until" else say.data(str(value))
    found |= {name: say.join(say.data(str(one)) for one in settings[name]) for name in LISTS if settings[name]}
    found |= {name: say.number(len(settings[name])) for name in COUNTED if settings[name]}
    if skipped := view.run.skipped:
        found["skip"] = say.join(say(f"details.skip_{name}") for name in skipped)
    return [{"name": say(f"details.setting_{name}"), "value": value} for name, value in found.items()]


def _list_commands(view: View) -> list[dict[str, str]]:
    """The command that counts each number again."""
    run, who = view.run, shlex.quote(_find_example(view))
    at = shlex.quote(str(run.info["at"]))
    commands = {
        "ranks": "graphkoc kocs",
        "person": f"graphkoc explain {who}",
        **{
            part["name"]: f"graphkoc query {part['query']} -p consumer={who} -p at={at}"
            for part in run.info["score"]["parts"]
            if part["query"]
        },
        "follow_ons": f"graphkoc query follow_on_reviews -p consumer={who}",
        "niches": "graphkoc niches",
        "circles": "graphkoc circles",
        "niche_reach": "graphkoc query niche_reach",
        "circle_reach": "graphkoc query circle_reach",
        "test": "graphkoc backtest",
        "tiers": "graphkoc tiers",
        "counts": "graphkoc status",
        "facts": "graphkoc report --format json",
    }
    idle = {"circles", "circle_reach"} if "circles" in run.skipped else set()
    return [
        {"what": view.say(f"details.command_{name}"), "command": text}
        for name, text in commands.items()
        if name not in idle
    ]


def _find_example(view: View) -> str:
    """The id of the first key opinion consumer, where it can be shown whole."""
    first = [str(person["consumer"]) for person in view.kocs[:1]]
    return next((one for one in first if display_name(one) == one and " " not in one), EXAMPLE)
