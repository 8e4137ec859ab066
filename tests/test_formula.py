"""The formula: client, content and audience of a person, each yes, no or not known, on audiences counted by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_market import market
from small_run import BRAND, analyse_small_market, small_market

import graphkoc
from graphkoc.analysis import Settings, analyse
from graphkoc.errors import UsageError
from graphkoc.graph.network import Network
from graphkoc.progress import Clock
from graphkoc.qualify.formula import FACTORS, apply_formula, describe_formula
from graphkoc.qualify.relevance import find_relevance, find_target_audience
from graphkoc.runs.run import Run

STATES = {"yes", "no", "not known"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return analyse_small_market(tmp_path_factory.mktemp("formula"))


def relevance(subjects: dict[str, tuple[str | None, str | None]]) -> pd.DataFrame:
    """Of a to e: a is followed by b, c, d and e; b and c wrote about tea, c a year and a day ago, d about #tea."""
    held = market(
        consumers=[{"consumer": one} for one in "abcde"],
        follows=[{"source": one[0], "target": one[1], "weight": 1.0} for one in ("ab", "ac", "ad", "ae", "ba")],
        products=[{"product": "t", "category": "Tea"}, {"product": "x"}],
        reviews=[
            {"review": "1", "consumer": "b", "product": "t", "created_at": "2026-06-01"},
            {"review": "2", "consumer": "c", "product": "t", "created_at": "2025-06-29"},
            {"review": "3", "consumer": "d", "created_at": "2026-06-01"},
            {"review": "4", "consumer": "a", "product": "x", "created_at": "2026-06-30"},
        ],
        texts=[{"review": "3", "tags": "tea"}],
    )
    log = held.log()
    people = pd.DataFrame([subjects.get(one, (None, None)) for one in "abcde"], columns=["niche", "main_type"])
    niches = pd.DataFrame({"niche": ["n1", "n2"], "category": ["Tea", None]})
    found = find_relevance(log, people.astype("str"), niches.astype("str"), log.last_day)
    return found.set_index(pd.Index(list("abcde")))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (("n1", "Toys"), ("Tea", 1, 0.25, 0.2)),
        (("n2", "#tea"), ("#tea", 1, 0.25, 0.2)),
        ((None, "Tea"), ("Tea", 1, 0.25, 0.2)),
    ],
)
def test_the_relevant_audience_wrote_about_the_niche_in_the_last_year(
    subject: tuple[str | None, str | None], expected: tuple[object, ...]
) -> None:
    found = relevance({"a": subject})
    assert tuple(found.loc["a"]) == expected
    assert found.loc["e"].isna().all(), "without a subject nothing is known"


def test_without_an_audience_its_relevance_is_not_known() -> None:
    row = relevance({"e": (None, "Tea")}).loc["e"]
    assert (row["audience_subject"], row["audience_relevance_all"]) == ("Tea", 0.2)
    assert row[["audience_relevant", "audience_relevance"]].isna().all()


def test_of_an_audience_those_who_write_in_a_target_language_are_counted(tmp_path: Path) -> None:
    texts = {"b": "这个水壶很好用", "c": "Der Wasserkocher ist gut und nicht laut", "d": "It boils in two minutes"}
    held = market(
        consumers=[{"consumer": one} for one in "abcde"],
        follows=[{"source": one[0], "target": one[1], "weight": 1.0} for one in ("ab", "ac", "ad", "ae", "ba")],
        reviews=[{"review": one, "consumer": one, "product": "t", "created_at": "2026-06-01"} for one in "abcd"],
        texts=[{"review": one, "text": text} for one, text in texts.items()],
    )
    found = {
        languages: analyse(held, tmp_path, Settings(target_languages=languages), Clock(None), processes=1)
        for languages in ((), ("Chinese",), ("Chinese", "English"))
    }
    people = found[("Chinese",)].people.set_index("consumer")
    assert people["language"].fillna("").to_dict() == {"a": "", "b": "Chinese", "c": "other", "d": "English", "e": ""}
    audiences = {one: run.people.set_index("consumer").loc["a"] for one, run in found.items()}
    assert audiences[()][["audience_language", "audience_target"]].isna().all()
    assert audiences["Chinese",][["audience_language", "audience_target"]].tolist() == [3, 1]
    assert audiences["Chinese", "English"]["audience_target"] == 2
    row = apply_formula(found["Chinese",], audiences["Chinese",])["audience"]
    assert row["target"] == {
        "languages": ["Chinese"],
        "write": 1,
        "known": 3,
        "market": [],
        "inside": None,
        "located": None,
    }
    assert "; 1 of 3 whose language is known write Chinese" in row["words"]
    assert apply_formula(found[()], audiences[()])["audience"]["target"] is None
    nobody = apply_formula(found["Chinese",], people.loc["b"])["audience"]
    assert nobody["target"]["known"] == 0
    assert "language" not in nobody["words"]


def test_of_an_audience_those_who_are_in_the_market_are_counted(tmp_path: Path) -> None:
    places = {"a": "美国", "b": "浙江", "c": "Berlin, Germany", "d": "中国香港", "e": None}
    held = market(
        consumers=[{"consumer": one, "location": place} for one, place in places.items()],
        follows=[{"source": one[0], "target": one[1], "weight": 1.0} for one in ("ab", "ac", "ad", "ae", "be")],
        reviews=[{"review": one, "consumer": one, "product": "t", "created_at": "2026-06-01"} for one in "abcd"],
    )
    found = {
        markets: analyse(held, tmp_path, Settings(target_markets=markets), Clock(None), processes=1)
        for markets in ((), ("浙江", "germany"))
    }
    without, run = found.values()
    people = run.people.set_index("consumer")
    assert people["location"].dropna().to_dict() == {one: place for one, place in places.items() if place}
    assert people.loc["a", ["audience_location", "audience_market"]].tolist() == [3, 2]
    audience = apply_formula(run, people.loc["a"])["audience"]
    assert audience["target"] == {
        "languages": [],
        "write": None,
        "known": None,
        "market": ["浙江", "germany"],
        "inside": 2,
        "located": 3,
    }
    assert "; 2 of 3 whose location is known are in the market" in audience["words"]
    assert "language" not in audience["words"]
    nobody = apply_formula(run, people.loc["b"])["audience"]
    assert nobody["target"]["located"] == 0
    assert "market" not in nobody["words"], "where no location is known, nothing is said"
    assert without.people[["audience_location", "audience_market"]].isna().all(axis=None)
    for one in ("a", "b"):
        states = [apply_formula(each, each.person(one))["audience"]["state"] for each in found.values()]
        assert len(set(states)) == 1, "the market is no part of the answer"
    ranking = ["consumer", "score", "rank", "role"]
    pd.testing.assert_frame_equal(without.people[ranking], run.people[ranking])


@pytest.mark.parametrize(
    ("entry", "location", "inside"),
    [
        ("浙江", "浙江", True),
        ("浙江", "浙江省杭州市", True),
        ("中国", "中国香港", True),
        ("中国", "浙江", False),
        ("Germany", "germany", True),
        ("Germany", "Berlin, Germany", True),
        ("Germany", "Berlin/GERMANY", True),
        ("Germany", "Germanystraat", False),
        ("DE", "ＤＥ", True),
        ("DE", "Denmark", False),
        ("New York", "New  York City", True),
        ("York", "New York", True),
        ("Shanghai", "上海Shanghai", True),
        ("U.S.", "Austin, U.S.", True),
        ("U.S.", "Uxsx", False),
        ("浙江省", "浙江", False),
        (" ", "浙江", False),
    ],
)
def test_an_entry_of_the_market_fits_a_location_that_has_it_as_a_word(entry: str, location: str, inside: bool) -> None:
    edges = pd.DataFrame({"source": ["a"], "target": ["b"], "weight": [1.0]})
    network = Network.from_edges(edges, ["a", "b"])
    people = pd.DataFrame({"language": [None, None], "location": [None, location]}, dtype="str")
    found = find_target_audience(network, people, (), (entry,))
    assert found[["audience_location", "audience_market"]].iloc[0].tolist() == [1, int(inside)]
    assert found[["audience_language", "audience_target"]].isna().all(axis=None)


def test_a_language_that_is_not_read_is_refused_before_an_analysis_begins() -> None:
    with pytest.raises(UsageError, match="the language 'chinese' is not read") as caught:
        Settings(target_languages=("chinese",))
    assert caught.value.hint == "There are: Chinese, English."


def test_who_the_audience_is_stands_beside_it_as_it_is_stated(run: Run) -> None:
    people = run.people.assign(audience_stated="women 85%")
    why = graphkoc.explain_consumer(run.replaced(people=people), people["consumer"].iloc[0])
    assert why["audience_stated"] == "women 85%"
    assert graphkoc.explain_consumer(run, people["consumer"].iloc[0])["audience_stated"] is None


def test_the_columns_add_up(run: Run) -> None:
    people = run.people
    known = people[people["audience_relevance"].notna()]
    assert len(known) > 20
    assert (known["audience_relevant"] <= known["audience"]).all()
    np.testing.assert_allclose(
        known["audience_relevance"] * known["audience"], known["audience_relevant"].astype(float)
    )
    assert (people["client"] == "yes").equals(people["client_last_order"].notna())
    assert (people["client"] == "not known").equals(people["client_orders"].isna())


def test_list_explanation_and_page_say_the_same(run: Run) -> None:
    rows = graphkoc.list_kocs(run, limit=None)
    stored = graphkoc.list_kocs(Run.load(Path(run.folder)), limit=None)
    assert [row["formula"] for row in rows] == [row["formula"] for row in stored]
    cards = {card["consumer"]: card for card in graphkoc.make_document(run)["sections"]["people"]["cards"]}
    assert rows
    for row in rows:
        assert tuple(row["formula"]) == FACTORS
        assert {one["state"] for one in row["formula"].values()} <= STATES
        assert row["formula"]["client"]["state"] == row["client"]
        assert graphkoc.explain_consumer(run, row["consumer"])["formula"] == row["formula"]
        if card := cards.get(row["consumer"]):
            states = {factor: one["state"] for factor, one in row["formula"].items()}
            assert {tick["factor"]: tick["state"] for tick in card["ticks"]} == states
        assert any(reason.startswith("a client: ") for reason in row["reasons"]) == (row["client"] == "yes")


def person(run: Run, **columns: object) -> pd.Series:
    row = run.people[run.people["role"] == "koc"].iloc[0].copy()
    row[list(columns)] = list(columns.values())
    return row


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ({"client": "yes", "client_orders": 3, "client_own_orders": 3}, "Client yes · 3 orders, last 12 May 2026"),
        (
            {"client": "yes", "client_orders": 3, "client_own_orders": 1},
            "Client yes · 3 orders (1 of our brand), last 12 May 2026",
        ),
        (
            {"client": "yes", "client_orders": 1, "client_own_orders": 0},
            "Client yes · 1 order of our categories, none of our brand, last 12 May 2026",
        ),
        (
            {"client": "no", "client_orders": 0, "client_own_orders": 0},
            "Client no · their orders are known, and none in the last 12 months is of our brand or its categories",
        ),
        (
            {"client": "not known", "client_orders": pd.NA, "client_own_orders": pd.NA},
            "Client not known · no dated order of theirs is known",
        ),
    ],
)
def test_a_client_in_words(run: Run, columns: dict[str, object], line: str) -> None:
    row = person(run, client_last_order=pd.Timestamp("2026-05-12"), **columns)
    assert describe_formula(apply_formula(run, row))[0] == line


def test_why_no_client_is_known(run: Run) -> None:
    row = person(run, client="not known", client_orders=pd.NA)
    for change, words in (
        ({"settings": run.info["settings"] | {"brand": None}}, "no brand of ours is set"),
        ({"counts": run.info["counts"] | {"purchases": 0}}, "no order is loaded"),
    ):
        assert apply_formula(run.replaced(info=run.info | change), row)["client"]["words"] == words


TEXTS = {"quality_compared": 14, "quality_same_product": 14, "quality_quotes": None}


@pytest.mark.parametrize(
    ("columns", "state", "number", "words"),
    [
        ({"quality": 83.2}, "yes", 83.2, "at the 83rd percentile of their products' reviews (14 texts)"),
        ({"quality": 41.0}, "no", 41.0, "at the 41st percentile of their products' reviews (14 texts)"),
        ({"quality": 83.2, "gate_creative": "failed", "gate_creative_value": 0.25}, "no", 25, "25% of their reviews"),
        ({"quality": np.nan, "gate_creative_value": 0.75}, "yes", 75, "75% of their reviews are their own words"),
        (
            {"quality": np.nan, "gate_creative": "unknown", "gate_creative_value": np.nan},
            "not known",
            None,
            "no known text or picture",
        ),
    ],
)
def test_content(run: Run, columns: dict[str, object], state: str, number: float | None, words: str) -> None:
    found = apply_formula(run, person(run, **({"gate_creative": "passed"} | TEXTS | columns)))["content"]
    assert (found["state"], found["number"]) == (state, number)
    assert found["words"].startswith(words)


SEEN = {"audience": 62.0, "audience_relevant": 48, "audience_relevance": 48 / 62, "audience_relevance_all": 0.21}


@pytest.mark.parametrize(
    ("columns", "state", "words"),
    [
        ({}, "yes", "48 of 62 known followers wrote about Tea in the last year (77%; all people 21%)"),
        (
            {"followers": 143.0, "audience_coverage": 62 / 143},
            "not known",
            "48 of 62 known followers wrote about Tea in the last year (77%; all people 21%); "
            "62 of 143 followers stated are known",
        ),
        ({"audience_relevance_all": 0.8}, "no", "48 of 62 known followers wrote about Tea in the last year (77%; "),
        ({"audience": 4.0, "audience_relevant": 4}, "not known", "4 of 4 known followers"),
        ({"audience": 0.0, "audience_relevance": np.nan}, "not known", "nobody in the audience is known"),
        ({"audience_relevance": np.nan}, "not known", "nothing that they wrote has a category or tag"),
    ],
)
def test_audience(run: Run, columns: dict[str, object], state: str, words: str) -> None:
    base = SEEN | {"audience_subject": "Tea", "ties": "follows", "followers": np.nan, "audience_coverage": np.nan}
    found = apply_formula(run, person(run, **(base | columns)))["audience"]
    assert found["state"] == state
    assert found["words"].startswith(words)


def test_ratings_do_not_enter(run: Run, tmp_path: Path) -> None:
    held = small_market(45)
    turned = replace(held, reviews=held.reviews.assign(rating=6 - held.reviews["rating"]))
    settings = Settings(brand=BRAND)
    found = [analyse(one, tmp_path / "run", settings, Clock(None), processes=1) for one in (held, turned)]
    formulas = [[apply_formula(one, row) for _, row in one.people.iterrows()] for one in found]
    assert formulas[0] == formulas[1]
