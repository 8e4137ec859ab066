"""The pack for Neo4j Browser: a guide, favourites, a style sheet and a picture of the model, for one store."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from graphkoc.files import replace_file, translate_errors
from graphkoc.stores import Store
from graphkoc.stores.browser.colours import write_style
from graphkoc.stores.browser.examples import Examples, read_examples
from graphkoc.stores.browser.picture import draw_model
from graphkoc.stores.browser.serving import DEFAULT_PORT
from graphkoc.stores.browser.texts import (
    escape_asciidoc,
    escape_handlers,
    fill_parameters,
    split_query,
)
from graphkoc.stores.browser.topics import Topic, read_topics
from graphkoc.stores.queries import Query, write_literal
from graphkoc.text import count

__all__ = ["GUIDE", "write_browser_pack"]

GUIDE = "guide.html"
TITLE = "Questions to your graph"
DIALECT = "neo4j"
EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)
"""The time of files in the archive, which then has the same bytes each time."""


def write_browser_pack(store: Store, folder: Path, port: int = DEFAULT_PORT) -> list[str]:
    """Write the pack for a store into a folder, and return the files' paths below it.

    Each file is written whole or not at all, and writing the pack again gives the same bytes as long as the store and
    the queries are the same; other files in the folder stay. port: where the pack will be served, which the guide
    names. Raises StoreError where the store cannot be read or a file cannot be written.
    """
    pack = _make_pack(read_examples(store), port)
    for name, content in pack.items():
        path = folder / name
        with translate_errors(f"{path} cannot be written", "Is the disk full, or the folder not yours?"):
            replace_file(path, content)
    return list(pack)


def _make_pack(examples: Examples, port: int) -> dict[str, bytes]:
    """The content of each file, by its path in the pack."""
    topics = read_topics()
    picture = draw_model()
    facts = _collect_facts(topics, examples, port)
    favourites = {
        f"favourites/{topic.name}/{query.name.split('/')[-1]}.cypher": _write_favourite(query, examples)
        for topic in topics
        for query in topic.queries
    }
    texts = {
        GUIDE: _render_html(facts, picture),
        "guide.adoc": _render_asciidoc(facts),
        "style.grass": write_style(),
        "model.svg": picture,
        **favourites,
    }
    pack = {name: text.encode() for name, text in texts.items()}
    titles = {f"favourites/{topic.name}/": topic.title for topic in topics}
    return pack | {"favourites.zip": _zip({name: pack[name] for name in favourites}, titles)}


def _collect_facts(topics: list[Topic], examples: Examples, port: int) -> dict[str, Any]:
    return {
        "title": TITLE,
        "lead": _describe_analysis(examples.run),
        "sentences": _list_sentences(examples.run),
        "address": f"http://localhost:{port}",
        "examples": examples.list_shown(),
        "topics": [
            {
                "title": topic.title,
                "about": topic.about,
                "questions": [_describe_question(query, examples) for query in topic.queries],
            }
            for topic in topics
        ],
    }


def _describe_analysis(run: dict[str, Any] | None) -> str:
    if run is None:
        return "This store has not been analysed yet."
    people = f" of {count(run['people'], 'people')}" if run["people"] is not None else ""
    at = f", as of {run['at']:%Y-%m-%d}" if run["at"] is not None else ""
    return f"The analysis {run['name']}{people}{at}."


def _list_sentences(run: dict[str, Any] | None) -> list[str]:
    """What a reader has to know before the first question."""
    if run is None:
        return ["Run `graphkoc analyse`, then `graphkoc browser` again: until then only raw data have answers."]
    return [text for text in (run["invented"], run["warning"]) if text]


def _describe_question(query: Query, examples: Examples) -> dict[str, Any]:
    _, body = split_query(query, DIALECT)
    return {
        "title": query.title,
        "description": query.description,
        "examples": [example for example in examples.find(query).values() if example.name],
        "runnable": f"// {query.title}\n{fill_parameters(body, _list_values(query, examples))}",
    }


def _list_values(query: Query, examples: Examples) -> dict[str, str]:
    """Each parameter's value as Cypher: from the store, else the example of the query's head."""
    found = {name: write_literal(example.value) for name, example in examples.find(query).items()}
    return {parameter.name: found.get(parameter.name) or parameter.example for parameter in query.parameters}


def _write_favourite(query: Query, examples: Examples) -> str:
    """A query that Browser runs as it is: the title, lines that set the parameters, and the text."""
    lines, body = split_query(query, DIALECT)
    found = examples.find(query)
    for name, value in _list_values(query, examples).items():
        lines += [f"// {name}: {found[name].name}"] if name in found and found[name].name else []
        lines += [f":param {name} => {value};"]
    return "\n".join([*lines, body, ""])


def _zip(files: dict[str, bytes], titles: dict[str, str]) -> bytes:
    """The favourites as an archive, whose folders Browser takes for folders of favourites."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            folder, _, file = name.rpartition("/")
            packed.writestr(zipfile.ZipInfo(f"{titles[f'{folder}/']}/{file}", EPOCH_OF_ZIP), content)
    return archive.getvalue()


def _render_html(facts: dict[str, Any], picture: str) -> str:
    # A server allows no pictures of other addresses in Browser, so the guide holds its own.
    encoded = base64.b64encode(picture.encode()).decode()
    return escape_handlers(_make_environment(True).get_template("guide.html.j2").render(facts, picture=encoded))


def _render_asciidoc(facts: dict[str, Any]) -> str:
    return _make_environment(False).get_template("guide.adoc.j2").render(facts)


def _make_environment(html: bool) -> Environment:
    found = Environment(
        loader=PackageLoader("graphkoc.stores.browser", ""),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters["adoc"] = escape_asciidoc
    return found
