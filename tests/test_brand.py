"""The brand's view: counts checked by hand, and an affinity that randomly chosen brands do not have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkoc.errors import UsageError
from graphkoc.qualify.brand import find_clients
from graphkoc.qualify.brand import view as view_brand
from graphkoc.qualify.brand_names import Brand, find_mentions, find_sides, unheard

AT = 10_000.0
BRAND = Brand(("Ours",), ("Theirs",))


def events(time: str, rows: list) -> pd.DataFrame:
    """Reviews or purchases of (consumer, product, days before AT or None)."""
    frame = pd.DataFrame(rows, columns=["consumer", "product", "age"])
    day = AT - frame.pop("age").astype(float)
    frame[time] = pd.to_datetime(day, unit="D").astype("datetime64[us]")
    return frame.astype({"consumer": "str", "product": "str"})


def reviews(*rows: tuple) -> pd.DataFrame:
    found = events("created_at", list(rows))
    return found.assign(review=[f"r{number}" for number in range(len(found))]).astype({"review": "str"})


def texts(*rows: tuple) -> pd.DataFrame:
    """Of (review, title, text, tags)."""
    return pd.DataFrame(rows, columns=["review", "title", "text", "tags"], dtype="str")


def view(written, sold, goods, members, brand=BRAND, as_of=AT, words=None) -> pd.DataFrame:
    return view_brand(written, sold, goods, texts() if words is None else words, members, brand, as_of)


def purchases(*rows: tuple) -> pd.DataFrame:
    found = events("bought_at", list(rows))
    return found.assign(order=[f"o{number}" for number in range(len(found))]).astype({"order": "str"})


def catalogue(**brands: str | None) -> pd.DataFrame:
    """Products of a brand, or of none stated, whose titles name none."""
    table = pd.DataFrame({"product": list(brands), "title": "A kettle", "brand": list(brands.values())})
    return table.astype({"brand": "str"})


def fans(**niches: str) -> pd.DataFrame:
    rows = [(person, niche) for niche, people in niches.items() for person in people.split()]
    return pd.DataFrame(rows, columns=["consumer", "niche"], dtype="str")


GOODS = catalogue(o1="Ours", o2="OURS ", t1="Theirs", t2="theirs", x="Third", n=None)


def test_buyers_reviewers_and_rivals_people_are_counted_once_each() -> None:
    found = view(
        reviews(("a", "o1", 9), ("a", "o2", 8), ("b", "t1", 9), ("c", "t1", 9), ("c", "o1", 5), ("d", "x", 4)),
        purchases(("e", "o1", 3), ("e", "o1", 2), ("f", "t2", None), ("d", "n", 1)),
        GOODS,
        fans(tea="a b c e", toys="f g"),
        BRAND,
        AT,
    )
    counts = found[["people", "buyers", "reviewers", "rivals_people"]].to_numpy().tolist()
    # Everybody is who reviewed or bought anything: a to f. g, who did neither, is in a niche all the same.
    assert found["niche"].fillna("all").tolist() == ["all", "tea", "toys"]
    assert counts == [[6, 1, 2, 2], [4, 1, 2, 1], [2, 0, 0, 1]]


def test_voice_is_ours_of_ours_and_rivals_this_year_and_the_year_before() -> None:
    found = view(
        reviews(
            *(("a", f"o{i}", 10) for i in (1, 2)),
            ("b", "t1", 364),
            ("c", "x", 1),
            ("b", "o1", 365),
            ("d", "t2", 729),
            ("d", "o1", 730),
            ("e", "o1", None),
        ),
        purchases(),
        GOODS,
        fans(tea="a b", toys="c d"),
        BRAND,
        AT,
    )
    voices = found[["voice", "voice_reviews", "voice_before", "voice_reviews_before"]].to_numpy()
    np.testing.assert_allclose(voices, [[2 / 3, 3, 1 / 2, 2], [2 / 3, 3, 1, 1], [np.nan, 0, 0, 1]])


def test_what_comes_later_and_second_reviews_are_not_known() -> None:
    found = view(
        reviews(("a", "o1", 500), ("a", "o1", 1), ("b", "o1", -1), ("c", "n", 1)),
        purchases(("c", "o1", -0.5)),
        GOODS,
        fans(),
        BRAND,
        AT,
    )
    row = found.iloc[0]
    assert (row["people"], row["buyers"], row["reviewers"]) == (2, 0, 1)
    assert (row["voice_reviews"], row["voice_reviews_before"]) == (0, 1)


def crowd(rng_seed: int, loyal: bool = False) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Reviews of 400 people, of whom 100, the niche, review much more; products have brands at random."""
    rng = np.random.default_rng(rng_seed)
    brand = rng.choice(["Ours", "Theirs", "Third"], 2000, p=[0.02, 0.02, 0.96])
    rows = []
    for person in range(400):
        picks = rng.choice(2000, 40 if person < 100 else rng.integers(1, 40), replace=False)
        ours = np.flatnonzero(brand == "Ours")[:1] if loyal and person < 100 and rng.random() < 0.9 else []
        rows += [(f"p{person:03}", f"x{pick}", 9) for pick in {*picks, *ours}]
    goods = pd.DataFrame({"product": [f"x{i}" for i in range(2000)], "title": "A kettle", "brand": brand})
    return reviews(*rows), goods, fans(busy=" ".join(f"p{i:03}" for i in range(100)))


@pytest.mark.parametrize("rng_seed", range(3))
def test_busy_people_have_no_affinity_to_a_brand_dealt_out_at_random(rng_seed: int) -> None:
    written, goods, members = crowd(rng_seed)
    found = view(written, purchases(), goods, members, BRAND, AT).set_index("niche")
    row = found.loc["busy"]
    assert row["affinity_low"] < 1 < row["affinity_high"]
    assert row["affinity_low"] < row["affinity"] < row["affinity_high"]
    # Without regard to how much they review they would seem to love it.
    assert row["reviewers"] / row["people"] > 1.2 * found["reviewers"].iloc[0] / found["people"].iloc[0]


def test_affinity_is_found_where_it_is_planted() -> None:
    written, goods, members = crowd(0, loyal=True)
    assert view(written, purchases(), goods, members, BRAND, AT).set_index("niche").loc["busy", "affinity_low"] > 1.05


def test_affinity_is_not_told_of_a_handful() -> None:
    written, goods, members = crowd(0)
    few = view(written, purchases(), goods, members.head(5), BRAND, AT)
    assert few.set_index("niche").loc["busy", ["affinity", "affinity_low", "affinity_high"]].isna().all()


people = st.sampled_from("abcdef")
touches = st.lists(
    st.tuples(people, st.sampled_from([*GOODS["product"]]), st.one_of(st.none(), st.integers(-10, 900))), max_size=25
)


@settings(max_examples=25)
@given(touches, touches, st.sets(st.tuples(people, st.sampled_from(["tea", "toys"]))), st.randoms())
def test_niches_are_parts_of_everybody_and_order_makes_no_difference(wrote, bought, inside, random) -> None:
    members = pd.DataFrame(sorted(inside), columns=["consumer", "niche"], dtype="str")
    found = view(reviews(*wrote), purchases(*bought), GOODS, members, BRAND, AT)
    for rows in (wrote, bought):
        random.shuffle(rows)
    mixed = [frame.sample(frac=1, random_state=3) for frame in (GOODS, members)]
    pd.testing.assert_frame_equal(found, view(reviews(*wrote), purchases(*bought), *mixed, BRAND, AT))
    everybody = found.iloc[0]
    assert found["buyers"].isna().all() == (not bought), "nobody is called a buyer where no order is known"
    found = found.fillna({"buyers": 0})
    everybody = found.iloc[0]
    for name in ("buyers", "reviewers", "rivals_people", "voice_reviews", "voice_reviews_before"):
        assert (found[name] <= everybody[name]).all()
    for name in ("buyers", "reviewers", "rivals_people"):
        assert (found[name] <= found["people"]).all()
    assert found["voice"].dropna().between(0, 1).all()
    assert (found["voice"].isna() == (found["voice_reviews"] == 0)).all()


def test_a_client_bought_the_brand_or_its_category_in_the_last_year_and_is_known_by_orders_alone() -> None:
    goods = pd.DataFrame(
        [("o1", "Ours", "Kettles"), ("k", "Theirs", "Kettles"), ("t", "Theirs", "Toys"), ("n", None, None)],
        columns=["product", "brand", "category"],
        dtype="str",
    ).assign(title="A kettle")
    bought = purchases(
        ("a", "o1", 5), ("b", "k", 364), ("c", "o1", 365), ("d", "t", 1), ("e", "o1", None), ("f", "n", 0),
        ("g", "o1", -1), ("h", "o1", None), ("h", "k", 0),
    )  # fmt: skip
    ids = np.array(list("abcdefghi"))
    table = find_clients(ids, bought, goods, BRAND, AT).set_index(ids)
    found = table["client"].to_dict()
    assert [one for one, state in found.items() if state == "yes"] == ["a", "b", "h"]
    assert [one for one, state in found.items() if state == "no"] == ["c", "d", "f"]
    assert [one for one, state in found.items() if state == "not known"] == ["e", "g", "i"]
    assert table["client_orders"].fillna(-1).tolist() == [1, 1, 0, 0, -1, 0, -1, 1, -1]
    assert table["client_own_orders"].fillna(-1).tolist() == [1, 0, 0, 0, -1, 0, -1, 0, -1]
    assert table["client_last_order"].notna().tolist() == [state == "yes" for state in found.values()]
    for brand, orders in ((None, bought), (Brand(()), bought), (BRAND, purchases())):
        nothing = find_clients(ids, orders, goods, brand, AT)
        assert set(nothing["client"]) == {"not known"}
        assert nothing.drop(columns="client").isna().all(axis=None)


def test_two_products_of_one_order_are_one_order_of_ours_if_one_of_them_is() -> None:
    goods = catalogue(o1="Ours", k="Theirs", t="Third").assign(category=["Kettles", "Kettles", "Toys"])
    bought = purchases(("a", "o1", 5), ("a", "k", 5), ("a", "k", 3), ("a", "t", 1)).assign(order=["x", "x", "y", "z"])
    row = find_clients(np.array(["a"]), bought, goods, BRAND, AT).iloc[0]
    assert (row["client_orders"], row["client_own_orders"]) == (2, 1)
    assert row["client_last_order"] == bought["bought_at"].iloc[2], "the toy is neither ours nor of our category"


def test_nothing_in_gives_everybody_alone_of_whom_there_are_none() -> None:
    found = view(reviews(), purchases(), catalogue(), fans(), BRAND, AT)
    assert len(found) == 1
    assert found[["people", "reviewers", "rivals_people", "voice_reviews"]].eq(0).all(axis=None)
    assert found["buyers"].isna().all()
    kinds = view(reviews(("a", "o1", 1)), purchases(), GOODS, fans(tea="a"), BRAND, AT).dtypes
    pd.testing.assert_series_equal(found.dtypes, kinds)


def test_case_width_and_spaces_of_a_brand_make_no_difference() -> None:
    goods = catalogue(o1="Ａcme  Tea", o2="ACME TEA", x="Acme")
    found = view(
        reviews(("a", "o1", 1), ("b", "o2", 1), ("c", "x", 1)), purchases(), goods, fans(), Brand((" acme tea",)), AT
    )
    assert found["reviewers"].tolist() == [2]


def test_a_brand_that_nothing_bears_is_named_with_what_comes_near() -> None:
    brand = Brand(("ours",), ("Theris", "Zzz", "Kettle", "Brisko"))
    assert unheard(brand, GOODS, texts(("r1", None, "a brisko!", None))) == [
        "no product, title or text names the brand 'Theris'; near is Theirs",
        "no product, title or text names the brand 'Zzz'",
    ]


def test_a_brand_is_not_its_own_rival() -> None:
    with pytest.raises(UsageError, match="the brand 'acme' is our own and a rival's"):
        Brand(("Acme",), ("ACME ",))


# --- names in titles and texts --------------------------------------------------------------------------

NAMES = Brand(("Nordkessel", "诺德"), ("Brisko", "Kettle & Co"))


@pytest.mark.parametrize(
    ("title", "side"),
    [
        ("Nordkessel Luto 0.8 l", "own"),
        ("ＮＯＲＤＫＥＳＳＥＬ，白色", "own"),
        ("[Brisko] toaster", "rival"),
        ("kettle  & co toaster", "rival"),
        ("诺德水壶旗舰款", "own"),
        ("德国nordkessel水壶", "own"),
        ("Brisko filter for Nordkessel", None),
        ("Nordkesseln lernen", None),
        ("Briskoline", None),
        ("Kettle", None),
        (None, None),
    ],
)
def test_a_title_says_whose_a_product_is_where_no_brand_is_stated(title: str | None, side: str | None) -> None:
    goods = pd.DataFrame({"product": ["p", "q"], "title": [title] * 2, "brand": [None, "Third"]}, dtype="str")
    found = find_sides(NAMES, goods)
    assert found["side"].to_dict() == ({"p": side} if side else {}), "a stated brand outweighs its title"
    assert (found["by"] == "title").all()


def test_a_review_is_about_whom_its_words_name_unless_its_product_says() -> None:
    written = reviews(("a", None, 1), ("a", None, 1), ("b", "o1", 1), ("b", "x", 1), ("c", None, 1))
    words = texts(
        ("r0", "Tea", "My Nordkessel boils, the Brisko did not", None),
        ("r1", None, "quiet", "kettles 诺德 tea"),
        ("r2", "Brisko was worse", "", None),
        ("r3", "Brisko", None, None),
    )
    found = find_mentions(NAMES, written, words, pd.Index(["o1"]))
    assert sorted(found.itertuples(index=False, name=None)) == [
        ("r0", "own"), ("r0", "rival"), ("r1", "own"), ("r3", "rival"),
    ]  # fmt: skip


def test_the_share_of_voice_says_where_the_brand_was_read() -> None:
    goods = pd.DataFrame(
        [("o", None, "Nordkessel"), ("t", "Brisko toaster", None), ("x", "Toaster", None)],
        columns=["product", "title", "brand"],
        dtype="str",
    )
    written = reviews(("a", "o", 9), ("a", "t", 9), ("b", "x", 9), ("b", None, 9), ("c", None, 400), ("c", None, -1))
    words = texts(*((f"r{n}", None, "like my Nordkessel and my Brisko", None) for n in range(6)))
    row = view(written, purchases(), goods, fans(tea="a b"), NAMES, words=words).iloc[0]
    assert (row["voice_by_brand"], row["voice_by_title"], row["voice_by_text"]) == (1, 1, 4)
    assert row["voice_reviews"] == 6, "one that names both sides counts for each"
    assert row["voice"] == 0.5
    assert row["voice_reviews_before"] == 2
    assert row["reviewers"] == 1, "to name a brand in a text is not to review it"
