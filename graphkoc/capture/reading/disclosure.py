"""The origin of a review: earned, gifted, paid, invited or unknown, as far as it can be proved.

A review that discloses that it was paid for, gifted or invited has that origin, whatever was bought: the words are
data, in `loaders/origin.toml`. Without such a marker it is earned when a purchase proves it, and unknown otherwise,
because most paid reviews disclose nothing (D. Ershov, Y. He, S. Seiler 2025: 96 % of sponsored tweets do not).
"""

from __future__ import annotations

from functools import cache

from graphkoc import assets
from graphkoc.files import read_toml

__all__ = ["ORIGINS", "macros"]

ORIGINS = ("paid", "gifted", "invited")
"""The origins that a marker discloses, the strongest first; of several in a review the strongest counts."""

KINDS = ("tags", "labels", "words", "strings")

# RE2 knows no look-around, and its \b only the letters a to z.
BEFORE, AFTER = r"(?:^|[^\pL\pN_])", r"(?:[^\pL\pN_]|$)"
HASH = r"(?:^|[^a-z0-9_/&=?.])[#＃]"
"""Not in the middle of a word or an address; Chinese has no space before it."""
OPEN, CLOSE = r"[\[【［「『〖（*]\s*", r"\s*[\]】］」』〗）*]"
COLON = r"\s*[:：|｜]|\s+[-–—]\s"


@cache
def macros() -> str:
    """SQL that defines the macros for the origin of a review.

    disclosed(tags, title, content): the origin that the review discloses, 'paid', 'gifted' or 'invited'; null when
    it discloses none, or only denies it ("not sponsored"). Tags are one text, separated by spaces.
    origin_of(marker, proof): the origin, by a marker or null, and by whether a purchase is proved.
    """
    known = read_toml(assets.folder("loaders") / "origin.toml")
    whens = " ".join(f"WHEN regexp_matches(x, {_quote(_markers(known[name]))}) THEN '{name}'" for name in ORIGINS)
    # The three patterns joined would outgrow what RE2 keeps in memory, and be a hundred times slower than this.
    every = {kind: [word for origin in ORIGINS for word in known[origin][kind]] for kind in KINDS}
    return f"""
CREATE MACRO _marked(x) AS CASE {whens} END;
CREATE MACRO _undenied(x) AS regexp_replace(x, {_quote(_denials(every, known["denied"]))}, ' ', 'g');
CREATE MACRO _disclosed(x) AS CASE WHEN regexp_matches(x, {_quote(_markers(every))}) THEN _marked(_undenied(x)) END;
CREATE MACRO disclosed(tags, title, content) AS _disclosed(lower(concat_ws(chr(10),
    '#' || regexp_replace(trim(tags), '\\s+#?', ' #', 'g'), title, content)));
CREATE MACRO origin_of(marker, proof) AS coalesce(marker, if(proof, 'earned', 'unknown'));
"""


def _markers(words: dict[str, list[str]]) -> str:
    label = _alternatives(words["labels"])
    return "|".join(
        (
            f"{HASH}{_alternatives(words['tags'])}{AFTER}",
            f"{OPEN}{label}{CLOSE}",
            f"(?:^|\\n)\\s*{label}(?:{COLON})",
            f"{BEFORE}{_alternatives(words['words'])}{AFTER}",
            _alternatives(words["strings"]),
        )
    )


def _denials(every: dict[str, list[str]], denied: dict[str, list[str]]) -> str:
    """The pattern of markers that are denied, together with the denial."""
    filler = rf"(?:\s+{_alternatives(denied['between'])})*\s+"
    tag = f"[#＃]{_alternatives(every['tags'])}"
    latin = f"{BEFORE}{_alternatives(denied['words'])}{filler}(?:{_alternatives(every['words'])}|{tag}){AFTER}"
    return f"{latin}|{_alternatives(denied['strings'])}(?:{_alternatives(every['strings'])}|{tag})"


def _alternatives(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"


def _quote(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"
