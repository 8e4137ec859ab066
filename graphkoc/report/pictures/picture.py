"""A picture: the parts of a figure on one sheet, with labels, a legend, and the same numbers as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from markupsafe import Markup, escape

from graphkoc.report.figures import find_figures
from graphkoc.report.pictures.style import SVG, find_fonts, resolve_style
from graphkoc.text import measure_text, wrap_text

__all__ = ["Bar", "Chart", "Picture", "draw_chart", "frame_figure"]

WIDTH, MARGIN = 720.0, 16.0
"""Width of a picture of bars, and the empty edge of every picture, in pixels."""
LABEL, GAP = 208.0, 14.0
"""Widths of the column of labels, and between columns."""
NARROW, BROAD = 76.0, 150.0
"""Widths of a column of values, the least and the most."""
TALL, LINE, KEY = 12.0, 16.0, 22.0
"""Heights of a bar, of a line of text, and of a row of the legend."""
SIZE, SMALL = 13.0, 12.0
"""Sizes of the letters, as picture.css has them."""
LINES = 2
"""Lines of a label or heading at most."""


@dataclass(frozen=True)
class Picture:
    """A figure as a file of its own.

    name: of its file, without a suffix. title, sentence: what it shows, as the page has it; the sentence may be empty.
    svg: the picture, width times height pixels. head, rows: its numbers as the page writes them, the name of each row
    first; no rows where the page has no numbers for it.
    """

    name: str
    title: str
    sentence: str
    svg: str
    width: float
    height: float
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Bar:
    """A row of a chart: its label, what is drawn beside it, and the values on its right."""

    label: str
    figure: Markup
    values: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """Rows in groups, each with a heading or None.

    head: what the labels and each of the values are. key: the legend, a class of `picture.css` or of the page and its
    words. tall: height of what is drawn in a row, in pixels.
    """

    head: Sequence[str]
    groups: Sequence[tuple[str | None, Sequence[Bar]]]
    key: Sequence[tuple[str, str]] = field(default=())
    tall: float = TALL


def draw_chart(name: str, title: str, sentence: str, chart: Chart) -> Picture:
    """The chart as a picture, with its rows as a table."""
    bars = [bar for _, some in chart.groups for bar in some]
    widths = [_find_width([bar.values[place] for bar in bars]) for place in range(len(chart.head) - 1)]
    left, right = MARGIN + LABEL + GAP, WIDTH - MARGIN - sum(widths) - GAP * len(widths)
    ends = [right + end for end in accumulate(width + GAP for width in widths)]
    pieces, y = [], MARGIN
    heads = [wrap_text(text, width, SMALL, 3) for text, width in zip(chart.head[1:], widths, strict=True)]
    deepest = max([len(lines) for lines in heads if any(lines)], default=0)
    for lines, end in zip(heads, ends, strict=True):
        pieces += _write_lines(lines, end, y + (deepest - len(lines)) * LINE + SMALL, "picture-head", "end")
    y += deepest * LINE + 6 if deepest else 0
    rows = []
    for heading, some in chart.groups:
        if heading:
            lines = wrap_text(heading, WIDTH - 2 * MARGIN, SIZE, LINES)
            pieces += _write_lines(lines, MARGIN, y + LINE, "picture-group")
            y += len(lines) * LINE + 10
        for bar in some:
            lines = wrap_text(bar.label, LABEL, SIZE, LINES)
            values = [wrap_text(value, width, SIZE, LINES) for value, width in zip(bar.values, widths, strict=True)]
            height = max(len(most) * LINE for most in (lines, *values))
            height = max(height, chart.tall) + 10
            middle = y + height / 2
            pieces.append(f'<line class="picture-rule" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{y:g}" y2="{y:g}"/>')
            pieces += _write_lines(lines, MARGIN, middle + SIZE * 0.35 - (len(lines) - 1) * LINE / 2, "picture-label")
            pieces.append(_place(bar.figure, left, middle - chart.tall / 2, right - left, chart.tall))
            for value, end in zip(values, ends, strict=True):
                above = (len(value) - 1) * LINE / 2
                pieces += _write_lines(value, end, middle + SIZE * 0.35 - above, "picture-value", "end")
            y += height
            rows.append((bar.label, *bar.values))
        y += 8
    legend, y = _draw_key(chart.key, y + 4) if chart.key else ([], y - MARGIN / 2)
    svg = _finish(title, sentence, [*pieces, *legend], WIDTH, y + MARGIN)
    return Picture(name, title, sentence, svg, WIDTH, y + MARGIN, chart.head, rows)


def frame_figure(
    picture: Picture,
    figure: Markup,
    *,
    key: Sequence[tuple[str, str]] = (),
    below: Sequence[tuple[str, str, str]] = (),
    context: str = "",
) -> Picture:
    """The picture with a figure of the page in it, as large as its svg says, and its legend below.

    below: texts under the figure, each with its class and its anchor (start, middle or end). context: a class of what
    is around the figure on the page.
    """
    width, height = picture.width, picture.height
    whole, y = width + 2 * MARGIN, MARGIN + height
    pieces = [f'<g class="{context}">', _place(figure, MARGIN, MARGIN, width, height), "</g>"]
    places = {"start": MARGIN, "middle": whole / 2, "end": whole - MARGIN}
    for text, kind, anchor in below:
        pieces += _write_lines([text], places[anchor], y + LINE, kind, anchor)
    y += LINE + 6 if below else 0
    legend, y = _draw_key(key, y + 8, whole) if key else ([], y)
    svg = _finish(picture.title, picture.sentence, [*pieces, *legend], whole, y + MARGIN)
    return Picture(picture.name, picture.title, picture.sentence, svg, whole, y + MARGIN, picture.head, picture.rows)


def _find_width(values: Sequence[str]) -> float:
    """The width of a column of values."""
    return min(max(NARROW, *(measure_text(value, SIZE) for value in values)), BROAD)


def _draw_key(key: Sequence[tuple[str, str]], y: float, width: float = WIDTH) -> tuple[list[str], float]:
    """The legend below y, and where it ends."""
    pieces, x = list[str](), MARGIN
    for kind, words in key:
        taken = 18 + measure_text(words, SMALL) * 0.9
        if x > MARGIN and x + taken > width - MARGIN:
            x, y = MARGIN, y + KEY
        drawn = kind if kind.startswith("<") else f'<rect class="{kind}" width="12" height="12"/>'
        pieces.append(f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>')
        pieces += _write_lines([words], x + 18, y + 10.5, "picture-key")
        x += taken + 16
    return pieces, y + KEY - 6


def _write_lines(lines: Sequence[str], x: float, y: float, kind: str, anchor: str = "start") -> list[str]:
    """Lines of text, the first on y."""
    return [
        f'<text class="{kind}" x="{x:.1f}" y="{y + place * LINE:.1f}" text-anchor="{anchor}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    ]


def _place(figure: Markup, x: float, y: float, width: float, height: float) -> str:
    """A figure of the page at its place."""
    drawn = str(figure)
    opening = re.match(r"<svg[^>]*>", drawn)
    assert opening
    plain = re.sub(r' (?:width|height|role|aria-\w+)="[^"]*"', "", opening[0])
    box = f' x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
    return plain[:-1] + box + drawn[opening.end() :]


def _finish(title: str, sentence: str, pieces: Sequence[str], width: float, height: float) -> str:
    """The picture as a file."""
    body = "".join(pieces)
    pattern = re.search(r"<defs>.*</defs>", find_figures().hatch()) if "not_known" in body else None
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return resolve_style(
        f'<svg xmlns="{SVG}" {size} role="img" font-family="{escape(find_fonts())}"><title>{escape(title)}</title>'
        f"<desc>{escape(sentence)}</desc>{pattern[0] if pattern else ''}"
        f'<rect class="ground" width="{width:g}" height="{height:g}"/>{body}</svg>'
    )
