"""What is analysed where tables are missing: a run that says so, or one sentence, and never a traceback."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from little_store import asked, held, tables
from planted import ring_of_cliques
from small_market import market

import graphkoc
from graphkoc import analysis
from graphkoc.errors import AnalysisError, GraphkocError
from graphkoc.graph.projection import Projection
from graphkoc.progress import Clock
from graphkoc.qualify.backtest import backtest
from graphkoc.qualify.doctor import checks
from graphkoc.report import make_document, render
from graphkoc.runs.run import Run
from graphkoc.runs.tables import TABLES

PEOPLE = [f"x:{number:02}" for number in range(24)]
OTHERS = [*PEOPLE[1:], *PEOPLE[:1]]
DAYS = [f"2024-01-{1 + number:02}" for number in range(24)]
ROWS: dict[str, list[dict[str, Any]]] = {
    "consumers": [{"name": one, "platform": "forum", "followers": 50} for one in PEOPLE],
    "reviews": [
        {"review": f"r{one}", "consumer": one, "product": "x:p", "created_at": day}
        for one, day in zip(PEOPLE, DAYS, strict=True)
    ],
    "follows": [{"source": one, "target": other, "weight": 1.0} for one, other in zip(PEOPLE, OTHERS, strict=True)],
    "engagements": [
        {"engagement": f"e{one}", "consumer": one, "review": f"r{other}", "kind": "comment", "created_at": day}
        for one, other, day in zip(PEOPLE, OTHERS, DAYS, strict=True)
    ],
    "purchases": [{"order": f"o{one}", "consumer": one, "product": "x:p", "bought_at": "2024-02-01"} for one in PEOPLE],
    "products": [{"product": "x:p", "category": "Tea"}],
}
SUBSETS = [names for size in range(1, 7) for names in itertools.combinations(ROWS, size)]


def project(*names: str, dated: bool = True) -> Projection:
    """What a store that was given these tables holds: whoever and whatever they mention is in it too."""
    given: dict[str, list[dict[str, Any]]] = {name: ROWS[name] for name in names}
    if set(names) - {"products"}:
        profiles = given.get("consumers", [{} for _ in PEOPLE])
        given["consumers"] = [{"consumer": one} | row for one, row in zip(PEOPLE, profiles, strict=True)]
    if "engagements" in given and "reviews" not in given:
        given["reviews"] = [{"review": row["review"]} for row in given["engagements"]]
    if not dated:
        times = {"created_at", "bought_at"}
        given = {name: [{k: row[k] for k in row if k not in times} for row in rows] for name, rows in given.items()}
    return market(**given)


def analyse(projection: Projection, folder: Path) -> Run:
    return analysis.analyse(projection, folder / "run", graphkoc.Settings(), Clock(None), processes=1)


def read_everything(run: Run, projection: Projection) -> None:
    """Make every list, sentence and page of a run."""
    for made in (graphkoc.list_kocs, graphkoc.list_niches, graphkoc.list_circles, graphkoc.describe_ranking):
        made(run)
    assert all(graphkoc.describe_run(run))
    assert all(graphkoc.describe_absence(run, kind).endswith(".") for kind in ("niche", "circle"))
    assert graphkoc.explain_consumer(run, PEOPLE[0])["consumer"] == PEOPLE[0]
    for language in ("en", "zh"):
        assert "<main" in render(make_document(run, language))
    assert checks(projection, pd.DataFrame({"contact_key": [None]}))
    try:
        backtest(projection.log(), groups={"platform": analysis.on_platforms(projection, projection.log())})
    except GraphkocError as error:
        assert "\n" not in str(error)


def listed_mixtures() -> list[Any]:
    """Every mixture, dated and undated. A run has each table alone and all of them; dated ones also by two and five."""
    ends = (1, len(ROWS))
    sizes = {True: {*ends, 2, len(ROWS) - 1}, False: {*ends}}
    return [
        pytest.param(
            names,
            dated,
            marks=[] if len(names) in sizes[dated] else pytest.mark.soak,
            id=f"{'' if dated else 'undated '}{'+'.join(names)}",
        )
        for dated in (True, False)
        for names in SUBSETS
    ]


@pytest.mark.parametrize(("names", "dated"), listed_mixtures())
def test_any_mixture_of_tables_ends_in_a_run_or_one_sentence(
    names: tuple[str, ...], dated: bool, tmp_path: Path
) -> None:
    if set(names) <= {"consumers", "products"}:
        with pytest.raises(
            AnalysisError, match=r"^(the store holds no consumers|there are no reviews, and no follows)"
        ):
            analyse(project(*names, dated=dated), tmp_path)
        return
    projection = project(*names, dated=dated)
    run = analyse(projection, tmp_path)
    assert len(run.people) == len(PEOPLE)
    if "reviews" not in names:
        assert not run.ranked()
        assert run.info["score"]["why"] == "nobody has reviewed anything, so there is nothing to rank people by"
    read_everything(run, projection)


def store_of(folder: Path, **given: pd.DataFrame) -> None:
    with held(folder / "graphkoc.lbug", given):
        pass


def test_follows_alone_give_circles_audiences_and_no_ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, cliques = ring_of_cliques(12, 14)
    ends = {"followee": network.ids[network.source], "follower": network.ids[network.target]}
    store_of(tmp_path, follows=pd.DataFrame(ends))
    printed = " ".join(asked(tmp_path, monkeypatch, "analyse", "--out", "run").stdout.split())
    assert f"{len(network)} consumers, 0 reviews, {len(network.source):,} follows" in printed
    assert "No list: nobody has reviewed anything, so there is nothing to rank people by." in printed
    run = graphkoc.find_run(str(tmp_path / "run"))
    assert len(run.circles) == len(cliques)
    assert run.people["audience"].sum() == run.info["counts"]["follows"] == len(network.source)
    assert (run.people["pagerank"] > 0).all()
    assert "No list: nobody has reviewed" in asked(tmp_path, monkeypatch, "kocs", "run").stderr
    nothing = "No niche is published: nobody has reviewed anything."
    assert nothing in asked(tmp_path, monkeypatch, "niches", "run").stdout
    document = make_document(run)
    assert document["sections"]["first"]["title"] == "Nobody can be ranked: the data have no reviews."
    assert not [row for row in document["sections"]["niches"]["rows"] if row["kind"] == "niche"]


def test_orders_alone_give_customers_and_no_ranking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bought = {"order": ["o1", "o2", "o3"], "consumer": ["x:ann", "x:ann", "x:bob"], "product": "x:p"}
    store_of(tmp_path, purchases=pd.DataFrame(bought))
    printed = asked(tmp_path, monkeypatch, "analyse", "--out", "run").stdout
    assert "2 consumers, 0 reviews, 0 follows, 3 purchases by 2 customers" in printed
    assert "No list: nobody has reviewed anything" in printed


def test_products_alone_are_loaded_and_there_is_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "products.csv").write_text("product,title\np1,Green tea\n")
    done = asked(tmp_path, monkeypatch, "load", "csv", "products.csv")
    assert done.stderr.splitlines()[-1] == "In the store: products 1 new, 0 changed, 0 known."


def comments(*posts: str) -> pd.DataFrame:
    """Two people's comments on each post."""
    rows = [(f"{post}-{who}", who, post, "comment") for post in posts for who in ("csv:ann", "csv:bob")]
    return pd.DataFrame(rows, columns=["engagement", "consumer", "review", "kind"])


def test_comments_on_posts_of_unknown_authors_are_left_out_with_a_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_of(tmp_path, engagements=comments("csv:post"))
    sentence = "2 comments on 1 post whose author is unknown are left out"
    assert sentence in asked(tmp_path, monkeypatch, "analyse", "--out", "run").stdout
    assert sentence in asked(tmp_path, monkeypatch, "doctor").stdout
    assert "<main" in render(make_document(graphkoc.find_run("run")))


def test_the_run_beside_them_is_as_without_them(tmp_path: Path) -> None:
    known = tables(range(40)) | {"engagements": comments("csv:0-2020-01-01-1")}
    commenters = pd.DataFrame({"consumer": ["csv:ann", "csv:bob"]})
    known["consumers"] = pd.concat([known["consumers"], commenters], ignore_index=True)
    with held(tmp_path / "one.lbug", known) as store:
        without = graphkoc.analyse(store, tmp_path / "without" / "run")
        store.upsert({"engagements": comments("csv:post", "csv:note")})
        beside = graphkoc.analyse(store, tmp_path / "beside" / "run")
    assert beside.info["left_out"] == "4 comments on 2 posts whose author is unknown are left out"
    assert beside.info["counts"] == without.info["counts"]
    for table in TABLES:
        pd.testing.assert_frame_equal(beside.table(table), without.table(table))


def test_who_has_an_audience_of_nobody_known_is_at_most_possible(tmp_path: Path) -> None:
    """Ann's platform states her followers; Bea has the same number stated, and one of them is known."""
    people = [{"consumer": one, "platform": "xiaohongshu", "followers": 3000} for one in ("x:ann", "x:bea", "x:cat")]
    notes = [{"review": f"r{who}", "consumer": who, "created_at": "2024-01-01"} for who in ("x:ann", "x:bea")]
    engaged = [{"engagement": "e", "consumer": "x:cat", "review": "rx:bea", "kind": "like"}]
    run = analyse(market(consumers=people, reviews=notes, engagements=engaged), tmp_path)
    assert dict(zip(run.people["consumer"], run.people["role"], strict=True)) == {
        "x:ann": "possible",
        "x:bea": "koc",
        "x:cat": "none",
    }
    cautions = graphkoc.explain_consumer(run, "x:ann")["cautions"]
    assert "nobody of the 3,000 followers stated is known here, so this person is only a possible KOC" in cautions
