"""What a person mostly writes about: counted by hand, and nobody who ever wrote about something is without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from zoo import log_of

from graphkoc.graph.action_log import Log
from graphkoc.qualify.main_type import find_main_types

AT = 1000.0


def types(rows: list[tuple[str, str, float]], category: list[str | None]) -> dict[str, tuple[str | None, float | None]]:
    """Of (consumer, product, day); category: of the products, sorted by name."""
    log = log_of(rows, [("a", "b")], category=category)
    found = find_main_types(log, AT).astype(object).where(lambda table: table.notna(), None)
    return dict(zip(log.network.ids.tolist(), found.itertuples(index=False, name=None), strict=True))


def test_the_last_year_counts_and_all_years_where_it_has_nothing() -> None:
    rows = [("a", "p", 990.0), ("a", "q", 700.0), ("a", "r", 995.0), ("a", "s", 10.0), ("b", "s", 10.0)]
    found = types(rows, ["Tea", "Tea", "Pots", "Toys"])
    assert found["a"] == ("Tea", 2 / 3)
    assert found["b"] == ("Toys", None), "quiet for a year, but not without a type"


def test_of_as_many_the_first_name_counts_and_products_of_no_category_do_not() -> None:
    rows = [("a", "p", 990.0), ("a", "q", 991.0), ("a", "r", 992.0), ("b", "r", 992.0)]
    found = types(rows, ["Tea", "Pots", None])
    assert found["a"] == ("Pots", 0.5)
    assert found["b"] == (None, None)


def test_tags_are_the_types_of_notes_about_no_product() -> None:
    notes = pd.DataFrame(
        {
            "review": ["r1", "r2"],
            "consumer": "a",
            "product": pd.array([None, None], dtype="str"),
            "created_at": pd.to_datetime(["2024-01-01", "2024-01-02"]),
        }
    )
    topics = pd.DataFrame({"review": ["r1", "r2", "r2"], "topic": ["sun", "sun", "tea"]}, dtype="str")
    ties = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1.0]})
    products = pd.DataFrame({"product": [], "category": []}, dtype="str")
    log = Log.from_frames(ties, notes, products, pd.DataFrame({"consumer": ["a", "b"]}), topics)
    assert find_main_types(log, log.last_day)["main_type"].tolist()[0] in ("#sun", "#tea")


def noted(*notes: tuple[str, str, str | None]) -> Log:
    """The log of notes (consumer, tags, category) about no product, a day each, and one of a kettle."""
    reviews = pd.DataFrame(
        [(f"r{at}", person) for at, (person, _, _) in enumerate(notes)], columns=["review", "consumer"]
    )
    reviews["product"] = pd.array([None] * len(notes), dtype="str")
    reviews["created_at"] = pd.date_range("2024-01-01", periods=len(notes))
    shop = pd.DataFrame(
        {"review": ["s"], "consumer": ["shop"], "product": ["k"], "created_at": reviews["created_at"][:1]}
    )
    topics = [(f"r{at}", tag) for at, (_, tags, _) in enumerate(notes) for tag in tags.split()]
    ties = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1.0]})
    people = sorted({"a", "b", "shop", *(person for person, _, _ in notes)})
    log = Log.from_frames(
        ties,
        pd.concat([reviews, shop], ignore_index=True),
        pd.DataFrame({"product": ["k"], "category": ["Kettles"]}, dtype="str"),
        pd.DataFrame({"consumer": people}),
        pd.DataFrame(topics, columns=["review", "topic"], dtype="str"),
    )
    kind = np.full(len(log.day), -1, dtype=np.int32)
    kind[log.has_product] = 0
    of_note = np.argsort(np.argsort(log.day[~log.has_product], kind="stable"), kind="stable")
    kind[~log.has_product] = [0 if notes[at][2] else -1 for at in of_note]
    return replace(log, category=kind)


def test_notes_of_one_kind_in_two_languages_are_one_type() -> None:
    log = noted(("a", "水壶 好物", "Kettles"), ("a", "kettle", "Kettles"), ("b", "水壶", None), ("c", "好物", None))
    found = find_main_types(log, log.last_day, {"水壶": "Kettles", "kettle": "Kettles"})
    table = found.set_axis(log.network.ids)
    assert table.loc["a"].tolist() == ["Kettles", 2 / 3], "two notes and the tag that is no category's name"
    assert table.loc["b"].tolist() == ["Kettles", 1.0], "a note about two categories has its tag"
    assert table.loc["c"].tolist() == ["#好物", 1.0]
    assert table.loc["shop"].tolist() == ["Kettles", 1.0]
    assert find_main_types(log, log.last_day)["main_type"].tolist()[1] == "#水壶", "unless a tag stands for no category"


def test_of_as_many_a_category_comes_before_a_tag() -> None:
    log = noted(("a", "好物", "Kettles"))
    assert find_main_types(log, log.last_day)["main_type"].tolist()[0] == "Kettles"


written = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("pqrs"), st.integers(0, 1000).map(float)), min_size=1, max_size=30
)


@given(written, st.randoms())
def test_everybody_who_wrote_about_a_type_has_one_whatever_the_order_of_rows(rows: list, random) -> None:
    category = ["Tea", "Pots", "Toys", "Tea"][: len({product for _, product, _ in rows})]
    first = types(rows, category)
    random.shuffle(rows)
    assert types(rows, category) == first
    assert all(first[consumer][0] for consumer, _, _ in rows)
    assert all(share is None or 0 < share <= 1 for _, share in first.values())
    assert not np.isnan([share for _, share in first.values() if share is not None]).any()
