"""The journal of campaigns: what is taken, what is a fault, what was and what is."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from edit_writers import invite_many
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from graphkoc.activate.running.events import EVENTS, STATES, describe_state
from graphkoc.activate.running.history import History
from graphkoc.activate.running.journal import FILE, find_standing, group_histories, read_journal, record
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.runs.ledger import Entry
from graphkoc.tables.schema import EVENTS as DECLARED

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIN, ADA = "forum:lin", "forum:ada"
NOTE = "https://www.xiaohongshu.com/explore/64f1a2b3c4d5e6f708192a3b"


def row(event: str, day: str | None = None, consumer: str = LIN, **details: Any) -> dict[str, Any]:
    return {"consumer": consumer, "event": event, "happened_at": day and f"2026-{day}", **details}


def update(folder: Path, *rows: Mapping[str, Any], file: str = "status.csv", **options: Any) -> list[str]:
    """The sentences on what was not taken of these rows."""
    return record(folder, "spring", rows, file, now=NOW, **options).not_taken


def standing(folder: Path, consumer: str = LIN) -> pd.Series[Any]:
    people = [{"consumer": LIN, "place": "roster"}, {"consumer": ADA, "place": "reserve"}]
    found = find_standing(read_journal(folder, "spring"), people)
    return found[found["consumer"] == consumer].iloc[0]


def days(found: pd.Series[Any]) -> dict[str, str]:
    """When what happened, as far as it did."""
    return {event: f"{found[f'{event}_at']:%m-%d}" for event in EVENTS if pd.notna(found[f"{event}_at"])}


def test_events_are_those_of_the_store_and_have_words_in_both_languages() -> None:
    assert tuple(EVENTS) == DECLARED
    assert describe_state("shipped") == "shipped" and describe_state("shipped", "zh") == "已寄样"
    assert len({describe_state(state, "zh") for state in STATES}) == len(STATES)


def test_what_was_and_what_is_are_both_known(tmp_path: Path) -> None:
    assert not update(tmp_path, row("invited", "05-01"), row("accepted", "05-03", code="LIN10"))
    assert not update(tmp_path, row("shipped", "05-04", courier="DHL", tracking="00123"), row("received", "05-07"))
    assert not update(tmp_path, row("posted", "05-20", url=NOTE), file="results.csv")
    found = standing(tmp_path)
    assert found["state"] == "posted" and found["since"] == pd.Timestamp("2026-05-20")
    passed = {"invited": "05-01", "accepted": "05-03", "shipped": "05-04", "received": "05-07", "posted": "05-20"}
    assert days(found) == passed
    assert (found["code"], found["courier"], found["tracking"]) == ("LIN10", "DHL", "00123")
    assert found["posts"] == 1 and found["urls"] == [NOTE]
    assert standing(tmp_path, ADA)["state"] == "reserve"


def test_a_file_that_is_applied_twice_adds_nothing(tmp_path: Path) -> None:
    rows = [row("invited", "05-01"), row("accepted"), row("posted", "05-20", url=NOTE), row("paid", amount=300.0)]
    record(tmp_path, "spring", rows, "status.csv", now=NOW)
    before = (tmp_path / FILE).read_bytes()
    again = record(tmp_path, "spring", rows, "status.csv", now=NOW + timedelta(days=9))
    assert (again.added, again.known, again.not_taken) == ([], 4, [])
    assert (tmp_path / FILE).read_bytes() == before


def test_a_status_that_goes_backwards_is_one_sentence_and_nothing_of_that_person_is_taken(tmp_path: Path) -> None:
    update(tmp_path, row("invited", "05-01"), row("posted", "05-20", url=NOTE))
    before = (tmp_path / FILE).read_bytes()
    said = update(tmp_path, row("shipped", "05-25"), row("paid", "05-26", amount=300.0), names={LIN: "Lin"})
    assert said == ["Lin: shipped on 25 May 2026 contradicts the journal, which has posted on 20 May 2026"]
    assert (tmp_path / FILE).read_bytes() == before


def test_others_in_the_file_are_taken_all_the_same(tmp_path: Path) -> None:
    update(tmp_path, row("received", "05-20"))
    assert len(update(tmp_path, row("shipped", "05-25"), row("invited", "05-02", ADA))) == 1
    assert standing(tmp_path, ADA)["state"] == "invited" and standing(tmp_path)["state"] == "received"


def test_a_status_without_a_day_says_how_things_are_now(tmp_path: Path) -> None:
    update(tmp_path, row("received", "05-20"))
    said = update(tmp_path, row("accepted"), file="old.csv")
    assert said == [f"{LIN}: accepted contradicts the journal, which has received on 20 May 2026"]
    # Where a sheet has it beside a later status, it says how it came to that.
    assert not update(tmp_path, row("accepted"), row("posted", "05-25", url=NOTE))
    assert standing(tmp_path)["state"] == "posted"


def test_an_older_sheet_goes_backwards_also_where_its_status_is_known(tmp_path: Path) -> None:
    update(tmp_path, row("accepted"), file="may.csv")
    update(tmp_path, row("received"), file="june.csv")
    assert not update(tmp_path, row("accepted"), file="may.csv"), "applied twice"
    assert "contradicts" in update(tmp_path, row("accepted"), file="copy of may.csv")[0]


def test_an_earlier_day_fills_the_history_in(tmp_path: Path) -> None:
    update(tmp_path, row("posted", "05-20", url=NOTE))
    assert not update(tmp_path, row("invited", "05-01"), row("shipped", "05-09"))
    found = standing(tmp_path)
    assert found["state"] == "posted" and days(found) == {"invited": "05-01", "shipped": "05-09", "posted": "05-20"}


def test_more_details_of_the_same_event_are_an_update(tmp_path: Path) -> None:
    update(tmp_path, row("posted", "05-20"))
    done = record(tmp_path, "spring", [row("posted", "05-20", url=NOTE, label_seen="no")], "second.csv", now=NOW)
    assert len(done.added) == 1 and not done.not_taken
    found = standing(tmp_path)
    assert (found["posts"], found["urls"], found["label_seen"]) == (1, [NOTE], "no")
    assert record(tmp_path, "spring", [row("posted", "05-21")], "third.csv", now=NOW).known == 1


def test_a_person_may_have_several_posts_and_payments(tmp_path: Path) -> None:
    other = "https://www.instagram.com/p/Cabc/"
    update(tmp_path, row("posted", "05-20", url=NOTE), row("posted", "05-22", url=other))
    update(tmp_path, row("paid", "05-10", amount=100.0), row("paid", "05-30", amount=200.5))
    found = standing(tmp_path)
    assert (found["posts"], found["paid"], found["state"]) == (2, 300.5, "paid")
    assert found["posted_at"] == pd.Timestamp("2026-05-20")


def test_a_file_that_says_two_things_of_one_event_is_not_guessed_at(tmp_path: Path) -> None:
    (said,) = update(tmp_path, row("invited", "05-01"), row("invited", "05-02"))
    assert said == f"{LIN}: the file says two things of invited: day 2026-05-01 and 2026-05-02"
    # Two posts of a person may be two lines, with remarks of their own on what is one event.
    lines = row("invited", "05-01", note="first line"), row("invited", "05-01", note="second line", code="LIN10")
    assert not update(tmp_path, *lines)
    assert (standing(tmp_path)["note"], standing(tmp_path)["code"]) == ("first line", "LIN10")


def test_a_post_that_is_taken_down_is_no_longer_live(tmp_path: Path) -> None:
    update(tmp_path, row("posted", "05-20", url=NOTE))
    update(tmp_path, row("taken_down", "05-22", url=f"{NOTE}?xsec_token=a"))
    assert (standing(tmp_path)["state"], standing(tmp_path)["posts"]) == ("taken_down", 0)
    update(tmp_path, row("posted", "05-25", url="https://www.instagram.com/p/Cabc/"))
    assert (standing(tmp_path)["state"], standing(tmp_path)["posts"]) == ("posted", 1)


def test_after_a_lost_parcel_another_one_may_be_sent(tmp_path: Path) -> None:
    update(tmp_path, row("shipped", "05-04"), row("lost", "05-12"))
    assert standing(tmp_path)["state"] == "lost"
    assert not update(tmp_path, row("shipped", "05-13"), file="second.csv")
    found = standing(tmp_path)
    assert (found["state"], found["quantity"]) == ("shipped", 2)
    assert not update(tmp_path, row("received", "05-16"))
    assert standing(tmp_path)["state"] == "received"
    assert update(tmp_path, row("accepted", "05-18")), "a lost parcel does not reopen what was before it"


def test_a_lost_parcel_may_be_entered_after_the_one_that_replaced_it(tmp_path: Path) -> None:
    update(tmp_path, row("shipped", "05-13"), row("received", "05-16"))
    assert not update(tmp_path, row("lost", "05-12"), row("shipped", "05-04"))
    found = standing(tmp_path)
    assert (found["state"], found["quantity"]) == ("received", 2)
    assert days(found) == {"shipped": "05-13", "received": "05-16", "lost": "05-12"}


def test_what_undid_something_cannot_be_moved_to_where_it_undoes_nothing(tmp_path: Path) -> None:
    update(tmp_path, row("accepted", "05-02"), row("declined", "05-05"), row("invited", "05-08"))
    (said,) = update(tmp_path, row("declined", "05-01"))
    assert "declined cannot be moved: invited on 8 May 2026 would come after accepted on 2 May 2026" in said
    assert standing(tmp_path)["declined_at"] == pd.Timestamp("2026-05-05")


def test_whoever_declined_may_be_asked_again_and_accept(tmp_path: Path) -> None:
    update(tmp_path, row("invited", "05-01"), row("declined", "05-02"))
    assert standing(tmp_path)["state"] == "declined"
    assert not update(tmp_path, row("invited", "05-10"), row("accepted", "05-11"))
    assert standing(tmp_path)["state"] == "accepted"


def test_a_correction_takes_the_place_of_what_it_contradicts_and_both_remain_in_the_journal(tmp_path: Path) -> None:
    update(tmp_path, row("invited", "05-01"), row("posted", "05-20", url=NOTE))
    assert not update(tmp_path, row("shipped", "05-25"), correction="the post is somebody else's")
    found = standing(tmp_path)
    assert (found["state"], found["posts"]) == ("shipped", 0)
    assert days(found) == {"invited": "05-01", "shipped": "05-25"}
    entries = read_journal(tmp_path)
    assert [entry["event"] for entry in entries] == ["invited", "posted", "shipped"]
    assert [entry.get("correction") for entry in entries] == [None, None, "the post is somebody else's"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (row("posted", url=NOTE), "a post needs the day on which it appeared"),
        (row("shipped", "08-01"), "shipped on 1 August 2026 is still to come"),
        (row("vanished", "05-01"), "vanished is no event"),
        (row("", "05-01"), "nothing is no event"),
    ],
)
def test_what_cannot_be_an_entry_is_one_sentence(tmp_path: Path, wrong: dict[str, Any], why: str) -> None:
    (said,) = update(tmp_path, wrong, row("invited", "05-01"))
    assert why in said and not read_journal(tmp_path)


def test_whoever_asked_not_to_be_contacted_is_asked_in_no_campaign(tmp_path: Path) -> None:
    update(tmp_path, row("invited", "05-01"), row("do_not_contact", "05-05"))
    assert list_unwilling(tmp_path) == {LIN}
    said = record(tmp_path, "summer", [row("invited", "05-20")], "summer.csv", now=NOW).not_taken
    assert said == [f"{LIN}: invited, though they asked not to be contacted on 5 May 2026 (campaign spring)"]
    # What happened before, and what is still under way, remains true.
    assert not update(tmp_path, row("accepted", "05-03"), row("shipped", "05-04"), row("received", "05-09"))
    assert standing(tmp_path)["state"] == "do_not_contact"


def test_an_objection_is_lifted_by_a_later_day_with_a_reason_alone(tmp_path: Path) -> None:
    update(tmp_path, row("withdrawn", "05-05"))
    assert update(tmp_path, row("invited", "05-20")) and update(tmp_path, row("invited"), correction="no day")
    assert not update(tmp_path, row("invited", "05-01"), correction="of before"), "history is filled in"
    assert list_unwilling(tmp_path) == {LIN}
    assert not update(tmp_path, row("accepted", "05-20"), correction="they wrote to us on 20 May")
    assert list_unwilling(tmp_path) == set()


def test_an_objection_holds_for_every_account_of_a_person(tmp_path: Path) -> None:
    accounts = {LIN: LIN, "weibo:lin": LIN}
    update(tmp_path, row("do_not_contact", "05-05", "weibo:lin"))
    assert list_unwilling(tmp_path, accounts) == {LIN, "weibo:lin"}
    assert update(tmp_path, row("invited", "05-20"), persons=accounts)


def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path) -> None:
    update(tmp_path, row("invited", "05-01"))
    with (tmp_path / FILE).open("a") as sink:
        sink.write('{"event": "shipped"}\n{"consumer": 3, "event": "do_not_contact", "at": 5}\n{"at": "2026-0')
    assert not update(tmp_path, row("accepted", "05-02"))
    assert days(standing(tmp_path)) == {"invited": "05-01", "accepted": "05-02"}


def test_of_two_updates_at_once_the_second_sees_the_first(tmp_path: Path) -> None:
    """Two processes write the same twenty invitations: each is in the journal once, whichever came first."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    writers = [spawn.Process(target=invite_many, args=(tmp_path, number, together)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    entries = read_journal(tmp_path)
    assert sorted(entry["consumer"] for entry in entries) == sorted(f"forum:{number}" for number in range(20))
    assert [entry["entry"] for entry in entries] == [f"campaign:{number}" for number in range(1, 21)]


STAGED = [event for event, kind in EVENTS.items() if kind.stage]
UNDOING = [event for event, kind in EVENTS.items() if kind.reopens is not None]
EVENT = st.sampled_from(tuple(EVENTS))
DAY = st.none() | st.integers(1, 28).map(lambda day: f"05-{day:02}")
URL = st.sampled_from([None, NOTE, "https://www.instagram.com/p/Cabc/"])
ROWS = st.lists(st.builds(row, EVENT, DAY, st.sampled_from([LIN, ADA]), url=URL), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, max_size=6))
def test_whatever_was_taken_is_known_afterwards(tmp_path_factory: pytest.TempPathFactory, files: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("journal")
    for number, rows in enumerate(files):
        done = record(folder, "spring", rows, f"{number}.csv", now=NOW)
        again = record(folder, "spring", rows, f"{number}.csv", now=NOW + timedelta(hours=1))
        assert not again.added and again.not_taken == done.not_taken
    for consumer, history in group_histories(read_journal(folder)).items():
        for fact in history.facts.values():
            stated = {"consumer": consumer, "event": fact.event, "happened_at": fact.happened_at, "at": fact.at}
            assert not (fact.happened_at and history.find_contradicted({**stated, **fact.details}))
        current = history.find_current()
        assert current is not None and current in history.facts.values()


class Journal(RuleBasedStateMachine):
    """Events without anything that undoes others, beside a model: the furthest stage, and the day of each event."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.days: dict[str, int] = {}

    @rule(event=st.sampled_from([event for event in STAGED if event not in UNDOING]), day=st.integers(1, 28))
    def happens(self, event: str, day: int) -> None:
        """An event of a day is taken where all days stay in the order of the stages."""
        entry: Entry = {**row(event, f"05-{day:02}", url=None), "at": NOW.isoformat()}
        others = {name: when for name, when in self.days.items() if name != event}
        fits = all(
            (when <= day) if EVENTS[name].stage < EVENTS[event].stage else (when >= day)  # type: ignore[operator]
            for name, when in others.items()
            if EVENTS[name].stage != EVENTS[event].stage
        )
        vague = event == "posted" and event in self.days
        assert bool(self.history.find_contradicted(entry)) == (not fits)
        if fits:
            self.history.add(entry)
            self.days[event] = self.days[event] if vague else day

    @invariant()
    def current_is_the_furthest(self) -> None:
        """The state is the furthest stage, with the day that was stated for it last."""
        current = self.history.find_current()
        assert (current is None) == (not self.days)
        if current is not None:
            assert current.event == max(self.days, key=lambda name: EVENTS[name].stage or 0)
            assert int(current.day[-2:]) == self.days[current.event]


TestJournal = Journal.TestCase
