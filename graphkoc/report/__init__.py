"""The report: one HTML file that says what a run found, and needs nothing else.

A pure function of a run: no clock, no store, no network. Names come from strangers, so nothing in them
is markup, and the page's policy lets its own script and style run and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphkoc.files import replace_file, translate_errors
from graphkoc.report.content import amount, content, percentage
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["display_name", "render", "write"]


def render(run: Run) -> str:
    """The report of a run as one HTML page; the same bytes for the same run."""
    page = _environment()
    parts = (page.loader.get_source(page, name)[0] for name in ("page.js", "map.js", "page.css"))  # type: ignore[union-attr]
    *scripts, style = parts
    script = "\n".join(scripts)
    return page.get_template("page.html.j2").render(
        **content(run), script=Markup(script), style=Markup(style), script_hash=_hash(script), style_hash=_hash(style)
    )


def write(run: Run, path: Path) -> Path:
    """Write the report of a run to `path`, whole or not at all, and return it.

    Raises StoreError when the file cannot be written.
    """
    packed = render(run).encode()
    with translate_errors(f"the report cannot be written to {path}", "Name another file with -o."):
        replace_file(path, packed)
    return path


@cache
def _environment() -> Environment:
    page = Environment(
        loader=PackageLoader("graphkoc.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters |= {"percentage": percentage, "amount": amount}
    return page


def _hash(text: str) -> str:
    """What a content security policy calls this very text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
