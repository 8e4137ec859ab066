"""What a command prints: results on stdout in the form asked for, progress and errors on stderr."""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from graphkoc.errors import GraphkocError, StoreError, UsageError
from graphkoc.exports.rows import Row, as_csv, as_json, as_parquet, as_workbook, jsonable
from graphkoc.files import describe_error, replace_file, translate_errors

__all__ = ["Commands", "ProgressLine", "emit", "output_options"]

Function = TypeVar("Function", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv", "parquet", "xlsx")
SUFFIXES = {".json": "json", ".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".txt": "table"}
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
    where = f"{_known(error.filename)}: " if error.filename else ""
    _complain(f"{where}{describe_error(error)}", "Is the disk full, or the folder not yours?")
    return StoreError.exit_code


def _known(file: str | bytes | int) -> str:
    """The file or folder that a user knows: a temporary one (.NAME.graphkoc-new) is called as what it becomes."""
    name = str(file) if isinstance(file, int) else os.fsdecode(file)
    for part in Path(name).parts:
        if meant := re.fullmatch(r"\.(.+?)(\.[0-9a-f]{8})?\.graphkoc-new", part):
            return name.split(part)[0] + meant[1]
    return name


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

    On a terminal it is redrawn; elsewhere a plain line comes with each step, and with `verbose` one comes after
    each step, and says how long it took. Also the place where an interrupt that some library swallowed is raised again.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
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
            self._tell(now)
            self._step, self._started, self._drawn = step, now, 0.0
            if not self._terminal and not self._quiet and not self._verbose:
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
        self._tell(time.monotonic())
        self._step = ""

    @classmethod
    def of(cls, ctx: click.Context) -> ProgressLine:
        """As -q and -v want it."""
        return cls(ctx.obj["quiet"], ctx.obj["verbose"])

    def _tell(self, now: float) -> None:
        if self._verbose and self._step:
            if self._terminal and not self._quiet:
                self._draw("")
            click.echo(f"{now - self._started:8.1f} s  {self._step}", err=True)

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


def _with_a_format(ctx: click.Context, _: click.Parameter, output: Path | None) -> Path | None:
    """The file, whose suffix says a format where no --format does: known before any work is done."""
    if output is not None and ctx.params.get("format_") is None and output.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"graphkoc does not write {output.suffix or 'files without a suffix'}",
            hint="Use .json, .csv, .parquet, .xlsx or .txt, or add --format.",
        )
    return output


def output_options(function: Function) -> Function:
    """Give a command --format and -o."""

    @click.option(
        "--format", "format_", is_eager=True, type=click.Choice(FORMATS), help="How to print; a table by default."
    )
    @click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_with_a_format,
        help="Write there; the suffix gives the format: .csv, .xlsx, .parquet, .json or .txt.",
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
    lines: Sequence[Row] | None = None,
    text: str | None = None,
) -> None:
    """Print a result: the document as JSON, its rows as CSV, Parquet, a workbook or a table.

    rows: by default the document itself. lines: what a terminal's table shows in their place, for want of
    room. text: what stands in for the table where a table says too little. A folder that is missing for
    `output` is made. Raises UsageError for bytes that a terminal would
    show, StoreError where the file cannot be written.
    """
    if output is not None and format_ is None:
        format_ = SUFFIXES[output.suffix.lower()]
    shown = document if rows is None else rows
    shown = [shown] if isinstance(shown, Mapping) else shown
    if format_ in ("parquet", "xlsx"):
        if output is None and sys.stdout.isatty():
            raise UsageError(f"{format_} is no text to show in a terminal", hint="Name a file with -o.")
        printed: str | bytes = as_parquet(shown) if format_ == "parquet" else as_workbook(shown)
    elif format_ == "json":
        printed = as_json(document, output is None and "utf" not in (sys.stdout.encoding or "").lower())
    elif format_ == "csv":
        printed = as_csv(shown)
    elif text is not None:
        printed = "\n".join(map(_plain, text.split("\n"))) + "\n"
    else:
        printed = _table(lines if lines is not None and output is None else shown)
    if output is None:
        click.echo(printed, nl=False)
    elif isinstance(printed, str):
        # A byte order mark lets spreadsheets read a CSV's names as what they are.
        _write(output, printed.encode("utf-8-sig" if format_ == "csv" else "utf-8"))
    else:
        _write(output, printed)


def _write(output: Path, packed: bytes) -> None:
    with translate_errors(f"{output} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(output, packed)


def _cell(value: Any) -> str:
    value = jsonable(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, list):
        return "; ".join(_cell(item) for item in value)
    return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())


def _table(rows: Sequence[Row]) -> str:
    """Rows as aligned columns; numbers to the right; every cell but the last cut at 60 columns."""
    if not rows:
        return "(nothing)\n"
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    numeric = {name: all(isinstance(jsonable(row[name]), int | float | None) for row in rows) for name in names}
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
