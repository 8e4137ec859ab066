"""The network of a run, drawn: who follows whom as the analysis read it, and everybody's place on the run's map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from graphkoc.arrays import Indices, number_ids
from graphkoc.graph.drawing import DrawnNetwork
from graphkoc.graph.drawing.layout import place_people
from graphkoc.graph.drawing.looks import COLOURS, GREY
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import UNDATED, Run
from graphkoc.text import display_name, text_or_none

__all__ = ["draw_network"]

LONGEST = 60
"""Characters of a group's name."""
SMALL, LEAST, MOST = 3.0, 6.0, 16.0
"""Size of people who are only counted, and the least and largest size of others, by their audience."""
NEEDED = ("consumer", "name", "tier", "role", "rank", "niche", "circle", "audience")


def draw_network(run: Run, names: Mapping[str, str] | None = None, *, private: bool = False) -> DrawnNetwork:
    """The network of a run with a place, a size and a colour for everybody; the same run gives the same.

    names: what to call people, by id; by default the names of key opinion consumers and wide-audience accounts, and
    nobody else's. private: whether ids are replaced by numbers. Raises UsageError when the run is damaged.
    """
    people = pa.Table.from_batches(run.batches("people", NEEDED))
    ids, roles = _read_texts(people, "consumer"), _read_texts(people, "role")
    shown = [_find_name(*row) for row in zip(ids, _read_texts(people, "name"), roles, strict=True)]
    if names is not None:
        shown = [names.get(str(one)) for one in ids]
    marked = ["koc" if role in RANKED else role if role in WIDE_ROLES else "other" for role in roles]
    nameless = {one for one, role in zip(ids, roles, strict=True) if role not in RANKED}
    niches, circles = (_name_groups(run, kind, nameless) for kind in ("niche", "circle"))
    niche = _find_niches(run, _read_texts(people, "niche"), list(niches))
    circle = number_ids(list(circles), _read_texts(people, "circle"))
    source, target, weight = _read_ties(run, ids)
    ties = np.bincount(source, minlength=len(ids)) + np.bincount(target, minlength=len(ids))
    placed, bubbles = _read_bubbles(run, niche, list(niches))
    x, y = place_people(placed, circle, ties, bubbles)
    audience = people["audience"].to_numpy(zero_copy_only=False).astype(float)
    return DrawnNetwork(
        ids=np.array([str(place) for place in range(1, len(ids) + 1)] if private else ids, dtype=object),
        names=shown,
        marks=marked,
        tiers=_read_texts(people, "tier"),
        ranks=people["rank"].to_pylist(),
        niche=niche,
        niches=list(niches.values()),
        circle=circle,
        circles=list(circles.values()),
        x=x,
        y=y,
        sizes=_choose_sizes(np.array([name is not None for name in shown], dtype=bool), audience),
        colours=_choose_colours(niche),
        source=source,
        target=target,
        weight=weight,
        title=display_name(run.name),
        as_of=_find_day(run),
        notice=text_or_none(run.info["settings"].get("notice")),
    )


def _find_day(run: Run) -> str | None:
    """The reference date; None where no review has a date."""
    dated = run.info["counts"]["first_review"] != UNDATED
    return datetime.fromisoformat(run.info["at"]).date().isoformat() if dated else None


def _read_texts(table: pa.Table, column: str) -> list[Any]:
    texts: list[Any] = table[column].to_pylist()
    return texts


def _find_name(consumer: str, name: str | None, role: str) -> str | None:
    """What a person is called; None for somebody who is only counted."""
    if role not in (*RANKED, *WIDE_ROLES):
        return None
    return display_name(name or "") or display_name(consumer) or None


def _name_groups(run: Run, kind: str, nameless: set[Any]) -> dict[str, str]:
    """The name of each niche (but finer ones) or circle by its id; its id where it is named after a nameless person."""
    found = {}
    columns = [kind, "name", *(["level"] if kind == "niche" else [])]
    for row in run.rows(f"{kind}s", columns):
        if row.get("level") == "finer":
            continue
        given = row["name"] or ""
        after = given.rpartition(" around ")[2] in nameless
        found[row[kind]] = display_name("" if after else given, LONGEST) or display_name(row[kind])
    return found


def _find_niches(run: Run, niche: Sequence[str | None], ids: list[str]) -> Indices:
    """The niche of each person, as a position in ids: (n,), -1 for none. A finer niche is the one that it is in."""
    above = {row["niche"]: row["parent"] for row in run.rows("niches", ["niche", "parent"], ("level", {"finer"}))}
    return number_ids(ids, [above.get(one, one) for one in niche])


def _read_bubbles(run: Run, niche: Indices, ids: list[str]) -> tuple[Indices, NDArray[np.float64]]:
    """The bubble of each person's niche, -1 for none, and the bubbles: (k, 3), x, y, radius."""
    rows = run.rows("bubbles", where=("kind", {"niche"}))
    bubbles = np.array([[row["x"], row["y"], row["radius"]] for row in rows], dtype=float).reshape(-1, 3)
    # The last one is that of people without a niche.
    of = np.append(number_ids([row["group"] for row in rows], ids), -1).astype(np.int64)
    return of[niche], bubbles


def _read_ties(run: Run, ids: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """The ties from the influencer to the influenced as positions in ids, and their weights."""
    numbered = pd.Index(ids)
    sources, targets, weights = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(0)]
    for batch in run.batches("read_follows", ("followee", "follower", "weight")):
        source, target = (_number_texts(batch.column(end), numbered) for end in ("followee", "follower"))
        weight = np.nan_to_num(batch.column("weight").to_numpy(zero_copy_only=False).astype(float), nan=1.0)
        known = (source >= 0) & (target >= 0)
        sources.append(source[known])
        targets.append(target[known])
        weights.append(weight[known])
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(weights)


def _number_texts(column: pa.Array, ids: pd.Index[str]) -> NDArray[np.int32]:
    """Positions in ids of a column of texts, of which each is looked up once; -1 for one that is not there."""
    texts = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    places = number_ids(ids, texts.dictionary.to_pylist()).astype(np.int32)
    found: NDArray[np.int32] = places[np.asarray(texts.indices)]
    return found


def _choose_sizes(named: NDArray[np.bool_], audience: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sizes of people: that of a named person grows with the root of their audience, so that the area counts it."""
    share = np.sqrt(np.nan_to_num(audience) / max(float(np.nan_to_num(audience).max(initial=0.0)), 1.0))
    return np.where(named, LEAST + (MOST - LEAST) * share, SMALL).round(2)


def _choose_colours(niche: Indices) -> NDArray[np.uint8]:
    """(n, 3): the colour of each person's niche."""
    palette = np.array([list(bytes.fromhex(one[1:])) for one in (*COLOURS, GREY)], dtype=np.uint8)
    return palette[np.where(niche >= 0, niche % len(COLOURS), len(COLOURS))]
