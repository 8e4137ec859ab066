"""Whom a report says to invite: the rules of a card, of the cards for open ground, and of the list of all."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_pages import HOSTILE, Page, rename_all, section, table_rows, with_info

import graphkoc
from graphkoc.campaigns.running import record
from graphkoc.invite.channels import choose_platform, find_channels
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.document import make_document
from graphkoc.report.figures.spark import draw
from graphkoc.report.page import render, render_markdown
from graphkoc.report.people import rows as people_rows
from graphkoc.report.people.cards import make_card
from graphkoc.report.people.cautions import list_cautions
from graphkoc.report.people.evidence import MONTHS, read_evidence
from graphkoc.report.people.invitations import describe_invitation
from graphkoc.report.readers import Reader
from graphkoc.report.sections import people
from graphkoc.report.view import View
from graphkoc.runs.checks import CHECKS
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped

CLIENT = Reader("client")
FIRST = "instagram:03"
"""Who comes first in the small market: on Instagram, followed by everybody."""

SUBJECT = ("audience_subject", "audience_relevant", "audience_relevance")


def view_of(run: Run, language: str = "en", reader: Reader | None = None) -> View:
    return View(run, {"people": people.facts}, Catalogue(language), reader or Reader())


def changed(run: Run, consumer: str = FIRST, **columns: Any) -> Run:
    """The run with other values for one person."""
    table = run.people.copy()
    for name, value in columns.items():
        table.loc[table["consumer"] == consumer, name] = value
    return run.replaced(people=shaped("people", table))


def unreached(run: Run, people_: int = 3) -> Run:
    """The run in which so many of the first person's followers are seen under no KOL."""
    followers = run.read_follows.loc[run.read_follows["followee"] == FIRST, "follower"].head(people_)
    table = run.people.copy()
    table.loc[table["consumer"].isin(followers), "part"] = "only_koc"
    return run.replaced(people=table)


def checked(run: Run, *checks: str) -> Run:
    """The run in which the first person has these checks, and no others."""
    rows = pd.DataFrame({"consumer": FIRST, "check": list(checks), "evidence": "English that no page repeats"})
    return run.replaced(checks=shaped("checks", rows))


def posting(run: Run, *posts: dict[str, Any]) -> Run:
    """The run in which the first person wrote these posts, the newest first, and nobody else any."""
    usual = {"consumer": FIRST, "platform": "instagram", "critical": False, "quote": "It boils.", "language": "en"}
    rows = [usual | {"review": f"r{place}", "day": 20_600.0 - place} | post for place, post in enumerate(posts)]
    return run.replaced(posts=shaped("posts", pd.DataFrame(rows)))


def tick(view: View, factor: str, consumer: str = FIRST) -> tuple[str, str]:
    found = {one["factor"]: one for one in make_card(view, consumer)["ticks"]}
    return found[factor]["state"], found[factor]["text"]


class TestTicks:
    """Client, content and audience: yes, no or not known, and what it rests on."""

    @pytest.mark.parametrize(
        ("orders", "own", "text"),
        [
            (3, 3, "3 orders, last 12 May 2026"),
            (3, 1, "3 orders (1 of Kettle & Co), last 12 May 2026"),
            (1, 0, "1 order of its categories, none of Kettle & Co, last 12 May 2026"),
        ],
    )
    def test_a_client_ordered_lately(self, small_run: Run, orders: int, own: int, text: str) -> None:
        last = pd.Timestamp("2026-05-12")
        run = changed(small_run, client="yes", client_orders=orders, client_own_orders=own, client_last_order=last)
        assert tick(view_of(run), "client") == ("yes", text)

    def test_who_orders_other_things_is_no_client(self, small_run: Run) -> None:
        run = changed(small_run, client="no", client_orders=0, client_own_orders=0)
        text = "orders are known, none of Kettle & Co or its categories in 12 months"
        assert tick(view_of(run), "client") == ("no", text)

    @pytest.mark.parametrize(
        ("info", "text"),
        [
            ({}, "no dated order is known"),
            ({"counts": {"purchases": 0}}, "no order is loaded"),
            ({"settings": {"brand": None}}, "no brand is set"),
        ],
    )
    def test_why_it_is_not_known_is_said(self, small_run: Run, info: dict[str, Any], text: str) -> None:
        run = with_info(small_run, **{name: small_run.info[name] | values for name, values in info.items()})
        assert tick(view_of(changed(run, client="not known")), "client") == ("not known", text)

    @pytest.mark.parametrize(
        ("quality", "state", "text"),
        [
            (100.0, "yes", "top quarter of comparable reviews of the year (6 texts)"),
            (74.9, "yes", "upper half of comparable reviews of the year (6 texts)"),
            (49.9, "no", "lower half of comparable reviews of the year (6 texts)"),
            (3.0, "no", "lowest quarter of comparable reviews of the year (6 texts)"),
        ],
    )
    def test_content_is_compared_by_quarters(self, small_run: Run, quality: float, state: str, text: str) -> None:
        assert tick(view_of(changed(small_run, quality=quality)), "content") == (state, text)

    def test_content_is_compared_with_what_most_texts_are_about(self, small_run: Run) -> None:
        run = changed(small_run, quality=80.0, quality_compared=6, quality_same_product=3)
        assert tick(view_of(run), "content")[1] == "top quarter of reviews of the same products (6 texts)"

    @pytest.mark.parametrize(
        ("gate", "state", "text"),
        [
            ("failed", "no", "too few of the reviews are in their own words"),
            ("passed", "yes", "in their own words; too few texts to compare"),
            ("unknown", "not known", "no text is known"),
        ],
    )
    def test_without_quality_it_is_their_own_words_or_not(
        self, small_run: Run, gate: str, state: str, text: str
    ) -> None:
        run = changed(small_run, quality=None, gate_creative=gate)
        assert tick(view_of(run), "content") == (state, text)

    @pytest.mark.parametrize(
        ("columns", "text"),
        [
            ({"followers": 143.0}, "62 of 143 fans seen, 48 of them review Tea"),
            ({"followers": None}, "62 known followers, 48 of them review Tea"),
            ({"followers": 40.0}, "62 known followers, 48 of them review Tea"),
            ({"ties": "engagements"}, "62 people seen under their posts, 48 of them review Tea"),
            (dict.fromkeys(SUBJECT) | {"followers": None}, "62 known followers"),
        ],
    )
    def test_an_audience_is_what_is_seen_of_it(self, small_run: Run, columns: dict[str, Any], text: str) -> None:
        known = {"audience": 62, "audience_relevant": 48, "audience_subject": "Tea"}
        assert tick(view_of(changed(small_run, **(known | columns))), "audience")[1] == text

    def test_an_unknown_audience_is_said_to_be(self, small_run: Run) -> None:
        assert tick(view_of(changed(small_run, audience=0)), "audience") == (
            "not known",
            "nobody in their audience is known",
        )


class TestReason:
    """The first of four that is true."""

    def test_many_reviews_and_followers_whom_no_kol_reaches(self, small_run: Run) -> None:
        run = changed(unreached(small_run), reviews_365=8.0, main_type_share=0.75)
        assert make_card(view_of(run), FIRST)["reason"] == (
            "8 reviews in 12 months, 75% on Tea; 3 of 59 known followers follow no KOL (of the 3 loaded)."
        )

    def test_few_reviews_and_such_followers_are_their_circles(self, small_run: Run) -> None:
        run = changed(unreached(small_run), reviews_365=7.0)
        circle = run.group_name("circle", view_of(run).people[FIRST]["circle"])
        assert make_card(view_of(run), FIRST)["reason"] == (
            f"In the circle {circle}; 3 of 59 known followers follow no KOL (of the 3 loaded)."
        )

    def test_two_such_followers_are_too_few(self, small_run: Run) -> None:
        assert "follow no KOL" not in make_card(view_of(unreached(small_run, 2)), FIRST)["reason"]

    def test_who_was_seen_under_posts_does_not_follow(self, small_run: Run) -> None:
        run = changed(unreached(small_run), reviews_365=8.0, ties="engagements")
        assert make_card(view_of(run), FIRST)["reason"].endswith(
            "3 of 59 people under their posts were seen under no KOL's posts (of the 18 KOL posts loaded)."
        )

    def test_nobody_is_called_a_kol_where_no_followers_are_stated(self, small_run: Run) -> None:
        platforms = [one | {"stated": False} for one in small_run.info["reach_of"]]
        run = with_info(changed(unreached(small_run), reviews_365=8.0), reach_of=platforms)
        assert make_card(view_of(run), FIRST)["reason"].endswith("follow no widely followed account (of the 3 loaded).")

    def test_follow_on_reviews_come_third_and_are_no_effect(self, small_run: Run) -> None:
        run = changed(small_run, follow_on=8.4)
        assert make_card(view_of(run), FIRST)["reason"].endswith(
            "; followers reviewed the same product afterwards about 8 times (order in time, not cause)."
        )

    def test_followers_who_write_come_last(self, small_run: Run) -> None:
        run = changed(small_run, follow_on=7.9, audience_reviews_365=88.0)
        assert make_card(view_of(run), FIRST)["reason"].endswith(
            "; their 59 known followers wrote 88 reviews in 12 months themselves."
        )

    def test_without_any_of_these_it_is_what_they_wrote(self, small_run: Run) -> None:
        run = changed(small_run, follow_on=0.0, audience_reviews_365=0.0, main_type=None)
        assert make_card(view_of(run), FIRST)["reason"] == "6 reviews in 12 months."


class TestQuotes:
    """One quote for what a person is worth, one for a complaint; marks stay."""

    def test_the_first_is_constructive(self, small_run: Run) -> None:
        run = posting(
            changed(small_run, quality_constructive_quote="r1"),
            {"side": "own"},
            {"quote": "The lid drips.", "rating": 2},
        )
        assert [one["text"] for one in make_card(view_of(run), FIRST)["quotes"]] == ["The lid drips."]

    def test_else_the_newest_unmarked_one_about_our_brand(self, small_run: Run) -> None:
        run = posting(small_run, {}, {"side": "own", "origin": "paid"}, {"side": "own", "quote": "Ours."})
        assert make_card(view_of(run), FIRST)["quotes"][0]["text"] == "Ours."

    def test_else_the_newest_unmarked_one_and_at_last_a_marked_one(self, small_run: Run) -> None:
        marked: list[dict[str, Any]] = [{"origin": "gifted", "quote": "A gift."}]
        assert make_card(view_of(posting(small_run, *marked, {})), FIRST)["quotes"][0]["text"] == "It boils."
        only = make_card(view_of(posting(small_run, *marked)), FIRST)["quotes"]
        assert [(one["text"], one["marked"]) for one in only] == [("A gift.", "marked as a gift")]

    def test_the_second_is_the_newest_complaint(self, small_run: Run) -> None:
        run = posting(small_run, {"rating": 5}, {"rating": 4}, {"rating": 3, "quote": "Loud."}, {"rating": 1})
        assert [one["text"] for one in make_card(view_of(run), FIRST)["quotes"]] == ["It boils.", "Loud."]

    def test_without_stars_what_the_text_says_decides(self, small_run: Run) -> None:
        run = posting(small_run, {}, {"critical": True, "quote": "Loud."})
        assert make_card(view_of(run), FIRST)["quotes"][1]["text"] == "Loud."

    def test_its_source_is_product_rating_and_place(self, small_run: Run) -> None:
        run = posting(small_run, {"title": "Luto Kettle", "rating": 3.0, "origin": "paid"})
        quote = make_card(view_of(run), FIRST)["quotes"][0]
        assert quote["source"] == "Luto Kettle · 3 of 5 · Instagram, 27 May 2026"
        assert quote["marked"] == "marked as an ad"

    def test_without_texts_the_two_newest_reviews_stand_there(self, small_run: Run) -> None:
        run = posting(small_run, *({"quote": None, "type": "Tea", "rating": 5.0 - place} for place in range(3)))
        card = make_card(view_of(run), FIRST)
        assert card["quotes"] == []
        assert [one["source"] for one in card["latest"]] == [
            "Tea · 5 of 5 · Instagram, 27 May 2026",
            "Tea · 4 of 5 · Instagram, 26 May 2026",
        ]

    def test_posts_about_our_brand_are_counted_over_a_year(self, small_run: Run) -> None:
        run = posting(small_run, {"side": "own"}, {"side": "rival"}, {"side": "own", "day": 20_000.0})
        assert make_card(view_of(run), FIRST)["on_brand"] == {"posts": 1, "of": 2}


class TestCautions:
    """The most urgent first, in the words of the catalogue."""

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_every_check_and_pattern_has_its_words(self, small_run: Run, language: str) -> None:
        say = Catalogue(language)
        patterns = [name.replace(" ", "_").replace("-", "_") for name in small_run.info["authenticity"]["patterns"]]
        for name in (*CHECKS, *patterns):
            assert say(f"people.tag_{name}")
            assert name == "copied_text" or say(f"people.caution_{name}")

    def test_urgent_checks_come_before_columns_and_these_before_the_others(self, small_run: Run) -> None:
        run = checked(small_run, "agency", "not_to_contact")
        run = changed(run, last_review=pd.Timestamp("2025-10-12"), origin_paid=0.1, patterns="burst; copied text")
        run = run.replaced(copies=shaped("copies", pd.DataFrame({"consumer": [FIRST], "review": ["r"]})))
        assert list_cautions(view_of(run), FIRST) == [
            "May not be contacted: consent is missing.",
            "Quiet since 12 October 2025: check that the account is still in use.",
            "1 of 6 reviews nearly repeat someone else's text: read them before inviting.",
            "10% of reviews are marked as paid.",
            "Many reviews within a few days: read them before inviting.",
            "Represented by an agency.",
        ]

    def test_a_rivals_ad_has_its_day(self, small_run: Run) -> None:
        run = posting(checked(small_run, "rival_ad"), {"side": "rival"}, {"side": "rival", "origin": "paid"})
        card = make_card(view_of(run), FIRST)
        assert card["caution"] == "Advertised a rival on 26 May 2026."
        assert card["rival_ad"]

    def test_without_the_post_it_has_none(self, small_run: Run) -> None:
        run = posting(checked(small_run, "rival_ad"), {"side": "own"})
        assert make_card(view_of(run), FIRST)["caution"] == "Advertised a rival in the last 90 days."

    def test_nothing_to_look_at_is_nothing(self, small_run: Run) -> None:
        run = changed(checked(small_run), origin_paid=0.0, patterns=None)
        assert make_card(view_of(run), FIRST)["caution"] is None


class TestInvitation:
    """By which channel, and what a gift needs there."""

    @pytest.mark.parametrize(
        ("platform", "checks", "said"),
        [
            (
                "xiaohongshu",
                [],
                "in-app message on Xiaohongshu · a gift needs 报备 (filing) · a gift is labelled “Brand partnership”",
            ),
            ("instagram", [], "in-app message on Instagram · a gift is labelled “Paid partnership”"),
            ("instagram", ["amazon_only"], "in-app message on Instagram · gifts for a review through Vine only"),
            ("amazon", [], "gifts for a review through Vine only"),
            ("yelp", [], "no gift for a review there"),
        ],
    )
    def test_platforms_have_their_rules(self, small_run: Run, platform: str, checks: list[str], said: str) -> None:
        run = changed(checked(small_run, *checks), platform=platform)
        assert describe_invitation(view_of(run), FIRST) == said

    def test_the_channel_is_where_a_focus_group_is_written_to(self) -> None:
        columns = ["consumer", "account", "platform", "name", "handle", "reviews", "consent"]
        rows = [
            ("a:1", "a:1", "amazon", None, "h", 9, None),
            ("a:1", "f:1", "forum", None, None, 2, None),
            ("a:1", "i:1", "instagram", None, "h", 3, None),
            ("b:1", "b:1", "forum", None, None, 4, None),
            ("b:1", "x:1", "xiaohongshu", None, None, 1, None),
        ]
        accounts = pd.DataFrame(rows, columns=columns).astype({"name": "str", "handle": "str", "consent": "str"})
        ties = {"amazon": "none", "forum": "none", "instagram": "none", "xiaohongshu": "engagements"}
        consumers = accounts.drop_duplicates("consumer")
        words = find_channels(consumers, accounts, ties, [])
        for consumer, several in accounts.groupby("consumer"):
            ordered = several.sort_values("reviews", ascending=False).astype(object).where(several.notna(), None)
            platform = choose_platform(ordered.to_dict("records"), ties)
            assert words[consumer].startswith(f"message on {platform}:")
        assert choose_platform([{"platform": "amazon", "handle": "h"}], ties) is None


class TestCard:
    def test_the_months_of_the_last_year_are_its_reviews(self, ciao_run: Run) -> None:
        view = view_of(ciao_run)
        for person in view.kocs[:20]:
            months = make_card(view, person["consumer"])["months"]
            assert len(months) == MONTHS
            assert sum(months[12:]) == person["reviews_365"]

    def test_the_spark_is_drawn_to_its_highest_month(self) -> None:
        drawn = draw([0, 2, 4, 1], recent=2)
        assert 'class="before" d="M0 24v-0.6h4v0.6zM5 24v-12h4v12z"' in drawn
        assert 'class="year" d="M10 24v-24h4v24zM15 24v-6h4v6z"' in drawn

    def test_followers_in_their_parts_are_the_known_audience(self, ciao_run: Run) -> None:
        view = view_of(ciao_run)
        followers = view.once(read_evidence).followers
        assert all(sum(followers[one["consumer"]].values()) == one["audience"] for one in view.kocs)

    @pytest.mark.parametrize(
        ("url", "linked"),
        [
            ("https://forum.example/u/7", True),
            ("javascript:alert(1)", False),
            ('https://x"onclick=alert(1)', False),
            ("https://x\njavascript:1", False),
            (None, False),
        ],
    )
    def test_only_addresses_of_the_web_are_links(self, small_run: Run, url: str | None, linked: bool) -> None:
        assert make_card(view_of(changed(small_run, url=url)), FIRST)["profile"] == (url if linked else None)

    def test_consent_is_shown_where_it_is_known(self, small_run: Run) -> None:
        found = [make_card(view_of(changed(small_run, consent=one)), FIRST)["consent"] for one in ("yes", "unknown")]
        assert found == ["yes", None]

    def test_nobody_else_has_a_card(self, small_run: Run) -> None:
        stranger = str(small_run.people.loc[small_run.people["role"] == "none", "consumer"].iloc[0])
        with pytest.raises(KeyError):
            make_card(view_of(small_run), stranger)


class TestShortData:
    """What is not there is left out."""

    def test_few_people_are_counted_and_not_shared(self, small_run: Run) -> None:
        ranked = small_run.people["rank"]
        few = small_run.replaced(
            people=small_run.people.assign(role=small_run.people["role"].where(ranked <= 4, "none"))
        )
        facts = view_of(changed(few, origin_paid=0.5)).facts("people")
        assert facts["heading"] == "4 KOCs pass the required checks"
        assert "%" not in json.dumps(facts)
        assert "6 reviews in 12 months, mostly on Tea" in facts["cards"][0]["reason"]

    def test_one_platform_has_no_badges(self, small_run: Run) -> None:
        facts = view_of(with_info(small_run, ties_of={"instagram": "follows"})).facts("people")
        assert not facts["cards"][0]["platforms"]
        assert not facts["platforms"]
        assert "platforms" not in facts["columns"]

    def test_without_dates_nothing_is_said_of_a_year(self, small_run: Run) -> None:
        run = with_info(small_run, counts=small_run.info["counts"] | {"first_review": "undated"})
        run = run.replaced(people=run.people.assign(last_review=pd.NaT).astype(run.people.dtypes))
        facts = view_of(run).facts("people")
        first = facts["cards"][0]
        assert (first["months"], first["last"], first["days_since_last"]) == (None, None, None)
        assert "last" not in facts["columns"]
        assert "12 months" not in json.dumps([first["reason"], facts["caption"], facts["heading"]])
        assert "Reviews, 12 months" not in render(make_document(run)).partition('id="people-list"')[2]

    def test_if_nobody_passes_the_checks_and_the_nearest_stand_there(self, small_run: Run) -> None:
        people_ = small_run.people.assign(role="none", rank=pd.NA)
        wide = small_run.people["role"] == "kol"
        people_.loc[wide, "role"] = "kol"
        facts = view_of(small_run.replaced(people=people_.astype(small_run.people.dtypes))).facts("people")
        assert facts["heading"] == "Nobody passes every check this week"
        assert not facts["cards"]
        assert not facts["rows"]
        required = [gate for gate in small_run.info["gates"] if gate["required"]]
        assert [one["failed"] for one in facts["nobody"]["checks"]] == [gate["failed"] for gate in required]
        named = [one["who"]["consumer"] for one in facts["nobody"]["nearest"]]
        assert set(named) <= set(small_run.people.loc[wide, "consumer"])
        gates = small_run.people.set_index("consumer")[[f"gate_{gate['gate']}" for gate in required]]
        assert ((gates.loc[named] == "failed").sum(axis=1) == 1).all()
        others = facts["nobody"]["others"]
        assert len(named) + (int(others.split()[0]) if others else 0) == 5


class TestOpenGround:
    """Circles with much white space, where enough KOLs by stated followers are loaded to say so."""

    @pytest.fixture
    def ground(self, small_run: Run) -> Run:
        """Every circle has 20 or more people whom no KOL is seen to reach, the second most."""
        circles = small_run.circles.assign(only_koc=20, nobody=0)
        circles.loc[1, "nobody"] = 5
        return small_run.replaced(circles=circles)

    def test_the_best_of_each_circle_has_a_card_the_whitest_first(self, ground: Run) -> None:
        facts = view_of(ground).facts("people")
        assert 1 <= len(facts["open"]) <= 3
        shown = [card["consumer"] for card in facts["cards"]]
        opened = [card["consumer"] for card in facts["open"]]
        assert not set(shown) & set(opened)
        types = [card["type"] for card in facts["open"]]
        assert len(set(types)) == len(types)
        circles = ground.members_of("circle").set_index("consumer")["circle"]
        rank = ground.people.set_index("consumer")["rank"]
        stated = {one["platform"] for one in ground.info["reach_of"] if one["stated"]}
        for consumer in opened:
            others = circles.index[(circles == circles[consumer]).to_numpy()]
            better = [
                one
                for one in others
                if pd.notna(rank[one]) and rank[one] < rank[consumer] and one.partition(":")[0] in stated
            ]
            assert set(better) <= set(shown)

    def test_its_reason_is_the_circle(self, ground: Run) -> None:
        card = view_of(ground).facts("people")["open"][0]
        assert re.fullmatch(r"In the circle .+: 2\d of \d+ people follow none of the \d+ KOLs loaded\.", card["reason"])

    def test_nineteen_people_are_none(self, ground: Run) -> None:
        run = ground.replaced(circles=ground.circles.assign(only_koc=10, nobody=9))
        assert view_of(run).facts("people")["open"] == []

    @pytest.mark.parametrize("less", [{"stated": False}, {"kols": 2}])
    def test_too_few_kols_loaded_tell_nothing(self, ground: Run, less: dict[str, Any]) -> None:
        run = with_info(ground, reach_of=[one | less for one in ground.info["reach_of"]])
        assert view_of(run).facts("people")["open"] == []


class TestList:
    @pytest.mark.parametrize("which", ["small_run", "ciao_run"])
    def test_it_says_what_the_list_of_the_command_says(self, which: str, request: pytest.FixtureRequest) -> None:
        run: Run = request.getfixturevalue(which)
        rows, listed = view_of(run).facts("people")["rows"], graphkoc.list_kocs(run, limit=None)
        assert [row["who"]["consumer"] for row in rows] == [one["consumer"] for one in listed]
        for row, one in zip(rows, listed, strict=True):
            assert row["who"]["rank"] == one["rank"]
            assert (row["type"], row["audience"], row["stated"]) == (
                one["main_type"],
                one["audience"],
                one["followers"],
            )
            assert row["quality"] == (None if one["quality"] is None else round(one["quality"]))
            assert (row["score"], row["price"]) == (round(one["score"], 2), one["quote"])
            assert round(row["own"] + row["others"], 2) == row["score"]
            assert row["last"] == one["last_review"][:10]
            assert len(row["tags"]) == len({check["check"] for check in one["checks"]}) + len(one["patterns"])

    def test_the_page_shows_its_rows(self, small_run: Run) -> None:
        document = make_document(small_run)
        facts, table = document["sections"]["people"], table_rows(render(document), "people", "All 28 KOCs")
        assert len(table) == 1 + len(facts["rows"])
        assert table[0][:2] == ["Rank", "Name"]
        assert [(row[0], row[1]) for row in table[1:]] == [
            (str(row["who"]["rank"]), row["who"]["name"]) for row in facts["rows"]
        ]

    def test_more_than_a_page_holds_are_counted(self, small_run: Run) -> None:
        facts = people_rows.list_rows(view_of(small_run), 3)
        assert len(facts["rows"]) == 3
        assert facts["capped"].startswith("3 of 28 KOCs are listed.")

    def test_a_niche_and_a_platform_can_be_chosen(self, small_run: Run) -> None:
        facts = view_of(small_run).facts("people")
        keys = {one["key"]: one["name"] for one in facts["niches"]}
        niche = small_run.people.set_index("consumer")["niche"]
        for row in facts["rows"]:
            assert keys.get(row["niche"]) == small_run.group_name("niche", niche[row["who"]["consumer"]])
            assert set(row["platforms"]) <= set(facts["platforms"])


class TestReaders:
    @pytest.fixture
    def priced(self, small_run: Run, tmp_path: Path) -> Run:
        """A run whose people have prices, handles, profiles and ids that are easy to find in a document."""
        table = small_run.people.assign(quote=499.0, url="https://profile.example/u")
        table["handle"] = [f"handle{place}" for place in range(len(table))]
        table["name"] = "Same Name"
        run = small_run.replaced(folder=str(tmp_path / "run"), people=shaped("people", table))
        row = {"consumer": run.kocs()["consumer"].iloc[1], "event": "accepted", "happened_at": "2026-01-05"}
        record(tmp_path / "campaigns", "spring", [row], "s.csv", now=datetime(2026, 6, 1, tzinfo=UTC))
        return run

    def test_an_analyst_sees_handles_prices_and_profiles(self, priced: Run) -> None:
        facts = view_of(priced).facts("people")
        first = facts["cards"][0]
        assert (first["price"], first["profile"]) == (499.0, "https://profile.example/u")
        assert first["who"]["handle"].startswith("@handle")
        assert "price" in facts["columns"]

    def test_a_client_sees_none_of_these_of_people_who_have_not_accepted(self, priced: Run) -> None:
        facts = view_of(priced, reader=CLIENT).facts("people")
        first, second = facts["cards"][:2]
        assert first["who"]["name"] == "KOC 01"
        assert (first["quotes"], first["latest"], first["profile"], first["price"]) == ([], [], None, None)
        assert second["who"]["name"] == "Same Name"
        assert second["quotes"]
        assert all(card["consumer"] is None for card in facts["cards"])
        assert all(row["price"] is None for row in facts["rows"])
        written = json.dumps(facts)
        assert "499" not in written
        assert not {one for one in priced.people["consumer"] if f'"{one}"' in written}

    def test_a_client_reads_nothing_of_complaints(self, small_run: Run) -> None:
        run = checked(small_run, "open_complaint")
        assert list_cautions(view_of(run), FIRST)[0].startswith("An order of theirs")
        assert "An order of theirs" not in json.dumps(view_of(run, reader=CLIENT).facts("people"))


class TestPage:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_hostile_names_and_texts_are_text(self, small_run: Run, language: str) -> None:
        run = rename_all(small_run, HOSTILE)
        posts = run.posts.assign(quote=[str(HOSTILE[place % len(HOSTILE)])[:125] for place in range(len(run.posts))])
        run = run.replaced(
            people=run.people.assign(main_type=HOSTILE[0], audience_subject=HOSTILE[1], handle=HOSTILE[2]),
            posts=posts.assign(title=HOSTILE[3], language='en" onload="alert(1)'),
        )
        document = make_document(run, language)
        shown = render(document)
        parts = [part for part in Page(shown).elements if part[0] == "script"]
        assert len(parts) == 1
        assert not [name for _, attributes in Page(shown).elements for name in attributes if name.startswith("on")]
        assert "\u202e" not in shown
        assert not re.search(r"(?<!\\)<", render_markdown(document))

    def test_the_chinese_page_says_it_in_chinese(self, small_run: Run) -> None:
        words = Catalogue("zh")
        text = section(render(make_document(small_run, "zh")), "people")
        assert text is not None
        assert words("people.invite_by") in text
        assert not re.search(r"\b(reviews|followers|months|loaded|upper|half|fans)\b", text)

    def test_markdown_has_the_first_with_their_ticks(self, small_run: Run) -> None:
        document = make_document(small_run)
        written = render_markdown(document)
        for card in document["sections"]["people"]["cards"]:
            assert card["ticks"][0]["text"] in written
        assert "All 28 KOCs" not in written

    def test_every_card_leads_to_its_page_of_the_report(self, small_run: Run) -> None:
        document = make_document(small_run)
        page = Page(render(document))
        targets = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        for card in document["sections"]["people"]["cards"]:
            assert card["who"]["page"] in targets
