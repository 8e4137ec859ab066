"""The hosts that keep the time: their files as they read them, and programs that stand in for theirs."""

from __future__ import annotations

import json
import os
import plistlib
import shlex
import shutil
import stat
import subprocess
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from graphkoc.errors import StoreError, UsageError
from graphkoc.schedule import install
from graphkoc.schedule.hosts import compose, cron, launchd, systemd, windows
from graphkoc.schedule.hosts.job import ScheduledJob, name_job
from graphkoc.schedule.times import PERIODS, Timetable, list_next_times, read_timetable

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
BERLIN = "Europe/Berlin"
TASK = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
REFRESH = ("/opt/a b/graphkoc", "--quiet", "--store", 'ladybug:/data/50%/$HOME\'s "x".lbug', "refresh")
STAND_IN = """\
#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >> "$CALLS"
{body}
"""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def make_job(timetable: Timetable, folder: Path = Path("/home/anna/koc"), zone: str = BERLIN) -> ScheduledJob:
    check = (*REFRESH[:-1], "schedule", "run", "--once", *timetable.options())
    return ScheduledJob(timetable, folder, REFRESH, check, zone, NOW)


def at(every: str = "week", on: str | None = None, clock: str = "07:00", zone: str = BERLIN) -> Timetable:
    return read_timetable(every, on, clock, zone)


EVERY = [
    *(at(every) for every in PERIODS),
    *(at("month", on) for on in ("15", "28", "29", "30", "31", "last")),
    at("week", "sun", "00:05", "Asia/Shanghai"),
    at("day", None, "02:30"),
    at("week", "sun", "02:30"),
    at("weekday", None, "23:59", "Asia/Kathmandu"),
    at("day", None, "02:10", "Australia/Lord_Howe"),
]


@needs_systemd
@pytest.mark.parametrize("timetable", EVERY, ids=lambda one: "_".join(one.options()[1::2]).replace("/", "-"))
def test_systemd_reads_the_times_as_graphkoc_does(timetable: Timetable) -> None:
    """Every time of two years, with its clock changes and month ends."""
    until = NOW + timedelta(days=730)
    moments = [moment.astimezone(UTC) for moment in list_next_times(timetable, NOW, 740)]
    expected = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments if moment < until]
    found = set()
    for line in systemd.list_moments(make_job(timetable)):
        command = ["systemd-analyze", "calendar", f"--base-time={NOW:%Y-%m-%d %H:%M:%S} UTC", "--iterations=740", line]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"})
        assert done.returncode == 0, done.stderr
        elapses = [one.rpartition(": ")[2] for one in done.stdout.splitlines() if one.endswith(" UTC")]
        found |= {one.split(" ", 1)[1].removesuffix(" UTC") for one in elapses}
    assert sorted(one for one in found if one < f"{until:%Y-%m-%d %H:%M:%S}") == expected


@needs_systemd
def test_systemd_takes_the_units_with_the_words_and_the_folder_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / '50% of $KOC "x" 客户\'s'
    program = folder / "bin" / "gra phkoc"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    timetable = at()
    job = ScheduledJob(timetable, folder, (str(program), *REFRESH[1:]), (), BERLIN, NOW)
    for path, text in systemd.write_files(job).items():
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [str(path) for path in tmp_path.glob("graphkoc-*")]
    assert len(units) == 2
    done = subprocess.run(["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if "graphkoc" in line]
    assert complaints == []


def test_units_name_the_file_of_secrets_and_hold_none_and_are_told_apart_by_folder() -> None:
    job = make_job(at())
    service, timer = systemd.write_files(job).values()
    assert "EnvironmentFile=-/home/anna/koc/.env" in service
    assert "WorkingDirectory=/home/anna/koc\n" in service
    assert "Persistent=true" in timer
    names = {name_job(Path(folder)) for folder in ("/home/anna/koc", "/home/ben/koc", "/home/anna/客户", "/")}
    assert len(names) == 4
    assert all(name.replace("-", "").isalnum() and name.isascii() for name in names)


@pytest.mark.parametrize("name", ["a\nb", "a\x1bb", "a\udcffb"])
def test_a_folder_that_no_host_can_read_is_one_sentence(name: str) -> None:
    with pytest.raises(UsageError, match="a character that no host can read"):
        name_job(Path("/home") / name)


def read_agent(job: ScheduledJob) -> dict[str, object]:
    ((path, text),) = launchd.write_files(job).items()
    assert path.name == f"{job.name}.plist"
    agent: dict[str, object] = plistlib.loads(text.encode())
    return agent


@pytest.mark.parametrize(
    ("timetable", "moments"),
    [
        (at("day"), [{"Hour": 7, "Minute": 0}]),
        (at("weekday"), [{"Weekday": day, "Hour": 7, "Minute": 0} for day in (1, 2, 3, 4, 5)]),
        (at("week", "mon"), [{"Weekday": 1, "Hour": 7, "Minute": 0}]),
        (at("week", "sun"), [{"Weekday": 0, "Hour": 7, "Minute": 0}]),
        (at("month", "15", "06:30"), [{"Day": 15, "Hour": 6, "Minute": 30}]),
    ],
)
def test_launchd_gets_the_calendar_where_it_has_one(timetable: Timetable, moments: list[dict[str, int]]) -> None:
    agent = read_agent(make_job(timetable))
    assert agent["StartCalendarInterval"] == moments
    assert str(agent["ProgramArguments"]).count("schedule") == 0


@pytest.mark.parametrize(
    ("timetable", "zone", "minutes"),
    [
        (at("month", "31"), BERLIN, [0]),
        (at("month", "29", "07:20"), BERLIN, [20]),
        (at("week", "mon"), "Asia/Shanghai", [0]),
        (at("week", "mon", "07:10"), "Asia/Kathmandu", [55]),
        (at("day", None, "07:10", "Australia/Lord_Howe"), "UTC", [10, 40]),
    ],
)
def test_a_host_that_cannot_express_it_looks_each_hour(timetable: Timetable, zone: str, minutes: list[int]) -> None:
    job = make_job(timetable, zone=zone)
    agent = read_agent(job)
    assert agent["StartCalendarInterval"] == [{"Minute": minute} for minute in minutes]
    (line,) = cron.write_files(job).values()
    assert line.splitlines()[1].startswith(f"{','.join(map(str, minutes))} * * * * ")
    for text in (str(agent["ProgramArguments"]), line):
        assert "schedule run --once --every" in text


@pytest.mark.parametrize(
    ("timetable", "moment"),
    [
        (at("day"), "0 7 * * *"),
        (at("weekday", None, "06:05"), "5 6 * * 1-5"),
        (at("week", "mon"), "0 7 * * 1"),
        (at("week", "sun"), "0 7 * * 0"),
        (at("month", "15"), "0 7 15 * *"),
    ],
)
def test_cron_gets_five_fields_where_they_are_enough(timetable: Timetable, moment: str) -> None:
    comment, line, again = cron.write_files(make_job(timetable))[cron.TABLE].splitlines()
    assert line.startswith(f"{moment} cd /home/anna/koc && ")
    assert again == line.replace(moment, "@reboot", 1), "what was missed is caught up when the machine starts"
    assert "schedule run --once" in line
    assert comment.endswith(" ".join(timetable.options()))


@pytest.mark.parametrize(
    ("zone", "here", "same"),
    [
        ("UTC", "Etc/UTC", True),
        (BERLIN, "Europe/Paris", True),
        ("Asia/Shanghai", "PRC", True),
        (BERLIN, "Africa/Lagos", False),
        (BERLIN, "UTC", False),
    ],
)
def test_clocks_that_show_the_same_are_the_same(zone: str, here: str, same: bool) -> None:
    assert make_job(at("day", None, "02:30", zone), zone=here).is_in_zone == same


def test_the_line_of_cron_reads_the_secrets_and_runs_the_words_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / '50% of "x" 客户\'s'
    folder.mkdir()
    program = tmp_path / "pro gram"
    program.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$@" "$GRAPHKOC_SECRET"\n')
    program.chmod(0o755)
    (folder / ".env").write_text("GRAPHKOC_SECRET='p $a #1'\n")
    job = ScheduledJob(at("day"), folder, (), (str(program), *REFRESH[1:]), BERLIN, NOW)
    line = cron.write_files(job)[cron.TABLE].splitlines()[1]
    # As cron does: a percent sign without a backslash would end the command.
    command = line.split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    subprocess.run(["/bin/sh", "-c", command.replace(r"\%", "%")], check=True, env={"PATH": "/usr/bin:/bin"})
    printed = (folder / "graphkoc-schedule.log").read_text(encoding="utf-8").splitlines()
    assert printed == [str(folder), *REFRESH[1:], "p $a #1"]


@pytest.mark.parametrize("timetable", EVERY, ids=lambda one: "_".join(one.options()[1::2]).replace("/", "-"))
def test_the_task_of_windows_has_its_triggers(timetable: Timetable) -> None:
    ((path, text),) = windows.write_files(make_job(timetable)).items()
    assert path.name == f"{make_job(timetable).name}.xml"
    root = ElementTree.fromstring(text.encode("utf-16"))
    triggers = list(root.find("t:Triggers", TASK) or [])
    boundary = triggers[0].find("t:StartBoundary", TASK)
    assert boundary is not None
    if timetable.zone == BERLIN:
        assert boundary.text == f"2026-12-01T{timetable.at:%H:%M}:00"
        days = {element.text for element in root.iter(f"{{{TASK['t']}}}Day")}
        ends = {"29": {"29", "Last"}, "30": {"30", "Last"}, "31": {"Last"}, "last": {"Last"}}
        expected = ends.get(timetable.on, {timetable.on}) if timetable.every == "month" else set()
        assert days == expected
    else:
        assert root.find(".//t:Interval", TASK) is not None
    assert root.findtext(".//t:StartWhenAvailable", None, TASK) == "true"
    assert root.findtext(".//t:Command", None, TASK) == "wsl.exe"


def test_the_override_of_compose_has_the_timetable_the_folder_and_the_owner() -> None:
    folder = Path('/home/anna/50% $HOME "x": #1')
    ((_, text),) = compose.write_files(make_job(at("month", "31"), folder)).items()
    service = YAML(typ="safe").load(text)["services"]["graphkoc"]
    assert service["environment"] == {
        "GRAPHKOC_SCHEDULE_EVERY": "month",
        "GRAPHKOC_SCHEDULE_ON": "31",
        "GRAPHKOC_SCHEDULE_AT": "07:00",
        "GRAPHKOC_SCHEDULE_TZ": BERLIN,
    }
    (volume,) = service["volumes"]
    assert volume["source"].replace("$$", "$") == str(folder)
    assert service["user"] == f"{os.getuid()}:{os.getgid()}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of the test's own: a home, and no program of a host on its PATH; `add_program` adds one."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "cat", "basename", "rm"):
        (programs / name).symlink_to(str(shutil.which(name)))
    (tmp_path / "calls").touch()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
    return tmp_path


def add_program(machine: Path, name: str, body: str = "exit 0") -> None:
    path = machine / "programs" / name
    path.write_text(STAND_IN.format(body=body))
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


def calls(machine: Path) -> list[str]:
    return (machine / "calls").read_text().splitlines()


def files(machine: Path) -> dict[str, bytes]:
    home = machine / "home"
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


CRONTAB = """\
case "$1" in
-l) if [ -f "$TABLE" ]; then cat "$TABLE"; else echo "no crontab for anna" >&2; exit 1; fi ;;
-) cat > "$TABLE" ;;
esac
"""


def test_without_any_host_there_is_none(machine: Path) -> None:
    assert install.find_schedule_host() is None
    assert install.list_installed_schedules(Path("/home/anna/koc")) == []
    assert install.remove_schedule(Path("/home/anna/koc")) == []


def test_systemd_gets_the_timer_once_and_gives_it_back(machine: Path) -> None:
    add_program(machine, "systemctl")
    add_program(machine, "loginctl", "echo Linger=no")
    assert install.find_schedule_host() == "systemd"
    job = make_job(at())
    assert any("enable-linger" in note for note in install.list_schedule_notes("systemd", job))
    first = install.install_schedule("systemd", job)
    assert f"systemctl --user restart {job.name}.timer" in calls(machine)
    written = files(machine)
    assert {Path(name).name for name in written} == {f"{job.name}.service", f"{job.name}.timer"}
    assert install.install_schedule("systemd", job) == first
    assert files(machine) == written
    assert install.list_installed_schedules(job.folder) == [first]
    other = install.install_schedule("systemd", make_job(at("month", "last", "06:10", "Asia/Shanghai")))
    assert install.list_installed_schedules(job.folder) == [other]
    assert other.timetable == at("month", "last", "06:10", "Asia/Shanghai")
    assert install.remove_schedule(job.folder) == [other]
    assert f"systemctl --user disable --now {job.name}.timer" in calls(machine)
    assert files(machine) == {}
    assert install.remove_schedule(job.folder) == []


def test_where_systemd_refuses_all_is_as_it_was(machine: Path) -> None:
    add_program(machine, "systemctl")
    job = make_job(at())
    install.install_schedule("systemd", job)
    before = files(machine)
    add_program(machine, "systemctl", 'case "$*" in *enable*) echo "Failed: bad unit." >&2; exit 1 ;; esac')
    with pytest.raises(StoreError, match="systemd does not take the timer: systemctl: Failed: bad unit"):
        install.install_schedule("systemd", make_job(at("day")))
    assert files(machine) == before


def test_a_user_who_lingers_needs_no_note(machine: Path) -> None:
    add_program(machine, "loginctl", "echo Linger=yes")
    assert install.list_schedule_notes("systemd", make_job(at())) == []


def test_launchd_gets_the_agent_once_and_gives_it_back(machine: Path) -> None:
    add_program(machine, "launchctl")
    assert install.find_schedule_host() == "launchd"
    job = make_job(at("week", "tue"))
    made = install.install_schedule("launchd", job)
    (path,) = made.entries
    assert calls(machine)[-1] == f"launchctl bootstrap gui/{os.getuid()} {path}"
    assert calls(machine)[-2] == f"launchctl bootout gui/{os.getuid()}/{job.name}"
    assert install.install_schedule("launchd", job) == made
    assert install.list_installed_schedules(job.folder) == [made]
    add_program(machine, "launchctl", 'case "$1" in bootstrap) echo "Bootstrap failed: 5" >&2; exit 5 ;; esac')
    before = files(machine)
    with pytest.raises(StoreError, match="launchd does not take the agent: launchctl: Bootstrap failed: 5"):
        install.install_schedule("launchd", make_job(at("day")))
    assert files(machine) == before
    assert install.remove_schedule(job.folder) == [made]
    assert files(machine) == {}


def test_the_task_scheduler_gets_the_task_from_wsl(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = machine / "task.xml"
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian 12")
    monkeypatch.setenv("KEPT", str(kept))
    add_program(machine, "wslpath", 'echo "$2"')
    body = """case "$1 $2" in
"/Query /?") exit 0 ;;
"/Query "*) [ -f "$KEPT" ] && cat "$KEPT" || exit 1 ;;
"/Create "*) cat "$5" > "$KEPT" ;;
"/Delete "*) rm "$KEPT" ;;
esac"""
    add_program(machine, "schtasks.exe", body)
    assert install.find_schedule_host() == "windows"
    job = make_job(at("month", "30"))
    made = install.install_schedule("windows", job)
    assert kept.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert '-d "Debian 12" -e /bin/sh -c' in kept.read_text(encoding="utf-16")
    assert install.install_schedule("windows", job) == made
    assert install.list_installed_schedules(job.folder) == [made]
    assert made.timetable == at("month", "30")
    assert install.remove_schedule(job.folder) == [made]
    assert install.list_installed_schedules(job.folder) == []


@pytest.mark.parametrize(
    "foreign",
    [b"", b"# mine\nMAILTO=anna\n0 1 * * * backup\t \xff\xfe 100\\%\n\n\n# end", b"@daily x\n"],
    ids=["empty", "without an end", "one line"],
)
def test_the_crontab_keeps_foreign_lines_byte_for_byte(
    machine: Path, monkeypatch: pytest.MonkeyPatch, foreign: bytes
) -> None:
    table = machine / "table"
    monkeypatch.setenv("TABLE", str(table))
    add_program(machine, "crontab", CRONTAB)
    if foreign:
        table.write_bytes(foreign)
    assert install.find_schedule_host() == "cron"
    job, other = make_job(at()), make_job(at("day"), Path("/home/anna/other"))
    made = install.install_schedule("cron", job)
    once = table.read_bytes()
    assert once.startswith(foreign)
    assert install.install_schedule("cron", job) == made
    assert table.read_bytes() == once
    install.install_schedule("cron", other)
    assert len(table.read_bytes().splitlines()) == len(foreign.splitlines()) + 3 + 3
    install.install_schedule("cron", make_job(at("month", "last")))
    assert len(table.read_bytes().splitlines()) == len(foreign.splitlines()) + 3 + 2
    assert len(install.list_installed_schedules(job.folder)) == 1
    assert install.remove_schedule(other.folder)
    assert install.remove_schedule(job.folder)
    assert table.read_bytes() == foreign + (b"\n" if foreign and not foreign.endswith(b"\n") else b"")


def test_a_crontab_that_cannot_be_read_is_never_written(machine: Path) -> None:
    add_program(machine, "crontab", 'case "$1" in -l) echo "cannot open your crontab: I/O error" >&2; exit 1 ;; esac')
    with pytest.raises(StoreError, match="the crontab cannot be read: cannot open your crontab: I/O error"):
        install.install_schedule("cron", make_job(at()))
    assert calls(machine) == ["crontab -l"]


def test_a_job_moves_from_one_host_to_another(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE", str(machine / "table"))
    add_program(machine, "crontab", CRONTAB)
    add_program(machine, "systemctl")
    job = make_job(at())
    install.install_schedule("cron", job)
    install.install_schedule("systemd", job)
    assert [one.host for one in install.list_installed_schedules(job.folder)] == ["systemd"]
    assert (machine / "table").read_bytes() == b""


def test_secrets_that_others_can_read_are_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GRAPHKOC_SMTP_PASSWORD='x'\n")
    (tmp_path / ".env").chmod(0o644)
    job = make_job(at(), tmp_path)
    assert any("chmod 600 .env" in note for note in install.list_schedule_notes("cron", job))
    (tmp_path / ".env").chmod(0o600)
    assert not any("chmod" in note for note in install.list_schedule_notes("cron", job))


def test_a_host_that_there_is_none_of_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="graphkoc has no schedule for airflow"):
        install.write_schedule_files("airflow", make_job(at()))
    with pytest.raises(UsageError, match="nothing can be installed for compose"):
        install.install_schedule("compose", make_job(at()))


def test_files_are_the_same_in_another_zone_and_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(at("month", "30"))
    before = {host: install.write_schedule_files(host, job) for host in install.HOSTS}
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert {host: install.write_schedule_files(host, job) for host in install.HOSTS} == before
    assert json.dumps(before)
    assert shlex.split(job.shell_line(job.refresh, log=False))
    assert ZoneInfo(job.zone)
