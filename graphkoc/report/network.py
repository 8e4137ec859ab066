"""The network of a run with the names that a reader may see."""

from __future__ import annotations

from dataclasses import replace

from graphkoc.graph.drawing import DrawnNetwork
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.document import say_notice
from graphkoc.report.readers import Reader
from graphkoc.report.view import View
from graphkoc.runs.run import Run

__all__ = ["draw_network"]


def draw_network(run: Run, language: str = "en", reader: Reader | None = None) -> DrawnNetwork:
    """The network of a run as its report would name people and groups: everybody is drawn, and few have a name.

    For a client people have numbers instead of ids. The same run, lists and campaigns give the same network. Raises
    UsageError for an unknown language.
    """
    say, reader = Catalogue(language), reader or Reader()
    view = View(run, {}, say, reader)
    names = {consumer: _find_name(view, consumer) for consumer in view.people}
    network = view.run.network(names, private=reader.is_client)
    return replace(network, notice=say_notice(view))


def _find_name(view: View, consumer: str) -> str:
    """A person's name, with the handle where it repeats."""
    name, handle = view.names.find_name(consumer), view.names.find_handle(consumer)
    return f"{name} ({handle})" if handle else name
