"""Which of the given files a named source reads, and what the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from graphkoc.capture.accounting import Unread
from graphkoc.capture.answers import Answers
from graphkoc.capture.reading import mapping, own_tables
from graphkoc.capture.reading.layouts import Layout
from graphkoc.capture.reading.places import find_places
from graphkoc.capture.recognise import recognise
from graphkoc.capture.sources import COMMANDS, Source, sources
from graphkoc.errors import DataError, GraphkocError

__all__ = ["choose_units", "describe_stray", "name_other_source"]


def choose_units(
    source: Source, paths: Sequence[Path], answers: Answers, asked: str | None
) -> tuple[Source, dict[str, Layout | None] | None, tuple[Unread, ...]]:
    """The source as a mapping beside the files has it, or the units that have one of its layouts.

    None stands for every unit that the source's own patterns fit. Raises DataError where no file is of this source.
    """
    if not source.is_mapped and not source.layouts:
        return source, None, ()
    if file := mapping.find(paths):
        views = mapping.apply(source.views, file)
        if answers.campaign:
            stated = ("campaign", answers.campaign)
            views = {name: replace(view, always=(*view.always, stated)) for name, view in views.items()}
        return replace(source, views=views), None, ()
    chosen: dict[str, Layout | None] = {}
    wrong: list[Unread] = []
    for found in recognise(paths, list(sources().values()), answers, asked):
        if found.source == source.name and found.chosen:
            chosen[found.file] = found.chosen
        elif found.source == source.name and found.reason:
            wrong.append(Unread(found.file, found.reason))
        elif found.layout or (found.source and not any(view.files for view in source.views.values())):
            wrong.append(Unread(found.file, f"it is a {found.what}: graphkoc load {found.source} FILE"))
        elif any(view.files for view in source.views.values()):
            chosen[found.file] = None
        else:
            wrong.append(Unread(found.file, f"{found.reason}, and there is no {mapping.NAME} beside it"))
    if not chosen and wrong:
        raise DataError(
            f"{wrong[0].file} is not read by {source.name}: {wrong[0].reason}",
            hint=f"`graphkoc sources scaffold {source.name} FILE...` proposes a mapping of its columns."
            if source.name not in COMMANDS
            else "",
        )
    return source, chosen, tuple(wrong)


def name_other_source(source: Source, paths: Sequence[Path], asked: str | None) -> DataError | None:
    """The error for files of which one has a layout of another source; None where none has."""
    try:
        found = recognise(paths, list(sources().values()), asked=asked)
    except GraphkocError:
        return None
    if other := next((one for one in found if one.layout and one.source != source.name), None):
        words = f"{other.file} is a {other.what}, and not read by {source.name}"
        return DataError(words, hint=f"graphkoc load {other.source} {other.file}, or without a source.")
    return None


def describe_stray(one: Unread, paths: Sequence[Path], asked: str | None) -> Unread:
    """An unread file with what it looks like, where files are named after tables and it is not."""
    if one.reason != own_tables.NO_TABLE:
        return one
    places = [place.path for place in find_places(paths) if Path(place.name).name == Path(one.file).name]
    known = recognise(places[:1], list(sources().values()), asked=asked)
    looks = [f"it is a {other.what}" if other.layout else other.reason for other in known]
    return Unread(one.file, f"it {one.reason}; {looks[0]}" if looks and looks[0] else f"it {one.reason}")
