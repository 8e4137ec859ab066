"""What a person mostly writes about: counted by hand, and nobody who ever wrote about something is without."""

from __future__ import annotations

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
