"""The command `graphkoc schedule`: what it shows, hands over and takes back, and its settings."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command import run

from graphkoc.cli import schedule

MONDAYS = ("--every", "week", "--on", "mon", "--at", "07:00", "--tz", "Europe/Berlin")
CRONTAB = """\
#!/bin/sh
case "$1" in
-l) if [ -f "$TABLE" ]; then cat "$TABLE"; else echo "no crontab for anna" >&2; exit 1; fi ;;
-) cat > "$TABLE" ;;
esac
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a machine with a crontab program, and no other host."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "cat"):
        (programs / name).symlink_to(str(shutil.which(name)))
    (programs / "crontab").write_text(CRONTAB)
    (programs / "crontab").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("TABLE", str(tmp_path / "table"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    (tmp_path / "koc").mkdir()
    return tmp_path / "koc"


def ask(place: Path, *words: str, env: dict[str, str] | None = None) -> dict[str, object]:
    done = run("schedule", *words, "--format", "json", cwd=place, env=env)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_it_shows_when_it_would_run_and_changes_nothing(place: Path) -> None:
    done = run("schedule", *MONDAYS, cwd=place)
    lines = done.stdout.splitlines()
    assert lines[0] == "when    every Monday at 07:00, Europe/Berlin"
    assert [line[8:11] for line in lines[1:4]] == ["Mon"] * 3
    assert "graphkoc schedule --install" in lines[-1]
    shown = ask(place, *MONDAYS)
    times = [datetime.fromisoformat(str(moment)) for moment in list(shown["next"])]  # type: ignore[call-overload]
    assert [(moment.weekday(), moment.hour) for moment in times] == [(0, 7)] * 3
    assert [b.date() - a.date() for a, b in pairwise(times)] == [timedelta(days=7)] * 2
    assert times[0].astimezone(UTC) > datetime.now(UTC)
    assert (shown["host"], shown["installed"], shown["folder"]) == ("cron", False, str(place))
    assert not (place.parent / "table").exists()
    assert list(place.iterdir()) == []


def test_it_is_handed_over_shown_and_taken_back(place: Path) -> None:
    assert run("schedule", "status", cwd=place).stdout.startswith("No host refreshes this folder")
    for _ in range(2):
        done = run("--store", "ladybug:here.lbug", "schedule", *MONDAYS, "--install", cwd=place)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[1] == "when    every Monday at 07:00, Europe/Berlin"
        assert "caught up when it starts" in done.stderr.replace("\n", " ")
    lines = (place.parent / "table").read_text().splitlines()
    assert [line.split(" cd ")[0] for line in lines[1:]] == ["0 7 * * 1", "@reboot"]
    assert f"cd {place} && " in lines[1]
    assert f"graphkoc --quiet --store ladybug:{place}/here.lbug schedule run --once --every week" in lines[1]
    (host,) = list(ask(place, "status")["hosts"])  # type: ignore[call-overload]
    assert (host["host"], host["when"]) == ("cron", "every Monday at 07:00, Europe/Berlin")
    assert len(host["next"]) == 3
    assert run("schedule", "remove", cwd=place).stdout.startswith("cron  crontab  removed")
    assert run("schedule", "remove", cwd=place).stdout == "No host refreshes this folder.\n"
    assert (place.parent / "table").read_bytes() == b""


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("systemd", "OnCalendar=Mon *-*-* 07:00:00 Europe/Berlin"),
        ("launchd", "<key>StartCalendarInterval</key>"),
        ("windows", "<DaysOfWeek><Monday /></DaysOfWeek>"),
        ("cron", "0 7 * * 1 cd "),
        ("compose", 'GRAPHKOC_SCHEDULE_TZ: "Europe/Berlin"'),
    ],
)
def test_the_file_of_a_host_is_printed(place: Path, host: str, words: str) -> None:
    done = run("schedule", *MONDAYS, "--for", host, cwd=place)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert "".join(ask(place, *MONDAYS, "--for", host)["files"].values())  # type: ignore[attr-defined]


def test_the_file_of_settings_has_a_table_for_every_verb(place: Path) -> None:
    (place / "graphkoc.toml").write_text('[schedule]\nevery = "month"\non = 31\nat = "06:30"\ntz = "Asia/Shanghai"\n')
    assert ask(place)["when"] == "on the last day of every month at 06:30, Asia/Shanghai"
    assert ask(place, "--on", "2")["when"] == "on day 2 of every month at 06:30, Asia/Shanghai"
    env = {"GRAPHKOC_SCHEDULE_AT": "08:15"}
    assert ask(place, env=env)["when"] == "on the last day of every month at 08:15, Asia/Shanghai"
    once = ask(place, "run", "--once")
    moment = datetime.fromisoformat(str(once["next"])).astimezone(ZoneInfo("Asia/Shanghai"))
    assert (f"{moment:%H:%M}", (moment + timedelta(days=1)).day) == ("06:30", 1)
    moment = datetime.fromisoformat(str(ask(place, "run", "--once", env=env)["next"]))
    assert f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" == "08:15"
    settings = run("config", "--format", "json", cwd=place).stdout
    rows = {row["setting"]: (row["value"], row["from"]) for row in json.loads(settings)}
    assert rows["schedule.every"] == ("month", "graphkoc.toml")
    assert {name for name in rows if name.startswith("schedule.")} == {
        *("schedule.every", "schedule.on", "schedule.at", "schedule.tz"),
    }  # fmt: skip


def test_global_options_are_handed_over_with_absolute_paths(place: Path) -> None:
    (place / "other.toml").write_text("")
    (place / "graphkoc.toml").write_text('store = "neo4j://localhost:7687"\n')
    begin, *command = list(ask(place, *MONDAYS)["command"])  # type: ignore[call-overload]
    assert Path(begin).is_absolute()
    assert command[-2:] == ["--quiet", "refresh"], "the file of settings is read there, so no store is named"
    words = ("--config", "other.toml", "--key-file", "keys/key")
    command = list(ask(place, *MONDAYS, *words, env={"GRAPHKOC_STORE": "neo4j://host"})["command"])  # type: ignore[call-overload]
    expected = ["--store", "neo4j://host", "--config", f"{place}/other.toml", "--key-file", f"{place}/keys/key"]
    assert command[-7:] == [*expected, "refresh"]


@pytest.mark.parametrize(("code", "shown"), [(0, 0), (7, 7), (3, 3)])
def test_a_look_runs_refresh_where_it_is_due(
    place: Path, monkeypatch: pytest.MonkeyPatch, code: int, shown: int
) -> None:
    program = place.parent / "programs" / "refresher"
    program.write_text(f'#!/bin/sh\necho "$@" >> {place}/ran\nexit {code}\n')
    program.chmod(stat.S_IRWXU)
    monkeypatch.setattr(schedule, "_list_program", lambda: [str(program)])
    due = datetime.now(UTC) - timedelta(minutes=5)
    words = ("schedule", "run", "--once", "--every", "day", "--at", f"{due:%H:%M}", "--tz", "UTC")
    done = run(*words, cwd=place)
    assert (done.returncode, done.stdout.startswith("Next refresh: ")) == (shown, True)
    done = run(*words, cwd=place)
    assert (done.returncode, done.stdout.startswith("Nothing is due until ")) == (0, True)
    assert (place / "ran").read_text() == "--quiet refresh\n"
    served = ask(place, "status")["due"]
    assert isinstance(served, dict)
    assert served["exit_code"] == code
    assert run("schedule", "status", "--check", cwd=place).returncode == 5, "no loop is at work"


def test_the_status_has_the_last_refresh_whoever_began_it(place: Path) -> None:
    (place / "graphkoc.toml").write_text('[refresh]\nreports = "weekly"\n')
    (place / "weekly").mkdir()
    entries = [
        {"time": "2026-11-30T06:00:01+00:00", "outcome": "reported", "report": "2026-11-30T060001"},
        {"time": "2026-12-07T06:00:01+00:00", "outcome": "failed", "error": "the store is busy"},
        {"time": "2026-12-07T06:00:02+00:00", "outcome": "sent", "report": "2026-11-30T060001", "errors": []},
    ]
    (place / "weekly" / "refreshes.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    assert ask(place, "status")["last"] == entries[1]
    shown = run("schedule", "status", cwd=place).stdout
    assert "last    Mon 7 December 2026, 06:00 UTC: failed, the store is busy\n" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--every", "year"), "nothing is due every year"),
        (("--on", "31"), "there is no day of the week '31'"),
        (("--tz", "Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
        (("--for", "airflow"), "graphkoc has no schedule for airflow"),
        (("--for", "compose", "--install"), "nothing can be installed for compose"),
        (("run", "--at", "25:00"), "'25:00' is not a time of day"),
    ],
)
def test_what_cannot_be_is_one_sentence(place: Path, words: tuple[str, ...], sentence: str) -> None:
    done = run("schedule", *words, cwd=place)
    assert (done.returncode, sentence in done.stderr.replace("\n", " ")) == (2, True), done.stderr


def test_where_nothing_keeps_the_time_the_loop_is_named(place: Path) -> None:
    (place.parent / "programs" / "crontab").unlink()
    done = run("schedule", cwd=place)
    assert (done.returncode, "graphkoc schedule run" in done.stderr) == (0, True)
    done = run("schedule", "--install", cwd=place)
    assert (done.returncode, "nothing keeps the time on this machine" in done.stderr) == (2, True)
