"""Concepts: what people say of things they use, known by their words in English, Chinese and German.

`concepts.toml` has them as data. What somebody says of a lid that drips is one and the same in three languages, which
no words could tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import DataError
from graphkoc.files import read_toml

__all__ = ["SIGNS", "Concept", "Glossary", "Mention", "read_glossary"]

SIGNS = ("problem", "praise", "aspect")
SPACED, UNSPACED = ("en", "de"), "zh"
CONCEPTS = Path(__file__).with_name("concepts.toml")

NOT_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|nothing|without|none|hardly|doesn't|didn't|don't|isn't|wasn't|won't|can't|cannot|stopped"
    r"|nicht|kein|keine|keinen|nie|nichts|ohne|kaum)\b(?!\W+(?:only|nur))(?:\W+\w+){0,3}\W*|[不没無无别][^，,。；;]{0,3})$"
)
"""What is denied right before a word: at most three words, or three Chinese characters, are between."""
NEAR = 60
"""Characters before a word in which it may be denied."""
NOT_AFTER = re.compile(r"^(?:\W+\w+){0,2}\W+(?:nicht|kein|keinen|nie|no more|no longer|not)\b")
"""What is denied right after it, as German does: der Deckel tropft nicht."""


@dataclass(frozen=True)
class Concept:
    """A concept: problem, praise or aspect, and what it is called by language."""

    key: str
    sign: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Mention:
    """A concept in a text, whether it is denied there, and where."""

    concept: Concept
    denied: bool
    start: int
    end: int

    @property
    def sign(self) -> str:
        """What is said: a problem that is denied is praise, and the other way round."""
        if not self.denied or self.concept.sign == "aspect":
            return self.concept.sign
        return "praise" if self.concept.sign == "problem" else "problem"


@dataclass(frozen=True)
class Glossary:
    """The concepts by key, and the pattern of all their words, the longest first."""

    concepts: Mapping[str, Concept]
    words: re.Pattern[str]
    meant: Mapping[str, str]
    beginnings: Mapping[str, str]

    def find(self, text: str) -> list[Mention]:
        """The concepts in a text, in its order; no two of them are of the same characters."""
        folded = text.casefold()
        if len(folded) != len(text):  # a few letters become two
            folded = text.lower() if len(text.lower()) == len(text) else text
        return [
            Mention(self.concepts[self._resolve(found)], _is_denied(folded, found), found.start(), found.end())
            for found in self.words.finditer(folded)
        ]

    def _resolve(self, found: re.Match[str]) -> str:
        word = " ".join(found[0].split())
        if word in self.meant:
            return self.meant[word]
        return next(self.beginnings[start] for start in self.beginnings if word.startswith(start))


@cache
def read_glossary(path: Path = CONCEPTS) -> Glossary:
    """The concepts of a file. Raises DataError for one that is not complete, and for a word that two of them have."""
    values = read_toml(path)
    values.pop("version", None)
    concepts: dict[str, Concept] = {}
    meant: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    patterns: dict[str, dict[str, str]] = {"spaced": {}, UNSPACED: {}}
    for key, one in values.items():
        concepts[key] = _read_concept(path, key, one)
        for language in (*SPACED, UNSPACED):
            for written in one[language]:
                word = written.casefold().removesuffix("*")
                known = beginnings if written.endswith("*") else meant
                if known.setdefault(word, key) != key:
                    raise DataError(f"{path} has {written} in {known[word]} and in {key}", hint="Leave one of them.")
                script = UNSPACED if language == UNSPACED else "spaced"
                patterns[script][written] = _make_pattern(written, language)
    words = [_join(patterns[UNSPACED]), r"(?<!\w)" + _join(patterns["spaced"])]
    starts = dict(sorted(beginnings.items(), key=lambda item: (-len(item[0]), item[0])))
    return Glossary(concepts, re.compile("|".join(words)), meant, starts)


def _read_concept(path: Path, key: str, one: Any) -> Concept:
    needed = ("sign", "name", *SPACED, UNSPACED)
    if not isinstance(one, dict) or (missing := [name for name in needed if not one.get(name)]):
        lacks = missing[0] if isinstance(one, dict) else "sign"
        raise DataError(f"the concept {key} of {path} has no {lacks}", hint=f"A concept has {', '.join(needed)}.")
    if one["sign"] not in SIGNS or set(one["name"]) != {*SPACED, UNSPACED}:
        raise DataError(
            f"the concept {key} of {path} has another sign than {', '.join(SIGNS)}, or not a name in each language",
            hint="See the head of graphkoc's own file.",
        )
    return Concept(key, one["sign"], one["name"])


def _make_pattern(written: str, language: str) -> str:
    word = r"\s+".join(re.escape(part) for part in written.casefold().removesuffix("*").split())
    if language == UNSPACED:
        return word
    return rf"{word}\w*" if written.endswith("*") else rf"{word}(?!\w)"


def _join(patterns: Mapping[str, str]) -> str:
    """One pattern of many words, the longest first; most places of a text are passed over for their letter alone."""
    longest = sorted(patterns, key=lambda written: (-len(written), written))
    letters = "".join(sorted({re.escape(written.casefold()[0]) for written in longest}))
    return f"(?=[{letters}])(?:{'|'.join(patterns[one] for one in longest)})"


def _is_denied(text: str, found: re.Match[str]) -> bool:
    """Whether a word is denied in its clause."""
    before = text[max(0, found.start() - NEAR) : found.start()]
    return bool(NOT_BEFORE.search(before) or NOT_AFTER.match(text[found.end() :]))
