"""Titles: which are names, which words are a maker's own, and that names are read whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from graphkoc.graph.terms import FIELDS, Words
from graphkoc.graph.titles import are_names, find_line_words, read_whole

MAKERS, KINDS = ("Brisko", "Tessin", "Nordkessel"), ("kettle", "teapot", "grinder")
MODELS = [a + b for a in ("lu", "pi", "no", "ve", "ka", "mi") for b in ("ma", "ko", "to", "ra", "li", "no")]
SHELF = pd.DataFrame(
    {
        "title": [f"{MAKERS[at % 3]} {model} {KINDS[at // 3 % 3]}" for at, model in enumerate(MODELS * 2)],
        "brand": pd.array([pd.NA] * 2 * len(MODELS), dtype="str"),
    }
).drop_duplicates()


def test_a_makers_and_a_models_names_are_words_of_a_line_and_kinds_are_not() -> None:
    found = find_line_words(SHELF)
    assert found == {maker.casefold() for maker in MAKERS} | set(MODELS)
    stated = SHELF.assign(title=SHELF["title"].str.split(" ", n=1).str[1], brand="brisko")
    stated.loc[::2, "brand"] = "Tessin"
    assert not set(KINDS) & find_line_words(stated)


def test_of_one_maker_only_words_of_a_single_title_or_of_all_are_its_own() -> None:
    mine = SHELF[SHELF["title"].str.startswith("Brisko")]
    assert set(KINDS) & {word for title in mine["title"] for word in title.split()} > set()
    assert not set(KINDS[1:]) & find_line_words(mine) or mine["title"].str.contains(KINDS[1]).all()
    assert "brisko" in find_line_words(mine)
    assert find_line_words(mine.iloc[:0]) == set()


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (SHELF["title"].tolist() * 2, False),
        ([f"{a}{b} {b}{a}" for a in MODELS[:9] for b in MODELS[9:18]], True),
        ([f"{a}{b} kettle {a}" for a in MODELS[:9] for b in MODELS[9:18]], False),
        (["Mötley Crüe", "Deep Purple"], False),
        ([], False),
    ],
    ids=["shelf", "names", "kettles", "too few to tell", "none"],
)
def test_titles_are_names_where_their_words_do_not_come_again(titles: list[str], expected: bool) -> None:
    assert are_names(pd.Series(titles, dtype="str")) is expected


def test_a_title_that_is_read_whole_is_one_word_of_the_review() -> None:
    reviews = pd.DataFrame({"review": ["a", "b", "c"], "consumer": "p", "product": ["x", "y", pd.NA]}, dtype="str")
    products = pd.DataFrame({"product": ["x", "y"], "title": ["Mötley Crüe", pd.NA]}, dtype="str")
    texts = pd.DataFrame({"review": ["a", "c"], "title": pd.NA, "text": ["loud crüe", "quiet"], "tags": "rock"})
    words = Words.from_frames(texts.astype("str"), reviews, products, np.array(["p"]))
    whole = read_whole(words, products.set_index("product")["title"])
    found = [
        (whole.reviews[review], FIELDS[field], whole.terms[term])
        for review, field, term in zip(whole.review, whole.field, whole.term, strict=True)
    ]
    assert found == [
        ("a", "tags", "rock"),
        ("a", "product title", "Mötley Crüe"),
        ("a", "review text", "crüe"),
        ("a", "review text", "loud"),
        ("c", "tags", "rock"),
        ("c", "review text", "quiet"),
    ]
    assert whole.terms.tolist() == sorted(whole.terms.tolist())
