"""Two runs compared: posts and people that changed, who is new on the list and who left it and why, and the groups.

An analysis compares its run with the one that it continues, so that a report needs no other run than its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from graphkoc.communities.tracking import RESIZED, RESIZED_PEOPLE
from graphkoc.errors import UsageError
from graphkoc.graph.action_log import moment
from graphkoc.graph.network import days
from graphkoc.qualify.gates.words import list_gates, words
from graphkoc.qualify.posts import NAMED_DAYS
from graphkoc.runs.checks import CHECKS, QUIET
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped
from graphkoc.text import count, is_missing

__all__ = ["CHANGES", "compare_runs", "describe_comparison", "find_since", "list_changes"]

MOVED = 3
"""Places on the list from which a person counts as risen or fallen."""
WIDE = {"kol": "a wide audience", "wide": "widely followed here"}
"""Roles that are on no list for the size of the audience, in words."""
POSTS = ("own_post_critical", "own_post", "rival_ad", "rival_post")
STATES = ("opted_out", "quiet", "new_customer", "tier")
LISTED = ("new", "gone", "risen", "fallen")
CHANGES = (*POSTS, *STATES, *LISTED)
"""What changes of posts and people, the most important first; ranks come last."""
IN_WORDS = {"opted_out": "opted out", "quiet": "went quiet", "new_customer": "new customers", "tier": "crossed a tier"}
NOT_SOUGHT = "one of the two runs did not look for circles, on request"
GROUP_CHANGES = ("new", "gone", "renamed", "grown", "shrunk")
AD = ("paid", "gifted")
"""Origins of a post with an advertising label."""
ASIDE = ("notice", "measures", "until")
"""Settings that change no figure, or are stated as the date of each run."""
READ = ("consumer", "name", "platform", "role", "rank", "label", "consent", "client", "last_review")
"""Columns of everybody; all of them are read of those whose place on the list changed."""

WHO = ("consumer", "name")

Person = dict[str, Any]


def compare_runs(before: Run, after: Run) -> dict[str, Any]:
    """What changed from one run to another of the same people.

    {before: {run, at, listed}, after: {run, at, listed}, settings: [{setting, before, now}], people: [{change,
    consumer, name, platform, rank_before, rank, why, codes, before, now}], posts: [{change, consumer, name, platform,
    review, day, brand}], posts_since, groups: [{change, kind, group, name, people_before, people}], groups_why_not,
    circles_why_not, white_space: {before, now}}.

    settings are those that differ; figures of such runs differ for this alone. change of a person is of STATES, as long
    as one of the two runs names the person, or of LISTED: new, gone, risen or fallen (MOVED places or more). People are
    in the order of CHANGES, and by rank. codes: names of gates and checks, or not_in_data, joined, kol, wide, was_kol,
    was_wide; why has the same in words. change of a post is of POSTS; posts are those since the date of the first run,
    and at most of the last 90 days, from posts_since on, which is None without a brand. change of a group is of
    GROUP_CHANGES. groups is empty, and groups_why_not says why, where the runs are not of one series, for then the same
    id is another group. circles_why_not says why where circles alone are not compared: one of the runs did not look for
    any. white_space counts the memberships of groups that no KOL reaches; None then. Raises UsageError where the runs
    have nobody in common.
    """
    old, new = _read_people(before), _read_people(after)
    joined = {row["account"]: row["consumer"] for row in after.rows("accounts", ["account", "consumer"])}
    if not old.keys() & (new.keys() | joined.keys()):
        raise UsageError("the two runs have nobody in common", hint="Compare runs of one store.")
    people = [*_compare_states(before, after, old, new), *_compare_places(before, after, old, new, joined)]
    since = find_since(before, after)
    same_series = before.line == after.line
    skipped = "circles" in {*before.skipped, *after.skipped}
    kinds = ("niche",) if skipped else ("niche", "circle")
    return {
        **{name: _describe_run(run, people) for name, run, people in (("before", before, old), ("after", after, new))},
        "settings": _compare_settings(before, after),
        "people": sorted(people, key=_place),
        "posts": [] if since is None else _list_posts(after, since),
        "posts_since": None if since is None else since.isoformat(),
        "groups": [row for kind in kinds for row in _compare_groups(before, after, kind)] if same_series else [],
        "groups_why_not": None if same_series else "the runs are not of one series, so their groups have other ids",
        "circles_why_not": NOT_SOUGHT if skipped else None,
        "white_space": {
            name: None if skipped else _count_white(run) for name, run in (("before", before), ("now", after))
        },
    }


def list_changes(before: Run, after: Run) -> pd.DataFrame:
    """What changed, as the table of a run; see `compare_runs`, of which it has nothing where nobody is in both runs."""
    try:
        found = compare_runs(before, after)
    except UsageError:
        return shaped("changes", pd.DataFrame())
    rows = [{name: None if is_missing(cell) else str(cell) for name, cell in row.items()} for row in _list_rows(found)]
    return shaped("changes", pd.DataFrame(rows))


def _list_rows(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A row of the table for each setting, post, person and group."""
    for one in found["settings"]:
        yield {"kind": "run", "change": "settings", "before": one["before"], "now": one["now"], "why": one["setting"]}
    for one in found["posts"]:
        yield {"kind": "person", "now": one["brand"]} | {key: one[key] for key in ("change", *WHO, "review")}
    for one in found["people"]:
        was, now = (one[key] for key in (("rank_before", "rank") if one["change"] in LISTED else ("before", "now")))
        row = {"kind": "person", "before": was, "now": now, "why": "; ".join(one["codes"]) or None}
        yield row | {key: one[key] for key in ("change", *WHO)}
    for one in found["groups"]:
        row = {"kind": "group", "change": f"group_{one['change']}", "group_kind": one["kind"]}
        yield (
            row | {key: one[key] for key in ("group", "name")} | {"before": one["people_before"], "now": one["people"]}
        )
    white = found["white_space"]
    if not found["groups_why_not"] and white["before"] != white["now"]:
        yield {"kind": "run", "change": "white_space", "before": white["before"], "now": white["now"]}


def _read_people(run: Run) -> dict[str, Person]:
    return {row["consumer"]: row for row in run.rows("people", READ)}


def _describe_run(run: Run, people: Mapping[str, Person]) -> dict[str, Any]:
    listed = sum(row["role"] in RANKED for row in people.values())
    return {"run": run.folder, "at": run.info["at"], "listed": listed}


def _place(row: Mapping[str, Any]) -> tuple[int, float, str]:
    rank = row["rank"] or row["rank_before"]
    return CHANGES.index(row["change"]), float(rank or "inf"), row["consumer"]


def _compare_settings(before: Run, after: Run) -> list[dict[str, Any]]:
    """The settings, the score's kind and the version that differ, as text."""
    old, new = (_list_settings(run) for run in (before, after))
    return [
        {"setting": name, "before": old.get(name), "now": new.get(name)}
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _list_settings(run: Run) -> dict[str, str | None]:
    settings = run.info["settings"]
    found = {name: value for name, value in settings.items() if name not in ASIDE}
    found["score"] = run.info["score"]["kind"]
    found["graphkoc"] = run.info["versions"]["graphkoc"]
    return {name: _describe_setting(found[name]) for name in sorted(found)}


def _describe_setting(value: Any) -> str | None:
    if isinstance(value, Mapping):
        parts = [f"{key}: {_describe_setting(one)}" for key, one in value.items() if one]
        return "; ".join(parts) or None
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value) or None
    return None if value is None else str(value)


def find_since(before: Run, after: Run) -> datetime | None:
    """From when on posts are listed; None where the second run knows no brand."""
    if not after.info["settings"]["brand"]:
        return None
    then, now = (datetime.fromisoformat(run.info["at"]) for run in (before, after))
    return max(then, now - timedelta(days=NAMED_DAYS))


def _list_posts(after: Run, since: datetime) -> list[dict[str, Any]]:
    """The posts about us and rivals since a time, by change, newest first."""
    posts = after.posts
    first = days(pd.Series([since]))[0]
    posts = posts[posts["side"].notna() & (posts["day"] > first)]
    names = {row["consumer"]: row["name"] for row in after.rows("people", ["consumer", "name"])}
    found = [
        {
            "change": _name_post(post),
            "consumer": post["consumer"],
            "name": names.get(post["consumer"]),
            "platform": post["platform"],
            "review": post["review"],
            "day": moment(post["day"]).date().isoformat(),
            "brand": post["brand"],
        }
        for post in posts.sort_values(["day", "review"], ascending=[False, True]).to_dict("records")
    ]
    return sorted(found, key=lambda post: POSTS.index(post["change"]))


def _name_post(post: Mapping[Any, Any]) -> str:
    if post["side"] == "own":
        return "own_post_critical" if post["critical"] else "own_post"
    return "rival_ad" if post["origin"] in AD else "rival_post"


def _compare_states(
    before: Run, after: Run, old: Mapping[str, Person], new: Mapping[str, Person]
) -> list[dict[str, Any]]:
    """What changed of people whom one of the runs names, beside their places: of STATES."""
    then, now = (datetime.fromisoformat(run.info["at"]) for run in (before, after))
    found = []
    for consumer in old.keys() & new.keys():
        was, person = old[consumer], new[consumer]
        if not {was["role"], person["role"]} & {*RANKED, *WIDE_ROLES}:
            continue
        changed: dict[str, tuple[Any, Any]] = {}
        if person["consent"] == "no" and was["consent"] != "no":
            changed["opted_out"] = was["consent"], person["consent"]
        if _is_quiet(person, now) and not _is_quiet(was, then):
            changed["quiet"] = None, person["last_review"].date().isoformat()
        if person["client"] == "yes" and was["client"] != "yes":
            changed["new_customer"] = was["client"], person["client"]
        if was["label"] and person["label"] and was["label"] != person["label"]:
            changed["tier"] = was["label"], person["label"]
        found += [_describe_person(change, was, person, before=one, now=two) for change, (one, two) in changed.items()]
    return found


def _is_quiet(person: Person, at: datetime) -> bool:
    return person["last_review"] is not None and person["last_review"] < at - timedelta(days=QUIET)


def _describe_person(
    change: str,
    was: Person | None,
    person: Person | None,
    why: str = "",
    codes: tuple[str, ...] = (),
    before: str | None = None,
    now: str | None = None,
) -> dict[str, Any]:
    known = person or was
    assert known is not None
    return {
        "change": change,
        "consumer": known["consumer"],
        "name": known["name"],
        "platform": known["platform"],
        "rank_before": was["rank"] if was else None,
        "rank": person["rank"] if person else None,
        "why": why or (f"{before} to {now}" if before else now or ""),
        "codes": list(codes),
        "before": before,
        "now": now,
    }


def _compare_places(
    before: Run, after: Run, old: Mapping[str, Person], new: Mapping[str, Person], joined: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Who is new on the list, gone, risen and fallen."""
    ranks = {one: (_find_rank(old.get(one)), _find_rank(new.get(one))) for one in {*old, *new}}
    wanted = {consumer for consumer, places in ranks.items() if _has_moved(*places)}
    full = [{row["consumer"]: row for row in run.rows("people", None, ("consumer", wanted))} for run in (before, after)]
    found = []
    for consumer in sorted(wanted):
        (was, now), one, two = ranks[consumer], full[0].get(consumer), full[1].get(consumer)
        if was is None:
            change, why, codes = "new", _explain_new(one, two), _code_new(one, two)
        elif now is None:
            assert one is not None
            change, why, codes = "gone", _explain_gone(after, one, two, joined), _code_gone(after, one, two, joined)
        else:
            assert one is not None
            assert two is not None
            change, why, codes = "risen" if now < was else "fallen", _explain_move(before, after, one, two), ()
        found.append(_describe_person(change, one, two, why, codes))
    return found


def _find_rank(person: Person | None) -> int | None:
    return None if person is None else person["rank"]


def _has_moved(was: int | None, now: int | None) -> bool:
    if was is None or now is None:
        return was != now
    return abs(was - now) >= MOVED


def _code_new(old: Person | None, new: Person | None) -> tuple[str, ...]:
    """Why somebody is on the list who was not: the gates that failed, and the checks that took them off it."""
    if old is None or new is None:
        return ("not_in_data",)
    if old["role"] in WIDE:
        return (f"was_{old['role']}",)
    gates = [gate for gate in _find_failed(old) if new[f"gate_{gate}"] != "failed"]
    return (*gates, *(old["excluded"].split("; ") if old["excluded"] else ()))


def _code_gone(after: Run, old: Person, new: Person | None, joined: Mapping[str, str]) -> tuple[str, ...]:
    """Why somebody is no longer on the list: the gates that fail, and the checks that take them off it."""
    if new is None:
        return ("joined" if old["consumer"] in joined else "not_in_data",)
    if new["role"] in WIDE:
        return (str(new["role"]),)
    gates = list_gates(new, after.info["limits"])
    failed = [gate["gate"] for gate in gates if gate["required"] and gate["state"] == "failed"]
    return (*failed, *(new["excluded"].split("; ") if new["excluded"] else ()))


def _count_white(run: Run) -> int | None:
    """Memberships of niches and circles that no KOL reaches; None where the run has no groups."""
    rows = [row for kind in ("niche", "circle") for row in run.rows(f"{kind}s", ["only_koc", "nobody"])]
    return sum(row["only_koc"] + row["nobody"] for row in rows) if rows else None


def _explain_new(old: Person | None, new: Person | None) -> str:
    if old is None or new is None:
        return "not in the data before"
    if old["role"] in WIDE:
        return f"no longer {WIDE[old['role']]}: {words('small', new)}"
    changed = [words(gate, new) for gate in _find_failed(old) if new[f"gate_{gate}"] != "failed"]
    if old["excluded"]:
        changed.append(f"no longer taken off the list by [safety]: {_describe_checks(old['excluded'])}")
    return "; ".join(changed) or "passes every required gate now"


def _explain_gone(after: Run, old: Person, new: Person | None, joined: Mapping[str, str]) -> str:
    if new is None:
        person = joined.get(old["consumer"])
        return f"counted as one person with {person} now" if person else "no longer in the data"
    if new["role"] in WIDE:
        return f"{WIDE[new['role']]} now: {words('small', new)}"
    gates = list_gates(new, after.info["limits"])
    why = [gate["words"] for gate in gates if gate["required"] and gate["state"] == "failed"]
    if new["excluded"]:
        why.append(f"taken off the list by [safety]: {_describe_checks(new['excluded'])}")
    return "; ".join(why)


def _describe_checks(names: str) -> str:
    """Checks, as the column excluded has them, in words."""
    return ", and ".join(CHECKS[name] for name in names.split("; "))


def _find_failed(person: Person) -> list[str]:
    return [name.removeprefix("gate_") for name, state in person.items() if name[:5] == "gate_" and state == "failed"]


def _explain_move(before: Run, after: Run, old: Person, new: Person) -> str:
    """The part of the score that changed most in the direction of the move."""
    if before.info["score"]["kind"] != after.info["score"]["kind"]:
        return f"ranked by the {before.info['score']['kind']} before, and by the {after.info['score']['kind']} now"
    up = 1 if new["rank"] < old["rank"] else -1
    gains = {
        part["what"]: new[f"{part['name']}_points"] - old[f"{part['name']}_points"]
        for part in after.info["score"]["parts"]
    }
    what = max(gains, key=lambda name: up * gains[name])
    if up * gains[what] <= 0:
        return "others rose or came" if up < 0 else "others fell or left"
    return f"{what} {gains[what]:+.1f} points"


def _compare_groups(before: Run, after: Run, kind: str) -> list[dict[str, Any]]:
    """The groups of a kind that changed, each with the first of GROUP_CHANGES that is so."""
    old, new = ({row[kind]: row for row in run.rows(f"{kind}s", [kind, "name", "people"])} for run in (before, after))
    found = []
    for group in old.keys() | new.keys():
        was, now = old.get(group), new.get(group)
        if change := _name_group_change(was, now):
            found.append(
                {
                    "change": change,
                    "kind": kind,
                    "group": group,
                    "name": (now or was or {})["name"],
                    "people_before": was["people"] if was else 0,
                    "people": now["people"] if now else 0,
                }
            )
    return sorted(found, key=lambda row: (GROUP_CHANGES.index(row["change"]), row["group"]))


def _name_group_change(was: dict[str, Any] | None, now: dict[str, Any] | None) -> str | None:
    if was is None or now is None:
        return "new" if was is None else "gone"
    if was["name"] != now["name"]:
        return "renamed"
    more = now["people"] - was["people"]
    if abs(more) < max(RESIZED_PEOPLE, RESIZED * was["people"]):
        return None
    return "grown" if more > 0 else "shrunk"


def describe_comparison(found: dict[str, Any]) -> list[str]:
    """A comparison of `compare_runs` in sentences, but for its people one by one."""
    before, after = found["before"], found["after"]
    lines = [
        f"The settings differ, so figures differ for this too: {one['setting']} {one['before'] or 'none'} before, "
        f"{one['now'] or 'none'} now."
        for one in found["settings"]
    ]
    was, now = (f"{one['listed']:,} listed as of {one['at'][:10]}" for one in (before, after))
    changes = Counter(row["change"] for row in found["people"])
    counts = ", ".join(f"{changes[change]:,} {change}" for change in LISTED)
    lines.append(f"{was}, {now}: {counts}.")
    if found["posts_since"]:
        posts = Counter(post["change"] for post in found["posts"])
        own, rival = posts["own_post"] + posts["own_post_critical"], posts["rival_post"] + posts["rival_ad"]
        since = found["posts_since"][:10]
        lines.append(
            f"Since {since}: {count(own, 'posts')} about us ({posts['own_post_critical']:,} critical),"
            f" {count(rival, 'posts')} about rivals ({count(posts['rival_ad'], 'ads')})."
        )
    states = [f"{changes[change]:,} {IN_WORDS[change]}" for change in STATES if changes[change]]
    if states:
        lines.append(f"Of those whom a list names: {', '.join(states)}.")
    for row in found["groups"]:
        sizes = f"{row['people_before']:,} to {count(row['people'], 'people')}"
        lines.append(f"{row['kind']} {row['group']} ({row['name']}): {row['change']}, {sizes}.")
    white = found["white_space"]
    if not found["groups_why_not"] and None not in white.values() and white["before"] != white["now"]:
        lines.append(f"White space: {white['before']:,} to {white['now']:,} members of groups.")
    if found["groups_why_not"]:
        lines.append(f"Groups are not compared: {found['groups_why_not']}.")
    elif found["circles_why_not"]:
        lines.append(f"Circles are not compared: {found['circles_why_not']}.")
    return lines
