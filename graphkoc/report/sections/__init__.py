"""The sections of a report: NAME.py works out the facts of one, NAME.html.j2 beside it shows them.

A section is found by its file. Its module has

  PLACE: int, where the section stands on the page, smallest first.
  LINK: str, its entry in the navigation.
  facts(view): a dict of what the template shows, or None where the run has no such section.

The template sees its facts under the section's name, and those of the other sections under theirs. Its
`<section>` has the name as its id.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphkoc.report.run_view import View

__all__ = ["Section", "find_sections"]


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    name: str
    place: int
    link: str
    facts: Callable[[View], dict[str, Any] | None]


@cache
def find_sections() -> tuple[Section, ...]:
    """Every section of this folder, in the order of the page."""
    names = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    sections = [
        Section(name, module.PLACE, module.LINK, module.facts) for name, module in zip(names, modules, strict=True)
    ]
    return tuple(sorted(sections, key=lambda section: section.place))
