"""The map of a report: a bubble for each niche, drawn here, and the people in them, packed for the page's script.

Both stand on the same plane (see `graphkoc.communities.positions`), so a dot is where its bubble is.
"""

from __future__ import annotations

import base64
import gzip
import math
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.communities import positions as layout
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["HUES", "Audience", "Bubble", "People", "audiences", "bubble_map", "hue", "pack"]

WIDTH, HEIGHT = 960, 600
HUES = 12
LETTERS = (17, 14, 12, 10.5)
"""Sizes of a name's letters, in units of the drawing; the first that fits is taken."""
LINE = 1.2
LEGIBLE = 30
"""Smallest radius of a bubble that shows the number of its members."""

NO_BUBBLE = 255


@dataclass(frozen=True)
class Bubble:
    """A niche as it is drawn.

    summary: what its label adds to its name and people. filled: the share that is dark (0 to 1).
    href: where a click leads. finer: the niches inside it.
    """

    niche: str
    name: str
    people: int
    summary: str
    filled: float
    href: str
    finer: Sequence[Bubble] = ()


@dataclass(frozen=True)
class People:
    """The people of a map, for the page's script.

    packed: base64 of gzip of little-endian uint16 x (dots), y (dots) over the frame, one end (lines),
    other end (lines), and uint8 bubble (dots) in the order of those drawn, 255 for none.
    dots, lines: how many there are. kocs, wide: how many of the first dots are key opinion consumers,
    by rank, and how many after them have a wide audience; the rest are ordered by place, which
    does not reveal who they are. ties: how many the lines stand for; two there and back are one line.
    row: (dots,) the row of the run's people that each dot is.
    """

    packed: str
    dots: int
    lines: int
    kocs: int
    wide: int
    ties: int
    row: NDArray[np.int64]


@dataclass(frozen=True)
class Audience:
    """The people who follow a key opinion consumer.

    row, dot: their row of the run's people, and their dot. near_rows, near_dots: those of the closest people.
    pairs: how many pairs of these have a tie.
    """

    row: int
    dot: int
    near_rows: list[int]
    near_dots: list[int]
    pairs: int


def hue(niche: str) -> int:
    """The colour of a niche, from 0; the same in every report, for it hangs on the id alone."""
    return zlib.crc32(niche.encode()) % HUES


def bubble_map(bubbles: Sequence[Bubble], positions: pd.DataFrame) -> str:
    """The niches as SVG, each a link, filled from the bottom by area. Those without a place are not drawn."""
    left, top, width, _ = layout.frame(positions)
    scale = WIDTH / width
    spots = {
        str(spot["niche"]): (scale * (spot["x"] - left), scale * (spot["y"] - top), scale * spot["radius"])
        for spot in positions.to_dict("records")
    }
    drawn = []
    for bubble in bubbles:
        if bubble.niche in spots:
            inside = [finer for finer in bubble.finer if finer.niche in spots]
            drawn.append(_draw_bubble(bubble, *spots[bubble.niche], hue(bubble.niche), bool(inside)))
            drawn.extend(
                _draw_bubble(finer, *spots[finer.niche], hue(bubble.niche), False, "finer ") for finer in inside
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure map" id="bubbles" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="group" aria-label="Map of niches">{"".join(drawn)}</svg>'
    )


def pack(run: Run, bubbles: Sequence[str]) -> People:
    """The people and ties of a run's map; bubbles: the niches drawn, those inside others left out."""
    left, top, width, height = layout.frame(run.positions)
    dots = layout.dots(run.people, run.niches, run.members_of("niche"), run.positions, run.ties)
    row = dots["person"].to_numpy()
    koc = run.people["role"].isin(RANKED).to_numpy(bool)[row]
    wide = run.people["role"].isin(WIDE_ROLES).to_numpy(bool)[row]
    bubble = number_ids(bubbles, dots["niche"])
    bubble = np.where(bubble < 0, NO_BUBBLE, bubble).astype(np.uint8)
    x = ((dots["x"].to_numpy() - left) / width * 65535).round().astype("<u2")
    y = ((dots["y"].to_numpy() - top) / height * 65535).round().astype("<u2")
    anonymous = np.flatnonzero(~koc)
    anonymous = anonymous[np.lexsort((y[anonymous], x[anonymous], bubble[anonymous], ~wide[anonymous]))]
    order = np.concatenate([np.flatnonzero(koc), anonymous])
    dot = np.full(len(run.people), -1)
    dot[row[order]] = np.arange(len(order))
    ends = dot[run.ties[["source", "target"]].to_numpy()]
    ends = ends[(ends >= 0).all(axis=1)]
    lines = np.unique(np.sort(ends, axis=1), axis=0).astype("<u2")
    raw = b"".join(a.tobytes() for a in (x[order], y[order], lines[:, 0].copy(), lines[:, 1].copy(), bubble[order]))
    return People(
        packed=base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode(),
        dots=len(order),
        lines=len(lines),
        kocs=int(koc.sum()),
        wide=int(wide.sum()),
        ties=len(ends),
        row=row[order],
    )


def audiences(run: Run, people: People) -> list[Audience]:
    """The audiences of the first key opinion consumers, by rank, as far as the run keeps them whole.

    `graphkoc.communities.positions.ties` puts the closest first, and keeps every tie among these.
    """
    source, target = (run.ties[end].to_numpy() for end in ("source", "target"))
    dot = np.full(len(run.people), -1)
    dot[people.row] = np.arange(people.dots)
    found = []
    for ego in people.row[: min(people.kocs, layout.EGOS)].tolist():
        near = target[source == ego][: layout.CLOSEST]
        inside = np.isin(source, near) & np.isin(target, near)
        pairs = {(min(a, b), max(a, b)) for a, b in zip(source[inside].tolist(), target[inside].tolist(), strict=True)}
        if len(near):
            found.append(Audience(ego, int(dot[ego]), near.tolist(), dot[near].tolist(), len(pairs)))
    return found


def _draw_bubble(bubble: Bubble, x: float, y: float, radius: float, colour: int, crowded: bool, kind: str = "") -> str:
    """One bubble; crowded: finer bubbles fill its lower half, so its name stands in the upper half."""
    label = f"{bubble.name}: {count(bubble.people, 'people')}; {bubble.summary}"
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
    return (
        f'<a class="bubble {kind}hue-{colour}" href={quoteattr(bubble.href)} '
        f"data-name={quoteattr(bubble.name)} aria-label={quoteattr(label)}>"
        f"<title>{escape(label)}</title>"
        f'<circle class="disc" {place}/>{_fill_disc(x, y, radius, bubble.filled)}<circle class="edge" {place}/>'
        f"{_write_name(bubble, x, y - (0.4 * radius if crowded else 0), radius, 0.4 if crowded else 0.0)}</a>"
    )


def _fill_disc(x: float, y: float, radius: float, share: float) -> str:
    """The part of a disc below a level chord that has `share` of its area."""
    # Both ends of a very short chord round to the same point, and an arc between them would not be drawn.
    if share < 0.001:
        return ""
    if share > 0.999:
        return f'<circle class="reached" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    # A segment with the angle a at the centre has (a - sin a) / 2π of the disc.
    low, high = 0.0, 2 * math.pi
    for _ in range(40):
        angle = (low + high) / 2
        low, high = (angle, high) if angle - math.sin(angle) < 2 * math.pi * share else (low, angle)
    half, height = radius * math.sin(angle / 2), radius * math.cos(angle / 2)
    return (
        f'<path class="reached" d="M{x - half:.1f} {y + height:.1f}'
        f'A{radius:.1f} {radius:.1f} 0 {int(share > 0.5)} 0 {x + half:.1f} {y + height:.1f}z"/>'
    )


def _write_name(bubble: Bubble, x: float, y: float, radius: float, above: float) -> str:
    """The name in the bubble, in up to three lines around y (`above` radii over the middle), if it fits."""
    counted = count(bubble.people, "people")
    for size in LETTERS:
        for parts in (1, 2, 3):
            lines = _break_lines(bubble.name, parts)
            rows = [*lines, counted] if radius >= LEGIBLE else lines
            sizes = [size] * len(lines) + [0.8 * size] * (len(rows) - len(lines))
            start = y - LINE * sum(sizes) / 2
            # The widest that a line may be is where its farther edge meets the circle.
            middle, fits = y + above * radius, True
            placed: list[tuple[str, float, float]] = []
            for text, letters in zip(rows, sizes, strict=True):
                far = max(abs(start - middle), abs(start + LINE * letters - middle))
                fits &= far < radius and letters * _measure_width(text) <= 2 * math.sqrt(max(radius**2 - far**2, 0)) - 4
                placed.append((text, letters, start + 0.85 * LINE * letters))
                start += LINE * letters
            if fits and (not above or start <= middle):
                return " ".join(
                    f'<text class="{"count" if text is counted else "name"}" x="{x:.1f}" y="{base:.1f}" '
                    f'font-size="{letters:g}">{escape(text)}</text>'
                    for text, letters, base in placed
                )
    return ""


def _break_lines(text: str, count: int) -> list[str]:
    """The text in `count` lines, about equally wide, broken between words, or letters of wide scripts."""
    pieces = "".join(f" {c} " if _is_wide(c) and count > 1 else c for c in text).split()
    if count == 1 or len(pieces) < count:
        return [text]
    share, line = _measure_width(text) / count, ""
    lines: list[str] = []
    for piece in pieces:
        joined = line + ("" if not line or (_is_wide(line[-1]) and _is_wide(piece[0])) else " ") + piece
        if line and len(lines) < count - 1 and _measure_width(joined) > share * 1.15:
            lines.append(line)
            line = piece
        else:
            line = joined
    return [*lines, line]


def _measure_width(text: str) -> float:
    """About how wide a bold text is, in sizes of its letters."""
    return sum(1.0 if _is_wide(c) else 0.6 for c in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
