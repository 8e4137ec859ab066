"""When the report is brought up to date: shown, handed to the host that keeps the time, and the loop of a container."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

import graphkoc
from graphkoc.cli.commands import Command, Listing
from graphkoc.cli.options import output_options
from graphkoc.cli.results import Result

__all__ = ["COMMANDS"]

Function = TypeVar("Function", bound=Callable[..., Any])

SHOWN = 3
"""Coming times that are shown."""
GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
"""Where a global option comes from that the host cannot know of."""
NOT_WELL = 5
"""The exit code of a check that finds no loop at work, or that its last refresh failed."""


def _timetable_options(function: Function) -> Function:
    """Give a command --every, --on, --at and --tz, which it receives as `timetable`.

    A verb has no table of its own in a configuration file: its values are those of [schedule].
    """
    for name, metavar, default, help_ in (
        ("tz", "ZONE", None, "Time zone, such as Europe/Berlin; by default this machine's."),
        ("at", "HH:MM", "07:00", "Time of day."),
        ("on", "DAY", None, "mon to sun of a week, by default mon; 1 to 31 or last of a month, by default 1."),
        ("every", "PERIOD", "week", "day, weekday, week or month."),
    ):
        option = click.option(
            f"--{name}",
            metavar=metavar,
            default=default,
            show_default=default is not None,
            envvar=f"GRAPHKOC_SCHEDULE_{name.upper()}",
            help=help_,
        )
        function = option(function)
    return function


def _read_timetable(every: str, on: str | None, at: str, tz: str | None) -> graphkoc.Timetable:
    """The timetable of the options of a verb, or of the table [schedule] where they are not given."""
    ctx = click.get_current_context()
    table = (ctx.find_root().default_map or {}).get("schedule", {})
    values = {"every": every, "on": on, "at": at, "tz": tz}
    for name, value in table.items():
        if name in values and ctx.get_parameter_source(name) is ParameterSource.DEFAULT:
            values[name] = str(value)
    return graphkoc.read_timetable(str(values["every"]), values["on"], str(values["at"]), values["tz"])


def _list_program() -> list[str]:
    """The words that start this graphkoc again, with absolute paths: the host knows no other."""
    script = Path(sys.executable).absolute().with_name("graphkoc")
    return [str(script)] if os.access(script, os.X_OK) else [str(Path(sys.executable).absolute()), "-m", "graphkoc"]


def _list_globals() -> list[str]:
    """The global options that were given for this call, with absolute paths; --quiet, for there is no terminal."""
    root = click.get_current_context().find_root()
    words = ["--quiet"]
    if root.get_parameter_source("store") in GIVEN:
        kind, colon, file = root.params["store"].partition(":")
        is_file = kind == "ladybug" and file
        words += ["--store", f"{kind}{colon}{Path(file).absolute()}" if is_file else root.params["store"]]
    for name in ("config", "key_file"):
        if root.params.get(name) is not None and root.get_parameter_source(name) in GIVEN:
            words += [f"--{name.replace('_', '-')}", str(root.params[name].absolute())]
    return words


def _make_job(timetable: graphkoc.Timetable) -> graphkoc.ScheduledJob:
    begin = [*_list_program(), *_list_globals()]
    check = (*begin, "schedule", "run", "--once", *timetable.options())
    folder, zone = Path.cwd(), graphkoc.find_local_zone()
    return graphkoc.ScheduledJob(timetable, folder, (*begin, "refresh"), check, zone, datetime.now(UTC))


def _find_reports() -> Path:
    """The folder of reports, as `refresh` has it."""
    table = (click.get_current_context().find_root().default_map or {}).get("refresh", {})
    return Path(os.environ.get("GRAPHKOC_REFRESH_REPORTS") or table.get("reports") or "reports")


def _list_next(timetable: graphkoc.Timetable, number: int = SHOWN) -> list[datetime]:
    return graphkoc.list_next_times(timetable, datetime.now(UTC), number)


@click.command(cls=Command)
@_timetable_options
@click.option(
    "--for",
    "host",
    metavar="HOST",
    help="Print the file for systemd, launchd, windows, cron or compose. With --install, hand it to that host.",
)
@click.option("--install", is_flag=True, help="Hand it to the host that keeps the time on this machine.")
@output_options
def schedule(every: str, on: str | None, at: str, tz: str | None, host: str | None, install: bool) -> Result:
    """Show when `graphkoc refresh` would run here; --install has it run.

    The work is done in this folder, with the settings of its graphkoc.toml. A timetable of your own stands there too,
    in the table [schedule]. Passwords and other secrets stand in the file .env of this folder, as NAME='value', which
    the host reads; they are in none of its own files.

    \b
    Examples:
      graphkoc schedule --every week --on mon --at 07:00 --tz Europe/Berlin
      graphkoc schedule --every month --on last --install
      graphkoc schedule --every weekday --for cron
    """
    timetable = _read_timetable(every, on, at, tz)
    job = _make_job(timetable)
    named = host or graphkoc.find_schedule_host()
    if named is None:
        if install:
            hint = "Let a container keep the time: graphkoc schedule --for compose, or graphkoc schedule run."
            raise graphkoc.UsageError("nothing keeps the time on this machine", hint=hint)
        files, notes = {}, ["Nothing keeps the time on this machine; graphkoc schedule run does so itself."]
    else:
        files, notes = graphkoc.write_schedule_files(named, job), graphkoc.list_schedule_notes(named, job)
    document = {
        **_describe(timetable),
        "folder": str(job.folder),
        "command": list(job.refresh),
        "host": named,
        "name": job.name,
        "files": files,
        "installed": install,
    }
    if install:
        assert named is not None
        before = graphkoc.list_installed_schedules(job.folder)
        made = graphkoc.install_schedule(named, job)
        graphkoc.begin_schedule(timetable, job.folder, not before)
        text = "\n".join([f"{named}  {', '.join(made.entries)}", *_list_lines(timetable)])
        return Result(document, text=text, notes=notes)
    if host is not None:
        # Tabs indent property lists, and a terminal's text has none.
        bodies = [text.replace("\t", "  ").rstrip("\n") for text in files.values()]
        heads = [f"# {path}\n" if len(files) > 1 else "" for path in files]
        text = "\n\n".join(head + body for head, body in zip(heads, bodies, strict=True))
        return Result(document, text=text, notes=notes)
    lines = [*_list_lines(timetable), f"folder  {job.folder}"]
    lines += [f"host    {named}, as {job.name}: graphkoc schedule --install hands it over"] if named else []
    return Result(document, text="\n".join(lines), notes=notes)


def _describe(timetable: graphkoc.Timetable) -> dict[str, Any]:
    return {
        "every": timetable.every,
        "on": timetable.on or None,
        "at": f"{timetable.at:%H:%M}",
        "tz": timetable.zone,
        "when": graphkoc.describe_timetable(timetable),
        "next": [moment.isoformat(timespec="minutes") for moment in _list_next(timetable)],
    }


def _list_lines(timetable: graphkoc.Timetable) -> list[str]:
    first, *others = map(graphkoc.format_moment, _list_next(timetable))
    return [
        f"when    {graphkoc.describe_timetable(timetable)}",
        f"next    {first}",
        *(f"        {moment}" for moment in others),
    ]


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="End with exit code 5 unless a loop is at work and its last refresh was.")
@output_options
def status(check: bool) -> Result:
    """Say which host refreshes this folder, when next, and how the last time went.

    \b
    Examples:
      graphkoc schedule status
      graphkoc schedule status --check
    """
    folder, now = Path.cwd(), datetime.now(UTC)
    found, state = graphkoc.list_installed_schedules(folder), graphkoc.read_loop_state(folder)
    last = graphkoc.find_last_refresh(_find_reports())
    lines, hosts = [], []
    for one in found:
        lines += [f"{one.host}  {', '.join(one.entries)}"]
        lines += _list_lines(one.timetable) if one.timetable is not None else ["when    changed by hand"]
        described = _describe(one.timetable) if one.timetable is not None else {}
        hosts.append({"host": one.host, "entries": list(one.entries), **described})
    if state.beat:
        lines += [f"loop    last sign of life {graphkoc.format_moment(datetime.fromisoformat(state.beat))}"]
    if state.ended:
        due = graphkoc.format_moment(datetime.fromisoformat(state.due))
        lines += [f"due     {due}, ended with exit code {state.exit_code}"]
    if last is not None:
        began = graphkoc.format_moment(datetime.fromisoformat(str(last["time"])))
        lines += [f"last    {began}: {last['outcome']}{', ' + str(last['error']) if 'error' in last else ''}"]
    if not lines:
        lines = ["No host refreshes this folder: graphkoc schedule --install"]
    well = state.is_well(now)
    document = {
        "folder": str(folder),
        "hosts": hosts,
        "loop": {"beat": state.beat or None, "well": well},
        "due": {"due": state.due, "started": state.started, "ended": state.ended, "exit_code": state.exit_code}
        if state.ended
        else None,
        "last": last,
    }
    return Result(document, text="\n".join(lines), exit_code=NOT_WELL if check and not well else 0)


@click.command(cls=Command)
@output_options
def remove() -> Result:
    """Take the schedule of this folder from every host that has it.

    \b
    Examples:
      graphkoc schedule remove
    """
    removed = graphkoc.remove_schedule(Path.cwd())
    lines = [f"{one.host}  {', '.join(one.entries)}  removed" for one in removed]
    document = [{"host": one.host, "entries": list(one.entries)} for one in removed]
    return Result(document, text="\n".join(lines or ["No host refreshes this folder."]))


@click.command(cls=Command)
@_timetable_options
@click.option("--once", is_flag=True, help="Only look whether a refresh is due since the last one, and then end.")
@output_options
def run(every: str, on: str | None, at: str, tz: str | None, once: bool) -> Result:
    """Keep the time here: run `graphkoc refresh` whenever it is due, until the process is ended.

    For a container, where no host keeps the time. A time at which it was off is caught up.

    \b
    Examples:
      graphkoc schedule run --every weekday --at 07:00 --tz Asia/Shanghai
      graphkoc schedule run --once
    """
    timetable, folder = _read_timetable(every, on, at, tz), Path.cwd()
    words = [*_list_program(), *_list_globals(), "refresh"]
    if once:
        code, following = graphkoc.refresh_when_due(timetable, folder, words)
        shown = graphkoc.format_moment(following)
        document = {"refreshed": code is not None, "exit_code": code, "next": following.isoformat(timespec="minutes")}
        text = f"Next refresh: {shown}." if code is not None else f"Nothing is due until {shown}."
        return Result(document, text=text, exit_code=code or 0)

    def keep_time() -> None:
        graphkoc.run_loop(timetable, folder, words, lambda line: click.echo(line, err=True))

    return Result(_describe(timetable), text=_list_lines(timetable)[0], service=keep_time)


COMMANDS = (Listing(schedule, [status, remove, run]),)
