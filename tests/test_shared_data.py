"""Real data of every kind, where they are beside the checkout: every row is accounted for in both stores, and
figures equal those of an independent count. (Xiaohongshu has a file of its own.)"""

from __future__ import annotations

import csv
import functools
import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pytest

import graphkoc
from graphkoc.capture import load, sources
from graphkoc.stores import open_store

SHARED = Path(__file__).parents[2] / "shared" / "data"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CIAO, AMAZON, FORUM, FILMTRUST = (SHARED / name for name in ("ciao", "amazon", "discourse", "filmtrust"))
FOLDERS = {"amazon": AMAZON, "ciao": CIAO, "discourse": FORUM, "filmtrust": FILMTRUST}
SIZES = {
    "amazon": {"reviews": 13_085, "consumers": 12_955, "products": 618},
    "ciao": {"reviews": 283_728, "follows": 111_781, "consumers": 7_375, "products": 105_114},
    "discourse": {"reviews": 5_046, "engagements": 31_944, "consumers": 999, "follows": 0, "memberships": 0},
    "filmtrust": {"reviews": 35_494, "follows": 1_853, "consumers": 1_642, "products": 2_071},
}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the data are not beside the checkout")


@functools.cache
def loaded(source: str, *files: str) -> load.Loaded:
    """The result of loading a source's folder, or these files in it."""
    paths = [FOLDERS[source] / file for file in files] or [FOLDERS[source]]
    return load.read(sources.find_source(source), paths, now=NOW)


def without_prefix(ids: pd.Series[Any]) -> list[str]:
    return ids.str.partition(":")[2].tolist()


# --- every folder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", list(FOLDERS))
def test_every_row_is_loaded_or_a_duplicate_and_none_is_rejected(source: str) -> None:
    found = loaded(source)
    for count in found.files:
        assert count.read == count.loaded + count.duplicate + count.conflict
        assert count.read > 0
    # Two of Amazon's files are the same reviews, 12 of which were edited in one of them.
    assert found.rejects["fate"].tolist() == ["conflict"] * (12 if source == "amazon" else 0)
    assert found.unread == ()
    assert {name: len(frame) for name, frame in found.tables.items()} == SIZES[source]


ON_STORES = [
    # One source on a server, the one with most kinds of rows; a soak loads the others too.
    pytest.param(source, engine, marks=[pytest.mark.soak] if engine != "ladybug" and source != "discourse" else [])
    for source in FOLDERS
    for engine in ("ladybug", neo4j_server.LTS)
]


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty store's address."""
    if request.param == "ladybug":
        yield f"ladybug:{tmp_path / 'graphkoc.lbug'}"
        return
    server = neo4j_server.shared_or_skip(request.param)
    server.empty()
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
    yield server.uri
    server.empty()


@pytest.mark.parametrize(("source", "place"), ON_STORES, indirect=["place"])
def test_each_store_returns_the_rows_that_were_loaded(source: str, place: str) -> None:
    tables = loaded(source).tables
    store = open_store(place)
    try:
        assert store.upsert({**tables, "loads": loaded(source).record(NOW)}).wrote
        for name, frame in tables.items():
            key = list(frame.columns[: 2 if name == "follows" else 1])
            stored = store.table(name, list(frame.columns)).sort_values(key, ignore_index=True)
            pd.testing.assert_frame_equal(stored, frame.sort_values(key, ignore_index=True), check_dtype=False)
        (files,) = store.table("loads", ["files"])["files"]
        assert json.loads(files) == [vars(count) for count in loaded(source).files]
    finally:
        store.close()


@pytest.mark.parametrize(
    ("source", "files", "kind", "why", "listed", "not_tested"),
    [
        (
            "amazon",
            ["amazon_reviews_us_hair_dryer.tsv.gz"],
            "formula",
            "nobody has a known follower",
            True,
            "nobody has a known follower",
        ),
        (
            "filmtrust",
            [],
            "percentiles",
            "the list is empty because nobody passes every gate",
            False,
            "no review has a date",
        ),
        ("discourse", [], "forecast", "learned from", True, None),
    ],
)
def test_the_same_commands_give_a_list_or_name_what_is_missing_and_name_the_kind_of_score(
    tmp_path: Path, source: str, files: list[str], kind: str, why: str, listed: bool, not_tested: str | None
) -> None:
    store = open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    try:
        store.upsert({**loaded(source, *files).tables, "loads": loaded(source, *files).record(NOW)})
        run = graphkoc.analyse(store, tmp_path / "run")
    finally:
        store.close()
    assert run.info["score"]["kind"] == kind
    assert why in run.info["score"]["why"]
    assert bool(len(run.kocs())) is listed
    assert (run.info["backtest_why_not"] or "").startswith(not_tested or "")
    document = graphkoc.make_document(run)
    # Without dates nobody is active recently, no joining explains a circle, and the page has no reference date.
    undated = source == "filmtrust"
    assert (set(run.people.loc[run.people["reviews"] > 0, "gate_active"]) == {"unknown"}) is undated
    assert not undated or (len(run.circles) == 2 and run.circles["cohort_ratio"].isna().all())
    assert (document["as_of"] is None) is undated
    assert "data to" not in document["sections"]["first"]["subline"] or not undated
    # Nor is anybody found to be part of a campaign.
    assert not undated or run.info["authenticity"]["patterns"]["block"] == 0
    assert not undated or "has a date" in run.info["authenticity"]["why_not"]
    if source == "discourse":
        assert run.people["engagement_rate"].isna().all()  # who engaged is not an audience to count it over


# --- Amazon ---------------------------------------------------------------------------------------------

HAIR_DRYER, MICROWAVE = "amazon_reviews_us_hair_dryer.tsv.gz", "amazon_reviews_us_microwave.tsv.gz"
UNTOUCHED = "untouched_microwave.tsv"


def by_hand(file: str) -> pd.DataFrame:
    """A TSV as it is, and the unedited one as the spreadsheet that wrote it would read it."""
    path = AMAZON / file
    text = (
        gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_bytes().decode("utf-8-sig")
    )
    quoting = csv.QUOTE_MINIMAL if file == UNTOUCHED else csv.QUOTE_NONE
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=quoting))
    return pd.DataFrame(rows[1:], columns=rows[0]).sort_values("review_id", key=lambda ids: ids.str.upper())


@pytest.mark.parametrize(("file", "reviews"), [(HAIR_DRYER, 11_470), (MICROWAVE, 1_615), (UNTOUCHED, 1_615)])
def test_reviews_of_amazon_are_those_of_the_file(file: str, reviews: int) -> None:
    found, wanted = loaded("amazon", file).tables["reviews"], by_hand(file)
    assert [(count.file, count.read, count.loaded) for count in loaded("amazon", file).files] == [
        (file, reviews, reviews)
    ]
    assert without_prefix(found["review"]) == wanted["review_id"].str.upper().tolist()
    assert without_prefix(found["consumer"]) == wanted["customer_id"].tolist()
    assert without_prefix(found["product"]) == wanted["product_id"].str.upper().tolist()
    assert found["rating"].tolist() == wanted["star_rating"].astype(float).tolist()
    assert found["helpful"].tolist() == wanted["helpful_votes"].astype(int).tolist()
    assert found["verified"].tolist() == (wanted["verified_purchase"].str.upper() == "Y").astype(int).tolist()
    days = pd.to_datetime(wanted["review_date"], format="%m/%d/%Y" if file == UNTOUCHED else "%Y-%m-%d")
    assert found["created_at"].tolist() == days.tolist()


def test_the_unedited_file_gives_the_same_keys_ratings_dates_and_flags() -> None:
    clean, untouched = (
        loaded("amazon", file).tables["reviews"].drop(columns=["title", "text"]) for file in (MICROWAVE, UNTOUCHED)
    )
    pd.testing.assert_frame_equal(clean, untouched)


def test_reviews_of_the_vine_programme_are_gifted_and_earned_ones_are_verified() -> None:
    given = pd.concat([by_hand(HAIR_DRYER), by_hand(MICROWAVE)])
    vine = set("amazon:" + given.loc[given["vine"].str.upper() == "Y", "review_id"].str.upper())
    reviews = loaded("amazon").tables["reviews"]
    assert len(vine) == 198
    assert set(reviews.loc[reviews["review"].isin(vine), "origin"]) == {"gifted"}
    others = reviews[~reviews["review"].isin(vine)]
    assert set(others.loc[others["origin"] == "earned", "verified"]) == {1}
    unmarked = others[others["origin"].isin(["earned", "unknown"])]
    assert (unmarked["origin"] == "earned").tolist() == (unmarked["verified"] == 1).tolist()
    # A few other authors state themselves that the product was a gift, all in such words.
    marked = others[~others["origin"].isin(["earned", "unknown"])]
    words = marked["title"].str.cat(marked["text"], sep=" ").str.lower()
    assert 10 < len(marked) < 100
    assert words.str.contains("exchange|receive|provided|sent this|for free|opportunity to|sponsor|vine").all()


# --- Ciao, FilmTrust ------------------------------------------------------------------------------------


def test_ratings_and_trust_of_ciao_are_those_of_the_files() -> None:
    ratings, trust = pd.read_csv(CIAO / "ratings.csv.gz"), pd.read_csv(CIAO / "trust.csv.gz")
    tables = loaded("ciao").tables
    assert {(count.file, count.read, count.duplicate) for count in loaded("ciao").files} == {
        ("ratings.csv.gz", len(ratings), 358),
        ("trust.csv.gz", len(trust), 0),
        ("category.txt", 28, 0),
    }
    assert (len(ratings), len(trust)) == (284_086, 111_781)
    reviews = tables["reviews"]
    assert (reviews["created_at"].min(), reviews["created_at"].max().normalize()) == (
        pd.Timestamp(ratings["timestamp"].min(), unit="s"),
        pd.Timestamp("2011-04-12"),
    )
    assert reviews["consumer"].nunique() == ratings["user"].nunique()
    follows = zip(*(without_prefix(tables["follows"][end]) for end in ("follower", "followee")), strict=True)
    assert set(follows) == set(trust.astype(str).itertuples(index=False, name=None))
    assert tables["products"]["category"].nunique() == 28


def test_ratings_and_trust_of_filmtrust_are_those_of_the_files() -> None:
    ratings = [line.split() for line in (FILMTRUST / "ratings.txt").read_text().splitlines()]
    trust = [line.split()[:2] for line in (FILMTRUST / "trust.txt").read_text().splitlines()]
    assert {(c.file, c.read, c.loaded, c.duplicate) for c in loaded("filmtrust").files} == {
        ("ratings.txt", 35_497, 35_494, 3),
        ("trust.txt", 1_853, 1_853, 0),
    }
    assert (len(ratings), len(trust)) == (35_497, 1_853)
    tables = loaded("filmtrust").tables
    given: dict[tuple[str, str], float] = {}
    for user, item, rating in ratings:
        given[user, item] = min(float(rating), given.get((user, item), 5))
    reviews = tables["reviews"]
    pairs = zip(without_prefix(reviews["consumer"]), without_prefix(reviews["product"]), strict=True)
    assert dict(zip(pairs, reviews["rating"], strict=True)) == given
    assert reviews["consumer"].nunique() == 1_508
    follows = zip(*(without_prefix(tables["follows"][end]) for end in ("follower", "followee")), strict=True)
    assert sorted(map(list, follows)) == sorted(trust)


# --- a Discourse forum ----------------------------------------------------------------------------------

ARCHIVE = FORUM / "urho3d_topics.tar.xz"


def test_the_figures_of_a_whole_forum_equal_an_independent_count() -> None:
    posts = []
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if stream := archive.extractfile(member):
                topic = json.load(stream)
                posts += [(topic["id"], post) for post in topic["post_stream"]["posts"]]
    numbers = {(topic, post["post_number"]): post["id"] for topic, post in posts}
    answers = {
        f"discourse:p{post['id']}": f"discourse:p{numbers[topic, post['reply_to_post_number']]}"
        for topic, post in posts
        if post["post_number"] > 1
        and (post["reply_to_post_number"] or 1) > 1
        and (topic, post["reply_to_post_number"]) in numbers
    }
    assert [(c.file, c.read, c.loaded) for c in loaded("discourse").files] == [(ARCHIVE.name, 36_990, 36_990)]
    reviews, engagements = (loaded("discourse").tables[name] for name in ("reviews", "engagements"))
    assert (len(reviews), len(engagements), len(posts)) == (5_046, 36_990 - 5_046, 36_990)
    people = {post["username"].lower() for _, post in posts}
    assert set(loaded("discourse").tables["consumers"]["consumer"]) == {f"discourse:{name}" for name in people}
    assert len(people) == 999
    assert set(reviews["review"]) == {f"discourse:t{topic}" for topic, _ in posts}
    assert set(engagements["engagement"]) == {f"discourse:p{p['id']}" for _, p in posts if p["post_number"] > 1}
    assert engagements.dropna(subset="parent").set_index("engagement")["parent"].to_dict() == answers
    assert reviews["likes"].sum() == sum(
        action.get("count", 0) for _, p in posts if p["post_number"] == 1 for action in p["actions_summary"]
    )
    first = reviews["created_at"].min()
    assert first == pd.Timestamp(min(post["created_at"] for _, post in posts)).tz_localize(None)
    assert reviews["text"].str.contains(r"</?(?:p|aside|div|img)\b[^<]*>", na=False).sum() <= 5
