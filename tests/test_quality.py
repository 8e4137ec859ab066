"""Content quality: traits of texts, the fit to a site's votes, percentiles among peers, and the level of a person."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from command import run as run_command
from small_market import market

import graphkoc
from graphkoc.analysis import analyse
from graphkoc.errors import UsageError
from graphkoc.graph.projection import Projection
from graphkoc.progress import Clock
from graphkoc.qualify.quality.fit import Votes, fit_site, fit_weights, length_score, out_of_fold, score_pairs, shipped
from graphkoc.qualify.quality.peers import STRENGTH, draw_to_middle
from graphkoc.qualify.quality.people import Quality, measure_quality
from graphkoc.qualify.quality.traits import TRAITS, _read_file, count_traits
from graphkoc.qualify.quality.words import describe_content, describe_site, ordinal, placed

WORDS = [
    "the",
    "and",
    "to",
    "of",
    "a",
    "in",
    "is",
    "it",
    "for",
    "this",
    "that",
    "with",
    "on",
    "but",
    "not",
    "are",
    "as",
    "so",
    "we",
    "when",
    "one",
    "there",
    "after",
    "even",
    "only",
    "up",
    "been",
    "by",
    "he",
    "she",
    "kettle",
    "water",
    "element",
    "handle",
    "tea",
    "morning",
    "kitchen",
    "steel",
    "quiet",
    "lid",
    "spout",
    "cable",
    "lamp",
    "switch",
    "cord",
    "filter",
    "colour",
    "guests",
    "winter",
    "garden",
    "table",
    "spoon",
    "sugar",
    "lemon",
    "honey",
    "plate",
    "steam",
    "window",
    "train",
    "parcel",
    "shelf",
    "drawer",
    "ladder",
]
NOBODY = pd.Series([], dtype="str")


def say(words: int, start: int = 0) -> str:
    """So many English words, half of them stop words, in an order of their own."""
    return " ".join(np.random.default_rng([words, start]).choice(WORDS, words))


def project(rows: list[dict[str, Any]], **consumers: dict[str, Any]) -> Projection:
    """Reviews with texts; rows: consumer, text, and what else a review has."""
    given = [
        {"review": f"r{number:03}", "product": "p", "created_at": "2026-03-01"} | row for number, row in enumerate(rows)
    ]
    ids = sorted({row["consumer"] for row in given} | set(consumers))
    return market(
        consumers=[{"consumer": one, "platform": "forum"} | consumers.get(one, {}) for one in ids],
        reviews=[{name: row[name] for name in row if name not in ("text", "title")} for row in given],
        texts=[
            {"review": row["review"], "text": row.get("text"), "title": row.get("title")}
            for row in given
            if row.get("text") or row.get("title")
        ],
        products=[{"product": product, "category": "Tea"} for product in sorted({row["product"] for row in given})],
    )


def measure(projection: Projection, copied: pd.Series[str] = NOBODY) -> Quality:
    return measure_quality(projection, projection.log().network.ids, copied)


def by_person(projection: Projection, copied: pd.Series[str] = NOBODY) -> pd.DataFrame:
    return measure(projection, copied).people.set_index(pd.Index(projection.log().network.ids))


def crowd(people: int = 12, texts: int = 4) -> list[dict[str, Any]]:
    """People of whom each writes more than the one before, about one product."""
    return [
        {"consumer": f"c{person:02}", "text": f"{say(3 + 3 * person, turn)} {person} {turn}", "rating": 1.0 + turn}
        for person in range(people)
        for turn in range(texts)
    ]


def traits_of(text: str, title: str | None = None, pictures: float = 0) -> dict[str, float]:
    found = count_traits(pd.Series([title], dtype="str"), pd.Series([text], dtype="str"), np.array([pictures]))
    return dict(zip(TRAITS, found.values[0], strict=True))


def test_every_pattern_compiles_and_every_trait_is_made_of_patterns_that_are_there() -> None:
    file = _read_file()
    patterns = file["on_lower_case"] | file["on_text"]
    for pattern in patterns.values():
        pc.count_substring_regex(pa.array(["one"], pa.large_string()), pattern=pattern)
    named = {cue for made_of in file["made_of"].values() if isinstance(made_of, list) for cue in made_of}
    assert named <= set(patterns)
    assert set(patterns) - named == {"sentences", "stock"}, "these are read by themselves"
    assert list(file["made_of"]) == list(file["sd"]) == list(TRAITS)
    assert len(shipped()) == 25


@pytest.mark.parametrize(
    ("trait", "shows", "lacks"),
    [
        ("specifics", "It weighs 1.5 kg", "It is heavy"),
        ("specifics", "用了三个月", "用着不错"),
        ("experience", "I bought it for my kitchen", "It is for a kitchen"),
        ("experience", "亲测好用", "好用"),
        ("comparison", "Quieter than the other brands", "Quiet"),
        ("comparison", "比之前的好", "很好"),
        ("pros_cons", "Nice, but loud", "Nice and loud"),
        ("pros_cons", "好看但是贵", "好看"),
        ("reasons", "because it leaks", "it leaks"),
        ("reasons", "因为漏水", "漏水"),
        ("advice", "I recommend it", "I like it"),
        ("advice", "建议买大的", "买了大的"),
        ("problem", "It stopped working", "It works"),
        ("problem", "坏了", "好的"),
        ("wish", "I wish it was longer", "It is longer"),
        ("wish", "希望长一点", "很长"),
        ("hype", "Amazing!", "Fine."),
        ("hype", "绝绝子", "还行"),
        ("rant", "garbage", "kettle"),
        ("rant", "智商税", "水壶"),
        ("delivery", "the seller was quick", "it was quick"),
        ("delivery", "快递很快", "很快"),
        ("questions", "Does it boil?", "It boils."),
        ("questions", "好用吗？", "好用。"),
        ("negation", "it does not boil", "it boils"),
        ("negation", "不好", "好"),
        ("chatter", "haha", "ha"),
        ("chatter", "[笑哭R]", "笑"),
        ("links", "see https://example.org", "see there"),
        ("shouting", "NEVER!", "never."),
        ("stock", "Five Stars", "Five Stars for the handle"),
        ("stock", "好评", "手柄的好评"),
        ("names", "made by Philips", "made by somebody"),
    ],
)
def test_a_trait_is_found_in_both_languages(trait: str, shows: str, lacks: str) -> None:
    assert traits_of(shows)[trait] > 0
    assert traits_of(lacks)[trait] == 0


def test_length_counts_letters_and_a_chinese_one_three_times() -> None:
    assert traits_of("abc, def!")["length"] == pytest.approx(np.log(7))
    assert traits_of("水壶")["length"] == pytest.approx(np.log(7))
    assert traits_of("a" * 799)["beyond_800"] == 0 < traits_of("a" * 900)["beyond_800"]
    assert traits_of("one", pictures=2)["pictures"] == pytest.approx(np.log(3) / 0.25)


@pytest.mark.parametrize(
    "padded",
    ["It boils in <b>two</b> minutes.", "It boils   in two ---- minutes.    ", "It boils in two&nbsp;minutes.",
     "<p>It boils in two <a href='http://x.example/abc'>minutes</a>.</p>", "It boils in two minutes<br/>."],
)  # fmt: skip
def test_markup_spaces_and_signs_do_not_lengthen_a_text(padded: str) -> None:
    assert traits_of(padded)["length"] == traits_of("It boils in two minutes.")["length"]


def test_breaks_are_newlines_and_a_title_counts() -> None:
    assert traits_of("one<br />two")["structure"] == traits_of("one\ntwo")["structure"] > 0
    assert traits_of("two", title="one") == traits_of("one\ntwo")


def test_texts_of_several_chunks_are_counted_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = pd.Series([say(n) for n in range(1, 20)], dtype="str")
    title = pd.Series([None] * 19, dtype="str")
    whole = count_traits(title, text, np.zeros(19))
    monkeypatch.setattr("graphkoc.qualify.quality.traits.CHUNK", 4)
    assert np.array_equal(count_traits(title, text, np.zeros(19)).values, whole.values)
    assert len(count_traits(title[:0], text[:0], np.zeros(0))) == 0


def test_who_writes_more_than_their_peers_stands_higher() -> None:
    found = by_person(project(crowd()))
    assert found["quality"].is_monotonic_increasing
    assert found["quality"].iloc[0] < 40 < 60 < found["quality"].iloc[-1]
    assert found["quality_rank"].tolist() == list(range(12, 0, -1))
    assert (found["quality_compared"] == 4).all() and found["quality_unknown"].isna().all()


def test_ratings_make_no_difference() -> None:
    one = measure(project([row | {"helpful": number % 5} for number, row in enumerate(crowd())]))
    turned = [row | {"rating": 5.0 - row["rating"], "helpful": number % 5} for number, row in enumerate(crowd())]
    other = measure(project(turned))
    same = [
        name for name in one.people if name not in ("quality_low", "quality_constructive", "quality_constructive_quote")
    ]
    pd.testing.assert_frame_equal(one.people[same], other.people[same])
    pd.testing.assert_frame_equal(one.texts.drop(columns="low"), other.texts.drop(columns="low"))


def test_a_fit_is_the_same_with_all_ratings_inverted() -> None:
    site = voting_site(traits=("specifics", "questions"))
    stars = np.arange(len(site.votes)) % 5
    straight, inverted = (
        fit_site(dataclasses.replace(site, nuisances=np.eye(5)[rating]), 300) for rating in (stars, 4 - stars)
    )
    assert straight.weights == inverted.weights and straight.weights is not None


def test_the_order_of_rows_makes_no_difference() -> None:
    projection = project([row | {"helpful": number % 5} for number, row in enumerate(crowd())])
    tables = {name: getattr(projection, name) for name in ("reviews", "texts", "consumers", "products")}
    empty = {"follows": projection.follows, "engagements": projection.engagements, "purchases": projection.purchases}
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in tables.items()}
    rest = {"loads": projection.loads, "identities": pd.DataFrame({"account": [], "person": []}, dtype="str")}
    again = Projection.from_tables(shuffled | empty | rest)
    one, other = measure(projection), measure(again)
    pd.testing.assert_frame_equal(one.people, other.people)
    pd.testing.assert_frame_equal(one.texts, other.texts)


def test_copies_and_repeated_texts_are_left_out_and_short_ones_are_not_copies() -> None:
    long = say(40)
    rows = [*crowd(), *({"consumer": "copier", "text": long} for _ in range(3)), {"consumer": "short", "text": "Works"}]
    rows += [{"consumer": "other", "text": "works!"}, {"consumer": "near", "text": say(30, 5)}]
    found = by_person(project(rows), pd.Series([f"r{len(rows) - 1:03}"]))
    assert found.loc[["copier", "short", "other", "near"], "quality_texts"].tolist() == [1, 1, 1, 0]
    assert found.loc["copier", "quality_unknown"] == "1 text"


GERMAN = "Der Wasserkocher ist sehr gut und ich habe ihn für die Küche gekauft, aber er ist nicht leise"


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ([], "0 texts"),
        ([say(9), say(8)], "2 texts"),
        ([f"{GERMAN} {number}" for number in range(3)], "neither English nor Chinese"),
        ([f"Чайник хороший, и я очень доволен {number}" for number in range(3)], "neither English nor Chinese"),
        ([f"{say(9)} {number}" for number in range(3)], None),
        ([f"这个水壶很好用，烧水很快 {number}" for number in range(3)], None),
        ([f"Great kettle! Boils fast, love it {number}" for number in range(3)], None),
    ],
    ids=["none", "two", "German", "Russian", "English", "Chinese", "few stop words, more than of any other"],
)
def test_quality_is_unknown_with_few_texts_or_in_a_language_that_is_not_read(texts: list[str], why: str | None) -> None:
    found = by_person(project([*crowd(), *({"consumer": "x", "text": text} for text in texts)], x={})).loc["x"]
    assert (found["quality_unknown"] == why) if why else pd.isna(found["quality_unknown"])
    assert np.isnan(found["quality"]) == (why is not None) == pd.isna(found["quality_rank"])


def test_quality_is_unknown_on_a_platform_without_texts_and_without_peers() -> None:
    silent = [{"consumer": "y", "product": "q"} for _ in range(4)]
    found = by_person(project([*crowd(), *silent], y={"platform": "ciao"}))
    assert found.loc["y", "quality_unknown"] == "no text on this platform"
    few = [{"consumer": "x", "text": f"{say(9)} {number}"} for number in range(4)]
    assert by_person(project(few)).loc["x", "quality_unknown"] == "too few texts to compare with"


def test_peers_are_of_the_product_and_half_year_or_else_of_the_category_and_year() -> None:
    late = [row | {"created_at": "2026-09-01"} for row in crowd(3, 3)]
    texts = measure(project([*crowd(), *late])).texts.set_index("review")
    assert texts["same_product"].iloc[:48].all() and not texts["same_product"].iloc[48:].any()
    assert texts["quality"].notna().all(), "the year has enough"
    old = [row | {"created_at": "2020-09-01"} for row in crowd(3, 3)]
    assert measure(project([*crowd(), *old])).texts["quality"].isna().sum() == 9


def test_a_level_is_drawn_to_the_middle_the_more_the_fewer_texts_there_are() -> None:
    percentile = np.array([0.9] * 3 + [0.9] * 30)
    level, texts, k = draw_to_middle(percentile, np.array([0] * 3 + [1] * 30), 3)
    assert k == STRENGTH and texts.tolist() == [3, 30, 0]
    assert level[:2] == pytest.approx([(3 * 0.9 + 2.5) / 8, (30 * 0.9 + 2.5) / 35])
    assert np.isnan(level[2])


def test_the_weight_of_the_middle_is_the_variance_within_over_that_between_where_people_show_it() -> None:
    rng = np.random.default_rng(0)
    own, person = rng.normal(0.5, 0.1, 2_000), np.repeat(np.arange(2_000), 4)
    found = draw_to_middle(own[person] + rng.normal(0, 0.2, len(person)), person, 2_000)[2]
    assert found == pytest.approx(4, rel=0.15)


def voting_site(traits: tuple[str, ...] = (), items: int = 80, texts: int = 40, rng_seed: int = 0) -> Votes:
    """A site whose readers vote for some traits, or for nothing."""
    rng = np.random.default_rng(rng_seed)
    n = items * texts
    values = rng.normal(size=(n, len(TRAITS)))
    rate = np.exp(values[:, [TRAITS.index(name) for name in traits]].sum(axis=1) * 0.7)
    item = np.repeat(np.arange(items), texts)
    level = rng.gamma(1, 1, items)[item]
    return Votes(values, rng.poisson(rate * level).astype(float), item, rng.integers(0, n // 3, n), np.zeros((n, 0)))


def test_what_a_site_votes_for_is_learned_and_used_only_if_it_beats_length() -> None:
    learned = fit_site(voting_site(traits=("specifics", "questions")))
    assert learned.weights is not None and learned.low is not None and learned.low > 0
    assert sorted(learned.weights, key=lambda name: -learned.weights[name])[:2] == ["questions", "specifics"] or (
        sorted(learned.weights, key=lambda name: -learned.weights[name])[:2] == ["specifics", "questions"]
    )
    by_length = fit_site(voting_site(traits=("length",)))
    assert by_length.weights is None and by_length.length > 0.6


@pytest.mark.parametrize(("enough", "items"), [(3_201, 80), (300, 49)])
def test_a_site_with_few_texts_or_items_is_not_fitted(enough: int, items: int) -> None:
    found = fit_site(voting_site(("questions",), items=items), enough)
    assert found.weights is None and found.fitted is None
    assert "too few" in found.why


def shuffle(site: Votes, draw: int) -> Votes:
    """The votes dealt out anew within each item."""
    order = np.lexsort((np.random.default_rng(draw).random(len(site.votes)), site.item))
    return dataclasses.replace(site, votes=site.votes[order])


@pytest.mark.parametrize(
    ("draws", "most"), [(4, 1), pytest.param(20, 1, marks=pytest.mark.soak)], ids=["few", "twenty"]
)
def test_nothing_is_accepted_of_shuffled_votes(draws: int, most: int) -> None:
    site = voting_site(("specifics", "questions"))
    fits = [fit_site(shuffle(site, draw), 300, draw) for draw in range(draws)]
    assert sum(fit.weights is not None for fit in fits) <= most


def test_scores_are_out_of_fold_for_item_and_author() -> None:
    site = voting_site(("questions",), items=30, texts=10)
    told = np.where(site.item == 7, 30.0, site.votes)
    other = dataclasses.replace(site, votes=told)
    mine = site.item == 7
    assert np.array_equal(out_of_fold(site, shipped())[mine], out_of_fold(other, shipped())[mine])
    theirs = site.person == site.person[0]
    other = dataclasses.replace(site, votes=np.where(theirs, 30.0, site.votes))
    assert np.array_equal(out_of_fold(site, shipped())[theirs], out_of_fold(other, shipped())[theirs])


def test_a_level_of_the_item_does_not_matter_and_no_votes_leave_the_prior() -> None:
    site = voting_site(("questions",), items=60)
    silent = dataclasses.replace(site, votes=np.zeros(len(site.votes)))
    assert fit_weights(site.values, silent, shipped()) == pytest.approx(shipped(), abs=1e-6)
    shifted = dataclasses.replace(site, values=site.values + site.item[:, None])
    one, other = fit_weights(site.values, site, shipped()), fit_weights(shifted.values, site, shipped())
    assert one == pytest.approx(other, abs=1e-6)


def test_pairs_are_counted_as_by_hand() -> None:
    scores = np.array([[1.0], [2.0], [2.0], [3.0], [0.0]])
    right, pairs = score_pairs(scores, np.array([0.0, 2.0, 0.0, 5.0, 9.0]), np.array([0, 0, 0, 0, 1]))
    assert pairs.tolist() == [5, 0], "of 5 votes three, of 2 votes two; alone none"
    assert right[:, 0].tolist() == [4.5, 0]


def test_votes_received_are_set_against_those_of_the_peers() -> None:
    rows = [row | {"helpful": 8 if row["consumer"] == "c03" else 1} for row in crowd()]
    found = by_person(project(rows))
    expected = 4 * (4 * 8 + 44) / 48
    assert found.loc["c03", "quality_votes"] == pytest.approx((32 + 3) / (expected + 3))
    assert found.loc["c03", "quality_rank"] < found.loc["c04", "quality_rank"]
    assert by_person(project(crowd()))["quality_votes"].isna().all()


def test_likes_stand_in_for_helpful_votes_and_a_column_of_zeros_is_no_votes() -> None:
    for column, given, counted in (("likes", 2, "likes"), ("helpful", 2, "helpful"), ("helpful", 0, None)):
        summary = measure(project([row | {column: given} for row in crowd()])).summary
        assert summary["sites"]["forum"]["counted"] == counted


def test_sentences_say_where_somebody_stands_with_the_evidence() -> None:
    rows = crowd()
    rows[-1] |= {
        "rating": 1.0,
        "text": "It stopped after 3 weeks and I wish it was stronger, so I suggest the other one",
    }
    projection = project(rows)
    quality = measure(projection)
    person = quality.people.assign(platform="forum").iloc[-1].to_dict()
    info = {"quality": quality.summary}
    assert placed(person, info).startswith("writes more than most: at the ")
    assert placed(person, info).endswith(" percentile of their products' reviews (4 texts; r046, r045)")
    assert describe_content(person) == [
        "gives numbers, sizes or durations in 4 of 4",
        "names a problem and what to do about it in 1 of 3 low ratings (r047)",
    ]
    older = person | {"quality_same_product": 1, "quality_quotes": None}
    assert placed(older, info).endswith(" percentile of comparable reviews of the year (4 texts)")
    assert describe_site(quality.summary["sites"]["forum"]) == ["Not checked on this site: no votes."]
    few = measure(project([*crowd(), {"consumer": "x", "text": "fine"}])).people.assign(platform="forum").iloc[-1]
    assert placed(few, info) == "content quality unknown: 1 text"
    assert describe_content(few) == []
    places = {1: "1st", 2: "2nd", 3: "3rd", 11: "11th", 12: "12th", 53: "53rd", 83.4: "83rd"}
    assert {number: ordinal(number) for number in places} == places


def test_a_site_says_what_was_learned_of_it() -> None:
    used, unused = (fit_site(voting_site((name,))).to_dict() for name in ("questions", "length"))
    known = {"counted": "helpful", "top_fifth": 2.6}
    assert describe_site(used | known)[0].startswith(
        "On this site quality is learned from what its readers vote for: 0."
    )
    assert describe_site(unused | known)[0].startswith(
        "On this site quality is how much they write; finer traits were not shown to matter here (0."
    )
    assert describe_site(used | known)[1] == (
        "On this site the top fifth of texts received 2.6 times the votes of their peers."
    )


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> graphkoc.Run:
    """A run of people with small audiences, of whom some write more, and one writes nothing."""
    rows = crowd(24)
    ids = sorted({row["consumer"] for row in rows})
    rows += [{"consumer": "quiet", "product": "p"}]
    projection = project(rows)
    pairs = [(one, other) for number, one in enumerate(ids) for other in [*ids[number + 1 : number + 8], "quiet"]]
    follows = pd.DataFrame({"source": [a for a, _ in pairs], "target": [b for _, b in pairs], "weight": 1.0})
    follows["since"] = pd.Series([pd.NaT] * len(pairs)).astype("datetime64[us]")
    follows = pd.concat([follows, follows.rename(columns={"source": "target", "target": "source"})], ignore_index=True)
    projection = dataclasses.replace(projection, follows=follows.drop_duplicates(["source", "target"]))
    folder = tmp_path_factory.mktemp("ranked")
    run = analyse(projection, folder / "run", graphkoc.Settings(), Clock(None), processes=1)
    run.save()
    return run


def test_the_list_is_sorted_by_quality_and_the_floor_leaves_out_nobody_who_is_unknown(ranked: graphkoc.Run) -> None:
    by_score = graphkoc.list_kocs(ranked, limit=None)
    by_quality = graphkoc.list_kocs(ranked, limit=None, sort="quality")
    assert [row["rank"] for row in by_score] == list(range(1, len(by_score) + 1))
    known = [row["quality"] for row in by_quality if row["quality"] is not None]
    assert known == sorted(known, reverse=True) and len(known) > 3
    assert {row["consumer"] for row in by_quality} == {row["consumer"] for row in by_score}
    kept = graphkoc.list_kocs(ranked, limit=None, min_quality=50)
    assert 0 < len(kept) < len(by_score)
    assert all(row["quality"] is None or row["quality"] >= 50 for row in kept)
    assert [row["consumer"] for row in kept if row["quality"] is None] == [
        row["consumer"] for row in by_score if row["quality"] is None
    ]
    with pytest.raises(UsageError, match="cannot be sorted by 'size'"):
        graphkoc.list_kocs(ranked, sort="size")


def test_reasons_and_explanations_quote_the_texts(ranked: graphkoc.Run) -> None:
    first = graphkoc.list_kocs(ranked, sort="quality", limit=1)[0]
    assert any(reason.startswith("writes more than most: at the ") for reason in first["reasons"])
    found = graphkoc.explain_consumer(ranked, first["consumer"])["quality"]
    assert found["percentile"] == first["quality"] and len(found["quotes"]) == 2
    assert found["sentences"][0].startswith("Writes more than most: at the ")
    assert found["sentences"][-1] == "Not checked on this site: no votes."
    quiet = graphkoc.explain_consumer(ranked, "quiet")["quality"]
    assert quiet["percentile"] is None
    assert quiet["sentences"][0] == "Content quality unknown: 0 texts."


def test_the_command_sorts_by_quality_and_says_how_it_was_measured(ranked: graphkoc.Run, tmp_path: Path) -> None:
    done = run_command("kocs", ranked.folder, "--sort", "quality", "--min-quality", "40", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "quality" in done.stdout.splitlines()[0]
    assert "writes more than most: at the 70th percentile" in done.stdout
    assert "Not checked on this site: no votes." in done.stderr
    done = run_command("explain", "c23", ranked.folder, cwd=tmp_path)
    assert "Quality of what they write\n  Writes more than most" in done.stdout


def test_length_alone_is_the_order_of_letters() -> None:
    values = count_traits(
        pd.Series([None] * 30, dtype="str"), pd.Series([say(n * n) for n in range(1, 31)], dtype="str"), np.zeros(30)
    ).values
    assert (np.diff(length_score(values)) > 0).all()
