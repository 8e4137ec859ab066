"""Rows, links and persons of a command are one commit, wherever it is killed and whatever the disk does."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click.testing
import ladybug
import pandas as pd
import pytest

import graphkoc
from graphkoc.capture.identity.components import identities, standing
from graphkoc.cli import cli
from graphkoc.errors import StoreError
from graphkoc.stores import Decision
from graphkoc.stores.journal_file import JournalFile, Mark
from graphkoc.tables.schema import CANONICAL

COMMANDS = {
    "load": ["load", "csv", "more/consumers.csv"],
    "identity link": ["identity", "link", "--file", "links.csv"],
}

MOMENTS = {
    "before the journal": "JournalFile.write = lambda *_: die()",
    "in a line of the journal": "files._append = lambda file, text: (os.write(file, text[:-40]), die())",
    "before the rename": "ladybug.put_in_place = lambda *_: die()",
    "after the rename": "ladybug.put_in_place = lambda *paths: (files.put_in_place(*paths), die())",
}
"""When a command kills itself, and how."""

KILLED = """
import os, signal, sys
from graphkoc import files
from graphkoc.__main__ import main
from graphkoc.stores import ladybug
from graphkoc.stores.journal_file import JournalFile
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
{moment}
main()
"""

State = tuple[dict[str, list[list[Any]]], list[Decision]]


def write_people(path: Path, ids: list[str], keys: list[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"consumer": ids, "contact_key": keys, "platform": path.parent.name}).to_csv(path, index=False)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of people of whom some are linked, a load that links more, and a list of links."""
    folder = tmp_path_factory.mktemp("people")
    people = [f"csv:a{number:03}" for number in range(60)]
    write_people(folder / "first" / "consumers.csv", people, [f"k{number % 50}" for number in range(60)])
    write_people(
        folder / "more" / "consumers.csv", [f"csv:b{number}" for number in range(30)], [f"k{n}" for n in range(30)]
    )
    links = pd.DataFrame({"account": people[:9], "other": people[20:29], "why": "met them at the tasting"})
    links.to_csv(folder / "links.csv", index=False)
    run(folder, "load", "csv", "first/consumers.csv")
    return folder


@pytest.fixture
def place(loaded: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(loaded, tmp_path / "people"))


def run(folder: Path, *args: str) -> None:
    with contextlib.chdir(folder):
        done = click.testing.CliRunner().invoke(cli, ["-q", *args], prog_name="graphkoc")
    assert done.exit_code == 0, done.output


def state(folder: Path) -> State:
    """The rows of the store and the lines of its journal that are in force, without the times of decisions."""
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    try:
        rows = {name: store.table(name).astype("str").sort_values(list(CANONICAL[name].key)) for name in CANONICAL}
        lines = [replace(line, at="") for line in store.decisions()]
    finally:
        store.close()
    links, _ = standing(lines)
    persons = identities(links, rows["consumers"]["consumer"])
    assert rows["identities"].to_numpy().tolist() == persons.to_numpy().tolist(), "the graph and its journal disagree"
    return {name: table.to_numpy().tolist() for name, table in rows.items()}, lines


def undisturbed(place: Path, command: str) -> tuple[State, State]:
    """The states before and after a command."""
    other = shutil.copytree(place, place.with_name("undisturbed"))
    before = state(other)
    run(other, *COMMANDS[command])
    after = state(other)
    assert before != after
    return before, after


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_killed_has_done_all_or_nothing_and_again_it_does_all(place: Path, command: str) -> None:
    before, after = undisturbed(place, command)
    for moment, die in MOMENTS.items():
        folder = Path(shutil.copytree(place, place.with_name(moment)))
        program = [sys.executable, "-c", KILLED.format(moment=die), "-q", *COMMANDS[command]]
        assert subprocess.run(program, cwd=folder, check=False).returncode == -signal.SIGKILL, moment
        assert state(folder) == (after if moment == "after the rename" else before), moment
        run(folder, *COMMANDS[command])
        assert state(folder) == after, moment
        (journal,) = folder.glob("*.jsonl")
        assert len(journal.read_bytes().splitlines()) == len(after[1]), "what was cut short is gone"


@pytest.mark.soak
@pytest.mark.parametrize("command", COMMANDS)
def test_it_does_not_matter_when_a_command_is_killed(place: Path, command: str) -> None:
    before, after = undisturbed(place, command)
    program = [sys.executable, "-m", "graphkoc", "-q", *COMMANDS[command]]
    rng = random.Random(command)
    started = time.monotonic()
    subprocess.run(program, cwd=shutil.copytree(place, place.with_name("timed")), check=True)
    whole = time.monotonic() - started
    killed = 0
    while killed < 20:
        folder = Path(shutil.copytree(place, place.with_name("killed")))
        process = subprocess.Popen(program, cwd=folder)
        time.sleep(rng.uniform(0.3, 1.0) * whole)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert state(folder) in (before, after)
        run(folder, *COMMANDS[command])
        assert state(folder) == after
        shutil.rmtree(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be made by root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, free: int = 0) -> Path:
    """A file that leaves so many bytes of a disk free."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.truncate(0)
        left = shutil.disk_usage(disk).free - free
        file.write(bytes(max(0, left)))
    return filler


def test_a_disk_that_is_full_when_the_journal_is_written_leaves_it_and_the_store_as_they_were(
    loaded: Path, small_disk: Path
) -> None:
    folder = Path(shutil.copytree(loaded, small_disk / "people"))
    before = state(folder)
    journal = (folder / "graphkoc.lbug.identities.jsonl").read_bytes()
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")

    def fill_up(step: str, *_: int) -> None:
        if step == "stored":
            fill(small_disk)

    with pytest.raises(StoreError, match=r"identities\.jsonl cannot be written: No space left on device"):
        graphkoc.load(store, "csv", [folder / "more" / "consumers.csv"], progress=fill_up)
    store.close()
    assert state(folder) == before
    assert (folder / "graphkoc.lbug.identities.jsonl").read_bytes() == journal
    (small_disk / "filler").unlink()
    run(folder, *COMMANDS["load"])
    assert len(state(folder)[1]) > len(before[1])


@pytest.mark.soak
@pytest.mark.parametrize("command", COMMANDS)
def test_it_does_not_matter_how_full_a_disk_is(loaded: Path, small_disk: Path, command: str) -> None:
    folder = Path(shutil.copytree(loaded, small_disk / "people"))
    before = state(folder)
    refused = 0
    for free in range(0, 2 << 20, 64 << 10):
        filler = fill(small_disk, free)
        program = [sys.executable, "-m", "graphkoc", "-q", *COMMANDS[command]]
        done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=False)
        filler.unlink()
        if done.returncode == 0:
            break
        assert "Traceback" not in done.stderr
        assert state(folder) == before, free
        refused += 1
    assert refused
    assert state(folder) != before


# The journal of an embedded store.


def link(account: str, other: str) -> Decision:
    return Decision("2026-01-02T03:04:05+00:00", "link", account, other, "person", "because")


def test_lines_after_the_mark_are_not_in_force_and_a_mark_of_another_journal_is_none(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "journal")
    assert journal.read(None) == journal.read(Mark.of(b"one\n")) == b""
    journal.path.write_bytes(b"one\ntwo\n")
    assert journal.read(Mark.of(b"one\n")) == b"one\n"
    assert journal.read(None) == journal.read(Mark.of(b"eins\n")) == journal.read(Mark.of(b"one\ntwo\nthree\n"))
    journal.cut(b"one\n")
    assert journal.path.read_bytes() == b"one\n"


def test_a_store_of_an_older_version_and_one_that_is_made_anew_take_the_whole_journal(place: Path) -> None:
    lines, more = state(place)[1], link("csv:a003", "csv:a004")
    path = place / "graphkoc.lbug"
    with path.with_name("graphkoc.lbug.identities.jsonl").open("ab") as file:
        file.write(f"{more.to_line()}\n".encode())
    store = graphkoc.open_store(f"ladybug:{path}")
    assert len(store.decisions()) == len(lines)
    store.close()
    with ladybug.Database(path) as database, ladybug.Connection(database) as connection:
        connection.execute("DROP TABLE Journal")
    assert store.decisions()[-1] == more
    store.close()
    run(place, "load", "csv", "first/consumers.csv")
    assert state(place)[1] == [*lines, replace(more, at="")]
    path.unlink()
    assert store.decisions()[-1] == more
    run(place, "load", "csv", "first/consumers.csv")
    assert state(place)[1] == [*lines, replace(more, at="")]
