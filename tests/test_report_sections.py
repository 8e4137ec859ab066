"""What each section of the report shows is what the run holds."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

import pandas as pd
import pytest
from report_pages import Page, complete, section, table_rows, with_info

from graphkoc import report
from graphkoc.qualify.explain import cautions
from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.score import PARTS, PILLARS
from graphkoc.report.number_formats import amount, date, percentage, sentence
from graphkoc.runs.reached import describe_parts, parts_of, wide_words
from graphkoc.runs.roles import WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.runs.tables import empty, shaped
from graphkoc.text import count, percent


@pytest.fixture(scope="module")
def whole(small_run: Run) -> Run:
    return complete(small_run)


@pytest.fixture(scope="module")
def page(whole: Run) -> str:
    return report.render(whole)


def text_of(page: str, name: str) -> str:
    found = section(page, name)
    assert found is not None, name
    return found


def card_texts(page: str, kind: str) -> list[str]:
    """The text of each card of niches or circles, in order."""
    cards = re.findall(rf'<li id="{kind}-\d+" class="card.*?</li>\n(?=  <li id="{kind}|</ul>)', page, re.DOTALL)
    return [Page(card).text for card in cards]


def names_of(run: Run, consumers: pd.Series[Any]) -> list[str]:
    return list(run.people.set_index("consumer")["name"].loc[list(consumers)])


# In short


def test_the_headline_numbers_are_those_of_the_run(page: str, whole: Run) -> None:
    tiles = re.search(r'<ul class="tiles".*?</ul>', page, re.DOTALL)
    assert tiles
    text, tested = Page(tiles.group()).text, whole.info["backtest"]
    shares = {row["ranking"]: row["mean"] for row in tested["rows"]}
    assert "4 niches and 2 finer; by chance: 0 (categories shuffled)" in text
    assert "4 circles by chance: 0 (randomly rewired network)" in text
    assert f"{len(whole.kocs())} key opinion consumers of 60 consumers" in text
    assert f"{percent(shares['score'])} of later follow-on reviews" in text
    assert f"as many picks by audience size: {percent(shares['audience'])}" in text
    parts = [int((whole.people["part"] == part).sum()) for part in ("only_koc", "nobody", "not_known")]
    white = f"{parts[0] + parts[1]} people whom no wide-audience account is known to reach"
    assert f"{white} only KOCs reach {parts[0]} of them; {parts[2]} more are not known" in text
    assert len(text.split()) < 90, "a long tile makes all of them tall"


def test_the_findings_name_the_first_people_and_the_niches_with_most_white_space(page: str, whole: Run) -> None:
    text = text_of(page, "short")
    first = names_of(whole, whole.kocs(limit=3)["consumer"])
    assert f"28 of 60 people are key opinion consumers, with {whole.info['tiers']['within']} and at least" in text
    assert f"The score ranks {first[0]}, {first[1]} and {first[2]} first." in text
    most = whole.niches[whole.niches["level"] == "niche"].sort_values("white_space", ascending=False).iloc[0]
    share = f"{percent(most['white_space'])} of 15 people follow none of the {wide_words(whole)}"
    assert f"most white space, as far as is known: {most['name']}, where {share}" in text
    assert "A randomly rewired network has 0." in text
    assert (
        f"Since the previous run of {date(whole.info['previous']['at'])}: {whole.info['churn']['circle']['words']}"
        in text
    )


def test_a_run_that_was_not_tested_says_so_and_why(small_run: Run) -> None:
    page = report.render(with_info(small_run, backtest=None, backtest_why_not="there is too little to <check>"))
    assert "not tested" in Page(page).text
    assert "could not be checked against the past: why not." in text_of(page, "short")
    assert "Not checked against the past: there is too little to <check>." in text_of(page, "backtest")


@pytest.mark.parametrize(("low", "words"), [(5.0, "small audiences are 5 to 18 known followers"), (None, None)])
def test_without_a_key_opinion_consumer_there_is_nobody_to_name(small_run: Run, low: float | None, words: str) -> None:
    nobody = small_run.people.assign(rank=pd.array([None] * len(small_run.people), dtype="Int64"), role="none")
    tables = {name: empty(name) for name in ("bridges", "moves", "suspicions", "reach")}
    tiers = small_run.info["tiers"] | {"low": low, "small": words}
    page = report.render(with_info(small_run.replaced(people=nobody, **tables), tiers=tiers, agreement=None))
    ending = f" ({words})." if words else "."
    assert (
        f"Everybody fails at least one required gate, so there is no key opinion consumer to name{ending}"
        in text_of(page, "short")
    )
    assert "No key opinion consumer was found." in text_of(page, "kocs")


def test_people_are_possible_key_opinion_consumers_where_no_audience_size_is_known(small_run: Run) -> None:
    people = small_run.people.assign(role=small_run.people["role"].replace("koc", "possible"))
    tiers = small_run.info["tiers"] | {"low": None, "high": None, "small": None, "why": "nobody has any followers here"}
    page = report.render(with_info(small_run.replaced(people=people), tiers=tiers))
    assert "28 possible key opinion consumers of 60 consumers, audience sizes unknown" in Page(page).text
    assert "28 of 60 people may be key opinion consumers" in text_of(page, "short")
    assert "Nobody has any followers here." in text_of(page, "audience")
    assert "<svg" not in page[page.index('<section id="audience"') : page.index('<section id="agreement"')]


# Niches


def test_every_niche_has_a_card_with_its_numbers(page: str, whole: Run) -> None:
    cards, niches = card_texts(page, "niche"), whole.niches[whole.niches["level"] == "niche"]
    assert len(cards) == len(niches)
    for card, niche in zip(cards, niches.to_dict("records"), strict=True):
        assert niche["name"] in card
        assert f"People {niche['people']} KOCs {niche['kocs']} Wide audience {niche['kols'] + niche['wide']}" in card
        assert f"Reached by wide-audience accounts {percent(niche['kol_reach'])}" in card
        parts = parts_of(niche)
        assert sum(parts.values()) == niche["people"]
        assert sentence(describe_parts(parts, wide_words(whole))) in card
        assert sentence(niche["evidence"]) in card
        words = whole.words[(whole.words["kind"] == "niche") & (whole.words["group"] == niche["niche"])]
        assert set(words.sort_values(["z", "word"], ascending=[False, True])["word"].head(6)) <= set(card.split())


def test_a_niche_names_the_people_who_reach_most_of_it(page: str, whole: Run) -> None:
    for card, niche in zip(card_texts(page, "niche"), whole.niches["niche"], strict=False):
        for label, roles in (("KOCs", ["koc"]), ("Wide-audience accounts", list(WIDE_ROLES))):
            reach = whole.reach[(whole.reach["niche"] == niche) & whole.reach["role"].isin(roles)]
            reach = reach.merge(whole.people[["consumer", "name", "rank"]], on="consumer")
            most = reach.sort_values(["reached", "rank", "consumer"], ascending=[False, True, True]).iloc[0]
            assert f"{label} that reach most of it: {most['name']} {percent(most['share'])}" in card


def test_people_whom_only_one_person_reaches_are_counted(small_run: Run) -> None:
    reach = small_run.reach.assign(only_here=4)
    card = card_texts(report.render(small_run.replaced(reach=reach)), "niche")[0]
    assert "(4 reached by nobody else on this list)" in card


def test_a_niche_links_to_the_circles_that_carry_it(page: str, whole: Run) -> None:
    names = whole.circles.set_index("circle")["name"]
    for card, niche in zip(card_texts(page, "niche"), whole.niches["niche"], strict=False):
        carriers = whole.carries[whole.carries["niche"] == niche].sort_values(
            ["lift", "circle"], ascending=[False, True]
        )
        assert f"Carried by: {', '.join(names[carriers['circle']])}" in card


def test_finer_niches_are_listed_in_their_niche_and_not_counted_twice(page: str, whole: Run) -> None:
    first = card_texts(page, "niche")[0]
    kocs = whole.niches["kocs"].iloc[0]
    assert (
        f"Finer niches in it: Finer A: 9 people, {kocs} KOCs, 90% reached by wide-audience accounts (by products)"
        in first
    )
    without = report.render(whole.replaced(niches=whole.niches[whole.niches["level"] == "niche"]))
    white = r"<strong>(\S+)</strong> people whom no wide-audience account is known to reach"
    assert re.findall(white, page) == re.findall(white, without) != []


def test_of_many_finer_niches_some_are_listed_and_all_counted(whole: Run) -> None:
    finer = whole.niches[whole.niches["level"] == "finer"].head(1)
    many = pd.concat([finer.assign(niche=f"books/{i}", name=f"finer {i:02}") for i in range(30)])
    made = whole.replaced(niches=pd.concat([whole.niches.head(4), many], ignore_index=True))
    text = text_of(report.render(made), "niches")
    assert "the largest of 30" in text
    assert "finer 11" in text
    assert "finer 12" not in text


def test_a_niche_inside_a_category_that_is_no_niche_names_it(small_run: Run) -> None:
    niches = small_run.niches.assign(parent=["Food <&> Drink", *small_run.niches["parent"][1:]])
    card = card_texts(report.render(small_run.replaced(niches=niches)), "niche")[0]
    assert card.startswith(f"in Food <&> Drink {niches['name'].iloc[0]}")


def test_a_group_named_after_a_person_in_its_middle_hides_the_name_unless_it_is_a_key_opinion_consumer(
    small_run: Run,
) -> None:
    nobody = small_run.people.loc[small_run.people["role"] == "none", "consumer"].iloc[0]
    ranked = small_run.kocs()["consumer"].iloc[0]
    names = [f"People around {nobody}", f"Coffee around {ranked}", "Round about", "Tea"]
    shown = pd.DataFrame(
        [("circle", "c1", "review", f"{nobody}:7", "holds v60", None)], columns=list(small_run.exemplars)
    )
    page = report.render(small_run.replaced(circles=small_run.circles.assign(name=names), exemplars=shown))
    text = text_of(page, "circles")
    assert f"Circle {small_run.circles['circle'].iloc[0]}" in text
    assert f"Coffee around {ranked}" in text
    assert "Round about" in text
    assert nobody not in re.findall(r"\w+:\d\d", page)


# Circles


def test_every_circle_has_a_card_with_its_stability_and_what_else_could_explain_it(page: str, whole: Run) -> None:
    cards, names = card_texts(page, "circle"), whole.niches.set_index("niche")["name"]
    assert len(cards) == len(whole.circles)
    for card, circle in zip(cards, whole.circles.to_dict("records"), strict=True):
        tentative = circle["status"] == "tentative"
        facts = f"People {circle['people']} KOCs {circle['kocs']} Recovery rate S {circle['stability']:.2f}"
        assert f"{circle['name']}{' tentative' if tentative else ''} {facts}" in card
        assert (
            f"On Ciao, circles with such a rate were found again in {5 if tentative else 9} of 10 resampled networks."
            in card
        )
        joined = (
            "Joining dates are unknown, so whether they explain it was not tested."
            if pd.isna(circle["cohort_ratio"])
            else f"It has {amount(circle['cohort_ratio'])} times the ties that joining dates explain."
        )
        assert joined in card
        assert f"It has {percent(circle['density'])} of all possible follows" in card
        carried = whole.carries[whole.carries["circle"] == circle["circle"]].to_dict("records")
        for one in carried:
            assert f"{names[one['niche']]} ({amount(one['lift'])} times what chance predicts)" in card


def test_the_control_of_the_circles_is_printed(page: str, small_run: Run) -> None:
    text = text_of(page, "circles")
    assert "Control: a randomly rewired network gave 0. 3 circles are left out" in text
    found = small_run.info["circles"] | {
        "control": {"published": 2, "tentative": 1},
        "why_not": "3 were found by chance",
    }
    text = text_of(report.render(with_info(small_run.replaced(circles=empty("circles")), circles=found)), "circles")
    assert "gave 2, and 1 tentative. No circle is published: 3 were found by chance." in text


# Bridges, brand, platforms, changes


def test_only_key_opinion_consumers_are_named_among_the_people_who_bridge(page: str, whole: Run) -> None:
    ranked = whole.bridges[whole.bridges["role"] == "koc"]
    others = len(whole.bridges) - len(ranked)
    names = names_of(whole, ranked["consumer"])
    numbers = ranked[["circles", "circles_twice", "niches"]].astype(str).to_numpy().tolist()
    rows = table_rows(page, "bridges", "Table of people who bridge")
    assert rows[1:] == [[name, *row] for name, row in zip(names, numbers, strict=True)][:20]
    assert others > 0
    assert f"{count(others, 'wide-audience accounts')} also bridge." in text_of(page, "bridges")


def test_the_brand_stands_in_each_niche_beside_everybody(page: str, whole: Run) -> None:
    names = whole.niches.set_index("niche")["name"].to_dict()
    rows = table_rows(page, "brand", "Table of the brand in its niches")[1:]
    assert len(rows) == len(whole.brand) == 5
    for row, held in zip(rows, whole.brand.to_dict("records"), strict=True):
        assert row[0] == names.get(held["niche"], "Everybody")
        assert row[1:4] == [str(held[name]) for name in ("buyers", "reviewers", "rivals_people")]
        assert row[4].startswith(percentage(held["voice"]))
        assert row[5].startswith(amount(held["affinity"]))
    assert "Note: no product, title or text names the brand 'Acme'; near is Acne." in text_of(page, "brand")


def test_each_platform_has_a_column_and_people_with_several_accounts_are_counted_once_in_all(
    page: str, whole: Run
) -> None:
    rows = table_rows(page, "platforms", "Table of platforms and niches")
    assert rows[0] == ["Niche", "weibo", "forum", "instagram", "xiaohongshu", "People"]
    assert rows[1][0] == "Everybody"
    assert rows[1][-1] == f"60 ({len(whole.kocs())})"
    assert len(rows) == 2 + 4
    assert "1 person is known to have several accounts." in text_of(page, "platforms")


def test_what_changed_has_names_for_the_groups_that_an_event_mentions(small_run: Run) -> None:
    events = pd.DataFrame(
        [
            ("circle", "c1", "shrunk", None, 0.7, 50, 40, "shrunk by 20%, from 50 to 40 people"),
            ("circle", "c9", "merged", "c1", None, 25, 0, "merged into c1"),
            ("circle", "c2", "same", None, 0.9, 20, 20, "the same: 19 of 20 people stayed"),
            ("niche", "books", "born", None, None, 0, 44, "new"),
        ],
        columns=["kind", "group", "event", "other", "jaccard", "people_before", "people_now", "words"],
    )
    page = report.render(small_run.replaced(events=shaped("events", events)))
    circle = small_run.circles.set_index("circle").loc["c1", "name"]
    book = small_run.niches.set_index("niche").loc["books", "name"]
    assert table_rows(page, "changes", "Table of what changed")[1:] == [
        ["▼ shrunk", f"{circle} circle", "shrunk by 20%, from 50 to 40 people", "50", "40"],
        ["merged", "c9 circle", f"merged into {circle}", "25", "–"],
        ["▲ born", f"{book} niche", "new", "–", "44"],
    ]
    text = text_of(page, "changes")
    assert f"Since the previous run of {date(small_run.info['previous']['at'])}." in text
    assert small_run.info["churn"]["niche"]["words"] in text
    assert "Unchanged: 1 circle and 0 niches." in text


def test_a_first_run_calls_nothing_new(small_run: Run) -> None:
    events = small_run.events[small_run.events["event"] == "born"]
    page = report.render(with_info(small_run.replaced(events=events), previous=None, churn={}))
    assert section(page, "changes") is None
    assert "▲ new" not in Page(page).text


# Gates and the leaderboard


def test_the_gates_are_counted_and_the_limits_have_their_source(page: str, whole: Run) -> None:
    rows = table_rows(page, "gates", "Gates")[1:]
    for row, gate in zip(rows, whole.info["gates"], strict=True):
        assert row[0] == gate["who"] + ("" if gate["required"] else " (not required)")
        assert row[2:] == [str(gate[state]) for state in ("passed", "failed", "unknown")]
    rows = table_rows(page, "gates", "Tiers")[1:]
    assert [row[-1] for row in rows] == [str(one["people"]) for one in whole.info["tiers"]["profiles"]]
    assert not any("https:" in row[3] for row in rows)


def test_industry_numbers_that_are_unknown_of_everybody_are_listed_and_the_others_have_a_median(
    page: str, whole: Run
) -> None:
    known = [number.what for number in NUMBERS if whole.kocs()[number.name].notna().any()]
    rows = table_rows(page, "gates", "The industry’s numbers")[1:]
    assert set(known) <= {row[0] for row in rows}
    assert all(row[3] for row in rows)
    unknown = [number.what for number in NUMBERS if number.what not in known]
    assert unknown
    assert f"Unknown in these data: {', '.join(unknown)}" in text_of(page, "gates")


def test_the_leaderboard_holds_the_first_fifty_and_everybody_whom_another_section_names(small_run: Run) -> None:
    people = pd.concat([small_run.people] * 2, ignore_index=True).head(80)
    people = people.assign(consumer=[f"test:{i:02}" for i in range(80)], niche=None, circle=None, role="koc")
    people = people.assign(rank=pd.array(range(1, 81), dtype="Int64"), name=None)
    late = pd.DataFrame({"consumer": [f"test:{i}" for i in (70, 71, 72, 73)], "kind": "niche", "group": "late"})
    niche = small_run.niches.head(1).assign(niche="late", name="latecomers", people=4, kocs=4)
    tables = ("circles", "reach", "carries", "bridges", "words", "exemplars", "events", "brand", "positions", "ties")
    made = small_run.replaced(
        people=people,
        niches=niche,
        members=shaped("members", late.assign(reviews=3, share=0.1, confidence=1.0)),
        **{name: empty(name) for name in tables},
    )
    rows = Page(report.render(with_info(made, agreement=None))).attributes("tr", "id")
    assert rows == [f"koc-{rank}" for rank in [*range(1, 51), 71, 72, 73]]


def test_a_row_of_the_leaderboard_has_the_numbers_and_reasons_of_the_person(page: str, whole: Run) -> None:
    person = whole.kocs(limit=1).iloc[0]
    row = re.search(r'<tr id="koc-1".*?</tr>', page, re.DOTALL)
    assert row
    text = Page(row.group()).text
    assert f"graphkoc explain {person['consumer']}" in text
    assert text.startswith(f"1 {person['name']}")
    cells = [Page(cell).text for cell in re.findall(r'<td class="number".*?</td>', row.group(), re.DOTALL)]
    assert cells == ["1", f"{person['audience']:,.0f}", f"{person['score']:z.1f}", f"{person['reviews_365']:,.0f}"]
    niche = whole.niches.set_index("niche").loc[person["niche"], "name"]
    assert niche in text


def test_a_caution_that_holds_for_everybody_is_printed_once_above_the_leaderboard(page: str, whole: Run) -> None:
    everybodys = set.intersection(*(set(cautions(whole, person)) for _, person in whole.kocs().iterrows()))
    assert everybodys
    text = text_of(page, "kocs")
    for caution in everybodys:
        assert text.count(caution) == 1
        assert text.index(caution) < text.index(str(whole.kocs()["name"].iloc[0]))


def test_the_evidence_of_a_persons_patterns_is_among_the_cautions(page: str) -> None:
    row = re.search(r'<tr id="koc-5".*?</tr>', page, re.DOTALL)
    assert row
    text = Page(row.group()).text
    assert "within 14 days of 7 others: consistent with people who review together" in text
    assert "7 days from 2026-01-01: consistent with reviews written for an occasion" in text


def test_every_part_of_a_score_has_a_colour(page: str) -> None:
    colours = re.findall(r"\.part-(\d) \{ --part: ([^;]+); \}", page)
    assert [int(part) for part, _ in colours] == list(range(len(PILLARS)))
    assert len({colour for _, colour in colours}) == len(PILLARS)
    assert set(re.findall(r'class="part-(\d+)"', page)) <= {part for part, _ in colours}


def test_each_person_has_their_label_and_that_of_each_account(small_run: Run) -> None:
    first = small_run.kocs(limit=1).iloc[0]
    rows = [("forum:00", "forum", None, None), ("x:1", "xiaohongshu", 143, "素人 (amateur)")]
    accounts = pd.DataFrame(rows, columns=["account", "platform", "followers", "label"])
    accounts = accounts.assign(consumer=first["consumer"], reviews=1)
    text = text_of(report.render(small_run.replaced(accounts=shaped("accounts", accounts))), "kocs")
    stated = "forum states no followers; xiaohongshu 143 followers, 素人 (amateur)."
    assert f"{first['label']}: {stated}" in text


# Audience


def test_the_chart_has_a_band_of_small_audiences_only_where_there_are_any(page: str, small_run: Run) -> None:
    assert 'class="band"' in page
    assert f"{small_run.info['tiers']['basis']} (log scale)" in page
    small = "no audience is small here: it begins at 5, and four in five of those who have any reach 3 at most"
    none = report.render(with_info(small_run, tiers=small_run.info["tiers"] | {"high": 3.0, "small": small}))
    assert sentence(small) in text_of(none, "audience")
    assert 'class="band"' not in none
    assert "5 to 3" not in text_of(none, "audience")


def test_people_who_engage_are_ties_and_not_follows(small_run: Run) -> None:
    made = with_info(
        small_run.replaced(people=small_run.people.assign(ties="engagements")),
        ties_of={"xiaohongshu": "engagements"},
        stands_in="no follows are known on xiaohongshu",
        counts=small_run.info["counts"] | {"follows": 0, "engaged": 40, "undated_follows": 0},
        tiers=small_run.info["tiers"] | {"basis": "people who engaged"},
    )
    page = report.render(made)
    text = Page(page).text
    assert "60 consumers, 40 engagement ties, 360 reviews of 24 products" in text
    assert "No follows are known on xiaohongshu." in text
    assert "people who engaged (log scale)" in page
    assert "known followers (log scale)" not in page


# Agreement, backtest, patterns


def test_rankings_are_compared_and_the_people_on_whom_they_disagree_are_named(page: str, whole: Run) -> None:
    found = whole.info["agreement"]
    assert found["k"] == 14
    pairs = table_rows(page, "agreement", "Table of agreement")[1:]
    shared = [(str(round(pair["overlap"] * found["k"])), f"{pair['tau']:.2f}") for pair in found["pairs"]]
    assert [tuple(row[2:]) for row in pairs] == shared
    rows = table_rows(page, "agreement", "Table of people on whom rankings disagree")
    rankings = ["the score", "the formula", "audience size", "PageRank", "engagement received"]
    assert rows[0] == ["Who", *(f"by {ranking}" for ranking in rankings)]
    names = names_of(whole, pd.Series([one["consumer"] for one in found["breaks"]]))
    places = [[str(place) for place in one["places"].values()] for one in found["breaks"]]
    assert rows[1:] == [[name, *row] for name, row in zip(names, places, strict=True)]


def test_the_verdict_is_printed_word_for_word(small_run: Run) -> None:
    verdict = "The verdict, word for word: 50% & no <proof>."
    page = report.render(with_info(small_run, backtest=small_run.info["backtest"] | {"verdict": verdict}))
    assert verdict in text_of(page, "backtest")


def test_the_backtest_table_has_every_ranking_once_with_its_shares(page: str, whole: Run) -> None:
    tested = whole.info["backtest"]
    rows = {row[0]: row[1:] for row in table_rows(page, "backtest", "Backtest by split")[1:]}
    for name, ranking in {"the score": "score", "audience size": "audience", "at random": "random"}.items():
        (held,) = (row for row in tested["rows"] if row["ranking"] == ranking)
        splits = [
            f"{percent(share)} ({amount(hits)})" for share, hits in zip(held["shares"], held["hits"], strict=True)
        ]
        assert rows[name][: len(splits) + 1] == [*splits, percent(held["mean"])]
    assert rows["people ranked"][: len(tested["n"])] == [str(number) for number in tested["candidates"]["n"]]
    placebos = table_rows(page, "backtest", "Placebos")[1:]
    assert [row[0] for row in placebos] == [placebo["name"] for placebo in tested["placebos"]]


def test_a_formula_that_is_the_score_has_no_row_of_its_own(small_run: Run) -> None:
    tested = small_run.info["backtest"]
    (ours,) = (row["shares"] for row in tested["rows"] if row["ranking"] == "score")
    for shares, shown in ((ours, False), ([share + 0.1 for share in ours], True)):
        rows = [row | ({"shares": shares} if row["ranking"] == "formula" else {}) for row in tested["rows"]]
        page = report.render(with_info(small_run, backtest=tested | {"rows": rows}))
        listed = [row[0] for row in table_rows(page, "backtest", "Backtest by split")]
        assert ("the formula" in listed) is shown
        assert listed.count("the score") == 1


def test_whether_the_best_simple_ranking_overlaps_with_the_score_is_stated(small_run: Run) -> None:
    tested = small_run.info["backtest"]
    bounds = {"score": (0.4, 0.6), "activity": (0.3, 0.45)}
    rows = [row | {"mean": 0.1, "low": 0.05, "high": 0.2} for row in tested["rows"]]
    rows = [
        row | ({"mean": sum(b) / 2, "low": b[0], "high": b[1]} if (b := bounds.get(row["ranking"])) else {})
        for row in rows
    ]
    close = text_of(report.render(with_info(small_run, backtest=tested | {"rows": rows})), "short")
    assert "The best simple ranking is own recent activity with 38%; the two intervals overlap." in close
    rows = [row | ({"high": 0.39} if row["ranking"] == "activity" else {}) for row in rows]
    apart = text_of(report.render(with_info(small_run, backtest=tested | {"rows": rows})), "short")
    assert "overlap" not in apart


def test_patterns_have_what_they_are_consistent_with_and_only_ranked_people_are_named(page: str, whole: Run) -> None:
    text = text_of(page, "authenticity")
    assert "8 of 60 people are suspicious" in text
    assert table_rows(page, "authenticity", "Table of patterns")[1:4:2] == [
        ["group", "people who review together", "8", "3"],
        ["burst", "reviews written for an occasion", "1", "1"],
    ]
    assert table_rows(page, "authenticity", "Table of blocks")[1:] == [["8", "6", "44", "2.50", "3.25", "1.25"]]
    effect, names = whole.info["authenticity"]["effect"], list(whole.kocs()["name"])
    assert (effect["leave"], effect["stay"]) == (3, 25)
    assert "3 key opinion consumers leave the ranking, and 2 of the other 25 move among themselves" in text
    assert f"Leaving: {', '.join(names[4:7])}." in text
    moved = table_rows(page, "authenticity", "Table of people who move")[1:]
    assert moved == [[names[0], "1", "2", "-1"], [names[1], "2", "1", "+1"]]


# Method


def test_the_counts_of_the_files_add_up(page: str) -> None:
    (row,) = (row for row in table_rows(page, "method", "Files read") if row[1] == "reviews.csv")
    read, *fates = map(int, row[2:])
    assert read == sum(fates) == 366
    assert len(fates) == 5


def test_each_number_has_a_command_that_recomputes_it(whole: Run) -> None:
    score = {"kind": "formula", "why": "nobody followed on", "parts": [asdict(part) for part in PARTS], "model": None}
    text = text_of(report.render(with_info(whole, score=score)), "method")
    asked = f"-p consumer={whole.kocs()['consumer'].iloc[0]} -p at={whole.info['at']}"
    for command in (
        f"graphkoc query own_activity {asked}",
        f"graphkoc query audience_activity {asked}",
        "graphkoc query niche_reach",
        "graphkoc kocs",
        "graphkoc niches",
        "graphkoc circles",
        "graphkoc backtest",
    ):
        assert command in text


def test_data_without_dates_are_described_without_any(small_run: Run) -> None:
    counts = small_run.info["counts"] | {"first_review": "undated", "last_review": "undated"}
    page = report.render(with_info(small_run, counts=counts))
    assert "Without dates · 60 consumers" in Page(page).text
    assert "The dates of the reviews are unknown" in text_of(page, "method")
    assert "in the year before" not in Page(page).text


# Wording


@pytest.mark.parametrize(
    ("number", "text"), [(None, "–"), (float("nan"), "–"), (0, "0"), (1.25, "1.2"), (3.0, "3"), (12345.67, "12,345.7")]
)
def test_an_amount_has_at_most_one_decimal(number: float | None, text: str) -> None:
    assert amount(number) == text


def test_a_day_is_written_in_english_whatever_the_locale() -> None:
    assert date("2011-04-12T07:00:00") == "12 April 2011"


def test_a_phrase_becomes_a_sentence() -> None:
    assert sentence("no follows are known on forum") == "No follows are known on forum."
