"""What each file is, found from its columns and contents, not from what its sender claims.

A table is weighed against the layouts of every source (`layouts.toml`), the canonical tables, and the views of every
source whose patterns its path fits. What fits nothing, and what fits two things equally well, is not guessed.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import duckdb

from graphkoc.capture import answers as stated_answers
from graphkoc.capture import macros
from graphkoc.capture.answers import NOTHING, Answers
from graphkoc.capture.raw_views import find_names
from graphkoc.capture.reading import json_documents, layouts, mapping, own_tables
from graphkoc.capture.reading.json_documents import Document
from graphkoc.capture.reading.layouts import Layout
from graphkoc.capture.reading.places import write_reason
from graphkoc.capture.reading.units import Unit, list_units
from graphkoc.capture.reading.views import View
from graphkoc.capture.sources import Source
from graphkoc.errors import GraphkocError
from graphkoc.tables.schema import CANONICAL

__all__ = ["Recognised", "list_tables", "recognise"]

OWN = "csv"
"""The source of files that are canonical tables already."""
FAMILIAR = 20
"""Documents in one folder that are inspected; more in the same folder are taken for the same."""
FEW, MANY = 2, 4
"""Columns that a file must have where fewer than FEW are required by its view."""
SURE, BY_NAME = 1.0, 0.5
"""Confidence in what a file is: by its columns, and by its name where it has none."""


@dataclass(frozen=True)
class Recognised:
    """What a file, a sheet or a member of an archive is.

    source, layout: "" where it is not known. sure: 0 to 1, the share of the layout's columns that are there. becomes:
    the canonical tables that it fills. missing: what the file does not state. reason: why it is not read, "" where it
    is. chosen: how it is read, None for the source's own patterns. rows: how many it has, as far as they were counted.
    """

    file: str
    source: str = ""
    layout: str = ""
    what: str = ""
    sure: float = 0.0
    becomes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""
    chosen: Layout | None = None
    rows: int | None = None


@dataclass(frozen=True)
class _Candidate:
    """Something that a file may be, with its weight: how much of the file indicates it."""

    source: Source
    weight: float
    what: str
    view: str
    layout: Layout | None = None
    sure: float = SURE


def recognise(
    paths: Sequence[Path],
    sources: Sequence[Source],
    answers: Answers = NOTHING,
    asked: str | None = None,
    *,
    counted: bool = False,
) -> list[Recognised]:
    """What each unit under the paths is, in the order in which they are found.

    asked: the encoding of text whose bytes do not decide it. counted: count the rows of each, which reads it whole.
    Raises DataError for a path that does not exist and an
    archive that cannot be read; a file that cannot be read is in the list with the reason.
    """
    found: list[Recognised] = []
    seen = Counter[tuple[Path, str]]()
    kinds: dict[tuple[Path, str], dict[tuple[str, str, str], Recognised]] = {}
    stems = {Path(unit.where).name.split(".")[0] for unit in list_units(paths)}
    for unit in list_units(paths):
        if Path(unit.where).name in (stated_answers.NAME, mapping.NAME):
            continue
        folder = (Path(unit.where).parent, unit.kind)
        alike = kinds.setdefault(folder, {})
        if unit.has_documents and seen[folder] >= FAMILIAR and len(alike) == 1:
            (first,) = alike.values()
            if first.source:
                found.append(replace(first, file=unit.name))
                continue
        one = _describe(unit, sources, answers, asked, stems)
        if counted and one.source and unit.member is None:
            one = _count_rows(unit, one, asked)
        found.append(one)
        seen[folder] += 1
        alike.setdefault((one.source, one.layout, one.what), one)
    return found


def _count_rows(unit: Unit, one: Recognised, asked: str | None) -> Recognised:
    """The same with its rows; what its first rows show to be known may be cut off behind them."""
    try:
        return replace(one, rows=unit.count_rows(one.chosen.rows if one.chosen else "", asked))
    except GraphkocError as error:
        return replace(one, reason=write_reason(error, unit.name), chosen=None)


def _describe(
    unit: Unit, sources: Sequence[Source], answers: Answers, asked: str | None, stems: set[str]
) -> Recognised:
    if unit.fault:
        return Recognised(unit.name, reason=unit.fault)
    if not unit.kind:
        return Recognised(unit.name, reason=f"graphkoc does not read {Path(unit.where).suffix or 'such'} files")
    try:
        header, candidates = _weigh(unit, sources, asked, stems)
    except GraphkocError as error:
        return Recognised(unit.name, reason=write_reason(error, unit.name))
    best = max((candidate.weight for candidate in candidates), default=0)
    winners = [candidate for candidate in candidates if candidate.weight == best]
    if not winners:
        if not any(header):
            return Recognised(unit.name, reason="it looks like nothing that is known: it has no columns")
        shown = ", ".join(header[:6]) + (", ..." if len(header) > 6 else "")
        return Recognised(unit.name, reason=f"it looks like nothing that is known (its columns: {shown})")
    if len(winners) > 1 and not _are_read_alike(winners):
        names = " and ".join(f"{one.what} ({one.source.name})" for one in winners)
        return Recognised(unit.name, reason=f"it may be {names}: name the source, graphkoc load SOURCE FILE")
    return _settle(unit, winners[0], answers)


def _are_read_alike(candidates: Sequence[_Candidate]) -> bool:
    """Whether all are layouts of one source that read the same columns: then it does not matter which one it is."""
    first = candidates[0]
    return first.layout is not None and all(
        one.source.name == first.source.name and one.layout is not None and one.layout.view == first.layout.view
        for one in candidates
    )


def _settle(unit: Unit, winner: _Candidate, answers: Answers) -> Recognised:
    """The file as what it was found to be, with what the user states of it."""
    becomes = tuple(list_tables(winner.source, winner.view))
    known = Recognised(unit.name, winner.source.name, "", winner.what, winner.sure, becomes)
    layout = winner.layout
    if layout is None:
        return known
    stated = answers.find(unit.name) | _read_name(unit, layout, answers)
    open_ = [column for column in layout.asks if column not in stated]
    own = {*layout.view.must, *layout.view.may}
    always = dict(layout.view.always)
    always.update({column: value for column, value in stated.items() if column in own})
    # A column called campaign has a name of the user's, and not the id in the graph.
    names = tuple((column, words) for column, words in layout.view.names if column != "campaign")
    chosen = replace(layout, view=replace(layout.view, names=names, always=tuple(always.items())))
    reason = ""
    if "campaign" in open_:
        command = winner.source.write_command(shlex.quote(unit.name))
        reason = f"the file is about a campaign, which another command reads: {command}"
    elif open_:
        ways = {
            "owner": ("whose list it is", "--owner {}=ACCOUNT"),
            "direction": ("whether it lists followers or accounts followed", "--direction {}=followers (or following)"),
        }
        lacks, options = zip(*(ways[column] for column in open_), strict=True)
        named = " ".join(option.format(shlex.quote(unit.name)) for option in options)
        reason = f"the file does not state {' and '.join(lacks)}: load it with {named}"
    return replace(
        known, layout=layout.name, missing=(*layout.lacks, *open_), reason=reason, chosen=None if open_ else chosen
    )


def _read_name(unit: Unit, layout: Layout, answers: Answers) -> dict[str, str]:
    """The direction, where the file's name alone says it."""
    if "direction" not in layout.asks or "direction" in answers.find(unit.name):
        return {}
    words = set(re.findall(r"followers?|followings?", Path(unit.where).name.lower()))
    kinds = {"following" if word.startswith("following") else "followers" for word in words}
    return {"direction": kinds.pop()} if len(kinds) == 1 else {}


def list_tables(source: Source, view: str) -> Iterator[str]:
    """The canonical tables that are filled from a view."""
    if not source.selects:
        yield view
        return
    named = dict(zip(source.selects, _list_views(tuple(source.selects.values())), strict=True))
    yield from (name for name in source.tables if view in named[name])


def _weigh(
    unit: Unit, sources: Sequence[Source], asked: str | None, stems: set[str]
) -> tuple[list[str], list[_Candidate]]:
    """The columns of a unit, and everything that it may be."""
    every = [layout for source in sources for layout in source.layouts]
    by_name = {source.name: source for source in sources}
    if unit.has_documents:
        documents = unit.read_first_documents(asked)
        header: list[str] = []
        fitting: list[tuple[Layout, list[str]]] = []
        for key in dict.fromkeys(["", *(layout.rows for layout in every)]):
            names = json_documents.top(documents, key)
            header = header or names
            inside = [layout for layout in every if layout.rows == key]
            fitting += [(layout, names) for layout, _ in layouts.find_fitting(inside, [names])]
    else:
        documents = []
        top = unit.read_top(asked)
        header = layouts.place_header(top, 0)
        fitting = [
            (layout, layouts.place_header(top, place))
            for layout, place in layouts.find_fitting([layout for layout in every if not layout.rows], top)
        ]
    candidates = [
        _Candidate(
            by_name[layout.source],
            layout.weigh(names),
            layout.what,
            layout.view.name,
            layout,
            round(layout.measure_fit(names), 2),
        )
        for layout, names in fitting
    ]
    for source in sources:
        candidates += _weigh_source(unit, source, header, documents, stems)
    return header, candidates


def _weigh_source(
    unit: Unit, source: Source, header: Sequence[str], documents: Sequence[Document], stems: set[str]
) -> Iterator[_Candidate]:
    """What a file may be by its name together with its columns."""
    there = {name.lower().strip() for name in header}
    if not source.views and unit.member is not None:
        return  # tables that are found by their names are not looked for in archives
    is_named = unit.sheet in CANONICAL and unit.name.endswith(f"/{unit.sheet}")  # it has several sheets
    stem = str(unit.sheet if is_named else Path(unit.where).name.split(".")[0]).lower()
    if source.name == OWN and stem in CANONICAL:
        must = [column.name for column in CANONICAL[stem] if column.required]
        made = own_tables.MADE.get(stem, ("",))[0]
        if set(must) - {made} <= there:
            own = len(there & set(CANONICAL[stem].names))
            yield _Candidate(source, own + 1, f"your own table {stem}", stem)
    elif not source.views and source.selects:
        views = frozenset[str]().union(*_list_views(tuple(source.selects.values())))
        if stem in views and views <= stems:
            yield _Candidate(source, BY_NAME, f"{source.name}: {stem}", stem, sure=BY_NAME)
    elif not source.is_mapped:
        yield from _weigh_views(unit, source, there, documents)


@cache
def _list_views(selects: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """The raw views that each of these SELECTs names."""
    with duckdb.connect() as connection:
        # In a load these two are functions of Python, which are not called here.
        connection.execute("CREATE MACRO plain_text(x) AS x; CREATE MACRO contact_keys(cell, country) AS cell")
        connection.execute(macros.definitions(*selects))
        return tuple(frozenset(find_names(connection, select)[0]) for select in selects)


def _weigh_views(unit: Unit, source: Source, there: set[str], documents: Sequence[Document]) -> Iterator[_Candidate]:
    """The views of a source whose patterns fit the path and whose columns are there."""
    views = [view for view in source.views.values() if view.caught(unit.where) is not None]
    if unit.has_documents:
        fitting = [view for view in views if _is_taken_by(view, documents)]
        weighed = [(_weigh_view(view, there, unit), view) for view in fitting]
        if weight := max((weight for weight, _ in weighed), default=0):
            best = next(view for one, view in weighed if one == weight)
            yield _Candidate(source, weight, f"{source.name}: {best.name}", best.name)
        return
    for view in views[:1]:
        if view.reading == "loose":
            yield _Candidate(source, BY_NAME, f"{source.name}: {view.name}", view.name, sure=BY_NAME)
        elif {column.lower() for column in view.must} <= there and (weight := _weigh_view(view, there, unit)):
            yield _Candidate(source, weight, f"{source.name}: {view.name}", view.name)


def _is_taken_by(view: View, documents: Sequence[Document]) -> bool:
    """Whether the first of the documents belongs to a view."""
    first = next(json_documents.rows(documents, [view]), None)
    return first is not None and not first[2]


def _weigh_view(view: View, there: set[str], unit: Unit) -> float:
    """The columns that a view must have, and the share of the others that a file has; 0 where these are too few."""
    named = view.knows_name(unit.where)
    known = sum(column.lower() in there for column in (*view.must, *view.may))
    if any(column in there for column in view.without) or not set(view.signs) <= there:
        return 0
    if not named and not view.rows and len(view.must) < FEW and known < MANY:
        return 0
    share = known / len([*view.must, *view.may]) if view.must or view.may else 0
    # Out of the folder that says whose it is, a list is better taken by a layout that asks for that.
    out = len(view.caught(unit.where) or {}) < len(view.captured)
    return len(view.must) + BY_NAME * (share + named - out)
