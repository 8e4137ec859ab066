"""The sheet to read first: which run it is, for whom, and what each column means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphkoc.exports.book import Column, Sheet
from graphkoc.report.document import say_notice
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = ["make_about"]

EMPTY = {"changes": "tables.no_changes", "plan": "tables.no_plan"}
"""Why a sheet has no rows, where there is one reason."""


def make_about(view: View, sheets: Sequence[Sheet]) -> Sheet:
    """A row for each thing to know of these sheets, then one for each of them and of their columns."""
    say = view.say
    columns = (Column("what", say("tables.what")), Column("about", say("tables.about")))
    rows = [*_list_facts(view), *(row for sheet in sheets for row in _describe_sheet(view, sheet))]
    return Sheet("about", say("tables.read_me"), columns, rows, fixed=1)


def _list_facts(view: View) -> Iterator[dict[str, Any]]:
    say, run, why = view.say, view.run, view.reader.why
    known = {
        "run": display_name(run.name),
        "as_of": say.day(run.info["at"]) if view.dated else None,
        "made_by": f"graphkoc {run.info['versions']['graphkoc']}",
        "reader": say(f"tables.for_{view.reader.kind}"),
        "named": say.count(len(view.names.named), "people"),
        "because": say.data(why) if why else None,
        "notice": say_notice(view),
    }
    yield from ({"what": say(f"tables.{name}"), "about": text} for name, text in known.items() if text)


def _describe_sheet(view: View, sheet: Sheet) -> Iterator[dict[str, Any]]:
    say = view.say
    reason = say(EMPTY[sheet.name]) if not sheet.rows and sheet.name in EMPTY else say(f"tables.sheet_{sheet.name}")
    if sheet.name in view.run.skipped:
        reason = say(f"niches.{sheet.name}_skipped")
    yield {"what": sheet.title, "about": say("tables.rows", n=len(sheet.rows), about=reason)}
    for column in sheet.columns:
        head = say("tables.column", sheet=sheet.title, column=column.header)
        yield {"what": head, "about": say(f"tables.about_{column.name}")}
