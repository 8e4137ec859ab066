"""What a text shows: 25 traits of each, counted with regular expressions (RE2), English and Chinese in one.

`traits.json` beside this module has the patterns, what each trait is made of, and the number that it is divided by. A
trait of several cues is ln(1 + the sum of their counts). No trait knows the rating, the author or the audience.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphkoc.arrays import Values

__all__ = [
    "ENGLISH",
    "HAN",
    "LANGUAGES",
    "TRAITS",
    "Traits",
    "clean_text",
    "count_traits",
    "find_foreign",
    "find_languages",
    "find_other_languages",
]

LANGUAGES = ("Chinese", "English")
"""The languages that are read; every other one is "other"."""

CHUNK = 25_000
"""Texts that are looked at at once: their copies in lower case and without signs fit the memory."""
LONGEST = 20_000
"""Characters of a text that are read."""
DENSE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
"""Scripts in which a letter carries about as much as three letters of the others."""
MUCH = np.log(800.0)
"""Letters (as their logarithm) beyond which more of them count separately."""
WORD_LEN = (2.0, 8.0, 4.3)
"""The least and the largest letters a word, and what stands for them in a text without Latin words."""
ENGLISH, HAN = 0.25, 0.3
"""Shares of English stop words in words, and of Chinese characters in letters, from which a language is read."""


@cache
def _read_file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "traits.json").read_text(encoding="utf-8"))
    return found


TRAITS = (
    *("length", "beyond_800", "specifics", "names", "experience", "comparison", "pros_cons", "reasons", "advice"),
    *("problem", "wish", "hype", "rant", "delivery", "questions", "shouting", "care", "structure", "sentence_len"),
    *("word_len", "chatter", "negation", "links", "stock", "pictures"),
)
"""The names of the traits, in the order of the columns of `Traits.values` and of `sd` in traits.json."""


@dataclass(frozen=True, eq=False)
class Traits:
    """The traits of k texts.

    values: (k, 25) float64, each divided as traits.json says, not centred. letters: (k,) float64, letters and digits.
    han: (k,) float64, Chinese characters among them. words, english: (k,) float64, words of Latin letters, and English
    stop words.
    """

    values: Values
    letters: Values
    han: Values
    words: Values
    english: Values

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.letters)

    def column(self, name: str) -> Values:
        """(k,) float64: a trait by its name."""
        return self.values[:, TRAITS.index(name)]


def count_traits(title: pd.Series[str], text: pd.Series[str], pictures: Values) -> Traits:
    """The traits of k texts, a title and a body each, null for none; pictures: (k,), NaN for unknown."""
    shown = np.nan_to_num(np.asarray(pictures, dtype=float))
    parts = [_count_chunk(chunk, shown[begin:end]) for begin, end, chunk in _read_chunks(title, text)]
    if not parts:
        return Traits(np.empty((0, len(TRAITS))), *(np.empty(0) for _ in range(4)))
    columns = zip(*((part.values, part.letters, part.han, part.words, part.english) for part in parts), strict=True)
    return Traits(*(np.concatenate(column) for column in columns))


def _read_chunks(title: pd.Series[str], text: pd.Series[str]) -> Iterator[tuple[int, int, pa.Array]]:
    for begin in range(0, len(text), CHUNK):
        end = min(begin + CHUNK, len(text))
        yield begin, end, clean_text(title.iloc[begin:end], text.iloc[begin:end])


def clean_text(title: pd.Series[str], text: pd.Series[str]) -> pa.Array:
    """Title, newline, body, as large strings: HTML breaks are newlines, other tags are gone, entities are letters."""
    parts = [_as_strings(part) for part in (title, text)]
    separator = pc.if_else(
        pc.and_(pc.greater(pc.binary_length(parts[0]), 0), pc.greater(pc.binary_length(parts[1]), 0)), "\n", ""
    ).cast(pa.large_string())
    joined = pc.utf8_slice_codeunits(pc.binary_join_element_wise(parts[0], parts[1], separator), 0, LONGEST)
    joined = pc.replace_substring_regex(joined, r"(?i)<br\s*/?>|</p>\s*", "\n")
    joined = pc.replace_substring_regex(joined, r"</?[A-Za-z][^<>]{0,500}>", "")
    marked = np.flatnonzero(pc.match_substring_regex(joined, r"&#?\w{1,31};").to_numpy(zero_copy_only=False))
    if len(marked):
        # Python has the table of the entities, and few texts have any.
        found = pd.Series(joined.to_numpy(zero_copy_only=False), dtype=object)
        found.iloc[marked] = [html.unescape(one) for one in found.iloc[marked]]
        joined = pa.array(found, pa.large_string())
    return pc.utf8_trim_whitespace(joined)


def _as_strings(column: pd.Series[str]) -> pa.Array:
    found = pc.fill_null(pa.array(column, pa.large_string(), from_pandas=True), "")
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _count(text: pa.Array, pattern: str) -> Values:
    found: Values = pc.count_substring_regex(text, pattern=pattern).to_numpy(zero_copy_only=False).astype(float)
    return found


def _matches(text: pa.Array, pattern: str) -> Values:
    found: Values = pc.match_substring_regex(text, pattern=pattern).to_numpy(zero_copy_only=False).astype(float)
    return found


def _count_chunk(text: pa.Array, pictures: Values) -> Traits:
    file = _read_file()
    small = pc.utf8_lower(text)
    cues = {name: _count(small, pattern) for name, pattern in file["on_lower_case"].items()}
    cues |= {name: _count(text, pattern) for name, pattern in file["on_text"].items() if name != "stock"}
    plain = pc.replace_substring_regex(small, r"[^\pL\pN]+", "")
    dense, han = _count(plain, DENSE), _count(plain, r"\p{Han}")
    shown = pc.utf8_length(plain).to_numpy(zero_copy_only=False).astype(float)
    letters = shown + 2 * dense
    words = _count(small, r"\p{Latin}+(?:['’]\p{Latin}+)?")
    # Letters of other alphabets are fewer than Latin ones, where there are Latin ones, and each costs a step.
    latin = shown - _count(plain, r"[^\p{Latin}]")
    english = _count(small, _english_pattern())

    least, most, usual = WORD_LEN
    own = {
        "length": np.log1p(letters),
        "beyond_800": np.maximum(0, np.log1p(letters) - MUCH),
        "care": (_matches(text, r"^[^\pL\pN]*[\p{Lu}\p{Nd}\p{Han}]") + _matches(text, r"[.!?。！？…~～)）\"”]\s*$"))
        / 2,
        "sentence_len": np.log1p(letters / np.maximum(1, cues["sentences"])),
        "word_len": np.where(words > 0, np.clip(latin / np.maximum(1, words), least, most), usual),
        "stock": _matches(text, file["on_text"]["stock"]),
        "pictures": np.log1p(pictures),
    }
    values = np.column_stack(
        [
            (own[name] if name in own else np.log1p(sum(cues[cue] for cue in file["made_of"][name]))) / sd
            for name, sd in file["sd"].items()
        ]
    )
    return Traits(values, shown, han, words, english)


@cache
def _english_pattern() -> str:
    return rf"\b(?:{'|'.join(_read_file()['stop_words']['en'].split())})\b"


def find_foreign(
    title: pd.Series[str], text: pd.Series[str], traits: Traits, person: NDArray[np.int64], n: int
) -> NDArray[np.bool_]:
    """(n,) bool: the people whose texts are neither English nor Chinese; person: (k,) numbers below n.

    Texts are English where at least a quarter of their words are English stop words, or where no other language has
    more stop words in them; Chinese where at least three tenths of their letters are Chinese characters.
    """
    words, english, han, letters = (
        np.bincount(person, column, minlength=n)
        for column in (traits.words, traits.english, traits.han, traits.letters)
    )
    doubtful = ((english < ENGLISH * words) | (words == 0)) & (han < HAN * letters) & (letters > 0)
    rows = np.flatnonzero(doubtful[person])
    heard = _hear_others(title.iloc[rows], text.iloc[rows], person[rows], n)
    foreign: NDArray[np.bool_] = doubtful & ((english == 0) | (english < heard.max(axis=0)))
    return foreign


def _others() -> list[str]:
    """The other languages, as ISO 639 writes them, whose stop words are known."""
    return [language for language in _read_file()["stop_words"] if language != "en"]


def _hear_others(title: pd.Series[str], text: pd.Series[str], person: NDArray[np.int64], n: int) -> Values:
    """(languages, n) float64: the stop words of each of `_others` in the texts of each person."""
    listed = [_read_file()["stop_words"][language].split() for language in _others()]
    heard = np.zeros((len(listed), n))
    for begin, end, chunk in _read_chunks(title, text):
        cut = pc.split_pattern_regex(pc.utf8_lower(chunk), r"[^\pL\pM'’]+")
        whose, spoken = person[begin:end][pc.list_parent_indices(cut).to_numpy()], pc.list_flatten(cut)
        for language, words in enumerate(listed):
            known = pc.is_in(spoken, pa.array(words, pa.large_string())).to_numpy(zero_copy_only=False)
            heard[language] += np.bincount(whose[known], minlength=n)
    return heard


def find_other_languages(
    title: pd.Series[str], text: pd.Series[str], person: NDArray[np.int64], n: int
) -> NDArray[Any]:
    """(n,) object: the language, as ISO 639 writes it, with most stop words in each person's texts; None for none.

    It is for people who write neither English nor Chinese. person: (k,) numbers below n. Of languages with as many
    words the first in traits.json counts.
    """
    heard = _hear_others(title, text, person, n)
    found: NDArray[Any] = np.array(_others(), dtype=object)[heard.argmax(axis=0)]
    found[heard.max(axis=0) == 0] = None
    return found


def find_languages(traits: Traits, foreign: NDArray[np.bool_], person: NDArray[np.int64]) -> NDArray[Any]:
    """(n,) object: the language in which most of what each person writes is: one of LANGUAGES, or other.

    foreign: (n,) bool, of `find_foreign`. person: (k,) numbers below n. None for people without a letter in any text.
    """
    han, letters = (np.bincount(person, column, minlength=len(foreign)) for column in (traits.han, traits.letters))
    found = np.where(han >= HAN * letters, *LANGUAGES).astype(object)
    found[foreign] = "other"
    found[letters == 0] = None
    return found
