"""Where accounts are linked, each shipped query over persons answers what the command says, on every store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pytest

import graphkoc
from graphkoc.qualify.gates.words import list_gates
from graphkoc.runs.reached import PARTS

RING, SHOWN = 30, 1_000
"""People of a ring, and a limit that leaves nothing out."""


def linked_crowd() -> dict[str, pd.DataFrame]:
    """Two rings of people, one writes about tea and one about toys, and everybody follows the next five of the ring.

    All of them write with an account `notes` and follow with an account `forum`, so that no account has both. Of each
    ring the last five people have one account only, with which they do both, and everybody follows `notes:0`.
    """
    people = range(2 * RING)
    writer = {one: f"notes:{one}" for one in people}
    follower = {one: f"notes:{one}" if one % RING >= RING - 5 else f"forum:{one}" for one in people}
    linked = [
        (account, f"person {one}")
        for one in people
        for account in (writer[one], follower[one])
        if writer[one] != follower[one]
    ]
    kind = {one: "Tea" if one < RING else "Toys" for one in people}
    turns = [(turn, one) for turn in range(12) for one in (people if turn % 2 else reversed(people))]
    reviews = pd.DataFrame(
        [(writer[one], f"shop:{kind[one]}{turn}") for turn, one in turns], columns=["consumer", "product"]
    )
    reviews["review"] = [f"notes:r{at}" for at in range(len(reviews))]
    reviews["created_at"] = pd.date_range("2020-01-01", periods=len(reviews), freq="8h").astype("datetime64[us]")
    follows = [(follower[one], follower[0]) for one in people if one]
    for one in people:
        ring = one // RING * RING
        follows += [(follower[one], follower[ring + (one + step) % RING]) for step in range(1, 6)]
    accounts = sorted({*writer.values(), *follower.values()})
    return {
        "consumers": pd.DataFrame(
            {
                "consumer": accounts,
                "platform": [account.partition(":")[0] for account in accounts],
                "handle": [None if account.endswith("3") else account.replace(":", "_") for account in accounts],
            }
        ),
        "products": pd.DataFrame(
            [(f"shop:{name}{turn}", name) for name in ("Tea", "Toys") for turn in range(12)],
            columns=["product", "category"],
        ),
        "reviews": reviews,
        "follows": pd.DataFrame(follows, columns=["follower", "followee"]).drop_duplicates(),
        "identities": pd.DataFrame(linked, columns=["account", "person"]),
    }


@pytest.fixture(scope="module", params=["ladybug", *neo4j_server.versions()])
def analysed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[graphkoc.Store, graphkoc.Run]]:
    place = tmp_path_factory.mktemp("linked")
    with pytest.MonkeyPatch.context() as patch:
        url = f"ladybug:{place / 'graphkoc.lbug'}"
        if request.param != "ladybug":
            server = neo4j_server.shared_or_skip(request.param)
            server.empty()
            url = server.uri
            patch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
            patch.setenv("GRAPHKOC_NEO4J_USER", server.user)
        store = graphkoc.open_store(url)
        store.upsert(linked_crowd())
        yield store, graphkoc.analyse(store, place / "run")
        store.close()


def asked(store: graphkoc.Store, query: str, **given: Any) -> list[dict[str, Any]]:
    """The rows of a query, with None for null."""
    return listed(graphkoc.run_query(store, query, **given))


def listed(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts, with None for null."""
    return rows.astype(object).where(rows.notna(), None).to_dict("records")


def test_everybody_who_was_analysed_is_a_person_with_a_name_and_their_accounts(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    scores = store.table("scores")
    assert sorted(scores["consumer"]) == sorted(run.people["consumer"])
    assert len(scores) == 2 * RING
    assert scores["name"].notna().all()
    assert scores.set_index("person").loc["person 3", "name"] == "forum:3", "no name and no handle: the id"
    accounts = store.table("persons").set_index("account")["person"]
    assert sorted(accounts.index) == sorted(linked_crowd()["consumers"]["consumer"])
    assert accounts["notes:3"] == accounts["forum:3"] == "person 3", "as in identities"
    assert accounts[f"notes:{RING - 1}"] == f"notes:{RING - 1}"


def test_the_graph_says_which_analysis_its_results_are_of_and_whether_to_rely_on_them(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    (shown,) = listed(store.table("runs"))
    counts = run.info["counts"]
    assert (shown["run"], shown["people"], shown["reviews"]) == (run.name, counts["consumers"], counts["reviews"])
    assert (shown["method"], shown["version"]) == (run.info["score"]["kind"], graphkoc.__version__)
    assert shown["at"].isoformat() == run.info["at"]
    assert f"{shown['made_at'].isoformat()}+00:00" == run.info["started_at"]
    assert (shown["platform"], shown["until"], shown["invented"]) == (None, None, None)
    assert (shown["shown"], shown["name"]) == ("yes", run.name)
    verdict = run.info["backtest"]["verdict"]
    no_signal = verdict.startswith("There is no signal beyond chance")
    assert (shown["signal"], shown["warning"]) == (("no", verdict) if no_signal else ("yes", None))


def test_people_in_the_graph_have_their_gates_and_what_the_run_says_of_them(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    people = run.people.set_index("consumer")
    scores = store.table("scores").set_index("consumer").loc[people.index]
    assert set(scores["run"]) == {run.name}
    for consumer, gates in scores["gates"].items():
        said = list_gates(people.loc[consumer], run.info["limits"])
        assert gates.split("\n") == [f"{gate['gate']}: {gate['state']}" for gate in said]
        failed = [gate for gate in said if gate["required"] and gate["state"] == "failed"]
        assert scores.loc[consumer, "gates_failed"] == len(failed)
    for name in ("last_review", "client", "client_orders", "origin_paid", "origin_gifted", "rank"):
        pd.testing.assert_series_equal(scores[name], people[name], check_dtype=False)
    for name, kind, found in (("patterns", "pattern", run.suspicions), ("checks", "check", run.checks)):
        lines = {line for row in scores[name].dropna() for line in row.split("\n")}
        assert lines == set(found[kind] + ": " + found["evidence"])
    assert scores["rank_before"].isna().all(), "this run continues none"


def test_groups_in_the_graph_have_the_figures_of_the_run_and_what_they_are_tied_to(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    for kind in ("niche", "circle"):
        found, said = (
            frame.set_index(kind).sort_index() for frame in (store.table(f"{kind}s"), getattr(run, f"{kind}s"))
        )
        assert set(found["run"]) == {run.name}
        for name in found.columns.intersection(said.columns).difference(["terms"]):
            pd.testing.assert_series_equal(found[name], said[name], check_dtype=False)
    of = store.table("niche_categories").set_index("niche")["category"].to_dict()
    assert of == run.niches.set_index("niche")["category"].dropna().to_dict()
    assert set(of.values()) == {"Tea", "Toys"}
    events = store.table("events")
    assert sorted(events["words"]) == sorted(run.events["words"])
    named = pd.concat([run.niches.set_index("niche")["name"], run.circles.set_index("circle")["name"]])
    assert events["name"].tolist() == (events["group_id"].map(named) + ": " + events["words"]).tolist()
    assert {row["event"]["group_id"] for row in asked(store, "changes")} == {
        *run.niches["niche"],
        *run.circles["circle"],
    }
    happened = pd.concat([store.table(f"{kind}_events")["event"] for kind in ("niche", "circle")])
    assert sorted(happened) == sorted(events["event"]), "every group of a first run exists"


def test_products_have_their_first_review_and_their_reviews(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    store, _ = analysed
    found = store.table("product_results").set_index("product").sort_index()
    written = linked_crowd()["reviews"].groupby("product")["created_at"]
    assert found["first_at"].to_dict() == written.min().to_dict()
    assert found["reviews"].to_dict() == written.size().to_dict()
    assert found["brand_read"].isna().all(), "no product states a brand, and no brand is given"


def test_where_the_past_checks_nothing_the_graph_says_so(tmp_path: Path) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    store.upsert({"reviews": pd.DataFrame({"review": ["x:1"], "consumer": ["x:a"]})})
    graphkoc.analyse(store, tmp_path / "run")
    (shown,) = listed(store.table("runs"))
    assert shown["signal"] == "not checked"
    assert shown["warning"].startswith("Not checked against the past: ")
    store.close()


def test_the_ties_of_persons_are_the_network_that_was_analysed(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    store, run = analysed
    consumer = store.table("scores").set_index("person")["consumer"]
    ties = store.table("hears")
    found = set(zip(ties["listener"].map(consumer), ties["speaker"].map(consumer), strict=True))
    assert found == set(zip(run.read_follows["follower"], run.read_follows["followee"], strict=True))
    assert set(ties["how"]) == {"follows"}
    assert set(ties["weight"]) == {1.0}


def test_the_queries_of_niches_and_circles_answer_what_the_commands_say(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    for kind, groups in (("niche", graphkoc.list_niches(run)), ("circle", graphkoc.list_circles(run))):
        assert groups
        reach = {row[kind]: row for row in asked(store, f"{kind}_reach")}
        assert {row[kind] for row in groups} == set(reach)
        for row in groups:
            shown = reach[row[kind]]
            assert (shown["name"], shown["people"]) == (row["name"], row["people"])
            assert {part: shown[part] for part in PARTS} == row["parts"]
            members = asked(store, f"{kind}_members", limit=SHOWN, **{kind: row[kind]})
            names = ("consumer", "confidence", "part")
            # The command lists the fringe of a circle too, below one half; it is not counted in its people.
            inside = [one for one in graphkoc.list_members(run, row[kind]) if one["confidence"] >= 0.5]
            assert len(inside) == row["people"]
            said = [{name: one[name] for name in names} for one in inside]
            assert [{name: one[name] for name in names} for one in members] == said
            if kind == "circle":
                heard = run.read_follows["followee"].isin({one["consumer"] for one in said})
                ties = run.read_follows.loc[heard, "follower"].value_counts()
                assert [one["hears_inside"] for one in members] == [ties.get(one["consumer"], 0) for one in members]
                assert any(one["hears_inside"] for one in members)
    reached = [row["reached_kol"] for row in asked(store, "niche_reach")]
    assert sum(reached) > 0, "although people have their ties on other accounts than their reviews"


def test_the_list_of_kocs_and_who_reaches_a_niche_are_the_commands(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    kocs = graphkoc.list_kocs(run, limit=None)
    assert kocs
    for row, said in zip(asked(store, "top_kocs", limit=SHOWN), kocs, strict=True):
        assert row["place"] == said["rank"]
        for name in ("consumer", "audience", "niche"):
            assert row[name] == said[name]
        assert row["score"] == pytest.approx(said["score"])
        assert row["reasons"] == tuple(said["reasons"])
    for niche in run.niches["niche"]:
        there = {
            row["person"]["consumer"]: row["reaches"]["reached"] for row in asked(store, "reaches_niche", niche=niche)
        }
        rows = run.reach[run.reach["niche"] == niche]
        assert there == dict(zip(rows["consumer"], rows["reached"], strict=True))
        assert there


def test_a_name_that_a_user_gave_is_in_the_graph_once_the_run_is_published_again(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    before = store.table("niches").sort_values("niche", ignore_index=True)
    graphkoc.rename_group(run, "niche", before.loc[0, "niche"], "Kettle people")
    graphkoc.publish(store, graphkoc.find_run(run.folder))
    names = {row["niche"]: row["name"] for row in graphkoc.list_niches(graphkoc.find_run(run.folder))}
    assert {row["niche"]: row["name"] for row in asked(store, "niche_reach")} == names
    assert "Kettle people" in names.values()
    graphkoc.undo_edit(run, "niche")
    graphkoc.publish(store, graphkoc.find_run(run.folder))
    pd.testing.assert_frame_equal(store.table("niches").sort_values("niche", ignore_index=True), before)


def test_followers_reviews_and_follow_ons_are_those_of_all_accounts_whichever_is_asked_for(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    people = run.people.set_index("consumer")
    for consumer in ("forum:0", "forum:3", f"notes:{RING - 1}"):
        followers = asked(store, "followers_of", consumer=consumer, limit=SHOWN)
        said = run.read_follows.loc[run.read_follows["followee"] == consumer, "follower"]
        assert sorted(row["consumer"] for row in followers) == sorted(said)
        assert len(followers) == people.loc[consumer, "audience"] > 0
        assert {row["consumer"]: row["reviews"] for row in followers} == people.loc[said, "posts"].to_dict()
        reviews = asked(store, "reviews_of", consumer=consumer, limit=SHOWN)
        assert len(reviews) == people.loc[consumer, "posts"] > 0
        later = asked(store, "follow_on_reviews", consumer=consumer, limit=SHOWN)
        why = graphkoc.explain_consumer(run, consumer)
        assert why["carried_reviews"]
        for item in why["carried_reviews"]:
            assert sum(row["product"] == item["item"] for row in later) == item["followers"]
        for one in why["carried_by"]:
            assert sum(row["follower"] == one["consumer"] for row in later) == one["times"]
        other = consumer.replace("forum", "notes")
        for query in ("followers_of", "reviews_of", "follow_on_reviews"):
            assert asked(store, query, consumer=other, limit=SHOWN) == asked(
                store, query, consumer=consumer, limit=SHOWN
            )


def test_the_figures_of_niches_and_circles_are_those_of_the_commands(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    niches = {row["niche"]: row for row in graphkoc.list_niches(run)}
    white = asked(store, "white_space")
    assert {row["niche"] for row in white} == set(niches)
    for row in white:
        said = niches[row["niche"]]
        assert row["white_space"] == pytest.approx(said["white_space"])
        assert {part: row[part] for part in PARTS} == said["parts"]
        assert all(row[name] == said[name] for name in ("name", "people", "kocs", "kols"))
    drawn = asked(store, "niche_map")
    assert {row["niche"]["niche"]: row["wider"] and row["wider"]["niche"] for row in drawn} == {
        niche: row["parent"] for niche, row in niches.items()
    }
    best = asked(store, "best_of_niches")
    for niche, row in niches.items():
        said = [one["rank"] for one in graphkoc.list_kocs(run, niche=niche, limit=2)]
        assert [one["place"] for one in best if one["niche"] == niche] == said
        assert (len(said) > 0) == (row["kocs"] > 0)
    circles = {row["circle"]: row for row in graphkoc.list_circles(run)}
    rows = asked(store, "circles")
    assert {row["circle"] for row in rows} == set(circles)
    for row in rows:
        said = circles[row["circle"]]
        names = ("name", "people", "stability", "status", "change", "kocs", "kols", "evidence")
        assert all(row[name] == said[name] for name in names)
        assert row["inside_share"] == said["card"]["inside_share"]
    carried: dict[str, list[str]] = {circle: [] for circle in circles}
    for row in asked(store, "circles_and_niches"):
        carried[row["circle"]["circle"]] += [row["niche"]["name"]] if row["niche"] else []
    assert {circle: sorted(names) for circle, names in carried.items()} == {
        circle: sorted(row["niches"]) for circle, row in circles.items()
    }
    assert [row["circle"] for row in asked(store, "circles_without_koc")] == [
        row["circle"] for row in circles.values() if not row["kocs"]
    ]


def test_what_is_shown_of_a_koc_is_what_the_commands_say(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    store, run = analysed
    kocs = graphkoc.list_kocs(run, limit=None)
    for query in ("prices", "paid_and_gifted", "gone_quiet"):
        rows = asked(store, query, limit=SHOWN, **({"days": 0} if query == "gone_quiet" else {}))
        assert [row["place"] for row in rows] == [one["rank"] for one in kocs], "everybody's last review is in the past"
        for row, said in zip(rows, kocs, strict=True):
            times = {"last_review": row["last_review"].isoformat()} if "last_review" in row else {}
            shares = {"paid": said["origin"].get("paid"), "gifted": said["origin"].get("gifted")}
            for name, value in (row | times).items():
                if name in said and name not in ("name", "reviews"):
                    assert value == said[name], name
            assert all((row[name] or None) == share for name, share in shares.items() if name in row)
    assert [row["place"] for row in asked(store, "kocs_who_buy", limit=SHOWN)] == [
        one["rank"] for one in kocs if one["client"] == "yes"
    ]
    for consumer in ("forum:0", "notes:3", f"notes:{RING - 1}"):
        said = graphkoc.explain_consumer(run, consumer.replace("notes:3", "forum:3"))
        gates = {row["gate"]: row["result"] for row in asked(store, "gates_of", consumer=consumer)}
        assert gates == {gate["gate"]: gate["state"] for gate in said["gates"]}
    (whole,) = {row["person"]["name"] for row in asked(store, "one_koc", consumer="notes:3")}
    parts = [row["what"] for row in asked(store, "one_koc", consumer="notes:3")]
    assert whole == "forum:3"
    assert {part["consumer"] for part in parts if "consumer" in part} == {"notes:3", "forum:3"}


def test_audiences_and_activity_are_those_of_the_run(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    store, run = analysed
    people = run.people.set_index("consumer")
    followed = asked(store, "most_followed", limit=SHOWN)
    assert {row["consumer"]: row["audience"] for row in followed} == people.loc[
        people["audience"] > 0, "audience"
    ].to_dict()
    active = asked(store, "most_active", limit=SHOWN)
    assert {row["consumer"]: row["reviews"] for row in active} == people["posts"].to_dict()
    audience = run.read_follows.groupby("followee")["follower"].agg(set).to_dict()
    first = [one["consumer"] for one in graphkoc.list_kocs(run, limit=50)]
    shared = {(one, other): len(audience[one] & audience[other]) for one in first for other in first if one < other}
    for row in asked(store, "shared_audience", limit=SHOWN):
        pair = (row["consumer"], row["other"])
        count = shared.pop(min(pair, pair[::-1]))
        assert row["shared"] == count > 0
        assert row["share"] == pytest.approx(count / min(len(audience[one]) for one in pair))
        drawn = asked(store, "overlap_drawn", consumer=pair[0], other=pair[1])
        assert {one["listener"]["consumer"] for one in drawn} == audience[pair[0]] & audience[pair[1]]
    assert not any(shared.values()), "no other pair shares anybody"
    role = people["role"]
    for consumer in first[:5]:
        alone = {
            one
            for one in audience[consumer]
            if not any(
                one in heard and other != consumer and role[other] != "none" for other, heard in audience.items()
            )
        }
        assert {row["listener"]["consumer"] for row in asked(store, "only_theirs", consumer=consumer)} == alone


def test_a_set_that_covers_a_niche_takes_the_most_of_those_who_are_left(
    analysed: tuple[graphkoc.Store, graphkoc.Run],
) -> None:
    store, run = analysed
    audience = run.read_follows.groupby("followee")["follower"].agg(set).to_dict()
    ranked = [one["consumer"] for one in graphkoc.list_kocs(run, limit=None)]
    for niche in run.niches["niche"]:
        left = {one["consumer"] for one in graphkoc.list_members(run, niche)}
        people, steps = len(left), []
        while len(steps) < 5 and any(audience[one] & left for one in ranked):
            chosen = max(ranked, key=lambda one: len(audience[one] & left))
            new = len(audience[chosen] & left)
            left -= audience[chosen]
            steps.append((chosen, new))
        rows = asked(store, "covering_set", niche=niche)
        assert [(row["consumer"], row["new"]) for row in rows] == steps
        assert rows[-1]["reached"] == sum(new for _, new in steps)
        assert rows[-1]["people"] == people


def test_what_a_query_draws_is_what_its_table_says(analysed: tuple[graphkoc.Store, graphkoc.Run]) -> None:
    store, run = analysed
    for consumer in ("forum:3", f"notes:{RING - 1}"):
        said = [
            (row["product"], row["follower"]) for row in asked(store, "follow_on_reviews", consumer=consumer, limit=100)
        ]
        drawn = asked(store, "follow_ons_drawn", consumer=consumer)
        assert sorted((row["earlier"][-1]["product"], row["follow_on"][-1]["consumer"]) for row in drawn) == sorted(
            said
        )
        assert all(row["follow_on"][1]["created_at"] > row["earlier"][2]["created_at"] for row in drawn)
    circle = run.circles["circle"].iloc[0]
    inside = {
        one["consumer"]: one["hears_inside"] for one in asked(store, "circle_members", circle=circle, limit=SHOWN)
    }
    drawn = asked(store, "circle_ties", circle=circle)
    shown = [row["member"]["consumer"] for row in drawn]
    whole = set(shown[:-1]) - {shown[-1]}  # the last member shown may have more ties than there are rows
    assert whole <= set(inside)
    assert all(sum(row["member"]["consumer"] == one for row in drawn) == max(1, inside[one]) for one in whole)
    (told,) = asked(store, "shown_run")
    assert (told["run"], told["people"]) == (run.name, len(run.people))
    assert told["follows_on"] is None
