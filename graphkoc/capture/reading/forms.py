"""Exports of forms: a row an answer, and a column a question in the words of whoever made the form.

Which question asks for the person, the product or a rating is found by words in it (`loaders/feedback/questions.toml`);
every other question is a part of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from graphkoc import assets
from graphkoc.capture.reading.views import View, plain
from graphkoc.files import read_toml

__all__ = ["ANSWER", "read_form"]

ANSWER = "answer_"
"""How the columns of a view begin that are questions without a column of their own."""
PERSON = ("person", "handle", "name", "profile", "code")
SAID = ("rating", "text", "liked", "disliked")
NUMBER = re.compile(r"^\s*(?:Q\d+\b|\d+\s*[、.．:：)）]|[（(]\d+[）)])\s*[.:：、]?\s*", re.IGNORECASE)
"""The number that a form writes before a question."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHINA = "+08:00"


def read_form(view: View, top: Sequence[Sequence[str | None]]) -> View | None:
    """The view as the header among the first rows of a table has it; None where no row is one of a form.

    Each question without a column of the view's is one more column, ANSWER and a number.
    """
    found = [_match_questions(view, [cell or "" for cell in row]) for row in top]
    # The cells of a row of answers are none of the view's columns.
    best = max(found, key=lambda columns: len(_list_known(columns)), default={})
    known = _list_known(best)
    if not known & {*PERSON} or not (known & {*SAID} or ("given_at" in known and len(best) > len(known))):
        return None
    made = [column for column in best if column.startswith(ANSWER)]
    # Forms in Chinese are answered by the clock of China.
    zone = (("zone", CHINA),) if CHINESE.search(best.get("given_at", "")) else ()
    names = tuple((column, (header,)) for column, header in best.items())
    return replace(view, may=(*view.may, *made), names=names, always=(*view.always, *zone))


def _match_questions(view: View, header: Sequence[str]) -> dict[str, str]:
    """The view's columns -> the headers of a row that may be a form's."""
    asked = {question: NUMBER.sub("", question) for question in header if question.strip()}
    whole = {text: question for question, text in reversed(asked.items())}
    found = {column: whole[text] for text, column in view.matched(list(whole)).items() if column != "campaign"}
    for question, text in asked.items():
        if question in found.values() or _is_skipped(text):
            continue
        column = next((column for column, words in _words()["contains"].items() if _contains(text, words)), "")
        if column in view.may and column not in found:
            found[column] = question
        elif column not in PERSON and column != "rating":
            found[f"{ANSWER}{len(found)}"] = question
    return found


def _list_known(columns: Mapping[str, str]) -> set[str]:
    """The columns that the view has of its own."""
    return {column for column in columns if not column.startswith(ANSWER)}


def _is_skipped(text: str) -> bool:
    skip = _words()["skip"]
    return plain(text) in set(map(plain, skip["exact"])) or _contains(text, skip["contains"])


def _contains(text: str, words: Sequence[str]) -> bool:
    return any(plain(word) in plain(text) for word in words)


@cache
def _words() -> Mapping[str, Any]:
    return read_toml(assets.folder("loaders") / "feedback" / "questions.toml")
