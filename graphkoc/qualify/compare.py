"""Two runs compared: who is new on the list, who left it and why, who rose and fell, and what became of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkoc.communities.tracking import RESIZED, RESIZED_PEOPLE
from graphkoc.errors import UsageError
from graphkoc.qualify.gates.words import list_gates, words
from graphkoc.runs.checks import CHECKS
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["compare_runs", "describe_comparison"]

MOVED = 3
"""Places on the list from which a person counts as risen or fallen."""
WIDE = {"kol": "a wide audience", "wide": "widely followed here"}
"""Roles that are on no list for the size of the audience, in words."""
CHANGES = ("new", "gone", "risen", "fallen")
GROUP_CHANGES = ("new", "gone", "renamed", "grown", "shrunk")

Person = dict[str, Any]


def compare_runs(before: Run, after: Run) -> dict[str, Any]:
    """What changed from one run to another of the same people.

    {before: {run, at, listed}, after: {run, at, listed}, people: [{change, consumer, name, platform, rank_before, rank,
    why}], groups: [{change, kind, group, name, people_before, people}], groups_why_not}. change of a person is new,
    gone, risen or fallen (MOVED places or more), in this order, and each by rank; change of a group is new, gone,
    renamed, grown or shrunk. groups is empty, and groups_why_not says why, where the runs are not of one series, for
    then the same id is another group. Raises UsageError where the runs have nobody in common.
    """
    old, new = _read_people(before), _read_people(after)
    joined = {row["account"]: row["consumer"] for row in after.rows("accounts", ["account", "consumer"])}
    if not old.keys() & (new.keys() | joined.keys()):
        raise UsageError("the two runs have nobody in common", hint="Compare runs of one store.")
    people = [
        row
        for consumer in old.keys() | new.keys()
        if (row := _compare_person(before, after, old.get(consumer), new.get(consumer), joined))
    ]
    same_series = before.line == after.line
    return {
        **{name: _describe_run(run, people) for name, run, people in (("before", before, old), ("after", after, new))},
        "people": sorted(people, key=lambda row: (CHANGES.index(row["change"]), row["rank"] or row["rank_before"])),
        "groups": [row for kind in ("niche", "circle") for row in _compare_groups(before, after, kind)]
        if same_series
        else [],
        "groups_why_not": None if same_series else "the runs are not of one series, so their groups have other ids",
    }


def _read_people(run: Run) -> dict[str, Person]:
    return {row["consumer"]: row for row in run.rows("people")}


def _describe_run(run: Run, people: Mapping[str, Person]) -> dict[str, Any]:
    listed = sum(row["role"] in RANKED for row in people.values())
    return {"run": run.folder, "at": run.info["at"], "listed": listed}


def _compare_person(
    before: Run, after: Run, old: Person | None, new: Person | None, joined: Mapping[str, str]
) -> dict[str, Any] | None:
    """What changed for one person; None where they stand about where they stood."""
    was, now = (person["rank"] if person else None for person in (old, new))
    if was is None and now is None:
        return None
    if old is None or was is None:
        change, why = "new", _explain_new(old, new)
    elif now is None or new is None:
        change, why = "gone", _explain_gone(after, old, new, joined)
    elif abs(was - now) >= MOVED:
        change, why = "risen" if now < was else "fallen", _explain_move(before, after, old, new)
    else:
        return None
    person = new or old
    assert person is not None
    return {
        "change": change,
        "consumer": person["consumer"],
        "name": person["name"],
        "platform": person["platform"],
        "rank_before": was,
        "rank": now,
        "why": why,
    }


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
    changes = [row["change"] for row in found["people"]]
    counts = ", ".join(f"{changes.count(change):,} {change}" for change in CHANGES)
    was, now = (f"{one['listed']:,} listed as of {one['at'][:10]}" for one in (before, after))
    lines = [f"{was}, {now}: {counts}."]
    for row in found["groups"]:
        sizes = f"{row['people_before']:,} to {count(row['people'], 'people')}"
        lines.append(f"{row['kind']} {row['group']} ({row['name']}): {row['change']}, {sizes}.")
    if found["groups_why_not"]:
        lines.append(f"Groups are not compared: {found['groups_why_not']}.")
    return lines
