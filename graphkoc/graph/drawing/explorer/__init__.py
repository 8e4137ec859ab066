"""A drawn network as one HTML file to walk through: sigma draws it, and nothing is asked from any server.

Everybody is a dot. The file holds the names of those alone whom the network names, and nobody's id.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from graphkoc.arrays import Indices
from graphkoc.assets import hash_source
from graphkoc.errors import UsageError
from graphkoc.graph.drawing.looks import COLOURS, GREY, MARKS

if TYPE_CHECKING:
    from graphkoc.graph.drawing.drawn import DrawnNetwork

__all__ = ["PEOPLE", "TIES", "make_explorer"]

PEOPLE, TIES = 100_000, 12_000
"""People and ties that are drawn at most: more are a solid disc, and slow to move."""
NONE = 65_535
"""Stands for no niche or circle."""
TIERS = (None, "tiny", "small", "wide", "unknown")


@dataclass(frozen=True, eq=False)
class _Shown:
    """What is drawn. people, ties: positions in the network. source, target: the ties' ends as positions in people."""

    people: Indices
    ties: Indices
    source: Indices
    target: Indices


def make_explorer(network: DrawnNetwork, language: str = "en") -> str:
    """The page; the same network gives the same page. Raises UsageError for an unknown language."""
    if language not in (known := _read_words()):
        raise UsageError(f"there is no page in {language!r}", hint=f"There are: {', '.join(known)}.")
    words = known[language]
    shown = _choose_shown(network)
    style, drawing, script = (_read_asset(name) for name in ("style.css", "drawing.min.js", "explorer.js"))
    drawing = f"/*\n{_read_asset('LICENSES.txt')}*/\n{drawing}"
    as_of = "" if network.as_of is None else words["as_of"].replace("{day}", network.as_of)
    facts = [network.title, as_of]
    texts = {
        name: html.escape(words[name])
        for name in ("search", "results", "legend", "theme", "picture", "closer", "farther")
    }
    parts = texts | {
        "language": "zh-CN" if language == "zh" else language,
        "title": html.escape(" · ".join([words["title"], *filter(None, facts)])),
        "heading": html.escape(words["title"]),
        "about": " · ".join(f"<bdi>{html.escape(one)}</bdi>" for one in facts if one),
        "whole": html.escape(words["whole"]),
        "no_scripts": html.escape(words["scripts"]),
        "notice": f'<p class="notice">{html.escape(network.notice)}</p>' if network.notice else "",
        "data": _write_json(_describe(network, shown, words, language)),
        "style": style,
        "drawing": drawing,
        "script": script,
        "style_hash": hash_source(style),
        "scripts": " ".join(f"'{hash_source(one)}'" for one in (drawing, script)),
    }
    return re.sub(r"\[\[(\w+)\]\]", lambda found: parts[found[1]], _read_asset("page.html"))


def _choose_shown(network: DrawnNetwork) -> _Shown:
    """Key opinion consumers and their ties first, then others with a name, then all others, as far as there is room."""
    first = np.array([name is not None for name in network.names], dtype=np.int64)
    first += np.array([mark == "koc" for mark in network.marks], dtype=np.int64)
    people = _sample(first, PEOPLE)
    place = np.full(len(network), -1)
    place[people] = np.arange(len(people))
    source, target = place[network.source], place[network.target]
    drawn = np.flatnonzero((source >= 0) & (target >= 0))
    ties = drawn[_sample(np.maximum(first[network.source[drawn]], first[network.target[drawn]]), TIES)]
    return _Shown(people, ties, source[ties], target[ties])


def _sample(rank: Indices, most: int) -> Indices:
    """At most so many positions in order: those of the highest rank, of the next and so on, of the last a sample.

    rank: (k,), 2 for key opinion consumers, 1 for others with a name, 0 for all others.
    """
    if len(rank) <= most:
        return np.arange(len(rank))
    chosen: list[Indices] = []
    for wanted in (2, 1, 0):
        chosen.append(_thin(np.flatnonzero(rank == wanted), most - sum(map(len, chosen))))
    return np.sort(np.concatenate(chosen))


def _thin(places: Indices, most: int) -> Indices:
    """At most so many of the positions, evenly from the first to the last."""
    return places[np.arange(most) * len(places) // most] if len(places) > most else places


def _describe(network: DrawnNetwork, shown: _Shown, words: Mapping[str, str], language: str) -> dict[str, Any]:
    """What the script reads."""
    people = shown.people
    counts = np.bincount(network.niche[network.niche >= 0], minlength=len(network.niches))
    x, y = network.x[people], network.y[people]
    width, height = (max(float(np.ptp(one)), 1e-9) if len(people) else 1.0 for one in (x, y))
    named = [(place, one) for place, one in enumerate(people.tolist()) if network.names[one] is not None]
    partial = len(shown.ties) < len(network.source)
    return {
        "language": language,
        "words": dict(words),
        "people": len(people),
        "ties": len(shown.ties),
        "ratio": round(height / width, 6),
        "marks": list(MARKS),
        "tiers": list(TIERS),
        "colours": list(COLOURS),
        "grey": GREY,
        "niches": [list(one) for one in zip(network.niches, counts.tolist(), strict=True)],
        "outside": int((network.niche < 0).sum()),
        "circles": list(network.circles),
        "named": [[place, network.names[one], network.ranks[one]] for place, one in named],
        "partial": partial,
        "drawn": _say_drawn(network, shown, words, partial),
        "packed": _pack(network, shown),
    }


def _say_drawn(network: DrawnNetwork, shown: _Shown, words: Mapping[str, str], partial: bool) -> str:
    key = "drawn_people" if len(shown.people) < len(network) else "drawn_ties" if partial else "drawn_all"
    numbers = {
        "people": len(network),
        "shown": len(shown.people),
        "ties": len(network.source),
        "drawn": len(shown.ties),
    }
    return re.sub(r"\{(\w+)\}", lambda found: f"{numbers[found[1]]:,}", words[key])


def _pack(network: DrawnNetwork, shown: _Shown) -> str:
    """The numbers of everybody drawn, compressed; the script reads the columns in this order."""
    people = shown.people
    niche, circle = (np.where(one[people] >= 0, one[people], NONE) for one in (network.niche, network.circle))
    mark = np.array([MARKS.index(network.marks[one]) for one in people.tolist()], dtype=int)
    tiers = {tier: place for place, tier in enumerate(TIERS)}
    tier = np.array([tiers.get(network.tiers[one], 0) for one in people.tolist()], dtype=int)
    columns = (
        (shown.source, "<u4"),
        (shown.target, "<u4"),
        (network.followers[people], "<u4"),
        (network.followees[people], "<u4"),
        (_scale(network.x[people], NONE), "<u2"),
        (_scale(network.y[people], NONE), "<u2"),
        (niche, "<u2"),
        (circle, "<u2"),
        (_scale(network.sizes[people], 255), "u1"),
        (mark, "u1"),
        (tier, "u1"),
    )
    packed = b"".join(np.asarray(column).astype(kind).tobytes() for column, kind in columns)
    return base64.b64encode(gzip.compress(packed, 9, mtime=0)).decode()


def _scale(values: NDArray[np.float64], most: int) -> Indices:
    """The values as whole numbers from 0 to `most`."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    low, span = float(values.min()), max(float(np.ptp(values)), 1e-9)
    return np.rint((values - low) / span * most).astype(np.int64)


def _write_json(document: Mapping[str, Any]) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(document, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _read_asset(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


@cache
def _read_words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads(_read_asset("words.json"))
    return words
