"""Files and folders are replaced whole or not at all, whenever their writer is killed, and nobody writes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphkoc import files
from graphkoc.errors import StoreError, UsageError

KILLED = 9
KILLER = """
import os, sys
from pathlib import Path
from graphkoc import files

calls = 0

def deadly(name):
    real = getattr(os, name)
    def call(*args, **options):
        global calls
        for moment in range(2):
            calls += 1
            if calls == int(sys.argv[2]):
                os._exit(9)
            if moment == 0:
                result = real(*args, **options)
        return result
    setattr(os, name, call)

for name in ("mkdir", "rename", "replace", "fsync", "rmdir", "unlink", "ftruncate"):
    deadly(name)
folder = Path(sys.argv[1])
"""
"""A process that is killed before or after the n-th call that changes a name, or waits for the disk."""


def kill_at_every_moment(code: str, folder: Path) -> Iterator[int]:
    """Run the code in a process that is killed at each of its moments, until one is through; gives after each."""
    for moment in range(1, 100):
        done = subprocess.run([sys.executable, "-c", KILLER + code, str(folder), str(moment)], check=False)
        assert done.returncode in (0, KILLED)
        yield moment
        if done.returncode == 0:
            return
    pytest.fail("the process never came to its end")


def read_folder(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def write_folder(folder: Path, text: str) -> None:
    with files.replace_folder(folder, "it cannot be written") as fresh:
        for name in ("one", "two"):
            (fresh / name).write_text(text)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_the_old_one_or_the_new_one_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    code = """
with files.replace_folder(folder / "run", "it cannot be written") as fresh:
    for name in ("one", "two"):
        (fresh / name).write_text("new")
"""
    old, new = (dict.fromkeys(("one", "two"), text) for text in ("old", "new"))
    found, moved = [], 0
    write_folder(tmp_path / "run", "old")
    for _ in kill_at_every_moment(code, tmp_path):
        moved += not (tmp_path / "run").exists()
        files.sweep_folder(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["run"]
        found.append(read_folder(tmp_path / "run"))
        assert found[-1] in (old, new)
    assert found.count(old) > 5
    assert found[-1] == new
    assert moved > 0, "one moment is between the old folder's going and the new one's coming"


def test_a_file_is_the_old_one_or_the_new_one_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    files.replace_file(tmp_path / "kocs.csv", b"old")
    killed = kill_at_every_moment('files.replace_file(folder / "kocs.csv", b"new")', tmp_path)
    found = [(tmp_path / "kocs.csv").read_bytes() for _ in killed]
    assert set(found) == {b"old", b"new"}
    assert found == sorted(found, reverse=True)
    assert [path.name for path in tmp_path.iterdir()] == ["kocs.csv"], "the next writer removes what was left"


def test_lines_are_kept_whenever_their_writer_is_killed(tmp_path: Path) -> None:
    files.append_lines(tmp_path / "journal", ["one", "two"])
    code = """
files.append_lines(folder / "journal", ["three"])
files.replace_content(folder / "journal", b"one\\nthree\\n")
files.replace_content(folder / "journal", b"one\\ntwo\\n")
"""
    for _ in kill_at_every_moment(code, tmp_path):
        lines = files.read_content(tmp_path / "journal").split(b"\n")
        assert lines[:2] in ([b"one", b"two"], [b"one", b"three"])
        assert set(lines) <= {b"one", b"two", b"three", b""}
    assert files.read_content(tmp_path / "journal") == b"one\ntwo\n"
    assert [path.name for path in tmp_path.iterdir()] == ["journal"]


def test_a_block_that_fails_leaves_the_folder_and_those_above_it_as_they_were(tmp_path: Path) -> None:
    for folder in (tmp_path / "none" / "yet" / "run", tmp_path / "run"):
        before = list(tmp_path.rglob("*"))
        with pytest.raises(KeyboardInterrupt), files.replace_folder(folder, "it cannot be written") as fresh:
            (fresh / "one").write_text("new")
            raise KeyboardInterrupt
        assert list(tmp_path.rglob("*")) == before
        write_folder(tmp_path / "run", "old")
    assert read_folder(tmp_path / "run") == {"one": "old", "two": "old"}


def test_a_second_writer_of_a_folder_is_refused_and_what_a_living_one_makes_is_never_swept(tmp_path: Path) -> None:
    with files.replace_folder(tmp_path / "run", "it cannot be written") as fresh:
        (fresh / "one").write_text("first")
        with pytest.raises(StoreError, match=f"^another process is writing to {tmp_path / 'run'}$") as error:
            write_folder(tmp_path / "run", "second")
        assert error.value.hint == "Wait until it is done, then try again."
        files.sweep_folder(tmp_path)
        write_folder(tmp_path / "other", "beside it")
    assert read_folder(tmp_path / "run") == {"one": "first"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "run"]


@pytest.mark.parametrize("planted", ["link", "file"])
def test_what_is_planted_at_the_name_of_a_working_folder_is_not_written_through(tmp_path: Path, planted: str) -> None:
    victim, name = tmp_path / "victim", tmp_path / ".run.graphkoc-new"
    victim.mkdir()
    (victim / "old").write_text("precious")
    name.symlink_to(victim) if planted == "link" else name.write_text("in the way")
    files.sweep_folder(tmp_path)
    write_folder(tmp_path / "run", "new")
    assert read_folder(victim) == {"old": "precious"}
    assert read_folder(tmp_path / "run") == {"one": "new", "two": "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "victim"]


def test_a_link_planted_at_the_name_of_a_temporary_file_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["guessed1", "guessed1", "another2"])
    monkeypatch.setattr("secrets.token_hex", lambda _: next(names))
    (tmp_path / "victim").write_text("precious")
    planted = tmp_path / ".kocs.csv.guessed1.graphkoc-new"
    planted.symlink_to(tmp_path / "victim")
    files.replace_file(tmp_path / "kocs.csv", b"new")
    assert (tmp_path / "victim").read_text() == "precious"
    assert (tmp_path / "kocs.csv").read_bytes() == b"new"
    assert not (tmp_path / "kocs.csv").is_symlink()


def test_a_device_takes_the_bytes_and_stays_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    files.replace_file(tmp_path / "pipe", b"rows")
    assert os.read(reader, 10) == b"rows"
    os.close(reader)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_temporary_folder_goes_with_its_object_or_when_the_next_one_is_made(temporary: Path) -> None:
    code = "import tempfile; tempfile.tempdir = sys.argv[1]; kept = files.TemporaryFolder(); os._exit(9)"
    living = files.TemporaryFolder()
    subprocess.run([sys.executable, "-c", KILLER + code, str(temporary), "0"], check=False)
    assert len(list(temporary.iterdir())) == 2
    another = files.TemporaryFolder()
    assert sorted(temporary.iterdir()) == sorted([living.path, another.path])
    del another
    assert list(temporary.iterdir()) == [living.path]


def test_an_error_of_the_system_names_what_failed_and_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as error:
        write_folder(tmp_path / "file" / "run", "new")
    assert str(error.value) == "it cannot be written: File exists"
    translated = files.translate_errors("no key", "Make one.", UsageError)
    with pytest.raises(UsageError, match=r"^no key: File name too long$") as usage, translated:
        files.replace_file(tmp_path / ("x" * 300), b"")
    assert usage.value.hint == "Make one."
    with pytest.raises(StoreError, match=r"^no room: of its own words$"), files.translate_errors("no room"):
        raise OSError("of its own words")
