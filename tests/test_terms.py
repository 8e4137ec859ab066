"""Words: those of a text in any script; their users, counted once per review and field; and hostile text."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graphkoc.graph.terms import FIELDS, LONGEST_WORD, MOST_WORDS, Words, words_of

IDS = np.array(["ann", "bob", "cid"])


def frame(columns: list[str], *rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns, dtype="str")


def texts(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return frame(["review", "title", "text", "tags"], *rows)


def reviews(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return frame(["review", "consumer", "product"], *rows)


def products(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return frame(["product", "title"], *rows)


def spelled(words: Words) -> list[tuple[str, str, str, str | None, str]]:
    """Occurrences with names for numbers: person, review, word, product, field."""
    return [
        (
            IDS[person],
            words.reviews[review],
            words.terms[term],
            words.products[product] if product >= 0 else None,
            where,
        )
        for person, review, term, product, where in zip(
            words.person, words.review, words.term, words.product, [FIELDS[f] for f in words.field], strict=True
        )
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The burr grinder, and the GRINDER", ["burr", "grinder"]),
        ("My camera's lens; my cameras’ lenses", ["camera", "lens", "cameras", "lenses"]),
        ("don't won’t shouldn't", []),
        ("V60 for 10ml, 24/7, 3d in 2024", ["v60"]),
        ("pour-over_coffee", ["pour", "coffee"]),
        ("A big room with a tv", ["room", "tv"]),
        ("ＣＯＦＦＥＥ ﬁlter Straße", ["coffee", "filter", "strasse"]),
        ("Pour over: pour slowly", ["pour", "slowly"]),
        ("un café pour nous", ["café"]),
        ("Die Kaffeemühle ist nicht laut", ["kaffeemühle", "laut"]),
        ("手冲咖啡很好喝，磨豆机也不错", ["手冲", "咖啡", "好喝", "磨豆机", "不错"]),
        ("我の咖啡", ["咖啡"]),
        ("新买的iPhone15手机", ["新买", "iphone15", "手机"]),
        ("东京のラーメン屋は最高です", ["东京", "ラーメン", "最高"]),
        ("커피 맛집", ["커피", "맛집"]),
        ("हिन्दी कॉफ़ी", ["हिन्दी", "कॉफ़ी"]),
        ("кофе и чай", ["кофе", "чай"]),
        ("espresso [笑哭R][doge] @ann_92 #latte[话题]#", ["espresso", "latte"]),
        ("see https://shop.example/buy?me=1看看咖啡 www.example.com", ["看看", "咖啡"]),
        ('fine<br />beans &amp; <a href="grinder">bowl</a>', ["fine", "beans", "bowl"]),
        ("HC2200 B0INV00001 ps4 mp3 rock 1990s xkcdqrt rhythm", ["ps4", "mp3", "rock", "rhythm"]),
        ("", []),
        ("12345 !!! 😀😀 \ud800", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    pytest.importorskip("rjieba")
    assert words_of(text) == words


def test_a_tag_is_a_word_as_it_stands() -> None:
    assert words_of("#手冲咖啡 pour-over 2024 V60 the #a 手冲咖啡", tags=True) == ["手冲咖啡", "pour-over", "v60"]
    assert words_of("kind:question category:hair-dryers a:b:c:kettle end:", tags=True) == [
        "question",
        "hair-dryers",
        "kettle",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cof\u00adfee \u202eevil\u202c", ["coffee", "evil"]),
        ("esp\u200bresso\x00tea", ["espresso", "tea"]),
        ("\u3164\u3164\u3164 \u115f\uffa0", []),
        ("x" * 10_000 + " espresso", []),
        ("x" * 9_000 + " espresso", ["espresso"]),
        ("espresso " * 200_000, ["espresso"]),
        ("\u0301\u0323" * 500_000, []),
    ],
    ids=[
        "soft hyphen, direction",
        "zero width, nul",
        "letters unseen",
        "cut",
        "long word",
        "million",
        "marks",
    ],
)
def test_hostile_text_does_no_harm(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text(max_size=300))
@example("Ǆ\u0345İ")
@example("a\u0300" * 60)
@example("\ufdfa" * 10_000)
def test_words_are_folded_short_few_and_hold_letters_marks_and_digits_only(text: str) -> None:
    found = words_of(text)
    assert len(found) == len(set(found)) <= MOST_WORDS
    for word in found:
        assert 1 < len(word) <= LONGEST_WORD
        assert all(unicodedata.category(character)[0] in "LMN" or character == "'" for character in word)


def test_a_text_has_no_more_than_so_many_words() -> None:
    letters = "bcdfghjklm"
    many = [f"zz{a}{b}{c}" for a in letters for b in letters for c in letters]
    assert words_of(" ".join(many)) == many[:MOST_WORDS]


def test_chinese_texts_are_not_cut_within_tags() -> None:
    pytest.importorskip("rjieba")
    text = "对比了36款磨豆机才下单"
    assert "磨豆机" not in words_of(text), "what it is for"
    written = [(f"r{at}", None, text, "磨豆机 好") for at in range(3)]
    words = Words.from_frames(texts(*written), reviews(*((f"r{at}", "ann", None) for at in range(3))), products(), IDS)
    in_text = words.field == FIELDS.index("review text")
    assert {"磨豆机", "下单"} <= set(words.terms[words.term[in_text]]) <= {"磨豆机", "下单", "对比", "款"}


def test_each_word_counts_once_for_each_review_and_field() -> None:
    pytest.importorskip("rjieba")
    words = Words.from_frames(
        texts(
            ("r2", "Espresso espresso", "espresso at home", "espresso 咖啡"),
            ("r1", None, "手冲咖啡", None),
            ("r9", "who knows whose", None, None),
        ),
        reviews(("r2", "bob", "p"), ("r1", "ann", None), ("r3", "bob", "p"), ("r4", "zoe", "p"), ("r5", "cid", "q")),
        products(("p", "Moka pot"), ("q", None)),
        IDS,
    )
    assert spelled(words) == [
        ("ann", "r1", "咖啡", None, "review text"),
        ("ann", "r1", "手冲", None, "review text"),
        ("bob", "r2", "espresso", "p", "tags"),
        ("bob", "r2", "咖啡", "p", "tags"),
        ("bob", "r2", "moka", "p", "product title"),
        ("bob", "r2", "pot", "p", "product title"),
        ("bob", "r2", "espresso", "p", "review title"),
        ("bob", "r2", "espresso", "p", "review text"),
        ("bob", "r2", "home", "p", "review text"),
        ("bob", "r3", "moka", "p", "product title"),
        ("bob", "r3", "pot", "p", "product title"),
    ]
    assert words.reviews.tolist() == ["r1", "r2", "r3", "r5"]
    assert IDS[words.author].tolist() == ["ann", "bob", "bob", "cid"]
    assert words.terms.tolist() == sorted(words.terms.tolist())
    assert words.caution == ""


def test_the_order_of_rows_makes_no_difference() -> None:
    rng = np.random.default_rng(0)
    vocabulary = [f"word{letter}" for letter in "abcdefghij"]
    written = [(f"r{i}", None, " ".join(rng.choice(vocabulary, 4)), rng.choice(vocabulary)) for i in range(50)]
    about = [(f"r{i}", IDS[rng.integers(3)], f"p{rng.integers(5)}") for i in range(50)]
    sold = [(f"p{i}", vocabulary[i]) for i in range(5)]
    one = Words.from_frames(texts(*written), reviews(*about), products(*sold), IDS)
    other = Words.from_frames(
        texts(*written).sample(frac=1, random_state=1),
        reviews(*about).sample(frac=1, random_state=2),
        products(*sold).sample(frac=1, random_state=3),
        IDS,
    )
    for name, value in vars(one).items():
        np.testing.assert_array_equal(getattr(other, name), value, err_msg=name)


def test_types_are_the_same_with_and_without_text() -> None:
    some = Words.from_frames(texts(("r", "espresso", None, None)), reviews(("r", "ann", None)), products(), IDS)
    for written, by in [
        (texts(), reviews()),
        (texts(), reviews(("r", "ann", None))),
        (texts(("r", "x", "", None)), reviews()),
    ]:
        none = Words.from_frames(written, by, products(), IDS)
        assert len(none.term) == 0
        assert len(none.reviews) == len(by)
        for name in ("author", "about", "review", "term", "field", "person", "product"):
            assert getattr(none, name).dtype == getattr(some, name).dtype, name


def test_without_rjieba_pairs_of_characters_are_words_and_there_is_a_caution() -> None:
    program = """
import sys
sys.modules["rjieba"] = None
import numpy as np, pandas as pd
from graphkoc.graph.terms import Words, words_of
sys.stdout.reconfigure(encoding="utf-8")
print(words_of("我的磨豆机 espresso"))
for text in ("咖啡", "espresso"):
    written = pd.DataFrame({"review": ["r"], "title": [text], "text": None, "tags": None}, dtype="str")
    reviews = pd.DataFrame({"review": ["r"], "consumer": ["ann"], "product": None}, dtype="str")
    products = pd.DataFrame({"product": [], "title": []}, dtype="str")
    print(Words.from_frames(written, reviews, products, np.array(["ann"])).caution)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True)
    found, chinese, english = done.stdout.split("\n")[:3]
    assert found == "['磨豆', '豆机', 'espresso']"
    assert re.search(r"pip install 'graphkoc\[zh\]'", chinese)
    assert english == ""
