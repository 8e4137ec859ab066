"""What a terminal shows: progress, errors, and tables that fit its characters."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphkoc.errors import GraphkocError, StoreError

if TYPE_CHECKING:
    from graphkoc.exports.rows import Row

__all__ = [
    "ProgressLine",
    "can_ask",
    "clip",
    "draw_table",
    "interrupt",
    "interrupts",
    "show_error",
    "show_interrupt",
    "strip_controls",
    "wrap",
]

INTERRUPTED = 130
WIDTH = 100
"""Columns of a paragraph."""
UNITS = re.compile(r"[\u2e80-\U0003ffff][，。！？、；：…）”’!?]*\s*|[^\s\u2e80-\U0003ffff]+\s*|\s+")
"""What a line is not broken within."""
WIDEST = 60
"""Columns of a terminal that a cell may take, but for the last of its row."""
JOINER, COLOURED = "\u200d", "\ufe0f"

_interrupts = 0


def can_ask() -> bool:
    """Whether somebody is there to answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def show_error(error: BaseException) -> int:
    """Show an error in one sentence with its hint, and return the exit code."""
    from graphkoc.files import describe_error

    if isinstance(error, GraphkocError):
        _show(str(error), error.hint)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    assert isinstance(error, OSError)
    where = f"{_known_name(error.filename)}: " if error.filename else ""
    _show(f"{where}{describe_error(error)}", "Is the disk full, or the folder not yours?")
    return StoreError.exit_code


def show_interrupt() -> int:
    """Show that the command was interrupted, and return the exit code."""
    _show("interrupted", "")
    return INTERRUPTED


def _known_name(file: str | bytes | int) -> str:
    """The name of a file or folder as the user knows it: a temporary one (.NAME.graphkoc-new) by what it becomes."""
    name = str(file) if isinstance(file, int) else os.fsdecode(file)
    for part in Path(name).parts:
        if meant := re.fullmatch(r"\.(.+?)(\.[0-9a-f]{8})?\.graphkoc-new", part):
            return name.split(part)[0] + meant[1]
    return name


def interrupts() -> int:
    """How often this process was interrupted."""
    return _interrupts


def interrupt(*_: object) -> None:
    """Count an interrupt and raise it."""
    global _interrupts
    _interrupts += 1
    raise KeyboardInterrupt


def _show(message: str, hint: str) -> None:
    line = strip_controls(message)
    click.secho(f"Error: {line}", fg="red", err=True, color=_color())
    if hint:
        click.echo(strip_controls(hint), err=True)


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") else None


class ProgressLine:
    """One line on stderr about the work in progress: the share done, the speed, the time left.

    On a terminal the line is redrawn. Elsewhere each step prints a plain line when it starts, or with `verbose` one
    with its duration when it ends. An interrupt that a library swallowed is raised again here.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._step = ""
        self._started = self._drawn = 0.0
        self._raised = _interrupts

    def __call__(self, step: str, done: int, total: int, rows: int) -> None:
        """Show that `step` has done `done` of `total`, and `rows` rows so far."""
        if _interrupts > self._raised:
            raise KeyboardInterrupt
        if step == "stored":
            # From here the change takes effect, so an interrupt could no longer leave the store as it was.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        now = time.monotonic()
        if step != self._step:
            self._show_duration(now)
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
        """Remove the line."""
        if self._terminal and not self._quiet:
            self._draw("")
        self._show_duration(time.monotonic())
        self._step = ""

    @classmethod
    def from_options(cls) -> ProgressLine:
        """The line of the running command, by its -q and -v."""
        given = click.get_current_context().find_root().params
        return cls(given["quiet"], given["verbose"])

    def _show_duration(self, now: float) -> None:
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


def _format_cell(value: Any) -> str:
    """A value as JSON has it, for people."""
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
        return "; ".join(_format_cell(item) for item in value)
    return ", ".join(f"{key} {_format_cell(item)}" for key, item in value.items())


def draw_table(rows: Sequence[Row]) -> str:
    """Rows as aligned columns: numbers to the right, columns without a value left out, wide cells clipped."""
    import wcwidth

    from graphkoc.exports.rows import jsonable

    if not rows:
        return "(nothing)\n"
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    columns = []
    for name in names:
        values = [jsonable(row[name]) for row in rows]
        cells = [strip_controls(_format_cell(value)) for value in values]
        if name != names[-1]:
            cells = [wcwidth.clip(cell, 0, WIDEST) for cell in cells]
        width = max(map(wcwidth.width, [name, *cells]))
        numeric = all(isinstance(value, int | float | None) for value in values)
        align = wcwidth.rjust if numeric else wcwidth.ljust
        columns.append([align(cell, width) for cell in [name, "-" * width, *cells]])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True)) + "\n"


def clip(text: str, columns: int) -> str:
    """The text in at most so many columns, with … where it was cut."""
    import wcwidth

    shown = strip_controls(text)
    return shown if wcwidth.width(shown) <= columns else wcwidth.clip(shown, 0, columns - 1).rstrip() + "…"


def wrap(text: str, indent: str = "") -> list[str]:
    """A paragraph as lines of at most WIDTH columns, those after the first indented.

    A line breaks at a space, and beside a wide character such as a Chinese one, but not before a mark.
    """
    import wcwidth

    lines, line = [], ""
    for unit in UNITS.findall(strip_controls(text)):
        if line.strip() and wcwidth.width(line + unit.rstrip()) > WIDTH:
            lines.append(line.rstrip())
            line = indent + unit.lstrip()
        else:
            line += unit
    return [*lines, line.rstrip()]


def strip_controls(text: str) -> str:
    """The text on one line, without what a terminal would obey: control, direction and other format characters.

    A joiner between two pictographs stays: without it one picture becomes several.
    """
    return "".join(
        " " if character in "\n\t" else character
        for place, character in enumerate(text)
        if character in "\n\t"
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        or (character == JOINER and _is_pictograph(text[place - 1 : place]) and _is_pictograph(text[place + 1 :][:1]))
    )


def _is_pictograph(character: str) -> bool:
    """Whether an emoji may end or begin with the character: a symbol, a skin tone, or the selector of its colours."""
    return character == COLOURED or (character != "" and unicodedata.category(character) in ("So", "Sk"))
