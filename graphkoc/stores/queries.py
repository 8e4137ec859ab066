"""A query is a file in `cypher/`: its path is its name, and its first comment says what it answers.

    // People with the most known followers
    // All accounts of a person, and of each follower, count as one.
    // @param limit integer = 20  how many rows
    // :param limit => 20
    MATCH ...

The first line is the title, which Neo4j Browser takes for the name of a favourite; the lines after it are the
description. Parameters are declared as `@param` and used as `$limit`; both must agree. For each there is a `:param`
line, which a person pastes into Browser without the slashes: the default, or an example where there is none.

`explore/` is what a person asks, in a folder for each topic. `project/` is what an analysis reads, and each of its
queries is run as it is written; `graphkoc.graph.projection.COLUMNS` has the columns that it must return.

`name.<dialect>.cypher` beside `name.cypher` wins on a store of that dialect. The whole file is sent, header too, so
that an engine's line numbers are the file's, and that it can be pasted into Neo4j Browser as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from graphkoc import assets
from graphkoc.errors import QueryError

__all__ = ["Parameter", "Query", "Sent", "Value", "parse", "queries", "query", "write_literal"]

Value = str | int | float | bool | datetime
Sent = Value | list[str]
"""What a query is sent: of those in `cypher/` a value for each parameter, of graphkoc's own also lists of ids."""

PARAM = re.compile(r"@param\s+(\w+)\s+(string|integer|float|boolean|time)(?:\s*=\s*(\S+))?\s*(.*)")
SET = re.compile(r":param\s+(\w+)\s*=>\s*(\S.*)")
NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`", re.DOTALL)
"""Comments, strings and quoted names, in which a $ means nothing."""

NAMED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
ESCAPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that cannot be seen, which a literal has as escapes."""


@dataclass(frozen=True)
class Parameter:
    """A declared parameter. `default` is None when it must be given.

    example: the value of its `:param` line, as Cypher; the default where there is one.
    """

    name: str
    type: str
    default: Value | None
    what: str
    example: str = field(default="", compare=False)

    def convert(self, given: object) -> Value:
        """The value of this parameter's type; QueryError when `given` has none."""
        text = given.isoformat() if isinstance(given, datetime) else str(given)
        try:
            if self.type == "integer":
                return int(text)
            if self.type == "float":
                return float(text)
            if self.type == "boolean":
                return {"true": True, "false": False}[text.lower()]
            if self.type == "time":
                time = datetime.fromisoformat(text)
                return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
        except (ValueError, KeyError):
            raise QueryError(f"the parameter {self.name} takes {WORDS[self.type]}, not {text!r}") from None
        return text


WORDS = {"integer": "a whole number", "float": "a number", "boolean": "true or false", "time": "a date or time"}


@dataclass(frozen=True)
class Query:
    """A query file: `texts` holds its text by dialect, "" being the common one. A description may be empty."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    texts: dict[str, str]

    def text(self, dialect: str) -> str:
        """The text for a store of that dialect; QueryError when it has none."""
        text = self.texts.get(dialect, self.texts.get(""))
        if text is None:
            raise QueryError(f"the query {self.name} is not written for {dialect}")
        return text

    def bind(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Every declared parameter with its value, converted, defaults filled in.

        Raises QueryError for a parameter that is missing, unknown, or of another type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(given) - set(known)):
            hint = f"It takes: {', '.join(known)}." if known else "It takes none."
            raise QueryError(f"the query {self.name} has no parameter {unknown[0]!r}", hint=hint)
        bound: dict[str, Value] = {}
        for name, parameter in known.items():
            value = parameter.convert(given[name]) if name in given else parameter.default
            if value is None:
                raise QueryError(f"the query {self.name} needs the parameter {name}", hint=f"Add -p {name}=...")
            bound[name] = value
        return bound


def write_literal(value: Value) -> str:
    """A value as Cypher has it, on one line; a time is UTC."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"datetime('{value.isoformat()}Z')"
    if isinstance(value, str):
        return "'" + "".join(_write_character(character) for character in value) + "'"
    return repr(value)


def _write_character(character: str) -> str:
    if character in NAMED:
        return NAMED[character]
    code = ord(character)
    hidden = code <= 0xFFFF and unicodedata.category(character) in ESCAPED
    return f"\\u{code:04X}" if hidden else character


def parse(name: str, text: str) -> tuple[str, str, tuple[Parameter, ...]]:
    """The title, the description and the parameters in a query file's header.

    Raises QueryError when there is no title, when declared and used parameters differ, and when the `:param` lines
    are not those of the declared parameters with their defaults.
    """
    lines = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[2:].strip())
    words = [line for line in lines if line and not line.startswith(("@", ":"))]
    if not words or words[0] != lines[0]:
        raise QueryError(f"the query {name} does not begin with a // comment that says what it answers")
    parameters = []
    for line in (line for line in lines if line.startswith("@")):
        match = PARAM.fullmatch(line)
        if not match:
            raise QueryError(f"the query {name} has a header line that is not a parameter: {line}")
        plain = Parameter(match[1], match[2], None, match[4])
        parameters.append(plain if match[3] is None else replace(plain, default=plain.convert(match[3])))
    declared = {parameter.name for parameter in parameters}
    used = set(re.findall(r"\$(\w+)", NOT_CODE.sub(" ", text)))
    if odd := sorted(declared ^ used):
        what = "declares but does not use" if odd[0] in declared else "uses but does not declare"
        raise QueryError(f"the query {name} {what} the parameter {odd[0]}")
    examples = _read_examples(name, parameters, [line for line in lines if line.startswith(":")])
    shown = tuple(replace(parameter, example=examples[parameter.name]) for parameter in parameters)
    return words[0], " ".join(words[1:]), shown


def _read_examples(name: str, parameters: list[Parameter], lines: list[str]) -> dict[str, str]:
    """The values of the `:param` lines, by parameter.

    Raises QueryError where they are not one for each parameter, with its default where it has one.
    """
    matches = [SET.fullmatch(line) for line in lines]
    values = {match[1]: match[2] for match in matches if match}
    if len(values) < len(lines):
        raise QueryError(f"the query {name} has a :param line that is not :param NAME => VALUE, or has one twice")
    if odd := sorted({parameter.name for parameter in parameters} ^ set(values)):
        what = "sets a parameter that it does not declare" if odd[0] in values else "has no :param line for"
        raise QueryError(f"the query {name} {what}: {odd[0]}")
    for parameter in parameters:
        if parameter.default is not None and (default := write_literal(parameter.default)) != values[parameter.name]:
            raise QueryError(f"the query {name} sets {parameter.name} to another value than {default}")
    return values


def queries(folder: Path | None = None) -> dict[str, Query]:
    """Every query under `folder` (graphkoc's own `cypher/` by default), by name, sorted.

    Raises QueryError for a malformed file, or twins whose headers differ.
    """
    folder = folder or assets.folder("cypher")
    found: dict[str, Query] = {}
    for path in sorted(folder.rglob("*.cypher")):
        stem, _, dialect = path.name.removesuffix(".cypher").partition(".")
        name = (path.parent.relative_to(folder) / stem).as_posix()
        text = path.read_text(encoding="utf-8")
        title, description, parameters = parse(name, text)
        if name not in found:
            found[name] = Query(name, title, description, parameters, {dialect: text})
        elif (found[name].title, found[name].description, found[name].parameters) != (title, description, parameters):
            raise QueryError(f"the query {name} has another header for {dialect or 'the common dialect'}")
        else:
            found[name].texts[dialect] = text
    return found


def query(name: str) -> Query:
    """The query called `name`; folders may be left out where the rest is unique."""
    known = queries()
    found = [key for key in known if key == name or key.endswith(f"/{name}")]
    if len(found) > 1:
        raise QueryError(f"there are several queries called {name!r}", hint=f"Name one of: {', '.join(found)}.")
    if not found:
        raise QueryError(f"there is no query called {name!r}", hint="`graphkoc queries` lists them.")
    return known[found[0]]
