"""Sheets about a campaign read into canonical tables: what happened with people, results of posts, and feedback.

The layouts and SELECTs are those of `loaders/campaign`, `loaders/results` and `loaders/feedback`. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from graphkoc.capture.accounting import FileCount, Unread
from graphkoc.capture.answers import Answers, read_answers
from graphkoc.capture.load import Loaded, read
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import mapping
from graphkoc.capture.reading.forms import read_form
from graphkoc.capture.reading.layouts import TOP, Layout
from graphkoc.capture.reading.units import list_units
from graphkoc.capture.recognise import recognise
from graphkoc.capture.sources import Source, find_source
from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.tables.schema import CANONICAL, EVENTS, Table
from graphkoc.tables.types import TYPES
from graphkoc.text import count

__all__ = ["SheetRows", "read_sheet"]

FORMS = "answers"
"""The view whose columns may be questions."""
WRITTEN = {"consumer", "product"}
"""Columns that stay as the sheet writes them: whom and what they mean is found out later."""


@dataclass(frozen=True, eq=False)
class SheetRows:
    """What a file says.

    tables: canonical name -> frame with all columns of that table, one row a key; only those with rows.
    rows: how many were read. rejected: a sentence for each row that was not taken, with its file, number and reason.
    notes: sentences about what was taken in part, skipped, or does not add up. files: the counts of each sheet.
    """

    tables: dict[str, pd.DataFrame]
    rows: int
    rejected: list[str]
    notes: list[str]
    files: tuple[FileCount, ...] = ()


def read_sheet(
    file: Path,
    source: Literal["campaign", "results", "feedback"],
    campaign: str,
    *,
    dates: str = "",
    encoding: str | None = None,
) -> SheetRows:
    """Read a file as one of the sources about campaigns.

    campaign: the id in the graph of the campaign or group, kind:name. dates: which part of 03/04/2024 is the day, where
    no cell shows it (dmy, mdy or ymd). encoding: of a text file where it cannot be detected. `consumer` and `product`
    are as the sheet writes them (`graphkoc.invite.references` finds the person). What happened with people is in the
    order of its days, and on one day in that of `graphkoc.tables.schema.EVENTS`; what has no day comes last. Raises
    UsageError for unknown dates or an unknown encoding, and DataError for a file that cannot be read, has none of the
    source's layouts, or leaves the order of day and month open.
    """
    asked = encodings.check(encoding) if encoding else None
    answers = read_answers([file], Answers(dates=dates, campaign=campaign))
    known, chosen, unread = _choose_sheets(find_source(source), file, answers, asked)
    loaded = read(
        known,
        [file],
        chosen=chosen,
        answers=answers,
        encoding=encoding,
        without_contacts=True,
        accept_partial=True,
    )
    tables = {name: rows for name, rows in loaded.tables.items() if len(rows)}
    return SheetRows(
        {name: _complete(rows, CANONICAL[name], source) for name, rows in tables.items()},
        sum(one.read for one in loaded.files),
        _list_rejects(loaded, ("rejected", "conflict")),
        [*loaded.gaps, *_list_rejects(loaded, ("partial",)), *_describe_skipped(loaded, unread)],
        loaded.files,
    )


def _choose_sheets(
    source: Source, file: Path, answers: Answers, asked: str | None
) -> tuple[Source, dict[str, Layout | None], list[Unread]]:
    """The sheets of a file that the source reads, the source as it reads them, and the others."""
    if mapped := _apply_mapping(source, file, answers.campaign):
        return *mapped, []
    found = recognise([file], [source], answers, asked)
    chosen: dict[str, Layout] = {one.file: one.chosen for one in found if one.chosen and not one.reason}
    if FORMS in source.views:
        chosen |= _find_forms(source, file, answers.campaign, asked)
        columns = dict.fromkeys(column for layout in chosen.values() for column in layout.view.may)
        own = source.views[FORMS]
        source = replace(source, views={FORMS: replace(own, may=tuple({**dict.fromkeys(own.may), **columns}))})
    others = [Unread(one.file, one.reason) for one in found if one.file not in chosen]
    if not chosen:
        needs = " or a ".join(dict.fromkeys(layout.what for layout in source.layouts))
        reason = others[0].reason if others else "there is nothing in it"
        raise DataError(
            f"{file.name} is not read as {source.name}: {reason}",
            hint=f"It reads a {needs}: `graphkoc sources {source.name}` has the names of columns that are known.",
        )
    return source, dict(chosen), others


def _apply_mapping(source: Source, file: Path, campaign: str) -> tuple[Source, dict[str, Layout | None]] | None:
    """The source as a mapping beside the file has it, and its sheets; None where no mapping of this source names it."""
    beside = mapping.find([file])
    if beside is None or not set(read_toml(beside)) <= set(source.views):
        return None
    views = {
        name: replace(view, always=(*view.always, ("campaign", campaign)))
        for name, view in mapping.apply(source.views, beside).items()
    }
    units = [
        unit.name for unit in list_units([file]) if any(view.caught(unit.where) is not None for view in views.values())
    ]
    return (replace(source, views=views), dict.fromkeys(units)) if units else None


def _find_forms(source: Source, file: Path, campaign: str, asked: str | None) -> dict[str, Layout]:
    """The sheets of a file that have a person and their answer, be it under questions of the form's own."""
    found: dict[str, Layout] = {}
    for unit in list_units([file]):
        if unit.fault or not unit.kind or unit.has_documents:
            continue
        view = read_form(source.views[FORMS], unit.read_top(asked)[:TOP])
        if view is not None:
            view = replace(view, always=(*view.always, ("campaign", campaign)))
            found[unit.name] = Layout(FORMS, source.name, "list of answers", view, ())
    return found


def _complete(rows: pd.DataFrame, table: Table, source: str) -> pd.DataFrame:
    """The rows with every column of the table, without the source that a load puts before ids, in an order in time."""
    missing = {column.name: TYPES[column.kind].pandas for column in table if column.name not in rows}
    rows = rows.reindex(columns=table.names).astype(missing)
    for name in WRITTEN & set(table.names):
        rows[name] = rows[name].str.removeprefix(f"{source}:")
    if table.name != "campaign_events":
        return rows
    place = rows["event"].map(EVENTS.index)
    return rows.assign(_place=place).sort_values(["happened_at", "_place", "entry"], ignore_index=True)[table.names]


def _list_rejects(loaded: Loaded, fates: Sequence[str]) -> list[str]:
    """A sentence for each row of these fates, with all of its reasons."""
    rejects = loaded.rejects[loaded.rejects["fate"].isin(fates)]
    reasons: dict[tuple[str, int], list[str]] = {}
    for file, row, reason in zip(rejects["file"], rejects["row"].astype(int), rejects["reason"], strict=True):
        given = reasons.setdefault((file, row), [])
        if reason not in given:
            given.append(reason)
    return [f"{file}, row {row}: {'; '.join(given)}" for (file, row), given in reasons.items()]


def _describe_skipped(loaded: Loaded, unread: Sequence[Unread]) -> list[str]:
    """Sentences about rows that are no records and sheets that were not read."""
    notes = []
    for one in loaded.files:
        if one.why_skipped:
            why = ", ".join(f"{count(rows, 'rows')} ({reason})" for reason, rows in one.why_skipped.items())
            notes.append(f"{one.file}: skipped {why}")
    return notes + [f"{one.file} was not read: {one.reason}" for one in [*unread, *loaded.unread]]
