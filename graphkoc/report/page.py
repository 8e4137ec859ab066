"""The page of a report: one HTML file with one style and one script of its own, made of the document of facts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound
from markupsafe import Markup, escape

from graphkoc.assets import hash_source
from graphkoc.errors import StoreError
from graphkoc.files import replace_file, translate_errors
from graphkoc.invite.listening.markdown import escape_markdown
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.document import make_document
from graphkoc.report.figures import find_figures
from graphkoc.report.pdf import make_pdf
from graphkoc.report.readers import Reader
from graphkoc.runs.run import Run

__all__ = ["make_environment", "render", "render_markdown", "save_document", "write_report"]

NUMBER = re.compile(r"(?<![\w@#])[−+]?[€$£¥]?\d(?:[\d,.]*\d)?%?")


def render(document: Mapping[str, Any]) -> str:
    """The document of facts as one HTML page; the same bytes for the same document."""
    page = make_environment("html")
    script, style = (_join_sources(folder, suffix) for folder, suffix in (("script", "js"), ("style", "css")))
    return page.get_template("page.html.j2").render(
        **_share(page, document),
        script=Markup(script),
        style=Markup(style),
        script_hash=hash_source(script),
        style_hash=hash_source(style),
    )


def render_markdown(document: Mapping[str, Any]) -> str:
    """The document of facts as Markdown, to paste into a mail or a chat: the first screen and the tables."""
    page = make_environment("md")
    text = page.get_template("text.md.j2").render(**_share(page, document))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def save_document(document: Mapping[str, Any], path: Path) -> Path:
    """Write a document of facts to `path`, whole or not at all, and return it.

    The suffix says as what: .md is Markdown, .json the document itself, .pdf the page on paper, and anything else the
    page. Raises StoreError when the file cannot be written, and what `make_pdf` raises.
    """
    kind = path.suffix.lower()
    if kind == ".json":
        written = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    elif kind == ".md":
        written = render_markdown(document).encode()
    else:
        page = render(document)
        written = make_pdf(page) if kind == ".pdf" else page.encode()
    with translate_errors(f"the report cannot be written to {path}", "Name another file with -o.", StoreError):
        replace_file(path, written)
    return path


def write_report(run: Run, path: Path, *, language: str = "en", reader: Reader | None = None) -> Path:
    """Write the report of a run to `path`, and return it; see `make_document` and `save_document`."""
    return save_document(make_document(run, language, reader), path)


def _share(page: Environment, document: Mapping[str, Any]) -> dict[str, Any]:
    """What every template sees."""
    say = Catalogue(document["language"])
    return {
        "report": document["sections"],
        "document": document,
        "say": say,
        "number": say.number,
        "percent": say.percent,
        "money": say.money,
        "count": say.count,
        "day": say.day,
        "month": say.month,
        "figures": find_figures(),
        "has_template": lambda name: _has_template(page, name),
    }


@cache
def make_environment(kind: str) -> Environment:
    """Where the templates are; kind: html or md."""
    page = Environment(
        loader=PackageLoader("graphkoc.report", ""),
        autoescape=kind == "html",
        finalize=None if kind == "html" else _escape_plain,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters["strong"] = _mark_numbers
    return page


def _has_template(page: Environment, name: str) -> bool:
    try:
        page.get_template(name)
    except TemplateNotFound:
        return False
    return True


def _escape_plain(value: Any) -> Any:
    """Text as Markdown shows it; Markup as it is."""
    return value if isinstance(value, Markup) else escape_markdown(str(value))


def _mark_numbers(sentence: str) -> Markup:
    """A sentence with its numbers in bold."""
    pieces, end = [], 0
    for found in NUMBER.finditer(sentence):
        pieces += [escape(sentence[end : found.start()]), Markup("<b>"), escape(found.group()), Markup("</b>")]
        end = found.end()
    return Markup("").join([*pieces, escape(sentence[end:])])


def _join_sources(folder: str, suffix: str) -> str:
    """The files of a folder as one: base first, then those of the sections by name."""
    files = [file for file in (resources.files("graphkoc.report") / folder).iterdir() if file.name.endswith(suffix)]
    files.sort(key=lambda file: (file.name != f"base.{suffix}", file.name))
    return "\n".join(file.read_text(encoding="utf-8").strip() for file in files)
