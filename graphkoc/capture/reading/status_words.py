"""The words of status sheets: which event a status is, and which cells of an event's own column say that it happened.

The words are data, in `loaders/campaign/words.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from graphkoc import assets
from graphkoc.files import read_toml

__all__ = ["macros"]

SIGNS = r"[\s_\-–—·.。!！:：/]+"
"""What stands for one space between words."""
BEFORE = r"^[^\pL\d√✓✔☑✅×✗✘❌☐]*(?:\d{1,2}[.、)）:：\s-]+)?"
"""What may stand before a word: the number of a step, or a sign that is no mark."""


@cache
def macros() -> str:
    """SQL that defines the macros for words of status sheets.

    to_event(status): the event that a status says has happened, 'open' for none yet; an unknown word stays.
    to_mark(cell): 'yes' or 'no' where a cell of an event's column is such a word, else null.
    """
    known = read_toml(assets.folder("loaders") / "campaign" / "words.toml")
    event = _choose({**known["events"], "open": known["open"]["words"]})
    return f"""
CREATE MACRO _word(x) AS trim(regexp_replace(regexp_replace(lower(nfc_normalize(x)), {_quote(BEFORE)}, ''),
    {_quote(SIGNS)}, ' ', 'g'));
CREATE MACRO to_event(x) AS list_transform([_word(x)], lambda word: {event})[1];
CREATE MACRO to_mark(x) AS list_transform([_word(x)], lambda word: {_choose(known["marks"])})[1];
"""


def _choose(words: Mapping[str, Sequence[str]]) -> str:
    """The expression for the name under which `word` is listed, null where it is not."""
    cases = " ".join(
        f"WHEN word IN ({', '.join(map(_quote, some))}) THEN {_quote(name)}" for name, some in words.items()
    )
    return f"CASE {cases} END"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
