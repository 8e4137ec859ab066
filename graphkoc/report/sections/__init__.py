"""The sections of a report: NAME.py works out the facts of one, in JSON, and NAME.html.j2 beside it shows them.

A section is found by its file. Its module has

  PLACE: int, where the section stands on the page, smallest first.
  facts(view): a dict of JSON values, or None where the report has no such section.

Its strings are in `words/LANGUAGE/NAME.toml` under [NAME]; `NAME.link` there is its entry in the navigation, and a
section without one has none. `style/NAME.css` and `script/NAME.js` are its own, where it needs them. `NAME.md.j2`
shows it in Markdown, where it is there. A template sees the facts of its section as `facts`, and those of all as
`report`. Its `<section>` has the name as its id.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphkoc.report.view import View

__all__ = ["Section", "find_sections"]


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    name: str
    place: int
    facts: Callable[[View], dict[str, Any] | None]


@cache
def find_sections() -> tuple[Section, ...]:
    """Every section of this folder, in the order of the page."""
    names = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    sections = [Section(name, module.PLACE, module.facts) for name, module in zip(names, modules, strict=True)]
    return tuple(sorted(sections, key=lambda section: section.place))
