"""Whoever withdrew or asked not to be contacted is on no list: every command that lists whom to write to is run."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from command import run as run_command
from small_campaign import Campaign

from graphkoc.activate.running.journal import record
from graphkoc.cli import cli
from graphkoc.invite.saved import campaigns_folder, plans_folder, save_list
from graphkoc.invite.unwilling import UNWILLING

WHO, NAME = "crm:15", "Person 15"
OTHERS = ("crm:55", "crm:3")
LONG_AGO = "2025-01-02"

LISTS: dict[str, list[str]] = {
    "longlist": ["longlist", "run", "-o", "out/longlist.csv"],
    "longlist --plan": ["longlist", "run", "--plan", "tea", "-o", "out/longlist.csv"],
    "focus-group": ["focus-group", "run", "--size", "1", "--reserves", "20", "--format", "json"],
    "focus-group export": ["focus-group", "export", "group", "--run", "run", "-o", "out/group.csv"],
    "plan": ["plan", "run", "--budget", "500", "--format", "json"],
    "campaign new": ["campaign", "new", "autumn", "--from", "tea", "--run", "run"],
    "campaign export": ["campaign", "export", "spring", "--run", "run", "-o", "out/spring.csv"],
    "campaign export of a plan": ["campaign", "export", "tea", "--run", "run", "-o", "out/tea.csv"],
    "campaign late": ["campaign", "late", "spring", "--run", "run", "--format", "json"],
    "campaign substitutes": ["campaign", "substitutes", "summer", "--run", "run", "--format", "json"],
    "brief": ["brief", "spring", "--run", "run", "-o", "out/briefs"],
    "findings reply": ["findings", "reply", "spring", "--run", "run", "-o", "out/replies"],
}
"""Commands that list whom to write to, by their words and what is special about the call."""
DESCRIBES = {
    *(
        "demo",
        "sources",
        "sources recognise",
        "sources scaffold",
        "load",
        "status",
        "doctor",
        "key new",
        "config",
        "completion",
    ),
    *("identity link", "identity unlink", "identity suggest", "identity report", "analyse", "backtest", "tiers"),
    *("niches", "niches rename", "niches merge", "niches undo", "circles", "circles rename", "circles merge"),
    *("circles undo", "members", "kocs", "explain", "similar", "compare", "decide", "browser", "queries", "query"),
    *("report", "publish", "forget-run", "export", "refresh", "campaign update", "campaign show", "person history"),
    *("schedule", "schedule status", "schedule remove", "schedule run"),
    *("feedback", "findings", "findings set", "results", "recap", "lift"),
}
"""Commands that read files, or say what is known of people, groups and campaigns, and list nobody to write to."""


def list_commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """The words of every command below this one."""
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    if hasattr(command, "listing"):
        yield " ".join(words)
    for name, one in command.commands.items():
        yield from list_commands(one, (*words, name))


def test_of_every_command_it_is_known_whether_it_lists_whom_to_write_to() -> None:
    run = [" ".join(words) + " " for words in LISTS.values()]
    listing = {*list_commands(cli)} - DESCRIBES
    assert all(any(line.startswith(f"{words} ") for line in run) for words in listing), "add it to one of the two"
    assert {"longlist", "focus-group", "plan", "campaign late", "campaign substitutes", "campaign export"} <= listing


def person(consumer: str, place: str = "roster") -> dict[str, Any]:
    name = f"Person {consumer.partition(':')[2]}"
    about = {"consumer": consumer, "name": name, "role": "koc", "platform": "instagram", "place": place}
    return {**about, "incentive": "gift", "cost": 30.0}


@pytest.fixture(scope="module")
def place(small_campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A plan, a group and two campaigns that have the person, who was sent something long ago, and what they said."""
    place = Campaign(Path(shutil.copytree(small_campaign.folder, tmp_path_factory.mktemp("unwilling") / "work")))
    (place.folder / "graphkoc.toml").write_text("[costs]\nproduct = 25\nshipping = 6\n")
    plans, campaigns = plans_folder(place.folder / "run"), campaigns_folder(place.folder / "run")
    everybody = [person(WHO), *map(person, OTHERS)]
    made = {"made_at": f"{LONG_AGO}T00:00:00+00:00", "client": "Kettle & Co", "product": "p1"}
    save_list(plans, {"kind": "plan", "name": "tea", "people": everybody, **made})
    save_list(plans, {"kind": "focus-group", "name": "group", "people": everybody, **made})
    save_list(campaigns, {"kind": "campaign", "name": "spring", "people": everybody, **made})
    waiting = [person("crm:3"), person(WHO, "reserve")]
    save_list(campaigns, {"kind": "campaign", "name": "summer", "people": waiting, **made})
    events = [("invited", WHO), ("accepted", WHO), ("received", WHO)]
    rows = [{"consumer": who, "event": event, "happened_at": LONG_AGO} for event, who in events]
    record(campaigns, "spring", rows, "test")
    record(campaigns, "summer", [{"consumer": "crm:3", "event": "declined", "happened_at": LONG_AGO}], "test")
    answers = [{"consumer": one["consumer"], "rating": 2, "text": "The lid drips when I pour."} for one in everybody]
    with (place.folder / "answers.csv").open("w", newline="") as sink:
        writer = csv.DictWriter(sink, ["consumer", "product", "rating", "text", "date"])
        writer.writeheader()
        writer.writerows([{**one, "product": "p1", "date": "2025-02-01"} for one in answers])
    done = run_command("feedback", "answers.csv", "--campaign", "spring", "--run", "run", cwd=place.folder)
    assert done.returncode == 0, done.stderr
    shown = run_command("findings", "spring", "--run", "run", "--format", "json", cwd=place.folder)
    (finding,) = json.loads(shown.stdout)[0]["findings"]
    words = ("findings", "set", finding["id"], "--status", "done", "--note", "New gasket", "--run", "run")
    assert run_command(*words, cwd=place.folder).returncode == 0
    return place


def call(place: Campaign, words: list[str]) -> str:
    """All that a command prints and writes."""
    out, fresh = place.folder / "out", campaigns_folder(place.folder / "run") / "autumn.json"
    shutil.rmtree(out, ignore_errors=True)
    fresh.unlink(missing_ok=True)
    out.mkdir()
    done = run_command(*words, cwd=place.folder)
    assert done.returncode == 0, done.stderr
    files = [file for file in [*sorted(out.rglob("*")), fresh] if file.is_file()]
    return "\n".join([done.stdout, *(f"{file.name}\n{file.read_text(encoding='utf-8-sig')}" for file in files)])


def names(said: str) -> set[str]:
    """By what the person is named in a text."""
    return {text for text in (f'"{WHO}"', f"{WHO},", NAME) if text in said}


@pytest.mark.parametrize("event", UNWILLING)
def test_whoever_may_not_be_contacted_is_on_no_list(place: Campaign, tmp_path: Path, event: str) -> None:
    """Each list has the person before they said so, in whichever campaign, and has not afterwards."""
    copy = Campaign(Path(shutil.copytree(place.folder, tmp_path / "work")))
    if event == UNWILLING[0]:
        missing = [name for name, words in LISTS.items() if not names(call(copy, words))]
        assert not missing, "without an objection the person is on each"
    said = {"consumer": WHO, "event": event, "happened_at": "2025-03-01"}
    assert not record(campaigns_folder(copy.folder / "run"), "summer", [said], "test").not_taken
    assert not {name: found for name, words in LISTS.items() if (found := names(call(copy, words)))}
