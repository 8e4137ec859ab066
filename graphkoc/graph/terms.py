"""The words of reviews, from which names and finer niches are made.

A word is a run of letters (digits may follow: v60), folded by NFKC and case; of letters of an alphabet it
has at least two. A run of Chinese characters is cut by rjieba (`pip install 'graphkoc[zh]'`); where that
is not installed, each pair of neighbours is a word, and `caution` says so. Japanese is not cut: a run of
kanji or of katakana is a word, hiragana is none. A tag is a word as it stands, without what comes before a
colon, and Chinese texts are not cut within tags. Numbers, codes (`CODE`), addresses, mentions, markup and sticker
codes are none, nor are stop words (of stopwords-iso, but for `KEPT`): the English and the Chinese ones nowhere, and
those of another language in a text that has two of them at least, and more of them than of any other language's. So
"pour" goes from French and stays in "pour-over coffee".

The texts are untrusted. Of each text the first `LONGEST_TEXT` characters are read and the first
`MOST_WORDS` different words kept; a word of more than `LONGEST_WORD` characters is none. A word holds
nothing but letters, marks and digits, so no control or direction character comes through.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from stopwordsiso import langs, stopwords

from graphkoc.arrays import number_ids, ragged_ranges

__all__ = ["FIELDS", "LONGEST_TEXT", "LONGEST_WORD", "MOST_WORDS", "Words", "words_of"]

FIELDS = ("tags", "product title", "review title", "review text")
"""The fields in which a word may stand, by index; the most reliable first."""
KEPT = {
    "computer",
    "face",
    "fire",
    "home",
    "keys",
    "microsoft",
    "novel",
    "ring",
    "room",
    "rooms",
    "system",
    "tv",
    "web",
}
"""Words that people have a taste for although lists of stop words hold them."""
LONGEST_TEXT = 10_000
LONGEST_WORD = 30
MOST_WORDS = 300
THREE, MOST_WHOLE = 3, 1000

PAIRS = "Chinese text is read in pairs of characters; `pip install 'graphkoc[zh]'` cuts it into words."

UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+")  # fmt: skip
"""Invisible characters inside words: joiners, direction marks, letters without a shape."""
NO_WORDS = re.compile(r"https?://[!-~]+|www\.[!-~]+|<[a-z/!][^<>]{0,200}>|&#?\w{1,8};|@[\w.-]+|\[[^\[\]\s]{1,8}\]")
"""Addresses, markup, mentions, and the codes that stickers are written in: [doge]."""
CODE = re.compile(r"(?!(?:19|20)\d\ds?$)(?:[^\d]*\d){3}.*|[bcdfghjklmnpqrstvwxz]{6,}", re.ASCII)
"""Ids and codes: three digits or more that are no year (hc2200, but not v60), or six letters without a vowel."""
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
KANA = re.compile("[\u3041-\u306d\u306f-\u3096\u30a1-\u30fa]")
"""Of a Japanese text; の alone is not, which Chinese writers like as an ornament."""


@dataclass(frozen=True, eq=False)
class Words:
    """Every word of every review once for each field that it stands in, sorted by review, field and word.

    terms: (t,) str, sorted. reviews: (r,) str, sorted: the reviews of the people, with words or without.
    products: (p,) str, sorted. author: (r,) int32, who wrote each review, index into the ids of the people.
    about: (r,) int32, index into products, -1 for none. review, term: (k,) int32, indices into reviews and
    terms. field: (k,) int8, index into FIELDS. caution: a sentence for the reader, empty when there is
    nothing to say.
    """

    terms: NDArray[Any]
    reviews: NDArray[Any]
    products: NDArray[Any]
    author: NDArray[np.int32]
    about: NDArray[np.int32]
    review: NDArray[np.int32]
    term: NDArray[np.int32]
    field: NDArray[np.int8]
    caution: str

    @classmethod
    def from_frames(
        cls, texts: pd.DataFrame, reviews: pd.DataFrame, products: pd.DataFrame, ids: NDArray[Any]
    ) -> Words:
        """The words of the people `ids` (sorted) in four frames, whatever the order of their rows.

        texts: review, title, text, tags (separated by spaces). reviews: review, consumer, product.
        products: product, title. All are str or NA. Reviews by others are left out.
        """
        author = number_ids(ids, reviews["consumer"])
        reviews = reviews[["review", "product"]].assign(author=author)[author >= 0].sort_values("review")
        named = np.unique(products["product"].to_numpy(dtype=str))
        about = number_ids(named, reviews["product"])
        names = reviews["review"]
        written = texts.assign(row=number_ids(names, texts["review"])).query("row >= 0")
        title = reviews["product"].map(products.set_index("product")["title"])
        cells = pd.concat(
            [
                _make_cells(0, written["row"], written["tags"]),
                _make_cells(1, pd.Series(range(len(reviews))), title),
                _make_cells(2, written["row"], written["title"]),
                _make_cells(3, written["row"], written["text"]),
            ],
            ignore_index=True,
        )
        numbers, distinct = pd.factorize(pd.MultiIndex.from_arrays([cells["field"] == 0, cells["text"]]))
        whole = _keep_whole(written["tags"])
        start, found, terms = _number_words([words_of(text, tags, whole) for tags, text in distinct])
        length = np.diff(start)[numbers]
        place, cell = ragged_ranges(start[numbers], length)
        review, field = (cells[name].to_numpy()[cell] for name in ("review", "field"))
        term = found[place]
        order = np.lexsort((term, field, review))
        return cls(
            terms,
            names.to_numpy(dtype=str),
            named,
            reviews["author"].to_numpy(dtype=np.int32),
            about.astype(np.int32),
            review[order].astype(np.int32),
            term[order],
            field[order].astype(np.int8),
            "" if _has_segmenter() or not cells["text"].str.contains(f"[{HAN}]").any() else PAIRS,
        )

    @property
    def person(self) -> NDArray[np.int32]:
        """(k,) int32: who used each word, index into the ids of the people."""
        return self.author[self.review]

    @property
    def product(self) -> NDArray[np.int32]:
        """(k,) int32: the product that each word was used of, index into products, -1 for none."""
        return self.about[self.review]


def words_of(text: str, tags: bool = False, whole: re.Pattern[str] | None = None) -> list[str]:
    """The different words of a text, in the order in which they come; of tags, what stands between spaces.

    whole: Chinese words that are not cut.
    """
    folded = unicodedata.normalize("NFKC", UNSEEN.sub("", text[:LONGEST_TEXT])).casefold()[:LONGEST_TEXT]
    plain = NO_WORDS.sub(" ", UNSEEN.sub("", folded))
    known = list(dict.fromkeys(_split_tags(plain) if tags else _split_words(plain, whole)))
    stop, too = _stop_words("en", "zh"), _stop_words(*_guess_languages(known))
    kept = (word for word in known if word not in stop and word not in too and _is_word(word))
    return list(islice(kept, MOST_WORDS))


def _is_word(text: str) -> bool:
    return len(text) <= LONGEST_WORD and not CODE.fullmatch(text)


def _guess_languages(words: list[str]) -> list[str]:
    """The language that most of the words are stop words of, if there is one and it is not English."""
    hits = Counter(language for word in words for language in _languages_of().get(word, ()))
    most = max(hits.values(), default=0)
    first = [language for language, count in sorted(hits.items()) if count == most >= 2]
    return [] if "en" in first else first


def _split_words(text: str, whole: re.Pattern[str] | None) -> Iterable[str]:
    japanese = KANA.search(text) is not None
    segment = (lambda run: [run]) if japanese else _choose_segmenter()
    for han, other in _word_pattern().findall(text):
        if han:
            # Between the parts that are not cut stand, at odd places, those.
            parts = whole.split(han) if whole else [han]
            for at, part in enumerate(parts):
                yield from (word for word in ([part] if at % 2 else segment(part)) if len(word) > 1)
        elif len(word := other.replace("’", "'").removesuffix("'s")) > 1:
            yield word


def _split_tags(text: str) -> Iterable[str]:
    for tag in text.split():
        # The word of a tag with a prefix, as in category:pans, is the part after the colon.
        word = "".join(_word_pattern(tags=True).findall(tag.rpartition(":")[2])).strip("-_")
        if len(word) > 1 and not word.isdecimal():
            yield word


def _keep_whole(tags: pd.Series[Any]) -> re.Pattern[str] | None:
    """The Chinese tags that texts are not cut within: what cuts them does not know 磨豆机 and makes 磨 and 豆机 of it.

    Those of at least THREE characters in as many reviews, the most used.
    """
    often = Counter(tag for some in tags.dropna() for tag in set(words_of(some, tags=True)))
    known = [tag for tag, times in often.items() if times >= THREE and re.fullmatch(f"[{HAN}]{{{THREE},}}", tag)]
    known.sort(key=lambda tag: (-often[tag], tag))
    longest_first = sorted(known[:MOST_WHOLE], key=lambda tag: (-len(tag), tag))
    return re.compile(f"({'|'.join(longest_first)})") if longest_first else None


@cache
def _word_pattern(tags: bool = False) -> re.Pattern[str]:
    """What a word may be made of: (Chinese characters, others), or for tags any piece of either."""
    marks = "".join(chr(c) for c in range(0x300, 0x1E950) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
    if tags:
        return re.compile(rf"[\w{marks}-]")
    other = rf"{HAN}\u3041-\u309f"
    letter, rest = rf"[^\W\d_{other}]", rf"(?:[^\W_{other}]|[{marks}])"
    return re.compile(rf"([{HAN}]+)|(?<![^\W_{other}])({letter}{rest}*(?:['’]{letter}+)?)")


@cache
def _stop_words(*languages: str) -> frozenset[str]:
    listed = (word for language in languages for word in stopwords(language))
    return frozenset(unicodedata.normalize("NFKC", word).casefold() for word in listed) - KEPT


@cache
def _languages_of() -> dict[str, list[str]]:
    """The languages that each stop word is one of."""
    found: dict[str, list[str]] = {}
    for language in sorted(langs()):
        for word in _stop_words(language):
            found.setdefault(word, []).append(language)
    return found


@cache
def _has_segmenter() -> bool:
    return find_spec("rjieba") is not None


@cache
def _choose_segmenter() -> Callable[[str], Sequence[str]]:
    """What cuts a run of Chinese characters into words."""
    if _has_segmenter():
        import rjieba

        return rjieba.cut
    return _pair_characters


def _pair_characters(run: str) -> list[str]:
    """Each two neighbours of a run, without those of which one is a stop word."""
    stop = _stop_words("zh")
    return [a + b for a, b in pairwise(run) if a not in stop and b not in stop]


def _make_cells(field: int, review: pd.Series[Any], text: pd.Series[Any]) -> pd.DataFrame:
    cells = pd.DataFrame({"review": review.to_numpy(), "field": field, "text": text.to_numpy(dtype=object)})
    return cells[text.notna().to_numpy()]


def _number_words(lists: list[list[str]]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]:
    """Lists of words as (where each begins, and the last ends; numbers of words; the words, sorted)."""
    numbers: dict[str, int] = {}
    start, found = array("q", [0]), array("i")
    for words in lists:
        found.extend([numbers.setdefault(word, len(numbers)) for word in words])
        start.append(len(found))
    seen = np.array(list(numbers), dtype=str)
    terms, rank = np.unique(seen, return_inverse=True)
    return (
        np.frombuffer(start, dtype=np.int64),
        rank.astype(np.int32)[np.frombuffer(found, dtype=np.int32)] if len(found) else np.empty(0, np.int32),
        terms,
    )
