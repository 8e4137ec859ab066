"""A picture of the model, drawn from the declaration of its tables: a card for each label, an arrow for each edge."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from graphkoc.stores.browser.colours import find_look
from graphkoc.tables.schema import KIND_LABELS, ROLE_LABELS, TABLES, Table

__all__ = ["draw_model"]

PLACES = {
    "MemberGroup": (0, 0),
    "Consumer": (1, 0),
    "Person": (2, 0),
    "Circle": (3, 0),
    "Event": (4, 0),
    "Campaign": (0, 3),
    "Review": (1, 1),
    "Niche": (3, 1),
    "Run": (4, 1),
    "Feedback": (2, 3),
    "Product": (2, 2),
    "Category": (3, 2),
    "Load": (4, 2),
}
"""The column and row of each label's card; a label without a place gets one in a row below."""
COLUMNS = 5

SECOND = {"Consumer": tuple(KIND_LABELS), "Person": (*ROLE_LABELS, *KIND_LABELS)}
"""Further labels that a server's nodes of a label may have, by which Browser gives them a look of their own."""

CARD, HEAD, LINE, PADDING = 236, 26, 14, 8
"""Width of a card, height of its head, height of a line, and what is left free at an edge, all in pixels."""
GAP, GAP_BELOW, MARGIN, ABOVE = 172, 118, 24, 64
LETTERS, LETTERS_OF_EDGE = 40, 28
"""Letters that fit a line of a card, and of what is written at an arrow."""
APART = 70
CHIP = 46
"""Pixels between arrows that join the same two cards, and between the further labels on a card."""


@dataclass(frozen=True)
class Card:
    """A label with its properties; `left` and `top` are pixels."""

    label: str
    lines: list[str]
    left: float
    top: float

    @property
    def height(self) -> float:
        """Its height in pixels."""
        return HEAD + LINE * len(self.lines) + 2 * PADDING + (LINE + PADDING if self.label in SECOND else 0)

    @property
    def centre(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.left + CARD / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Arrow:
    """The edges of one type between two labels, with their properties."""

    type: str
    source: str
    target: str
    properties: tuple[str, ...]


def draw_model(tables: Mapping[str, Table] = TABLES) -> str:
    """The model as an SVG document; the same text for the same tables."""
    arrows = _list_arrows(tables)
    cards = _place_cards(tables)
    width = 2 * MARGIN + COLUMNS * CARD + (COLUMNS - 1) * GAP
    height = max(card.top + card.height for card in cards.values()) + MARGIN
    pairs: dict[frozenset[str], list[Arrow]] = {}
    for arrow in arrows:
        pairs.setdefault(frozenset((arrow.source, arrow.target)), []).append(arrow)
    drawn = [text for pair in pairs.values() for text in _draw_pair(pair, cards)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif" font-size="11">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#52606D"/></marker></defs>',
        f'<rect width="{width}" height="{height:.0f}" fill="#FFFFFF"/>',
        *(line for line, _ in drawn),
        *(_draw_card(card) for card in cards.values()),
        *(words for _, words in drawn),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _list_arrows(tables: Mapping[str, Table]) -> list[Arrow]:
    """Every edge of the tables, each type once between two labels."""
    found = {}
    for table in tables.values():
        names = tuple(column.name for column in table.properties) if table.node is None else ()
        for edge in table.edges:
            found[edge.type, edge.source, edge.target] = Arrow(edge.type, edge.source, edge.target, names)
    return list(found.values())


def _list_properties(tables: Mapping[str, Table]) -> dict[str, list[str]]:
    """Each label with the properties of its nodes: the key, the name that each node has, and the rest."""
    found: dict[str, list[str]] = {}
    for table in tables.values():
        for edge in table.edges:
            found.setdefault(edge.source, [])
            found.setdefault(edge.target, [])
        if table.node:
            found.setdefault(table.node, []).extend(column.graph_name for column in table.properties)
    keys = {edge.target: edge.target_column for table in tables.values() for edge in table.edges}
    named = {label: [*(names or [keys[label]])[:1], "name", *names[1:]] for label, names in found.items()}
    return {label: list(dict.fromkeys(names)) for label, names in named.items()}


def _place_cards(tables: Mapping[str, Table]) -> dict[str, Card]:
    labels = _list_properties(tables)
    rest = [label for label in labels if label not in PLACES]
    below = max(row for _, row in PLACES.values()) + 1
    places = {label: PLACES[label] for label in PLACES if label in labels}
    places |= {label: (at % COLUMNS, below + at // COLUMNS) for at, label in enumerate(rest)}
    lines = {label: textwrap.wrap(", ".join(labels[label]), LETTERS, break_on_hyphens=False) for label in places}
    tops, top = {}, float(ABOVE)
    for row in sorted({row for _, row in places.values()}):
        tops[row] = top
        top += max(Card(label, lines[label], 0, 0).height for label in places if places[label][1] == row) + GAP_BELOW
    return {
        label: Card(label, lines[label], MARGIN + column * (CARD + GAP), tops[row])
        for label, (column, row) in places.items()
    }


def _draw_card(card: Card) -> str:
    look = find_look(card.label)
    left, top = card.left, card.top
    text = "".join(
        f'<text x="{left + PADDING:.0f}" y="{top + HEAD + PADDING + LINE * (at + 0.8):.0f}" fill="#3E4C59">'
        f"{escape(line)}</text>"
        for at, line in enumerate(card.lines)
    )
    return (
        f'<g><rect x="{left:.0f}" y="{top:.0f}" width="{CARD}" height="{card.height:.0f}" rx="6" fill="#F9FAFB" '
        f'stroke="{look.border}"/>'
        f'<path d="M{left:.0f},{top + HEAD:.0f} v-{HEAD - 6} q0,-6 6,-6 h{CARD - 12} q6,0 6,6 v{HEAD - 6} z" '
        f'fill="{look.fill}"/>'
        f'<text x="{left + PADDING:.0f}" y="{top + 18:.0f}" font-size="14" font-weight="bold" fill="{look.text}">'
        f":{escape(card.label)}</text>{text}{_draw_second(card)}</g>"
    )


def _draw_second(card: Card) -> str:
    """The further labels of a card, in a row at its foot."""
    top = card.top + card.height - LINE - PADDING
    return "".join(
        f'<rect x="{card.left + PADDING + CHIP * at:.0f}" y="{top:.0f}" width="{CHIP - 4}" height="16" rx="8" '
        f'fill="{find_look(label).fill}"/>'
        f'<text x="{card.left + PADDING + CHIP * at + CHIP / 2 - 2:.0f}" y="{top + 12:.0f}" text-anchor="middle" '
        f'fill="{find_look(label).text}">:{label}</text>'
        for at, label in enumerate(SECOND.get(card.label, ()))
    )


def _draw_pair(arrows: Sequence[Arrow], cards: Mapping[str, Card]) -> list[tuple[str, str]]:
    """The lines of all arrows between two cards, side by side, and what is written at each."""
    if arrows[0].source == arrows[0].target:
        return [_draw_loop(arrow, cards[arrow.source], at) for at, arrow in enumerate(arrows)]
    first = cards[min(arrows[0].source, arrows[0].target)]
    return [
        _draw_arrow(arrow, cards[arrow.source], cards[arrow.target], first, at - (len(arrows) - 1) / 2)
        for at, arrow in enumerate(arrows)
    ]


def _draw_loop(arrow: Arrow, card: Card, at: int) -> tuple[str, str]:
    """An arrow from a card to itself, over its head."""
    left, top = card.left + CARD - 60 - 90 * at, card.top
    path = f'<path d="M{left:.0f},{top:.0f} c0,-26 46,-26 46,0" {STROKE}/>'
    lines = _describe(arrow)
    return path, _write(lines, left + 23, top - 20 - LINE * (len(lines) - 1))


STROKE = 'fill="none" stroke="#52606D" stroke-width="1.3" marker-end="url(#tip)"'


def _draw_arrow(arrow: Arrow, source: Card, target: Card, first: Card, place: float) -> tuple[str, str]:
    """A straight arrow: `place` 0 is the line between the centres, 1 the next one as seen from the card `first`."""
    (x1, y1), (x2, y2) = source.centre, target.centre
    length = math.dist((x1, y1), (x2, y2))
    aside = place * APART * (1 if source is first else -1)
    dx, dy = -(y2 - y1) / length * aside, (x2 - x1) / length * aside
    start, end = (x1 + dx, y1 + dy), (x2 + dx, y2 + dy)
    (a, b), (c, d) = _clip(source, start, end), _clip(target, end, start)
    path = f'<path d="M{a:.1f},{b:.1f} L{c:.1f},{d:.1f}" {STROKE}/>'
    lines = _describe(arrow)
    # What is written at arrows side by side stands at other heights.
    share = 0.5 - 0.25 * place * (1 if source is first else -1)
    x, y = a + (c - a) * share, b + (d - b) * share
    return path, _write(lines, x, y - LINE * (len(lines) - 1) / 2 + 4)


def _clip(card: Card, inside: tuple[float, float], outside: tuple[float, float]) -> tuple[float, float]:
    """Where the line between the two points leaves the card."""
    (x, y), (u, v) = inside, outside
    shares = [1.0]
    for start, step, low, high in (
        (x, u - x, card.left, card.left + CARD),
        (y, v - y, card.top, card.top + card.height),
    ):
        if step:
            shares.append(((high if step > 0 else low) - start) / step)
    share = max(0.0, min(shares))
    return x + (u - x) * share, y + (v - y) * share


def _describe(arrow: Arrow) -> list[str]:
    """What is written at an arrow: the type, then its properties."""
    return [arrow.type, *textwrap.wrap(", ".join(arrow.properties), LETTERS_OF_EDGE)]


def _write(lines: Sequence[str], x: float, y: float) -> str:
    halo = 'paint-order="stroke" stroke="#FFFFFF" stroke-width="4" stroke-linejoin="round"'
    first, *rest = lines
    text = f'<tspan x="{x:.0f}" y="{y:.0f}" font-weight="bold" fill="#1F2933">{escape(first)}</tspan>'
    text += "".join(
        f'<tspan x="{x:.0f}" dy="{LINE - 1}" font-size="10" fill="#52606D">{escape(line)}</tspan>' for line in rest
    )
    return f'<text text-anchor="middle" {halo}>{text}</text>'
