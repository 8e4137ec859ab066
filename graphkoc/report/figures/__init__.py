"""The figures of a report, drawn as SVG: facts in, markup out, the same bytes for the same facts.

A figure is a file with `draw`, which templates call as `figures.FILE(...)`. Colours are classes that the style fills
in, so one drawing serves a light page, a dark one and paper. Text of strangers has to be escaped.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

from markupsafe import Markup

__all__ = ["find_figures"]


@cache
def find_figures() -> SimpleNamespace:
    """The function of each figure of this folder, by its file's name."""
    names = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    drawn: dict[str, Callable[..., Markup]] = {name: module.draw for name, module in modules.items()}
    return SimpleNamespace(**drawn)
