"""The figures of a report, drawn as SVG: arrays in, text out, the same bytes for the same arrays.

Colours are classes that page.css fills in, so one drawing serves a light page, a dark one and paper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Values
from graphkoc.text import percent

__all__ = ["audience_scatter", "interval_bars", "meter", "parts_bar", "stacked_bar"]


WIDTH = 800
THIN = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 8" preserveAspectRatio="none"'
NAMED_MARKS = 300
"""Key opinion consumers whose mark shows a name on hover; the marks of the others have none, to keep the page small."""


def meter(share: float) -> str:
    """A share (0 to 1) as a bar in a frame. The number belongs in the text beside it."""
    return (
        f'<svg {THIN} class="meter" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/>'
        f'<rect class="fill" width="{_shorten(100 * share)}" height="8"/></svg>'
    )


def parts_bar(people: Sequence[int]) -> str:
    """People in parts as a bar without a gap; the numbers belong in the text beside it."""
    pieces, x, total = [], 0.0, max(sum(people), 1)
    for i, number in enumerate(people):
        if not number:
            continue
        width = 100 * number / total
        pieces.append(f'<rect class="reached-{i}" x="{_shorten(x)}" width="{_shorten(width)}" height="8"/>')
        x += width
    return f'<svg {THIN} class="meter" aria-hidden="true">{"".join(pieces)}</svg>'


def stacked_bar(points: Sequence[float], full: float) -> str:
    """The parts of a score, one after another, on a track that ends at `full`; parts without points have no width.

    The numbers belong in the text beside it.
    """
    pieces, seams, x = list[str](), "", 0.0
    for i, value in enumerate(points):
        if value <= 0 or full <= 0:
            continue
        if pieces:
            seams += f"M{_shorten(x - 0.4)} 0h.8v8h-.8z"
        width = 100 * value / full
        pieces.append(f'<rect class="part-{i}" x="{_shorten(x)}" width="{_shorten(width)}" height="8"/>')
        x += width
    if seams:
        pieces.append(f'<path class="seam" d="{seams}"/>')
    return (
        f'<svg {THIN} class="stack" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/>{"".join(pieces)}</svg>'
    )


def interval_bars(
    labels: Sequence[str], means: Sequence[float], lows: Sequence[float], highs: Sequence[float], marks: Sequence[str]
) -> str:
    """Shares (0 to 1) as horizontal bars with their intervals, first on top.

    marks: the class of each bar (ours, plain, limit).
    """
    left, right, top, step = 236, WIDTH - 60, 8, 34
    bottom = top + step * len(labels)
    ceiling = _find_ceiling(max([*highs, *means, 0.01]))

    def x(share: float) -> float:
        return left + (right - left) * share / ceiling

    drawn = []
    for tick in np.arange(0, ceiling + 1e-9, _find_step(ceiling)):
        at = _shorten(x(float(tick)))
        drawn.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{top}" y2="{bottom}"/>')
        drawn.append(_write_axis(x(float(tick)), bottom + 20, f"{tick:.0%}"))
    for i, (label, mean, low, high, mark) in enumerate(zip(labels, means, lows, highs, marks, strict=True)):
        middle = top + step * i + step // 2
        width, end = _shorten(x(mean) - left), _shorten(x(max(mean, high)) + 8)
        drawn.append(
            f'<text class="label {mark}" x="{left - 12}" y="{middle + 5}" text-anchor="end">{escape(label)}</text>'
        )
        drawn.append(f'<rect class="bar {mark}" x="{left}" y="{middle - 10}" width="{width}" height="20" rx="2"/>')
        if high > low:
            a, b, cap = _shorten(x(low)), _shorten(x(high)), f"{middle - 5}v10"
            drawn.append(f'<path class="interval" d="M{a} {cap}M{a} {middle}H{b}M{b} {cap}"/>')
        drawn.append(f'<text class="value" x="{end}" y="{middle + 5}">{escape(percent(mean))}</text>')
    shares = "; ".join(f"{label} {percent(mean)}" for label, mean in zip(labels, means, strict=True))
    return _wrap_figure(
        bottom + 30,
        f"Share of the later follow-on reviews that each ranking's first people collected. {shares}.",
        drawn,
    )


def audience_scatter(
    audience: Values,
    score: Values,
    rank: Values,
    wide: NDArray[np.bool_],
    names: Sequence[str],
    audiences: Sequence[str],
    basis: str,
    limits: tuple[float, float],
    labelled: int = 4,
) -> str:
    """Everybody whose audience is known, by its size (log) and score.

    audience, score, rank, wide: (n,); rank is NaN for all but key opinion consumers. names, audiences: (n,) who
    each is and the size of their audience in words, shown only for key opinion consumers. basis: what audiences
    are counted in. limits: of the small tier, both included; no band is drawn where the upper one is below the
    lower one. Marks that would fall on the same spot are drawn once.
    """
    left, right, top, bottom = 58, WIDTH - 16, 34, 400
    known = audience > 0
    widest = math.log10(max(float(audience[known].max(initial=1.0)), limits[1], 2.0) * 1.1)
    ceiling = _find_ceiling(max(float(score[known].max(initial=0.0)), 1.0))
    narrowest = math.log10(0.9)
    span = widest - narrowest
    xs = left + (right - left) * (np.log10(np.maximum(audience, 1.0)) - narrowest) / span
    ys = bottom - (bottom - top) * score / ceiling

    def x(people: float) -> float:
        return left + (right - left) * (math.log10(people) - narrowest) / span

    # The edges lie between whole numbers of followers, so that exactly the people of the tier are in the band.
    low, high = x(max(limits[0] - 0.5, 0.9)), x(math.floor(limits[1]) + 0.5)
    band = f'<rect class="band" x="{_shorten(low)}" y="{top}" width="{_shorten(high - low)}" height="{bottom - top}"/>'
    drawn = [band, _write_axis((low + high) / 2, top - 10, "small audience")] if high > low else []
    for tick in np.arange(0, ceiling + 1e-9, _find_step(ceiling)):
        y = _shorten(bottom - (bottom - top) * float(tick) / ceiling)
        drawn.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        drawn.append(_write_axis(left - 8, float(y) + 4, f"{tick:g}", "end"))
    ticks = [tick for power in range(int(widest) + 1) for tick in (10**power, 3 * 10**power)]
    drawn.extend(_write_axis(x(tick), bottom + 20, f"{tick:,}") for tick in ticks if math.log10(tick) <= widest)
    drawn.append(_write_axis((left + right) / 2, bottom + 44, f"{basis} (log scale)"))
    drawn.append(
        f'<g transform="translate(16 {(top + bottom) / 2:g}) rotate(-90)">{_write_axis(0, 0, "score, in points")}</g>'
    )

    ranked = known & ~np.isnan(rank)
    others = known & ~ranked & ~wide
    dots = "".join(f"M{a} {b}h0" for a, b in _merge_spots(xs[others], ys[others], 3))
    diamonds = "".join(f"M{a} {b - 4}l4 4-4 4-4-4z" for a, b in _merge_spots(xs[known & wide], ys[known & wide], 3))
    drawn.append(f'<path class="dots" d="{dots}"/><path class="wide" d="{diamonds}"/>')
    order = np.flatnonzero(ranked)[np.argsort(rank[ranked], kind="stable")]
    unnamed = order[NAMED_MARKS:]
    more = "".join(f"M{a} {b}h0" for a, b in _merge_spots(xs[unnamed], ys[unnamed], 3))
    drawn.append(f'<path class="koc-dots" d="{more}"/>')
    for i in order[:NAMED_MARKS][::-1]:
        title = escape(f"{names[i]}: {audiences[i]}, score {score[i]:z.1f}")
        place = f'cx="{_shorten(xs[i])}" cy="{_shorten(ys[i])}"'
        drawn.append(f'<circle class="koc" {place} r="4.5"><title>{title}</title></circle>')
    loud = ranked | (known & wide)
    drawn.extend(_write_names(xs, ys, loud, names, order[:labelled], (left, top, right)))
    label = f"Audience against score of {int(known.sum()):,} people, {len(order):,} of them key opinion consumers."
    return _wrap_figure(bottom + 56, label, drawn)


def _write_names(
    xs: Values,
    ys: Values,
    loud: NDArray[np.bool_],
    names: Sequence[str],
    people: NDArray[np.int64],
    frame: tuple[float, float, float],
) -> list[str]:
    """Names near marks. A name is left out where every place would cover a loud mark or another name."""
    left, top, right = frame
    marks = np.column_stack([xs, ys])[loud]
    taken: list[tuple[float, float, float, float]] = []
    drawn = []
    for i in people:
        width = sum(14.0 if ord(character) > 0x2E7F else 7.8 for character in names[i])
        for away, aside in (
            (away, aside) for away in (4, -14, -32, -50, -68, -86, 24) for aside in (9, -9 - width, -70 - width, 70)
        ):
            x, y = float(xs[i]) + aside, float(ys[i]) + away
            box = (x - 3, y - 12, x + width + 3, y + 4)
            free = box[0] >= left and box[2] <= right and box[1] >= top
            free = free and all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in taken)
            if free and not ((marks > np.array(box[:2]) - 4) & (marks < np.array(box[2:]) + 4)).all(axis=1).any():
                taken.append(box)
                end = x - 3 if x > xs[i] else x + width + 3
                drawn.append(
                    f'<path class="leader" d="M{_shorten(xs[i])} {_shorten(ys[i])}L{_shorten(end)} {_shorten(y - 4)}"/>'
                )
                drawn.append(f'<text class="name" x="{_shorten(x)}" y="{_shorten(y)}">{escape(names[i])}</text>')
                break
    return drawn


def _merge_spots(xs: Values, ys: Values, grid: int) -> list[tuple[int, int]]:
    """The points of a grid that have something near them, in order."""
    cells = np.column_stack([np.rint(xs / grid), np.rint(ys / grid)]).astype(int) * grid
    return [(int(a), int(b)) for a, b in np.unique(cells, axis=0)]


def _wrap_figure(height: float, label: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f"aria-label={quoteattr(label)}>{''.join(drawn)}</svg>"
    )


def _find_step(ceiling: float) -> float:
    """A round step of which about five reach the ceiling."""
    size = float(10.0 ** math.floor(math.log10(ceiling / 5)))
    return next(step * size for step in (1, 2, 5, 10) if step * size * 5 >= ceiling - 1e-12)


def _find_ceiling(largest: float) -> float:
    step = _find_step(largest)
    return step * math.ceil(largest / step - 1e-9)


def _shorten(value: float) -> str:
    """At most two decimals, without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _write_axis(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text class="axis" x="{_shorten(x)}" y="{_shorten(y)}" text-anchor="{anchor}">{escape(text)}</text>'
