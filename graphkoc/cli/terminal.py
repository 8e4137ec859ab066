"""What a command prints: results on stdout in the form asked for, progress and errors on stderr."""

from __future__ import annotations

import csv
import functools
import io
import json
import math
import os
import shutil
import signal
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from graphkoc.errors import GraphkocError, StoreError, UsageError

__all__ = ["Commands", "ProgressLine", "emit", "output_options", "safe_cell"]

Row = Mapping[str, Any]
Function = TypeVar("Function", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")
INTERRUPTED = 130

_interrupts = 0


class Commands(click.Group):
    """A group that shows every error that graphkoc raises on purpose, in this one place.

    Its help lists the commands under the steps of a campaign.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of graphkoc's own ends with its sentence, its hint and its code."""
        before, seen = signal.signal(signal.SIGINT, _interrupt), _interrupts
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (Exception, KeyboardInterrupt) as error:
            # Libraries turn an interrupt into errors of their own ("Query interrupted").
            if _interrupts == seen and not isinstance(error, GraphkocError | OSError):
                raise
            if ctx.params.get("debug"):
                traceback.print_exc()
            if _interrupts == seen:
                ctx.exit(_told(error))
            _complain("interrupted", "")
            ctx.exit(INTERRUPTED)
        finally:
            signal.signal(signal.SIGINT, before)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by step, in working order."""
        steps: dict[str, list[tuple[str, str]]] = {}
        for name in self.commands:
            command = self.commands[name]
            steps.setdefault(getattr(command, "step", "other"), []).append(
                (name, (command.help or "").split("\n")[0].strip())
            )
        for step, rows in steps.items():
            with formatter.section(step):
                formatter.write_dl(rows)


def _told(error: BaseException) -> int:
    """Say in one sentence what went wrong; the exit code."""
    if isinstance(error, GraphkocError):
        _complain(str(error), error.hint)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    assert isinstance(error, OSError)
    where = f"{error.filename}: " if error.filename else ""
    _complain(f"{where}{os.strerror(error.errno or 0)}", "Is the disk full, or the folder not yours?")
    return StoreError.exit_code


def _interrupt(*_: object) -> None:
    global _interrupts
    _interrupts += 1
    raise KeyboardInterrupt


def _complain(message: str, hint: str) -> None:
    line = _plain(message)
    click.secho(f"Error: {line}", fg="red", err=True, color=_color())
    if hint:
        click.echo(_plain(hint), err=True)


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


class ProgressLine:
    """One line on stderr about what is going on: how far, how fast, how long still.

    On a terminal it is redrawn; elsewhere a plain line comes at the end of a step that took long.
    Also the place where an interrupt that some library swallowed is raised again.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._step = ""
        self._started = self._drawn = 0.0
        self._seen = _interrupts

    def __call__(self, step: str, done: int, total: int, rows: int) -> None:
        """Show that `step` is at done of total, having handled so many rows."""
        if _interrupts > self._seen:
            raise KeyboardInterrupt
        if step == "stored":
            # From here the change takes effect: too late to say that the store is as it was.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        now = time.monotonic()
        if step != self._step:
            self._step, self._started, self._drawn = step, now, 0.0
            if not self._terminal and not self._quiet:
                click.echo(step, err=True)
        if self._quiet or not self._terminal or (now - self._drawn < 0.1 and done < total):
            return
        self._drawn = now
        line = step
        elapsed = now - self._started
        if total:
            share = done / total
            filled = round(20 * share)
            line += f"  {self._bar(filled)} {share:4.0%}"
            if rows and elapsed > 0.2:
                line += f"  {rows:,} rows  {rows / elapsed:,.0f} rows/s"
            if 0 < share < 1 and elapsed > 0.5:
                line += f"  {elapsed * (1 - share) / share:.0f} s left"
        self._draw(line)

    def close(self) -> None:
        """Take the line away."""
        if self._terminal and not self._quiet:
            self._draw("")

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bar(self, filled: int) -> str:
        full, empty = ("━", "─") if "utf" in (sys.stderr.encoding or "").lower() else ("#", "-")
        return full * filled + empty * (20 - filled)

    def _draw(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        click.echo(f"\r\x1b[K{line[:width]}", err=True, nl=False)


def output_options(function: Function) -> Function:
    """Give a command --format and -o."""

    @click.option("--format", "format_", type=click.Choice(FORMATS), help="How to print; a table by default.")
    @click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write there; the suffix gives the format.",
    )
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


def emit(
    document: Any,
    format_: str | None,
    output: Path | None,
    *,
    rows: Sequence[Row] | None = None,
    text: str | None = None,
) -> None:
    """Print a result: the document as JSON, its rows as CSV or as a table.

    rows: what the table and the CSV show, by default the document itself. text: what stands in for the
    table where a table says too little.
    """
    if output is not None and format_ is None:
        format_ = {".json": "json", ".csv": "csv", ".txt": "table"}.get(output.suffix.lower())
        if format_ is None:
            raise UsageError(
                f"graphkoc does not write {output.suffix or 'files without a suffix'}",
                hint="Use .json, .csv or .txt, or add --format.",
            )
    shown = document if rows is None else rows
    shown = [shown] if isinstance(shown, Mapping) else shown
    if format_ == "json":
        ascii_only = output is None and "utf" not in (sys.stdout.encoding or "").lower()
        printed = json.dumps(_jsonable(document), indent=1, ensure_ascii=ascii_only, allow_nan=False) + "\n"
    elif format_ == "csv":
        printed = _csv(shown)
    else:
        printed = text + "\n" if text is not None else _table(shown)
    if output is None:
        click.echo(printed, nl=False)
        return
    if not output.absolute().parent.is_dir():
        raise StoreError(
            f"there is no folder {output.parent} to write {output.name} into", hint="Make the folder first."
        )
    fresh = output.with_name(f".{output.name}.new")
    # A byte order mark lets spreadsheets read a CSV's names as what they are.
    fresh.write_text(printed, encoding="utf-8-sig" if format_ == "csv" else "utf-8", newline="")
    fresh.replace(output)


def safe_cell(value: str) -> str:
    """A text that a spreadsheet will show and not run: a leading = + - @ tab or return gets a '."""
    return "'" + value if value[:1] in tuple("=+-@\t\r\n＝＋－＠") else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, datetime):
        return None if value != value else value.isoformat()
    if hasattr(value, "item") and not isinstance(value, Iterable):
        return _jsonable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [_jsonable(item) for item in value]
    return None if value != value or str(value) in ("<NA>", "NaT") else str(value)


def _csv(rows: Sequence[Row]) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([_cell(value, machine=True) for value in row.values()])
    return sink.getvalue()


def _cell(value: Any, machine: bool = False) -> str:
    value = _jsonable(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value) if machine else value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if machine else f"{value:,}"
    if isinstance(value, float):
        return repr(value) if machine else f"{value:,.3f}"
    if isinstance(value, list) and not machine:
        return "; ".join(_cell(item) for item in value)
    if isinstance(value, dict) and not machine:
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())
    return json.dumps(value, ensure_ascii=False)


def _table(rows: Sequence[Row]) -> str:
    """Rows as aligned columns; numbers to the right; every cell but the last cut at 60 columns."""
    if not rows:
        return "(nothing)\n"
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    numeric = {name: all(isinstance(_jsonable(row[name]), int | float | None) for row in rows) for name in names}
    cells = [[_plain(_cell(row[name]))[: None if name == names[-1] else 60] for name in names] for row in rows]
    widths = [max(map(_width, [name, *column])) for name, column in zip(names, zip(*cells, strict=True), strict=True)]

    def line(values: Sequence[str]) -> str:
        padded = [
            " " * (width - _width(value)) + value if numeric[name] else value + " " * (width - _width(value))
            for name, value, width in zip(names, values, widths, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(names), line(["-" * width for width in widths]), *map(line, cells)]) + "\n"


def _plain(text: str) -> str:
    """The text without what a terminal would obey: control, direction and other format characters."""
    return "".join(
        " " if c in "\n\t" else c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    marks = sum(bool(unicodedata.combining(c)) for c in text)
    return len(text) + wide - marks
