"""What a shell may complete an argument with: the runs in ./runs, and the queries."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

__all__ = ["complete_queries", "complete_runs"]


def complete_runs(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The runs in ./runs whose names begin so; without one any folder, for a run may be anywhere."""
    import graphkoc

    names = [name for name in graphkoc.list_runs() if name.startswith(begun)]
    return [CompletionItem(name) for name in names] or [CompletionItem(begun, type="dir")]


def complete_queries(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """The queries whose names begin so, with their folders or without."""
    from graphkoc import assets

    folder = assets.folder("cypher")
    # A query may have a file for each dialect.
    names = {path.relative_to(folder).as_posix().partition(".")[0] for path in folder.rglob("*.cypher")}
    whole = [name for name in names if name.startswith(begun)]
    last = [name for name in (name.rpartition("/")[2] for name in names) if name.startswith(begun)]
    return [CompletionItem(name) for name in sorted(whole or last)]
