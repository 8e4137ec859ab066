"""Finer niches: planted tastes come out of their category by each kind of evidence; chance, style and copies do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from zoo import log_of

from graphkoc.communities import niches
from graphkoc.communities.niches import Features, Niches, find_niches, idle, levels
from graphkoc.communities.niches.distinct import distinct
from graphkoc.communities.niches.traits import Traits, _find_words_of_products
from graphkoc.graph.action_log import Log
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE
from graphkoc.graph.terms import Words

KINDS = {
    "Food & Drink": ["pour-over coffee", "matcha tea", "dark chocolate", "hot sauce", "olive oil", "sourdough bread"],
    "Books": ["crime novel", "poetry volume", "travel guide", "cookery manual"],
    "Garden": ["rose bush", "lawn mower", "bird feeder", "clay pot"],
}
SHELF = 30
"""Products of a kind."""
COFFEE, MATCHA = range(30), range(30, 60)
"""People who mostly write about the one or the other when they write about food, which those below 100 mostly do."""
PEOPLE = 300


def shop(*, fans: bool = True, titles: bool = True, tags: bool = False, texts: bool = False) -> dict:
    """A shop's tables: reviews, products, texts. What is not asked for is left empty."""
    rng = np.random.default_rng(0)
    kinds = [(category, kind) for category, those in KINDS.items() for kind in those]
    reviews, written = [], []
    for person in range(PEOPLE):
        for day in range(30):
            food = rng.random() < (0.8 if person < 100 else 0.1)
            kind = rng.integers(0, 6) if food else rng.integers(6, len(kinds))
            if fans and food and rng.random() < 0.8:
                kind = 0 if person in COFFEE else 1 if person in MATCHA else kind
            product, review = f"{kinds[kind][1]} {rng.integers(0, SHELF)}", f"r{len(reviews):05}"
            reviews.append((review, f"p{person:03}", product, float(day)))
            named = [*kinds[kind][1].split(), *rng.choice(["lovely", "sturdy", "cheap", "parcel"], 2)]
            habit = ["honestly"] if person % 6 == 0 else []
            text = " ".join([*habit, *named]) if texts else None
            written.append((review, None, text, kinds[kind][1].replace(" ", "-") if tags else None))
    frame = pd.DataFrame(reviews, columns=["review", "consumer", "product", "day"])
    frame["created_at"] = pd.to_datetime(frame["day"], unit="D").astype("datetime64[us]")
    products = pd.DataFrame(
        [
            (f"{kind} {i}", f"Brand{rng.integers(0, 9)} {kind} no. {i}" if titles else None, category)
            for category, kind in kinds
            for i in range(SHELF)
        ],
        columns=["product", "title", "category"],
    )
    texts = pd.DataFrame(written, columns=["review", "title", "text", "tags"])
    return {
        "reviews": frame.astype({"review": "str", "consumer": "str", "product": "str"}),
        "products": products.astype("str"),
        "texts": texts.astype("str"),
    }


def shelves(rng_seed: int) -> dict:
    """A shop's tables without a word: twelve kinds of food, each with twelve people who care for little else."""
    rng = np.random.default_rng(rng_seed)
    reviews = []
    for person in range(288):
        for day in range(14):
            kind = person % 12 if rng.random() < 0.9 else rng.integers(0, 12)
            food = (person < 144) == (rng.random() < 0.9)
            product = f"food-{kind}-{rng.integers(0, 12)}" if food else f"book-{rng.integers(0, 300)}"
            reviews.append((f"r{len(reviews):05}", f"p{person:03}", product, pd.Timestamp(0) + pd.Timedelta(day, "D")))
    frame = pd.DataFrame(reviews, columns=["review", "consumer", "product", "created_at"])
    products = pd.DataFrame({"product": sorted(frame["product"].unique()), "title": None})
    products["category"] = np.where(products["product"].str.startswith("food"), "Food & Drink", "Books")
    return {
        "reviews": frame.astype({"review": "str", "consumer": "str", "product": "str"}),
        "products": products.astype("str"),
        "texts": pd.DataFrame(columns=["review", "title", "text", "tags"], dtype="str"),
    }


def read(tables: dict) -> tuple[Log, Features]:
    follows = pd.DataFrame({"source": [], "target": [], "weight": []}).astype({"weight": float})
    people = pd.DataFrame({"consumer": tables["reviews"]["consumer"].unique()})
    log = Log.from_frames(follows, tables["reviews"], tables["products"], people)
    words = Words.from_frames(tables["texts"], tables["reviews"], tables["products"], log.network.ids)
    return log, Features.of(log, tables["reviews"], words)


def found(**how: object) -> Niches:
    log, features = read(shop(**how))
    return find_niches(log, features=features)


def finer(result: Niches) -> pd.DataFrame:
    return result.table[result.table["level"] == "finer"]


def people(result: Niches, niche: str) -> set[str]:
    return set(result.members.loc[result.members["niche"] == niche, "consumer"])


def fans_of(planted: range) -> set[str]:
    return {f"p{i:03}" for i in planted}


@pytest.mark.parametrize(
    ("how", "basis", "coffee", "matcha"),
    [
        ({"titles": False, "tags": True}, "tags", "pour-over-coffee", "matcha-tea"),
        ({}, "title words", "coffee", "matcha"),
        ({"titles": False, "texts": True}, "review words", "coffee", "matcha"),
    ],
    ids=["tags", "titles", "texts"],
)
def test_pour_over_coffee_comes_out_of_food_and_drink(how: dict, basis: str, coffee: str, matcha: str) -> None:
    result = found(**how)
    table = finer(result).set_index("niche")
    assert set(table.index) == {f"food-drink~{coffee}", f"food-drink~{matcha}"}
    assert (table["basis"] == basis).all()
    assert (table["parent"] == "food-drink").all()
    assert (table["category"] == "Food & Drink").all()
    for niche, fans in ((f"food-drink~{coffee}", fans_of(COFFEE)), (f"food-drink~{matcha}", fans_of(MATCHA))):
        assert len(people(result, niche) & fans) >= 0.75 * len(fans)
        assert len(people(result, niche) - fans) <= 1
        assert table.loc[niche, "people"] == len(people(result, niche))
        assert table.loc[niche, "share"] > 2 * table.loc[niche, "share_of_all"]
    assert (result.control, result.finer_control, result.why_not) == (0, 0, None)


@pytest.mark.parametrize("rng_seed", range(3))
def test_products_that_the_same_people_review_are_a_finer_niche_without_a_word_being_said(rng_seed: int) -> None:
    log, features = read(shelves(rng_seed))
    result = find_niches(log, features=features)
    table = finer(result)
    assert (table["basis"] == "products").all()
    assert set(table["niche"]) <= {f"food-drink~products-reviewed-together-{i}" for i in range(1, 13)}
    kinds = [{int(person[1:]) % 12 for person in people(result, niche)} for niche in table["niche"]]
    assert all(len(kind) == 1 for kind in kinds)
    assert len(set.union(*kinds)) == len(kinds) >= 10
    shown = result.products.merge(table[["niche"]])
    assert (shown.groupby("niche")["product"].agg(lambda names: names.str.split("-").str[1].nunique()) == 1).all()


def test_a_group_of_products_is_called_by_what_its_titles_have_in_common() -> None:
    tables = shelves(0)
    tables["products"]["title"] = "Our " + tables["products"]["product"].str.replace("-", " ") + " kettle"
    tables["products"]["title"] = tables["products"]["title"].str.replace("food 1 ", "food oolong ")
    log, features = read(tables)
    without = replace(features, basis=np.where(features.basis == 1, 3, features.basis).astype(np.int8))
    assert finer(find_niches(log, features=without))["name"].str.startswith("products reviewed together").all()
    named = finer(find_niches(log, features=features)).set_index("name")
    assert "oolong" in named.index


@pytest.mark.parametrize("how", [{"tags": True}, {"texts": True}], ids=["tags", "texts"])
def test_where_nobody_is_a_fan_there_is_no_finer_niche(how: dict) -> None:
    result = found(fans=False, **how)
    assert result.table["niche"].tolist() == ["food-drink"]
    assert result.finer_control == 0


@pytest.mark.parametrize("rng_seed", range(3))
def test_reviews_dealt_out_anew_have_no_finer_niche(rng_seed: int) -> None:
    log, features = read(shop(tags=True, texts=True))
    chance = replace(log, person=levels.shuffle_reviews(log.person, log.category, rng_seed))
    result = find_niches(chance, features=features)
    assert result.table["niche"].tolist() == ["food-drink"]


def test_a_way_to_write_is_no_taste() -> None:
    """Every sixth person writes "honestly", whatever the product."""
    result = found(titles=False, texts=True)
    assert "honestly" not in set(result.table["name"]) | set(", ".join(result.table["terms"]).split(", "))


@pytest.mark.parametrize("rng_seed", range(5))
def test_a_word_is_about_a_product_when_two_and_a_third_of_the_others_say_it(rng_seed: int) -> None:
    rng = np.random.default_rng(rng_seed)
    pairs = {(f"p{rng.integers(0, 30):02}", f"x{rng.integers(0, 12):02}") for _ in range(90)}
    log = log_of([(person, product, 0.0) for person, product in sorted(pairs)], [])
    says = rng.random((len(log.person), 4)) < 0.4
    expected = {
        (row, word)
        for row in range(len(log.person))
        for word in range(4)
        if (others := np.flatnonzero((log.product == log.product[row]) & (np.arange(len(log.person)) != row))).size
        and says[others, word].sum() >= max(2, len(others) / 3)
    }
    row, word = _find_words_of_products(log, *np.nonzero(says))
    assert sorted(zip(row.tolist(), word.tolist(), strict=True)) == sorted(expected)
    assert expected


def test_what_passes_by_chance_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "shuffle_reviews", lambda person, scope, rng_seed: person)
    result = found(tags=True)
    assert len(result.table) == len(result.members) == len(result.products) == 0
    assert result.control == 1
    assert result.why_not == "1 niche was found with shuffled reviews"


def test_finer_niches_alone_are_refused_when_only_they_pass_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    shuffle = levels.shuffle_reviews
    monkeypatch.setattr(
        levels,
        "shuffle_reviews",
        lambda person, scope, rng_seed: person if scope.max() else shuffle(person, scope, rng_seed),
    )
    result = found(tags=True)
    assert result.table["niche"].tolist() == ["food-drink"]
    assert (result.control, result.finer_control) == (0, 2)
    assert result.why_not == "2 finer niches were found with shuffled reviews"


def test_of_traits_that_the_same_people_have_one_is_shown_and_the_others_are_told() -> None:
    result = found(tags=True, texts=True)
    table = finer(result).set_index("niche")
    assert len(table) == 2
    assert table.loc["food-drink~matcha-tea", "terms"].split(", ")[:2] == ["matcha", "tea"]


def sorted_out(people_of: dict[str, range], parent: range) -> dict[str, list[str]]:
    """The names that are kept, with those that are merged into each; everybody is as sure of everything."""
    names = list(people_of)
    table = pd.DataFrame({"scope": 4, "basis": "tags", "name": names})
    traits = Traits(*(np.empty(0, dtype=np.int32) for _ in range(3)), table)
    rows = [(person, trait, 0.001) for trait, those in enumerate(people_of.values()) for person in those]
    members = pd.DataFrame(rows, columns=["person", "trait", "q"])
    merged = distinct(members, traits, pd.DataFrame({"person": parent, "trait": 4}))
    return {names[kept]: [names[i] for i in same] for kept, same in merged.items()}


def test_traits_of_the_same_people_are_one_niche_of_the_best_evidenced_name() -> None:
    assert sorted_out({"tea": range(20), "kettle": range(5, 24), "pots": range(19, 40)}, range(100)) == {
        "pots": ["pots"],
        "tea": ["tea", "kettle"],
    }


def test_a_name_that_is_part_of_another_is_merged_when_half_of_its_people_are_in_both() -> None:
    assert sorted_out({"tea": range(40), "green-tea": range(30, 45)}, range(100)) == {"tea": ["tea", "green-tea"]}
    assert len(sorted_out({"tea": range(40), "matcha": range(30, 45)}, range(100))) == 2
    assert len(sorted_out({"tea": range(40), "green-tea": range(35, 50)}, range(100))) == 2


def test_what_nearly_all_of_a_niche_have_is_no_finer_niche_and_takes_none_with_it() -> None:
    assert sorted_out({"food": range(80), "tea": range(45)}, range(100)) == {"tea": ["tea"]}
    assert sorted_out({"food": range(79), "tea": range(45)}, range(100)) == {"food": ["food", "tea"]}


def test_forms_of_one_name_are_one_niche() -> None:
    assert sorted_out({"vocalists": range(20), "vocalist": range(30, 45), "tea": range(50, 70)}, range(100)) == {
        "tea": ["tea"],
        "vocalists": ["vocalists", "vocalist"],
    }


def tagged(tags: dict[str, float], spread: float, fans: range = range(20), always: float = 0.9) -> set[str]:
    """The finer niches of a shop with more tags, by the share of reviews of food that have each; `always` is that of
    its fans, and `spread` that of the other categories."""
    tables = shop(titles=False, tags=True)
    rng = np.random.default_rng(0)
    reviews = tables["reviews"].merge(tables["products"])
    person = reviews["consumer"].str[1:].astype(int)
    food = reviews["category"] == "Food & Drink"
    extra = pd.Series("", index=reviews.index)
    for tag, share in tags.items():
        given = np.where(food, np.where(person.isin(fans), always, share), spread)
        extra += np.where(rng.random(len(reviews)) < given, f" {tag}", "")
    texts = tables["texts"].set_index("review")
    texts["tags"] = texts["tags"] + extra.set_axis(reviews["review"]).reindex(texts.index)
    log, features = read(tables | {"texts": texts.reset_index()})
    result = find_niches(log, features=features)
    assert result.finer_control == 0
    return set(finer(result)["niche"])


def test_a_tag_that_is_its_categorys_name_is_no_finer_niche() -> None:
    assert "food-drink~organic" in tagged({"organic": 0.15}, 0.0)
    assert "food-drink~foods" not in tagged({"foods": 0.15}, 0.0)


def test_a_tag_that_is_spread_over_categories_is_no_finer_niche() -> None:
    assert "food-drink~organic" in tagged({"organic": 0.15}, 0.05)
    assert "food-drink~organic" not in tagged({"organic": 0.15}, 0.4)


def test_a_tag_on_which_others_do_not_agree_is_no_finer_niche() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idle, "AGREED", 0.0)
        assert "food-drink~love" in tagged({"love": 0.0}, 0.0, range(60, 71), 0.5)
    assert "food-drink~love" not in tagged({"love": 0.0}, 0.0, range(60, 71), 0.5)


@pytest.mark.parametrize("category", [None, "Everything"], ids=["no category", "one category"])
@pytest.mark.parametrize(
    ("how", "basis", "name"),
    [({"tags": True}, "tags", "matcha-tea"), ({}, "title words", "matcha")],
    ids=["tags", "titles"],
)
def test_without_categories_niches_are_made_of_what_there_is_and_say_so(
    category: str | None, how: dict, basis: str, name: str
) -> None:
    tables = shop(**how)
    tables["products"]["category"] = pd.array([category] * len(tables["products"]), dtype="str")
    log, features = read(tables)
    result = find_niches(log, features=features)
    assert (result.table["level"] == "niche").all()
    assert (result.table["basis"] == basis).all()
    assert result.table["parent"].isna().all()
    assert name in result.table["name"].tolist()
    assert result.control == 0
    assert len(find_niches(log).table) == 0


def test_a_finer_niche_too_small_is_not_published() -> None:
    log, features = read(shop())
    assert len(finer(find_niches(log, min_size=29, features=features))) == 0


def test_members_are_listed_by_consumer_with_their_niches_before_the_finer_ones() -> None:
    result = found()
    rows = result.members.merge(result.table[["niche", "level"]], on="niche", validate="many_to_one")
    assert rows["consumer"].is_monotonic_increasing
    assert (rows.groupby("consumer")["level"].agg(lambda found: list(found) == sorted(found, reverse=True))).all()
    assert (rows["reviews"] >= niches.MIN_REVIEWS).all()
    assert rows["confidence"].between(1 - FALSE_DISCOVERY_RATE, 1).all()
    assert not rows.duplicated(["consumer", "niche"]).any()


def test_the_products_of_a_niche_are_those_that_its_people_review() -> None:
    result = found()
    coffee = result.products[result.products["niche"] == "food-drink~coffee"]
    assert coffee["product"].str.startswith("pour-over coffee").all()
    assert (coffee["lift"] > 1).all()
    assert coffee["people"].is_monotonic_decreasing
    assert result.products["niche"].drop_duplicates().tolist() == result.table["niche"].tolist()


def test_the_order_of_rows_changes_nothing() -> None:
    tables = shop(tags=True, texts=True)
    turned = {name: frame.sample(frac=1, random_state=3) for name, frame in tables.items()}
    (log, features), (other_log, other_features) = read(tables), read(turned)
    one, other = find_niches(log, features=features), find_niches(other_log, features=other_features)
    for name in ("table", "members", "products"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize(
    ("rows", "why_not"),
    [
        pytest.param(0, "nobody has reviewed anything", id="no person"),
        pytest.param(1, None, id="one review"),
        pytest.param(30, None, id="one person"),
    ],
)
def test_where_there_is_nothing_to_find_the_answer_is_empty(rows: int, why_not: str | None) -> None:
    tables = shop(tags=True, texts=True)
    log, features = read(tables | {"reviews": tables["reviews"].head(rows)})
    result = find_niches(log, features=features)
    assert len(result.table) == len(result.members) == len(result.products) == 0
    assert (result.control, result.finer_control, result.hubs, result.why_not) == (0, 0, (), why_not)
    pd.testing.assert_series_equal(result.table.dtypes, found().table.dtypes)


def test_features_stand_at_the_reviews_that_have_them() -> None:
    tables = shop(tags=True, texts=True)
    log, features = read(tables)
    used = tables["texts"].merge(tables["reviews"], on="review").drop_duplicates(["consumer", "product"])
    expected = set(zip(used["consumer"], used["product"], used["tags"], strict=True))
    tag = features.basis == 0
    row = features.row[tag]
    there = zip(
        log.network.ids[log.person[row]],
        features.products[log.product[row]],
        features.terms[features.term[tag]],
        strict=True,
    )
    assert set(there) == expected


def test_features_leave_out_what_the_log_does_not_know_yet() -> None:
    tables = shop(tags=True)
    log, _ = read(tables)
    words = Words.from_frames(tables["texts"], tables["reviews"], tables["products"], log.network.ids)
    early = Features.of(log.until(10.0), tables["reviews"], words)
    assert early.row.max() < len(log.until(10.0).person)
