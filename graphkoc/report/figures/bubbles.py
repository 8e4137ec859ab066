"""The map: a bubble for each niche and circle, its area the people in it, filled from the bottom by who reaches them.

Niches stand on the left, the circles of each platform on the right, all to one scale. A name is written where it fits
into its bubble; the table beside the map has them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from graphkoc.runs.reached import PARTS
from graphkoc.text import measure_text

__all__ = ["draw"]

WIDTH, TALLEST = 420.0, 760.0
"""Width of the picture, and its height at most, as far as the clusters allow; in pixels."""
HEADING, GAP, MARGIN = 42.0, 18.0, 2.0
NARROWEST = 88.0
"""Least width of a column: that of its heading."""
LARGEST = 78.0
"""Radius of the largest bubble at most."""
LETTERS, LINE = 11.0, 12.5
"""Size of the letters, and from line to line."""
LINES = 3
"""Lines of a name at most."""


@dataclass(frozen=True)
class Cluster:
    """Bubbles with a heading; left, top, width and height are those of the part of the plane that they fill."""

    heading: str
    bubbles: Sequence[Mapping[str, Any]]
    left: float
    top: float
    width: float
    height: float


def draw(drawing: Mapping[str, Any], number: Callable[[float], str]) -> Markup:
    """The map as SVG. drawing: {clusters, smaller}, as the section niches states them; number: writes one."""
    clusters = [(one["kind"], _measure(one)) for one in drawing["clusters"]]
    columns = [[one for kind, one in clusters if kind == side] for side in ("niche", "circle")]
    columns = [column for column in columns if column]
    smaller = drawing["smaller"]
    scale = _find_scale(columns, math.sqrt(smaller["people"]) if smaller else 0.0)
    pieces, height, left = [], 0.0, 0.0
    for column, width in zip(columns, _share_width(columns, scale), strict=True):
        top = 0.0
        for cluster in column:
            pieces += _draw_heading(cluster.heading, left + width / 2, top, width)
            pieces += _draw_cluster(cluster, left + width / 2, top + HEADING, scale, number)
            top += HEADING + cluster.height * scale + GAP
        height, left = max(height, top), left + width + GAP
    if smaller:
        radius = math.sqrt(smaller["people"]) * scale
        room = max(radius, LINE) + MARGIN
        pieces.append(_draw_smaller(smaller, WIDTH / 2, height + room, radius))
        height += 2 * room
    body = "".join(pieces)
    return Markup(f'<svg class="bubbles" viewBox="0 0 {WIDTH:.0f} {height:.0f}" aria-hidden="true">{body}</svg>')


def _measure(cluster: Mapping[str, Any]) -> Cluster:
    """A cluster with its extent, in the units of the facts."""
    bubbles = cluster["bubbles"]
    radii = [math.sqrt(one["people"]) for one in bubbles]
    left, top = (min(one[axis] - r for one, r in zip(bubbles, radii, strict=True)) for axis in "xy")
    right, bottom = (max(one[axis] + r for one, r in zip(bubbles, radii, strict=True)) for axis in "xy")
    return Cluster(cluster["heading"], bubbles, left, top, right - left, bottom - top)


def _find_scale(columns: Sequence[Sequence[Cluster]], smaller: float) -> float:
    """Pixels to a unit: as large as width, height and the largest bubble allow. smaller: radius of the grey bubble."""
    widths = [max(one.width for one in column) for column in columns]
    room = WIDTH - GAP * (len(columns) - 1) - 2 * MARGIN
    scales = [room / sum(widths)]
    for width in widths:
        # A narrow column takes the width of its heading from the other.
        if len(widths) > 1 and width * scales[0] < NARROWEST:
            scales.append((room - NARROWEST) / (sum(widths) - width))
    scale = min(scales)
    for column in columns:
        heads = (HEADING + GAP) * len(column)
        scale = min(scale, (TALLEST - heads) / sum(one.height for one in column))
    largest = max(math.sqrt(one["people"]) for column in columns for cluster in column for one in cluster.bubbles)
    scale = min(scale, LARGEST / largest)
    return min(scale, room / (2 * smaller)) if smaller else scale


def _share_width(columns: Sequence[Sequence[Cluster]], scale: float) -> list[float]:
    """The width of each column: what it needs, and an even share of the rest."""
    needed = [max(NARROWEST if len(columns) > 1 else 0, *(one.width * scale for one in column)) for column in columns]
    rest = WIDTH - GAP * (len(columns) - 1) - sum(needed)
    return [width + rest / len(columns) for width in needed]


def _draw_cluster(
    cluster: Cluster, middle: float, top: float, scale: float, number: Callable[[float], str]
) -> list[str]:
    """The bubbles of a cluster, below `top` and centred on `middle`."""
    pieces = []
    for one in cluster.bubbles:
        x = middle + (one["x"] - cluster.left - cluster.width / 2) * scale
        y = top + (one["y"] - cluster.top) * scale
        pieces.append(_draw_bubble(one, x, y, math.sqrt(one["people"]) * scale, number))
    return pieces


def _draw_heading(heading: str, middle: float, top: float, width: float) -> list[str]:
    """The heading of a cluster, in two lines where one is too long for the column."""
    lines = _wrap(heading, 1 if measure_text(heading, LETTERS) <= width else 2)
    return [
        f'<text class="map-head" x="{middle:.1f}" y="{top + 13 + place * LINE:.1f}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    ]


def _draw_bubble(one: Mapping[str, Any], x: float, y: float, radius: float, number: Callable[[float], str]) -> str:
    """A bubble with its parts, its name and number as far as they fit."""
    level, fills = radius, []
    for part in PARTS if one["parts"] else ():
        share = sum(one["parts"][name] for name in PARTS[: PARTS.index(part) + 1]) / one["people"]
        above = _find_level(share, radius)
        if one["parts"][part]:
            fills.append(_draw_slice(part, x, y, radius, level, above))
        level = above
    rim = f'<circle class="rim" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    label = _draw_label(one["label"], number(one["people"]), x, y, radius)
    return f"<g><title>{escape(one['text'])}</title>{''.join(fills)}{rim}{label}</g>"


def _draw_smaller(smaller: Mapping[str, Any], x: float, y: float, radius: float) -> str:
    """The one bubble of all groups without one, with its label inside or, where that is too long, on its right."""
    circle = f'<circle class="smaller" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    inside = _fits([smaller["label"]], radius)
    start = x if inside else x + radius + 4 + measure_text(smaller["label"], LETTERS) / 2
    label = f'<text class="map-label" x="{start:.1f}" y="{y + LETTERS / 3:.1f}">{escape(smaller["label"])}</text>'
    return f"<g><title>{escape(smaller['text'])}</title>{circle}{label}</g>"


def _find_level(share: float, radius: float) -> float:
    """The height below which a share of the area of a disc is: from radius at the bottom to -radius at the top."""
    if share <= 0 or share >= 1:
        return radius if share <= 0 else -radius
    low, high = -1.0, 1.0
    for _ in range(40):
        level = (low + high) / 2
        below = (math.acos(level) - level * math.sqrt(1 - level * level)) / math.pi
        low, high = (level, high) if below > share else (low, level)
    return radius * (low + high) / 2


def _draw_slice(part: str, x: float, y: float, radius: float, below: float, above: float) -> str:
    """The part of a disc between two heights."""
    if below >= radius and above <= -radius:
        return f'<circle class="{part}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
    low, high = (math.sqrt(max(radius * radius - level * level, 0.0)) for level in (below, above))
    arc = f"A{radius:.2f},{radius:.2f} 0"
    from_left, to_right = f"M{x - low:.2f},{y + below:.2f}", f"{x + low:.2f},{y + below:.2f}"
    if below >= radius:
        # More than half a disc has the longer of the two arcs, here and below.
        path = f"M{x - high:.2f},{y + above:.2f} {arc} {int(above < 0)} 0 {x + high:.2f},{y + above:.2f} Z"
    elif above <= -radius:
        path = f"{from_left} {arc} {int(below > 0)} 1 {to_right} Z"
    else:
        up, down = f"{arc} 0 0 {x + high:.2f},{y + above:.2f}", f"{arc} 0 0 {x - low:.2f},{y + below:.2f}"
        path = f"{from_left} L{to_right} {up} L{x - high:.2f},{y + above:.2f} {down} Z"
    return f'<path class="{part}" d="{path}"/>'


def _draw_label(name: str, people: str, x: float, y: float, radius: float) -> str:
    """The name in up to LINES lines with the number below, the name alone, or nothing: what fits into the bubble."""
    for last in ([people], []):
        for count in range(1, LINES + 1):
            lines = [*_wrap(name, count), *last]
            if _fits(lines, radius):
                return _draw_lines(lines, bool(last), x, y)
    return ""


def _draw_lines(lines: Sequence[str], has_number: bool, x: float, y: float) -> str:
    """Lines of text around the middle of a bubble."""
    first = y - (len(lines) - 1) * LINE / 2 + LETTERS * 0.35
    spans = []
    for place, line in enumerate(lines):
        kind = ' class="count"' if has_number and place == len(lines) - 1 else ""
        spans.append(f'<tspan{kind} x="{x:.1f}" y="{first + place * LINE:.1f}">{escape(line)}</tspan>')
    return f'<text class="map-label">{"".join(spans)}</text>'


def _fits(lines: Sequence[str], radius: float) -> bool:
    """Whether lines around the middle stay inside a disc."""
    for place, line in enumerate(lines):
        away = abs(place - (len(lines) - 1) / 2) * LINE + LINE / 2
        if away >= radius or measure_text(line, LETTERS) / 2 > math.sqrt(radius * radius - away * away) - MARGIN:
            return False
    return True


def _wrap(name: str, count: int) -> list[str]:
    """A name in so many lines, the longest as short as can be; fewer where it has too few places to break."""
    words = name.split(" ")
    words = [word for word in words if word != "·"] if count > 1 else words
    widest = max(measure_text(word, LETTERS) for word in words)
    whole = measure_text(" ".join(words), LETTERS)
    limit = max(widest, whole / count)
    while True:
        lines: list[str] = []
        for word in words:
            if lines and measure_text(f"{lines[-1]} {word}", LETTERS) <= limit:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        if len(lines) <= count:
            return lines
        limit += LETTERS / 2
