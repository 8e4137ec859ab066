"""Kinds of notes: a title names the product's category, a tag learned from titles does, and nothing vague does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.communities.kinds import align, without
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import Words

PRODUCTS = pd.DataFrame(
    [("k", "Brisko Luvi Kettle", "Kettles"), ("t", "Tessin Aldu Teapot", "Teapots"), ("x", "Kettle", "Kettles")],
    columns=["product", "title", "category"],
).astype("str")
Note = tuple[str, str | None, str | None]
"""Title, text and tags."""
TAUGHT: list[Note] = [("水壶3星 Brisko Luvi Kettle", None, "水壶 好物")] * 3 + [
    ("tessin aldu TEAPOT!", None, "好物")
] * 3


def aligned(
    *notes: Note, by_one: bool = False, given: dict[str, list[str]] | None = None
) -> tuple[list[str | None], dict[str, str]]:
    """The category of each note, and the tags that are other names of one."""
    names = [f"n{at:02}" for at in range(len(notes))]
    rows = [(name, "a" if by_one else f"p{at}", None) for at, name in enumerate(names)]
    rows += [("r1", "p0", "k"), ("r2", "p0", "t")]
    reviews = pd.DataFrame(rows, columns=["review", "consumer", "product"]).astype("str")
    reviews["created_at"] = pd.Timestamp("2020-01-01")
    follows = pd.DataFrame({"source": [], "target": [], "weight": []}).astype({"weight": float})
    people = reviews[["consumer"]].drop_duplicates()
    written = [(name, *note) for name, note in zip(names, notes, strict=True)]
    texts = pd.DataFrame(written, columns=["review", "title", "text", "tags"])
    log = Log.from_frames(follows, reviews, PRODUCTS, people)
    found, aliases = align(log, reviews, PRODUCTS, texts.astype("str"), given)
    same = found.category[log.has_product] == log.category[log.has_product]
    assert same.all() or (given is not None and "Teapots" in given.get("Kettles", []))
    everything = np.sort(reviews["product"].fillna("\0" + reviews["review"]).to_numpy(dtype=str))
    number = np.unique(everything)
    category = {number[p].lstrip("\0"): c for p, c in zip(found.product.tolist(), found.category.tolist(), strict=True)}
    return [log.categories[category[name]] if category[name] >= 0 else None for name in names], aliases


def test_a_note_that_names_a_product_is_of_its_category_and_one_with_its_tag_too() -> None:
    found, aliases = aligned(*TAUGHT, ("水壶", "真好", "水壶"), ("A kettle", None, "好物"), ("nothing", None, None))
    assert aliases == {"水壶": "Kettles"}
    assert found == ["Kettles"] * 3 + ["Teapots"] * 3 + ["Kettles", None, None]


def test_a_note_about_two_categories_is_of_neither() -> None:
    both = ("Brisko Luvi Kettle", "better than the Tessin Aldu Teapot", None)
    assert aligned(*TAUGHT, both, ("?", None, "水壶 teapots"))[0][-2:] == [None, None]


def test_a_tag_of_one_person_or_of_two_categories_stands_for_none() -> None:
    assert aligned(*TAUGHT[:3], ("?", None, "水壶"), by_one=True) == (["Kettles"] * 3 + [None], {})
    assert "好物" not in aligned(*TAUGHT)[1]


def test_a_tag_that_is_the_name_of_a_category_stands_for_it() -> None:
    assert aligned(("?", None, "category:kettles")) == (["Kettles"], {"kettles": "Kettles"})


def test_names_that_a_user_gave_come_before_those_learned() -> None:
    notes: list[Note] = [*TAUGHT, ("?", None, "水壶"), ("?", None, "hot-pot"), ("?", None, "好物")]
    given = {"Teapots": ["水壶", "Hot pot"], "Cars": ["好物"]}
    found, aliases = aligned(*notes, given=given)
    assert aliases == {"水壶": "Teapots", "hot-pot": "Teapots"}, "there are no cars"
    assert found[-3:] == ["Teapots", "Teapots", None]
    assert aligned(("?", None, "teapots"), given={"Kettles": ["Teapots"]})[0] == ["Kettles"], "one category for both"


def test_without_notes_or_categories_nothing_changes() -> None:
    assert aligned() == ([], {})


def test_words_without_terms_are_the_others() -> None:
    reviews = pd.DataFrame({"review": ["r"], "consumer": ["p"], "product": pd.array([pd.NA], dtype="str")})
    texts = pd.DataFrame({"review": ["r"], "title": ["tea kettle"], "text": pd.NA, "tags": "kettle"}).astype("str")
    words = Words.from_frames(texts, reviews, PRODUCTS, np.array(["p"]))
    left = without(words, {"kettle", "unknown"})
    assert left.terms[left.term].tolist() == ["tea"]
    assert len(left.review) == len(left.field) == 1
