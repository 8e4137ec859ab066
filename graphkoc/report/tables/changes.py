"""The sheet of changes: all of them since the run before, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphkoc.exports.book import Column, Sheet
from graphkoc.report.people.cards import WEB
from graphkoc.report.people.evidence import read_evidence
from graphkoc.report.sections.changes import (
    CARDS,
    MOVES,
    POSTS,
    describe_group,
    describe_person,
    describe_post,
    describe_setting,
    explain_absence,
)
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = ["make_changes"]

Row = dict[str, Any]


def make_changes(view: View) -> Sheet:
    """A row for each change; none for a first run. People who are not to be named are rows without a name."""
    say = view.say
    columns = (
        Column("change", say("tables.change")),
        Column("name", say("tables.who")),
        Column("handle", say("tables.handle")),
        Column("before", say("tables.before"), "whole"),
        Column("now", say("tables.now"), "whole"),
        Column("details", say("tables.details")),
        Column("post", say("tables.post"), "link"),
    )
    return Sheet("changes", say("tables.changes"), columns, list(_list_rows(view)), fixed=2)


def _list_rows(view: View) -> Iterator[Row]:
    found = view.run.rows("changes")
    for change in CARDS:
        for row in (row for row in found if row["change"] == change and row["kind"] == "person"):
            yield _describe_person(view, row)
    for change in MOVES:
        for row in (row for row in found if row["change"] == change and row["kind"] == "person"):
            yield _make_row(view, row, **_name(view, row["consumer"]), **_read_numbers(row))
    for row in (row for row in found if row["kind"] == "group"):
        name = view.run.group_name(row["group_kind"], row["group"]) or row["name"] or row["group"]
        yield _make_row(view, row, name=display_name(name), **_read_numbers(row), details=describe_group(view, row))
    for row in (row for row in found if row["change"] == "white_space"):
        yield _make_row(view, row, **_read_numbers(row))
    for row in (row for row in found if row["change"] == "settings"):
        yield _make_row(view, row, details=describe_setting(view, row))


def _describe_person(view: View, row: Row) -> Row:
    consumer, is_post = row["consumer"], row["change"] in POSTS
    if consumer not in view.people:
        details = explain_absence(view, row) if row["change"] == "gone" else None
        return _make_row(view, row, name=view.say("tables.not_named"), details=details)
    found = describe_post(view, row) if is_post else describe_person(view, row)
    link = _find_post(view, row) if is_post else None
    return _make_row(view, row, **_name(view, consumer), details=found["text"] or None, post=link)


def _find_post(view: View, row: Row) -> str | None:
    """The address of a post, where the reader may see whose it is."""
    posts = view.once(read_evidence).posts[row["consumer"]]
    url = next(post["url"] for post in posts if post["review"] == row["review"])
    return str(url) if url and view.names.is_shown(row["consumer"]) and WEB.fullmatch(url) else None


def _name(view: View, consumer: str) -> Row:
    if consumer not in view.people:
        return {"name": view.say("tables.not_named")}
    who = view.who(consumer)
    return {"name": who["name"], "handle": who["handle"]}


def _read_numbers(row: Row) -> Row:
    return {name: None if row[name] is None else int(row[name]) for name in ("before", "now")}


def _make_row(view: View, row: Row, **known: Any) -> Row:
    change = row["change"]
    words = f"tables.{change}_{row['group_kind']}" if row["kind"] == "group" else f"tables.{change}"
    nothing = dict.fromkeys(("name", "handle", "before", "now", "details", "post"))
    return nothing | {"change": view.say(words)} | known
