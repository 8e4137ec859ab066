"""What a terminal shows: progress, errors, and tables that fit its characters."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphkoc.errors import GraphkocError, StoreError
from graphkoc.progress import find_step

if TYPE_CHECKING:
    from graphkoc.exports.rows import Row

__all__ = [
    "WIDTH",
    "ProgressLine",
    "can_ask",
    "clip",
    "draw_table",
    "find_room",
    "interrupt",
    "interrupts",
    "measure_width",
    "paint",
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
BAR, RATED, GUESSED = 20, 0.2, 0.5
"""Characters of a bar; seconds after which a speed is shown, and how long it will take."""
SPARED = (3, 1, 4, 2, 5)
"""The parts of a line of progress that are left out for want of room, the first ones first: rows, bar, speed, share,
time left."""
GAP, SHORTEST, WRAPPED = 2, 12, 30
"""Columns between those of a table; what a cell of text is shortened to at most, and the last one of a row."""
MARKS = {"✓": "green", "✕": "red", "!": "yellow", "ok": "green", "not ok": "red", "Note:": "yellow", "Error:": "red"}
"""The colours of what a line begins with, and of the signs anywhere in it."""
MARKED = re.compile(r"[✓✕]|^(?:!(?= )|ok(?=  )|not ok(?=  )|Note:|Error:)", re.MULTILINE)
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


def paint(text: str, *, err: bool = False) -> str:
    """The text with its marks in colour, see MARKS, where stdout, or with `err` stderr, is a terminal that has colours.

    There are none with NO_COLOR or TERM=dumb, nor in a pipe or file.
    """
    if not (sys.stderr if err else sys.stdout).isatty() or _color() is False:
        return text
    return MARKED.sub(lambda mark: click.style(mark[0], fg=MARKS[mark[0]]), text)


def _color() -> bool | None:
    return False if os.environ.get("NO_COLOR") or _is_dumb() else None


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def find_room(*, err: bool = False) -> int | None:
    """The columns of the terminal that stdout is, or with `err` stderr; None for a pipe or a file, whose lines have any
    length."""
    return shutil.get_terminal_size().columns if (sys.stderr if err else sys.stdout).isatty() else None


def measure_width(text: str) -> int:
    """The columns that a text takes: two for a Chinese character or an emoji."""
    import wcwidth

    return wcwidth.width(text)


class ProgressLine:
    """One line on stderr about the work in progress: the share done, the speed, the time left.

    On a terminal the line is redrawn, and counts the step among `steps`, those that are expected. Elsewhere each step
    prints a plain line when it starts, or with `verbose` one with its duration when it ends. An interrupt that a
    library swallowed is raised again here.
    """

    def __init__(self, quiet: bool = False, verbose: bool = False, steps: Sequence[str] = ()) -> None:
        self._steps = steps
        self._place = 0
        self._quiet = quiet
        self._verbose = verbose
        self._terminal = sys.stderr.isatty() and not _is_dumb()
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
            place = find_step(self._steps, step, self._place)
            self._place = self._place if place is None else place
            if not self._terminal and not self._quiet and not self._verbose:
                click.echo(step, err=True)
        if self._quiet or not self._terminal or (now - self._drawn < 0.1 and done < total):
            return
        self._drawn = now
        self._draw(self._fit(self._describe(now - self._started, done, total, rows)))

    def close(self) -> None:
        """Remove the line."""
        if self._terminal and not self._quiet:
            self._draw("")
        self._show_duration(time.monotonic())
        self._step = ""

    @classmethod
    def from_options(cls, steps: Sequence[str] = ()) -> ProgressLine:
        """The line of the running command, by its -q and -v."""
        given = click.get_current_context().find_root().params
        return cls(given["quiet"], given["verbose"], steps)

    def _describe(self, elapsed: float, done: int, total: int, rows: int) -> list[str]:
        """The parts of the line: step, bar, share, rows, speed, time left; empty where one is not known."""
        step = f"step {self._place + 1} of {len(self._steps)}: {self._step}" if self._steps else self._step
        if not total:
            return [step]
        share = done / total
        measured = bool(rows) and elapsed > RATED
        return [
            step,
            self._bar(round(BAR * share)),
            f"{share:4.0%}",
            f"{rows:,} rows" if measured else "",
            f"{rows / elapsed:,.0f} rows/s" if measured else "",
            f"{elapsed * (1 - share) / share:.0f} s left" if 0 < share < 1 and elapsed > GUESSED else "",
        ]

    def _fit(self, parts: list[str]) -> str:
        """The parts in one line of the terminal: without room some are left out, see SPARED."""
        room = shutil.get_terminal_size().columns - 1
        for spared in range(len(SPARED) + 1):
            line = "  ".join(part for place, part in enumerate(parts) if part and place not in SPARED[:spared])
            if measure_width(line) <= room:
                return line
        return clip(parts[0], room)

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
        return full * filled + empty * (BAR - filled)

    def _draw(self, line: str) -> None:
        # click takes codes out of what it takes for no terminal, and these are no colours.
        click.echo(f"\r\x1b[K{line}", err=True, nl=False, color=True)


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


@dataclass(frozen=True)
class _Column:
    """A column of a table: its name and its cells as text."""

    name: str
    cells: list[str]
    numeric: bool

    @property
    def width(self) -> int:
        """The columns of a terminal that the widest cell takes."""
        return max(map(measure_width, [self.name, *self.cells]))


def draw_table(rows: Sequence[Row], room: int | None = None) -> str:
    """Rows as aligned columns: numbers to the right, columns without a value left out.

    room: the columns of the terminal, see `find_room`; None for lines of any length. Where a table is wider, first the
    text in its last column is wrapped, then the widest texts are cut, with …; numbers never are. Columns that find no
    room even so are left out from the right, and a line below names them.
    """
    from graphkoc.exports.rows import jsonable

    if not rows:
        return "(nothing)\n"
    columns = []
    for name in (name for name in rows[0] if any(row[name] is not None for row in rows)):
        values = [jsonable(row[name]) for row in rows]
        numeric = all(isinstance(value, int | float | None) for value in values)
        columns.append(_Column(name, [strip_controls(_format_cell(value)) for value in values], numeric))
    widths = [column.width for column in columns] if room is None else _fit_columns(columns, room)
    lines = [*_list_lines(columns[: len(widths)], widths)]
    if missing := [column.name for column in columns[len(widths) :]]:
        assert room is not None
        sentence = f"For want of room without: {', '.join(missing)}. A wider window has them, and --format csv."
        lines += ["", *wrap(sentence, columns=room)]
    return "\n".join(lines) + "\n"


def _fit_columns(columns: Sequence[_Column], room: int) -> list[int]:
    """The widths of as many of the first columns as fit, by the rule of `draw_table`; at least of one."""
    for kept in range(len(columns), 0, -1):
        *others, last = columns[:kept]
        widths = [column.width for column in (*others, last)]
        least = [*(_find_least(column, SHORTEST) for column in others), _find_least(last, WRAPPED)]
        spare = sum(widths) + GAP * (kept - 1) - room
        # The last column gives way first, for it is wrapped, and then always the widest.
        taken = min(max(spare, 0), widths[-1] - least[-1])
        widths[-1] -= taken
        spare -= taken
        while spare > 0 and (wide := [place for place in range(kept) if widths[place] > least[place]]):
            widths[max(wide, key=lambda place: widths[place])] -= 1
            spare -= 1
        if spare <= 0:
            return widths
    return [room]


def _find_least(column: _Column, shortest: int) -> int:
    """How narrow a column may be: numbers are never cut."""
    return column.width if column.numeric else min(column.width, shortest)


def _list_lines(columns: Sequence[_Column], widths: Sequence[int]) -> Iterator[str]:
    """The lines of each row, of the header and of the rule below it."""
    import wcwidth

    aligned = [wcwidth.rjust if column.numeric else wcwidth.ljust for column in columns]
    rows = [[column.name for column in columns], ["-" * width for width in widths]]
    rows += [list(cells) for cells in zip(*(column.cells for column in columns), strict=True)]
    for *cells, last in rows:
        fits = columns[-1].numeric or measure_width(last) <= widths[-1]
        wrapped = [last] if fits else wcwidth.wrap(last, widths[-1])
        first = [*(clip(cell, width) for cell, width in zip(cells, widths, strict=False)), wrapped[0]]
        below = [[*[""] * len(cells), line] for line in wrapped[1:]]
        for line in (first, *below):
            padded = [align(cell, width) for align, cell, width in zip(aligned, line, widths, strict=True)]
            yield (" " * GAP).join(padded).rstrip()


def clip(text: str, columns: int) -> str:
    """The text in at most so many columns, with … where it was cut."""
    import wcwidth

    shown = strip_controls(text)
    return shown if wcwidth.width(shown) <= columns else wcwidth.clip(shown, 0, columns - 1).rstrip() + "…"


def wrap(text: str, indent: str = "", columns: int = WIDTH) -> list[str]:
    """A paragraph as lines of at most so many columns, those after the first indented.

    A line breaks at a space, and beside a wide character such as a Chinese one, but not before a mark.
    """
    lines, line = [], ""
    for unit in UNITS.findall(strip_controls(text)):
        if line.strip() and measure_width(line + unit.rstrip()) > columns:
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
