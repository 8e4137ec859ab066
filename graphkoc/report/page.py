"""The page of a report: its sections in their order, with one style and one script of its own."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphkoc.files import replace_file, translate_errors
from graphkoc.report.number_formats import TEXT, amount, percentage, sentence
from graphkoc.report.run_view import View
from graphkoc.report.sections import find_sections
from graphkoc.runs.reached import verb
from graphkoc.runs.run import Run
from graphkoc.text import count, display_name

__all__ = ["collect_facts", "render", "write_report"]

LAST = "kocs"
"""The section whose facts are worked out last: it has a row for everybody whom another section links to."""


def render(run: Run) -> str:
    """The report of a run as one HTML page; the same bytes for the same run."""
    page = _make_environment()
    script, style = (
        "\n".join([_read_source(page, "page.js"), _read_source(page, "map.js")]),
        _read_source(page, "page.css"),
    )
    return page.get_template("page.html.j2").render(
        **collect_facts(run),
        script=Markup(script),
        style=Markup(style),
        script_hash=_hash_source(script),
        style_hash=_hash_source(style),
    )


def collect_facts(run: Run) -> dict[str, Any]:
    """Everything that the templates show: what all of them share, and the facts of each section under its name.

    Text in it is raw, and figures are markup. `sections` are those that the run has, in the order of the page.
    """
    view = View(run, {section.name: section.facts for section in find_sections()})
    names = [section.name for section in find_sections()]
    facts = {name: view.facts(name) for name in sorted(names, key=lambda name: name == LAST)}
    return {
        **_collect_shared(view),
        **facts,
        "sections": [section for section in find_sections() if facts[section.name] is not None],
    }


def write_report(run: Run, path: Path) -> Path:
    """Write the report of a run to `path`, whole or not at all, and return it.

    Raises StoreError when the file cannot be written.
    """
    packed = render(run).encode()
    with translate_errors(f"the report cannot be written to {path}", "Name another file with -o."):
        replace_file(path, packed)
    return path


def _collect_shared(view: View) -> dict[str, Any]:
    """What the head and foot of the page and several sections show."""
    run = view.run
    kocs = run.kocs()
    return {
        "title": _write_title(run),
        "at": view.as_of,
        "dated": view.dated,
        "since": view.since,
        "lately": view.lately,
        "counts": run.info["counts"],
        "people": len(run.people),
        "koc_count": len(kocs),
        "possible": set(kocs["role"]) == {"possible"},
        "parts": run.info["parts"],
        "wide": view.wide,
        "follow": verb(run),
        "notice": run.info["settings"].get("notice"),
        "settings": {
            name: "none" if value in (None, [], {}) else value for name, value in run.info["settings"].items()
        },
        "versions": run.info["versions"],
        "run": display_name(run.name, TEXT),
    }


def _write_title(run: Run) -> str:
    platforms = [display_name(str(name)) for name in sorted(run.people["platform"].dropna().unique())]
    platforms = [name[:1].upper() + name[1:] for name in platforms if name]
    title = "Key opinion consumers"
    if not platforms:
        return title
    if len(platforms) > 3:
        return f"{title} on {len(platforms)} platforms"
    *firsts, last = platforms
    return f"{title} on {', '.join(firsts)} and {last}" if firsts else f"{title} on {last}"


@cache
def _make_environment() -> Environment:
    page = Environment(
        loader=PackageLoader("graphkoc.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {"percentage": percentage, "amount": amount, "sentence": sentence}
    page.globals["count"] = count
    return page


def _read_source(page: Environment, name: str) -> str:
    """The source of a file beside the templates."""
    assert page.loader is not None
    return page.loader.get_source(page, name)[0]


def _hash_source(text: str) -> str:
    """The source expression of a content security policy that allows exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
