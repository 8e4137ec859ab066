"""What a report says changed: by rule the most important first, in both languages, and only of people it may name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import graphkoc
from graphkoc.qualify.compare import list_changes
from graphkoc.report.document import make_document
from graphkoc.report.page import render, render_markdown
from graphkoc.report.readers import Reader
from graphkoc.runs.run import Run


@pytest.fixture(scope="module")
def pair(small_run: Run) -> tuple[Run, Run]:
    """The small run as it was 30 days before, when the first of its list stood elsewhere, and the run itself."""
    people = small_run.people.copy()
    ranked = people.sort_values("rank").index
    customer = next(one for one in ranked[5:] if people.loc[one, "client"] == "yes")
    people.loc[customer, "client"] = "no"
    people.loc[ranked[1], "label"] = "tiny"
    people.loc[ranked[2], ["role", "rank", "gate_active"]] = ["none", pd.NA, "failed"]
    settings = small_run.info["settings"] | {"min_size": 5}
    info = small_run.info | {"at": "2026-05-29T00:00:00", "settings": settings}
    before = small_run.replaced(people=people, info=info)
    now = small_run.people.copy()
    now.loc[ranked[1], "label"] = "small"
    now.loc[ranked[3], "consent"] = "no"
    now.loc[ranked[4], ["role", "rank", "gate_active"]] = ["none", pd.NA, "failed"]
    after = small_run.replaced(people=now)
    compared = {"posts_since": "2026-05-29T00:00:00"}
    info = after.info | {"previous": {"run": "before", "at": before.info["at"]}, "changes": compared}
    return before, after.replaced(info=info, changes=list_changes(before, after))


def read_changes(run: Run, language: str = "en", reader: Reader | None = None) -> dict[str, Any]:
    found: dict[str, Any] = make_document(run, language, reader)["sections"]["changes"]
    return found


def test_the_table_has_a_row_for_each_change(pair: tuple[Run, Run]) -> None:
    rows = pair[1].changes
    assert {"settings", "new_customer", "tier", "opted_out", "new", "gone", "own_post"} <= set(rows["change"])
    setting = rows[rows["change"] == "settings"].iloc[0]
    assert setting[["why", "before", "now"]].tolist() == ["min_size", "5", "10"]
    assert rows.loc[rows["change"] == "gone", "why"].tolist() == ["active"]
    posts = pair[1].posts
    since = posts[(posts["day"] > 20602) & posts["side"].notna()]
    told = rows[rows["change"].isin(["own_post", "own_post_critical", "rival_post", "rival_ad"])]
    assert set(told["review"]) == set(since["review"])
    by_review = told.set_index("review")["change"]
    for post in since.to_dict("records"):
        ad = post["origin"] in ("paid", "gifted")
        own = "own_post_critical" if post["critical"] else "own_post"
        rival = "rival_ad" if ad else "rival_post"
        assert by_review[post["review"]] == (own if post["side"] == "own" else rival)


def test_the_first_lines_are_what_cannot_wait(pair: tuple[Run, Run]) -> None:
    facts = read_changes(pair[1])
    order = [card["change"] for card in facts["cards"]]
    assert order[:3] == ["own_post_critical", "opted_out", "rival_ad"]
    assert [line["text"] for line in facts["lines"]] == [card["line"] for card in facts["cards"][:3]]
    assert facts["since"] == "2026-05-29"
    assert "Kettle & Co" in facts["heading"]
    assert facts["settings"] == ["min_size: 5 before, 10 now"]


def test_who_may_not_be_named_is_counted_with_the_reason(pair: tuple[Run, Run]) -> None:
    gone = next(card for card in read_changes(pair[1])["cards"] if card["change"] == "gone")
    assert gone["rows"] == []
    assert gone["counted"] == ["1 person: too few reviews in the last year"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_and_the_markdown_show_it_and_ranks_only_behind_a_click(pair: tuple[Run, Run], language: str) -> None:
    document = make_document(pair[1], language)
    page = render(document)
    section = page[page.index('<section id="changes"') :]
    section = section[: section.index("</section>")]
    assert document["sections"]["changes"]["cards"][0]["title"].replace("&", "&amp;") in section
    before_click = section.split("<details")[0]
    assert "→ 第" not in before_click
    assert document["sections"]["changes"]["lines"][0]["mark"] in render_markdown(document)
    if language == "zh":
        text = re.sub(r"<q.*?</q>|<bdi>.*?</bdi>|<[^>]+>", " ", section, flags=re.S)
        allowed = {"KOC", "KOL", "Kettle", "Co", "amp", "min_size", "Copy"}
        assert set(re.findall(r"[A-Za-z_]{2,}", text)) - allowed - {"Person"} == set()


def test_a_client_sees_no_words_of_people_who_have_not_accepted(pair: tuple[Run, Run]) -> None:
    facts = read_changes(pair[1], reader=Reader("client"))
    rows = [row for card in facts["cards"] for row in card["rows"]]
    assert rows
    assert all(row["quote"] is None for row in rows)
    assert all("consumer" not in row["who"] for row in rows)


def test_a_first_run_has_no_such_section_and_an_older_one_says_why(pair: tuple[Run, Run]) -> None:
    first = pair[1].replaced(info=pair[1].info | {"previous": None})
    assert "changes" not in make_document(first)["sections"]
    info = {name: value for name, value in pair[1].info.items() if name != "changes"}
    older = read_changes(pair[1].replaced(info=info))
    assert older["cards"] == []
    assert older["heading"].startswith("This run was made before changes were kept")


def test_a_run_that_continues_another_keeps_what_changed(small_run: Run) -> None:
    before = Path(small_run.folder).parent / "before"
    assert small_run.info["previous"]["run"] == before.name
    told = small_run.changes
    found = graphkoc.compare_runs(small_run, small_run)
    assert (found["people"], found["posts"], found["settings"]) == ([], [], [])
    assert {"new", "fallen"} <= set(told["change"])
    assert (told.loc[told["change"] == "new", "why"] == "not_in_data").any()
