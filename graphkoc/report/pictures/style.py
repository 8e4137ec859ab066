"""The style of the page, written into a picture: what draws it elsewhere has no style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from xml.etree import ElementTree

from graphkoc.text import replace_illegal

__all__ = ["SVG", "find_fonts", "resolve_style"]

SVG = "http://www.w3.org/2000/svg"
PAINT = {
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin"),
    *("stroke-dasharray", "opacity", "paint-order", "vector-effect", "visibility"),
    *("text-anchor", "font-size", "font-weight"),
}
"""Declarations that a picture takes over; each is an attribute of SVG too."""
COMPOUND = re.compile(r"([a-z]+|(?=\.))((?:\.[\w-]+)*)")
VARIABLE = re.compile(r"var\((--[\w-]+)\)")


@dataclass(frozen=True)
class Rule:
    """One selector of a style sheet: an element and the elements around it, each a tag ("" for any) with classes."""

    parts: Sequence[tuple[str, frozenset[str]]]
    declarations: Mapping[str, str]
    order: tuple[int, int, int]


def resolve_style(svg: str) -> str:
    """The picture with the page's style for it in attributes, in the colours of a light page, and without classes."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(replace_illegal(svg))
    _resolve(root, [])
    return ElementTree.tostring(root, encoding="unicode") + "\n"


@cache
def find_fonts() -> str:
    """The fonts of the page, the first that the reader has."""
    found = re.search(r"body \{[^}]*font: \S+ ([^;]+);", _read_style())
    assert found
    return found[1].replace('"', "'")


def _resolve(element: ElementTree.Element, above: Sequence[tuple[str, frozenset[str]]]) -> None:
    """Style the element, and then those inside it. above: the tags and classes around it, the outermost first."""
    me = (element.tag.rpartition("}")[2], frozenset(element.attrib.pop("class", "").split()))
    around = [*above, me]
    for rule in sorted((rule for rule in _read_rules() if _matches(rule, around)), key=lambda rule: rule.order):
        element.attrib.update(rule.declarations)
    for inside in element:
        _resolve(inside, around)


def _matches(rule: Rule, around: Sequence[tuple[str, frozenset[str]]]) -> bool:
    """Whether the last of these elements is what the rule selects."""
    *outer, own = rule.parts
    if not _is(around[-1], own):
        return False
    left = list(around[:-1])
    for part in reversed(outer):
        while left and not _is(left[-1], part):
            left.pop()
        if not left:
            return False
        left.pop()
    return True


def _is(element: tuple[str, frozenset[str]], part: tuple[str, frozenset[str]]) -> bool:
    return part[0] in ("", element[0]) and part[1] <= element[1]


@cache
def _read_style() -> str:
    """The style of the page and of pictures, without comments and without what holds only for some screens."""
    report = resources.files("graphkoc.report")
    sheets = sorted((report / "style").iterdir(), key=lambda file: (file.name != "base.css", file.name))
    sheets.append(report / "pictures" / "picture.css")
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.name.endswith(".css"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)


@cache
def _read_rules() -> tuple[Rule, ...]:
    blocks = re.findall(r"([^{}]+)\{([^{}]*)\}", _read_style())
    colours = _declare(next(body for selector, body in blocks if selector.strip() == ":root"))
    found = []
    for number, (selectors, body) in enumerate(blocks):
        declared = {name: _fill(value, colours) for name, value in _declare(body).items() if name in PAINT}
        # The root of a picture is no tag of the page's, so a selector that holds only there selects nothing here.
        parsed = [parts for selector in selectors.split(",") if (parts := _parse(selector))] if declared else []
        for parts in parsed:
            classes = sum(len(some) for _, some in parts)
            found.append(Rule(parts, declared, (classes, sum(bool(tag) for tag, _ in parts), number)))
    return tuple(found)


def _declare(body: str) -> dict[str, str]:
    """The declarations of a rule by name."""
    pairs = (part.partition(":") for part in body.split(";") if ":" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _fill(value: str, colours: Mapping[str, str]) -> str:
    """A value as an attribute has it: colours for their names, pixels without their unit."""
    return re.sub(r"(?<=\d)px$", "", VARIABLE.sub(lambda found: colours[found[1]], value))


def _parse(selector: str) -> list[tuple[str, frozenset[str]]]:
    """The parts of a selector of tags and classes; none of another."""
    return list(_split(selector)) if all(COMPOUND.fullmatch(part) for part in selector.split()) else []


def _split(selector: str) -> Iterator[tuple[str, frozenset[str]]]:
    for part in selector.split():
        tag, *classes = part.split(".")
        yield tag, frozenset(classes)
