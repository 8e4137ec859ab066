"""Why a review was written: earned, gifted, paid, invited or unknown, as far as it can be proved.

A review that says it was paid for, gifted or invited is that, whoever bought what: the words are data, in
`loaders/origin.toml`. Without such a marker it is earned when a purchase proves it, and unknown otherwise,
because most who are paid do not say so (D. Ershov, Y. He, S. Seiler 2025: 96 % of sponsored tweets do not).
"""

from __future__ import annotations

import tomllib
from functools import cache

from graphkoc import assets

__all__ = ["ORIGINS", "macros"]

ORIGINS = ("paid", "gifted", "invited")
"""What a marker can say, the strongest first: that one counts where a review has several."""

KINDS = ("tags", "labels", "words", "strings")

# RE2 knows no look-around, and its \b only the letters a to z.
BEFORE, AFTER = r"(?:^|[^\pL\pN_])", r"(?:[^\pL\pN_]|$)"
HASH = r"(?:^|[^a-z0-9_/&=?.])[#＃]"
"""Not in the middle of a word or an address; Chinese has no space before it."""
OPEN, CLOSE = r"[\[【［「『〖（*]\s*", r"\s*[\]】］」』〗）*]"
COLON = r"\s*[:：|｜]|\s+[-–—]\s"


@cache
def macros() -> str:
    """SQL that makes the two macros in which loaders speak of origin.

    disclosed(tags, title, content): what the review says of itself, 'paid', 'gifted' or 'invited'; null when
    it says nothing, or only denies it ("not sponsored"). Tags are one text, separated by spaces.
    origin_of(marker, proof): the origin, out of a marker or null, and whether a purchase is proved.
    """
    known = tomllib.loads((assets.folder("loaders") / "origin.toml").read_text(encoding="utf-8"))
    whens = " ".join(f"WHEN regexp_matches(x, {_text(_pattern(known[name]))}) THEN '{name}'" for name in ORIGINS)
    # The three patterns joined would outgrow what RE2 keeps in memory, and be a hundred times slower than this.
    every = {kind: [word for origin in ORIGINS for word in known[origin][kind]] for kind in KINDS}
    return f"""
CREATE MACRO _marked(x) AS CASE {whens} END;
CREATE MACRO _undenied(x) AS regexp_replace(x, {_text(_denial(every, known["denied"]))}, ' ', 'g');
CREATE MACRO _disclosed(x) AS CASE WHEN regexp_matches(x, {_text(_pattern(every))}) THEN _marked(_undenied(x)) END;
CREATE MACRO disclosed(tags, title, content) AS _disclosed(lower(concat_ws(chr(10),
    '#' || regexp_replace(trim(tags), '\\s+#?', ' #', 'g'), title, content)));
CREATE MACRO origin_of(marker, proof) AS coalesce(marker, if(proof, 'earned', 'unknown'));
"""


def _pattern(words: dict[str, list[str]]) -> str:
    label = _any(words["labels"])
    return "|".join(
        (
            f"{HASH}{_any(words['tags'])}{AFTER}",
            f"{OPEN}{label}{CLOSE}",
            f"(?:^|\\n)\\s*{label}(?:{COLON})",
            f"{BEFORE}{_any(words['words'])}{AFTER}",
            _any(words["strings"]),
        )
    )


def _denial(every: dict[str, list[str]], denied: dict[str, list[str]]) -> str:
    """Whatever is taken back, with what takes it back."""
    filler = rf"(?:\s+{_any(denied['between'])})*\s+"
    tag = f"[#＃]{_any(every['tags'])}"
    latin = f"{BEFORE}{_any(denied['words'])}{filler}(?:{_any(every['words'])}|{tag}){AFTER}"
    return f"{latin}|{_any(denied['strings'])}(?:{_any(every['strings'])}|{tag})"


def _any(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"


def _text(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
