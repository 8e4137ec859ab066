"""The facts of a report as one JSON document, of which the page and the Markdown are made.

Every number and every sentence of them is worked out here, once. Templates choose what to show, and write numbers in
the reader's form.
"""

from __future__ import annotations

from typing import Any

from graphkoc.report.catalogue import Catalogue
from graphkoc.report.readers import Reader
from graphkoc.report.sections import find_sections
from graphkoc.report.view import View
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["make_document", "make_view", "say_notice"]

FORMAT = 1
LAST = "persons"
"""The section whose facts are worked out last: it has a page for everybody whom another section names."""


def make_document(run: Run, language: str = "en", reader: Reader | None = None) -> dict[str, Any]:
    """The facts of a run's report: {format, language, reader, names_because, named, people, run, ..., sections}.

    sections: {NAME: facts} of those that the report has, in the order of the page (see `graphkoc.report.sections`).
    named: how many people it names. The same run, lists and campaigns give the same document. Raises UsageError for an
    unknown language.
    """
    view = make_view(run, language, reader or Reader())
    order = [section.name for section in find_sections()]
    facts = {name: view.facts(name) for name in sorted(order, key=lambda name: name == LAST)}
    return {
        "format": FORMAT,
        "language": language,
        "reader": view.reader.kind,
        "names_because": view.reader.why and view.say.data(view.reader.why),
        "notice": say_notice(view),
        "as_of": run.info["at"] if view.dated else None,
        "named": len(view.names.named),
        "people": len(run.people),
        "run": display_name(run.name),
        "version": run.info["versions"]["graphkoc"],
        "sections": {name: facts[name] for name in order if facts[name] is not None},
    }


def make_view(run: Run, language: str, reader: Reader) -> View:
    """The run as the sections of a report read it. Raises UsageError for an unknown language."""
    return View(run, {section.name: section.facts for section in find_sections()}, Catalogue(language), reader)


def say_notice(view: View) -> str | None:
    """The run's notice; the one on invented data in the reader's language."""
    notice, say = view.run.info["settings"].get("notice"), view.say
    if notice is None:
        return None
    return say("page.invented") if notice == Catalogue("en")("page.invented") else say.data(str(notice))
