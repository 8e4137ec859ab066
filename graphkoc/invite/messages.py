"""The first message to a person, in the app of the platform: a text for each language, with the fields filled in.

The texts ask for an honest opinion whatever it is, and for no address: that comes after a yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

from graphkoc.errors import UsageError
from graphkoc.text import display_name

__all__ = ["FIELDS", "fill_message", "list_languages", "make_inert", "read_message"]

FIELDS = {
    "name": "the person's name as they show it",
    "sender": "who writes",
    "brand": "for which brand",
    "platform": "where they were found and are written to",
    "product": "what they are offered",
    "reason": "why they are asked",
    "label": "what a post has to say, see graphkoc.invite.rules",
}
"""The fields of a message, and what each is."""
MESSAGES = Path(__file__).with_name("messages")
LONGEST = 200
"""Characters of a field: a message in an app is short."""
INERT = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "", "|": "/", "\\": "/", "$": ""})
"""What a page or Markdown would take for more than text, in the names that strangers gave themselves."""


def list_languages() -> list[str]:
    """The languages that there is a message in, sorted."""
    return sorted(path.stem for path in MESSAGES.glob("*.txt"))


@cache
def read_message(language: str) -> str:
    """The text of a language with its fields, such as $name. Raises UsageError for a language that there is none of."""
    if language not in list_languages():
        raise UsageError(f"there is no message in {language!r}", hint=f"There are: {', '.join(list_languages())}.")
    return (MESSAGES / f"{language}.txt").read_text(encoding="utf-8")


def fill_message(language: str, fields: Mapping[str, str]) -> str:
    """The message with every field filled: plain text, which is the same read as Markdown or put on a page.

    fields: all of FIELDS. Each becomes one line of at most LONGEST characters without markup. Raises UsageError for a
    language that there is none of, and for a field that is missing, empty or unknown.
    """
    text = Template(read_message(language))
    if unknown := [name for name in fields if name not in FIELDS]:
        raise UsageError(f"a message has no field {unknown[0]!r}", hint=f"There are: {', '.join(FIELDS)}.")
    shown = {name: make_inert(value) for name, value in fields.items()}
    if empty := [name for name in FIELDS if not shown.get(name)]:
        raise UsageError(f"the message lacks {empty[0]}: {FIELDS[empty[0]]}", hint="Fill every field of a message.")
    return text.substitute(shown)


def make_inert(value: str, longest: int = LONGEST) -> str:
    """Text of others on one line without markup and without a mark at its end, which the sentence around it has."""
    return display_name(display_name(value, longest).translate(INERT), longest).rstrip(".。").strip()
