"""Exported lists: the columns that other tools read, and no contact of anybody who has not consented."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import run as run_command
from hypothesis import given
from hypothesis import strategies as st
from small_campaign import FORMULA, NAMED, Campaign, customer, planted, write_customers

import graphkoc
from graphkoc.campaigns.export import export_list
from graphkoc.capture import contacts
from graphkoc.capture.contact_book import Book, Entry, match_people, read_contact_book
from graphkoc.capture.reading import table_file
from graphkoc.errors import AnalysisError, DataError, UsageError
from graphkoc.invite.decisions import append, decide_now
from graphkoc.invite.presets import CONTACTS, build_table, check_export_columns, find_preset, list_presets
from graphkoc.invite.profile import clean_url
from graphkoc.invite.saved import plans_folder, save_list
from graphkoc.runs.checks import CHECKS

UPFLUENCE = [
    *("influencer_id", "media_url", "profile_name", "first_name", "last_name", "phone_number", "email"),
    *(f"shipping_address.{part}" for part in ("line1", "line2", "zipcode", "city", "state", "country_code")),
]
"""help.upfluence.co/en/articles/6997712; what follows is a merge field."""
PLAIN = [
    *("consumer", "name", "handle", "url", "platform", "role", "label"),
    *("place", "wave", "status", "price", "consent", "contact_key", "flags"),
]


@pytest.fixture
def place(small_campaign: Campaign, tmp_path: Path) -> Campaign:
    """A copy of the campaign, in a folder where nothing else is written."""
    return Campaign(Path(shutil.copytree(small_campaign.folder, tmp_path / "work")))


@pytest.fixture
def store(place: Campaign) -> Iterator[graphkoc.Store]:
    store = place.open()
    yield store
    store.close()


def save(place: Campaign, *numbers: int, reserve: int = 0, **more: Any) -> None:
    """Save a plan called spring with these persons, by their numbers; the last `reserve` of them in reserve."""
    people = [
        {"consumer": f"crm:{n}", "role": "koc", "place": "reserve" if turn >= len(numbers) - reserve else "roster"}
        for turn, n in enumerate(numbers)
    ]
    save_list(plans_folder(place.folder / "run"), {"kind": "plan", "name": "spring", "people": people} | more)


def read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of an exported file, CSV or workbook."""
    ((rows, _),) = table_file.read_cells(file).values()
    header = [str(cell) for cell in rows[0][1]]
    return [dict(zip(header, [cell or "" for cell in cells], strict=False)) for _, cells in rows[1:]]


def export(place: Campaign, store: graphkoc.Store, file: str, preset: str = "upfluence", **more: Any) -> dict[str, Any]:
    """Export the plan spring; `contacts=True` joins the campaign's file of customers."""
    if more.get("contacts") is True:
        more["contacts"] = place.folder / "customers.csv"
    more = {"key_file": place.folder / "key"} | more
    return export_list(store, place.run, "spring", preset, place.folder / file, **more)


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("joined", [False, True])
def test_upfluences_file_has_exactly_the_columns_of_its_import_and_the_flags(
    place: Campaign, store: graphkoc.Store, suffix: str, joined: bool
) -> None:
    save(place, 0, 1, 3)
    export(place, store, f"out{suffix}", contacts=True if joined else None)
    rows = read_rows(place.folder / f"out{suffix}")
    assert [*rows[0]] == [*UPFLUENCE, "flags"]
    assert [row["influencer_id"] for row in rows] == ["crm:0", "crm:1", "crm:3"]
    consents = {
        "first_name": "Planted0",
        "last_name": "Family0",
        "phone_number": "+4915112345000",
        "email": "planted.0@example.com",
        "shipping_address.line1": "0 Planted Street",
        "shipping_address.line2": "",
        "shipping_address.zipcode": "10000",
        "shipping_address.city": "Plantedville",
        "shipping_address.state": "PV",
        "shipping_address.country_code": "DE",
    }
    assert {name: rows[0][name] for name in consents} == (consents if joined else dict.fromkeys(consents, ""))
    assert rows[0]["media_url"] == "https://forum.example.com/u/0"
    assert not any(rows[1][name] for name in consents), "consent is unknown"


def test_the_plain_file_has_what_is_known_and_contacts_only_where_they_are_joined(
    place: Campaign, store: graphkoc.Store
) -> None:
    save(place, 0, 1, 3, reserve=1)
    done = export(place, store, "out.csv", "plain")
    rows = read_rows(place.folder / "out.csv")
    assert [*rows[0]] == PLAIN
    assert [(row["place"], row["consent"]) for row in rows] == [
        ("roster", "yes"),
        ("roster", "unknown"),
        ("reserve", "yes"),
    ]
    hash_contact = contacts.keys(lambda: (place.folder / "key").read_bytes())
    assert hash_contact("planted.0@example.com", "") in rows[0]["contact_key"].split()
    assert (done["people"], done["with_contacts"], done["left_out"], done["notes"]) == (3, 0, [], [])
    export(place, store, "joined.csv", "plain", contacts=True)
    assert [*read_rows(place.folder / "joined.csv")[0]] == [*PLAIN, *CONTACTS]


def test_only_the_roster_goes_to_a_tool_that_would_invite_reserves_too(place: Campaign, store: graphkoc.Store) -> None:
    save(place, 0, 1, 3, reserve=2)
    done = export(place, store, "out.csv")
    assert [row["influencer_id"] for row in read_rows(place.folder / "out.csv")] == ["crm:0"]
    assert done["left_out"] == ["2 people: reserve, and this preset takes roster alone"]


def test_columns_of_a_focus_group_appear_where_somebody_has_them(place: Campaign, store: graphkoc.Store) -> None:
    people = [{"consumer": "crm:0", "slot": "Monday 10:00", "language": "German"}, {"consumer": "crm:3"}]
    document = {"kind": "focus-group", "name": "spring", "people": people}
    save_list(plans_folder(place.folder / "run"), document)
    export(place, store, "out.csv", "plain", kind="focus-group")
    rows = read_rows(place.folder / "out.csv")
    assert [*rows[0]] == [*PLAIN, "language", "slot"]
    assert [row["slot"] for row in rows] == ["Monday 10:00", ""]
    with pytest.raises(UsageError, match="no saved plan called 'spring'"):
        export(place, store, "other.csv", kind="plan")


def test_flags_are_on_every_export_whatever_the_columns(place: Campaign, store: graphkoc.Store) -> None:
    people = [{"consumer": "crm:0", "flags": ["a rule of the platform was overridden"]}]
    save_list(plans_folder(place.folder / "run"), {"kind": "plan", "name": "spring", "people": people})
    for number, columns in enumerate((None, {"Wer": "consumer"}, {"Achtung": "flags", "Wer": "consumer"})):
        for preset in list_presets():
            export(place, store, f"{number}.csv", preset, columns=columns)
            (row,) = read_rows(place.folder / f"{number}.csv")
            assert (
                "a rule of the platform was overridden" in row["Achtung" if columns and len(columns) == 2 else "flags"]
            )


def test_a_check_of_the_run_is_a_flag_in_words_without_a_price(place: Campaign, store: graphkoc.Store) -> None:
    run = place.run
    checks = run.checks
    checks.loc[len(checks)] = ["crm:0", "for_hire", "on a price list, which asks 500 for a post", None, None]
    checked = run.replaced(checks=checks)
    save(place, 0)
    export_list(store, checked, "spring", "plain", place.folder / "out.csv")
    assert CHECKS["for_hire"] in read_rows(place.folder / "out.csv")[0]["flags"]
    assert "500" not in read_rows(place.folder / "out.csv")[0]["flags"]


def test_a_column_map_renames_reorders_and_chooses(place: Campaign) -> None:
    save(place, 0, 3)
    (place.folder / "graphkoc.toml").write_text(
        '[columns.plain]\n"Plattform" = "platform"\n"Achtung" = "flags"\n"Konto" = "consumer"\n'
    )
    args = ("campaign", "export", "spring", "--run", "run", "-o", "out.csv")
    done = run_command(*args, cwd=place.folder)
    assert done.returncode == 0, done.stderr
    rows = read_rows(place.folder / "out.csv")
    assert [*rows[0]] == ["Plattform", "Achtung", "Konto"]
    assert [row["Konto"] for row in rows] == ["crm:0", "crm:3"]
    settings = json.loads(run_command("config", "--format", "json", cwd=place.folder).stdout)
    (mine,) = [row for row in settings if row["setting"] == "columns.plain"]
    assert (mine["value"]["Konto"], mine["from"]) == ("consumer", "graphkoc.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[columns.plian]\nName = "name"\n', "there is no preset called 'plian'"),
        ('[columns.plain]\nName = "nmae"\n', "columns.plain has 'nmae' for the column Name, which is no field"),
        ("[columns.plain]\nName = 3\n", "columns.plain has 3 for the column Name"),
        ('[columns]\nplain = "name"\n', "columns.plain is no table of columns"),
        ('[columns.plain]\nFlags = "name"\n', "another field in the column Flags"),
        ("columns = 3\n", "columns, which is not a setting"),
    ],
)
def test_a_misspelt_column_map_is_one_sentence_for_every_command(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "graphkoc.toml").write_text(text)
    done = run_command("kocs", cwd=tmp_path)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())


def test_a_misspelt_field_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as wrong:
        check_export_columns({"plain": {"Name": "nmae"}})
    assert wrong.value.hint == "Did you mean name?"
    with pytest.raises(UsageError, match="no preset called 'grin'"):
        find_preset("grin")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://www.xiaohongshu.com/user/profile/5f?xsec_token=a#b", "https://www.xiaohongshu.com/user/profile/5f"),
        (" http://example.com/@ann ", "http://example.com/@ann"),
        ("https://ann:secret@example.com/x", "https://example.com/x"),
        ("javascript:alert(1)", None),
        ("example.com/ann", None),
        ("http://[broken", None),
        (None, None),
    ],
)
def test_a_profile_is_a_clean_web_address_or_none(url: str | None, clean: str | None) -> None:
    assert clean_url(url) == clean


@given(st.dictionaries(st.sampled_from([*CONTACTS, "name", "flags", "slot"]), st.text(max_size=5)))
def test_a_file_without_contacts_has_no_column_of_them_in_plain(person: dict[str, Any]) -> None:
    rows, phones = build_table(find_preset("plain"), [person], with_contacts=False)
    assert not set(rows[0]) & set(CONTACTS) and phones == []


# --- contacts -----------------------------------------------------------------------------------


def find_planted(folder: Path) -> dict[int, set[str]]:
    """The files under a folder in which contacts of each person are, packed or not; the CRM's own file left out."""
    found: dict[int, set[str]] = {}
    for path in folder.rglob("*"):
        if not path.is_file() or path.name.startswith("customers"):
            continue
        contents = [path.read_bytes()]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                contents += [book.read(name) for name in book.namelist()]
        for number in range(60):
            texts = [text.encode() for text in planted(number)]
            whole = [text for text in texts for content in contents if is_in(text, content)]
            if whole:
                found.setdefault(number, set()).add(path.name)
    return found


def is_in(text: bytes, content: bytes) -> bool:
    """Whether the text is in the content, and not as the beginning or the end of a longer number."""
    at = content.find(text)
    while at >= 0:
        around = content[at - 1 : at] + b"|" + content[at + len(text) : at + len(text) + 1]
        if not any(48 <= byte <= 57 for byte in around):
            return True
        at = content.find(text, at + 1)
    return False


def test_no_contact_without_consent_is_in_any_file_and_with_consent_in_the_export_alone(
    place: Campaign, store: graphkoc.Store
) -> None:
    save(place, *range(30), kind="plan")
    assert find_planted(place.folder) == {}, "a load keeps no contact"
    for file, preset in (("u.csv", "upfluence"), ("u.xlsx", "upfluence"), ("p.csv", "plain"), ("p.xlsx", "plain")):
        done = export(place, store, file, preset, contacts=True)
        assert (done["people"], done["with_contacts"]) == (20, 10)
        assert done["left_out"] == ["10 people: may not be contacted"]
    assert find_planted(place.folder) == {n: {"u.csv", "u.xlsx", "p.csv", "p.xlsx"} for n in range(0, 30, 3)}
    ids = {row["influencer_id"] for row in read_rows(place.folder / "u.csv")}
    assert ids == {f"crm:{n}" for n in range(30) if n % 3 != 2}


@pytest.mark.parametrize(
    ("in_store", "in_file", "outcome"),
    [
        *(("yes", "yes", "joined"), ("yes", "", "joined"), ("yes", "maybe", "joined"), ("", "yes", "joined")),
        *(("", "", "without"), ("", "maybe", "without")),
        *(("no", "yes", "left out"), ("no", "", "left out"), ("yes", "no", "left out"), ("", "no", "left out")),
    ],
)
def test_consent_is_a_yes_in_the_store_or_the_file_and_a_no_in_neither(
    place: Campaign, store: graphkoc.Store, in_store: str, in_file: str, outcome: str
) -> None:
    number = {"yes": 0, "": 1, "no": 2}[in_store]
    save(place, number, 3)
    write_customers(place.folder / "customers2.csv", [customer(number, in_file), customer(3, "yes")])
    export(place, store, "out.csv", contacts=place.folder / "customers2.csv")
    rows = {row["influencer_id"]: row for row in read_rows(place.folder / "out.csv")}
    there = rows.get(f"crm:{number}")
    shown = "left out" if there is None else "joined" if there["email"] else "without"
    assert shown == outcome
    assert rows["crm:3"]["email"] == "planted.3@example.com"


def test_a_refusal_that_is_loaded_after_the_list_was_saved_counts(place: Campaign, store: graphkoc.Store) -> None:
    save(place, 0, 3)
    refusing = write_customers(place.folder / "customers3.csv", [customer(0, "no")])
    graphkoc.load(store, None, [refusing], key_file=place.folder / "key")
    done = export(place, store, "out.csv", contacts=True)
    assert [row["influencer_id"] for row in read_rows(place.folder / "out.csv")] == ["crm:3"]
    assert done["left_out"] == ["1 person: may not be contacted"]


def test_people_are_found_by_the_keys_of_their_contacts_where_the_file_has_no_customer_ids(
    place: Campaign, store: graphkoc.Store
) -> None:
    save(place, 0, 3)
    file = place.folder / "customers4.csv"
    file.write_text(
        "Vorname;Nachname;E-Mail;Straße;PLZ;Ort;Land;Einwilligung\n"
        "Anna;Moss; Planted.0@Example.com ;Weg 1;24103;Kiel;de;ja\n"
        "Bo;Fern;somebody@example.com;Weg 2;24103;Kiel;DE;ja\n",
        encoding="utf-8",
    )
    done = export(place, store, "out.csv", contacts=file)
    first, second = read_rows(place.folder / "out.csv")
    assert (first["first_name"], first["shipping_address.line1"], first["shipping_address.country_code"]) == (
        "Anna",
        "Weg 1",
        "DE",
    )
    assert (first["email"], second["email"], done["with_contacts"]) == ("planted.0@example.com", "", 1)


def test_without_a_key_people_are_found_by_customer_id_alone_and_another_key_is_refused(
    place: Campaign, store: graphkoc.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY", raising=False)
    monkeypatch.delenv("GRAPHKOC_KEY_FILE", raising=False)
    save(place, 0, 3)
    done = export(place, store, "out.csv", contacts=True, key_file=None)
    assert done["with_contacts"] == 2
    assert done["notes"] == ["there is no key, so people were found by customer id alone (--key-file names one)"]
    (place.folder / "other").write_bytes(b"another secret")
    with pytest.raises(DataError, match="made with another secret"):
        export(place, store, "other.csv", contacts=True, key_file=place.folder / "other")


def entry(row: int, *keys: str, customer: str = "", consent: str | None = "yes") -> Entry:
    return Entry(row, customer, frozenset(keys), consent, {"email": f"{row}@example.com"})


def test_a_row_that_fits_several_people_gives_no_contact_and_a_refusal_on_it_counts_for_each() -> None:
    keys = {"ann": {"k1", "k2"}, "bob": {"k2"}, "cyd": {"k3"}}
    accounts = {"crm:1": "ann", "x:2": "bob", "x:3": "cyd"}
    shared = match_people([entry(2, "k2"), entry(3, "k1"), entry(4, "k3")], accounts, keys, ())
    assert shared.unclear == 1
    assert {who: fields["email"] for who, fields in shared.fields.items()} == {
        "ann": "3@example.com",
        "cyd": "4@example.com",
    }
    refused = match_people([entry(2, "k2", consent="no"), entry(3, "k1")], accounts, keys, ())
    assert refused.consents == {"ann": "no", "bob": "no"}
    by_id = match_people([entry(2, "k3", customer="1")], accounts, keys, ())
    assert [*by_id.fields] == ["ann"], "the customer's id comes before a shared phone"
    stranger = match_people([entry(2, "k3", customer="77")], accounts, keys, {"crm:77"})
    assert stranger == Book(), "the store knows this customer as somebody else"


def test_an_address_is_of_one_row_and_no_part_of_a_name_is_guessed(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(
        "客户编号,姓名,手机,收货地址,城市,邮编,国家,营销授权\n"
        "7,圆鹿,13800130000,,北京,,CN,同意\n7,圆鹿,13800130000,长安街 1 号,,100000,中国,\n8,,,,,,CN,\n9,,,,,,,拒绝\n",
        encoding="utf-8",
    )
    entries, bad = read_contact_book(file, b"secret")
    assert (bad, [(one.row, one.customer, one.consent) for one in entries]) == (
        0,
        [(2, "7", "yes"), (3, "7", None), (5, "9", "no")],
    )
    book = match_people(entries, {"crm:7": "ann"}, {}, ())
    assert book.fields["ann"] == {
        "phone": "+8613800130000",
        "first_name": "圆鹿",
        "line1": "长安街 1 号",
        "zipcode": "100000",
        "country_code": "中国",
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.csv", None, "cannot be read"),
        ("book.docx", b"x", "of no kind that graphkoc reads"),
        ("book.csv", b"city,sales\nKiel,3\n", "no column of customers or contacts"),
        ("book.csv", b"", "is empty"),
    ],
)
def test_a_file_of_contacts_that_is_none_is_one_sentence(
    place: Campaign, store: graphkoc.Store, name: str, content: bytes | None, words: str
) -> None:
    save(place, 0)
    if content is not None:
        (place.folder / name).write_bytes(content)
    with pytest.raises(DataError, match=words):
        export(place, store, "out.csv", contacts=place.folder / name)
    assert not (place.folder / "out.csv").exists()


def test_the_file_of_contacts_is_never_written_over(place: Campaign, store: graphkoc.Store) -> None:
    save(place, 0)
    before = (place.folder / "customers.csv").read_bytes()
    with pytest.raises(UsageError, match="is the file of contacts itself"):
        export(place, store, "customers.csv", contacts=True)
    assert (place.folder / "customers.csv").read_bytes() == before


# --- people -------------------------------------------------------------------------------------


def test_whoever_the_client_refused_since_or_the_store_forgot_is_left_out_and_counted(
    place: Campaign, store: graphkoc.Store
) -> None:
    save(place, 0, 1, 3, 4, client="Brisko")
    append(plans_folder(place.folder / "run"), [decide_now("brisko", "crm:1", "no")])
    store.forget(["crm:3"])
    done = export(place, store, "out.csv")
    assert [row["influencer_id"] for row in read_rows(place.folder / "out.csv")] == ["crm:0", "crm:4"]
    assert sorted(done["left_out"]) == ["1 person: no longer in the store", "1 person: refused by the client"]


def test_a_list_of_which_nobody_is_left_is_one_sentence(place: Campaign, store: graphkoc.Store) -> None:
    save(place, 2, 5)
    with pytest.raises(AnalysisError, match="nobody on the list spring is left") as nobody:
        export(place, store, "out.csv")
    assert nobody.value.hint == "2 people: may not be contacted."


@pytest.mark.parametrize("preset", ["plain", "upfluence"])
def test_a_formula_in_a_name_stays_text_and_a_phone_number_keeps_its_plus(
    place: Campaign, store: graphkoc.Store, preset: str
) -> None:
    save(place, NAMED)
    row = customer(NAMED, "yes") | {"First Name": "=1+1", "Last Name": "@SUM(A1)", "Email": "=a@example.com"}
    write_customers(place.folder / "customers5.csv", [row])
    for suffix in (".csv", ".xlsx"):
        export(place, store, f"out{suffix}", preset, contacts=place.folder / "customers5.csv")
    (shown,) = csv.DictReader((place.folder / "out.csv").read_text(encoding="utf-8-sig").splitlines())
    values = set(shown.values())
    assert {"'=1+1", "'@SUM(A1)", "'=a@example.com", f"'{FORMULA}", "+4915112345003"} <= values
    with zipfile.ZipFile(place.folder / "out.xlsx") as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert {"=1+1", "@SUM(A1)", FORMULA} <= set(read_rows(place.folder / "out.xlsx")[0].values())


def test_the_command_says_how_many_have_contacts_and_prints_none(place: Campaign) -> None:
    save(place, *range(6))
    args = ("campaign", "export", "spring", "--preset", "upfluence", "--contacts", "customers.csv", "--run", "run")
    done = run_command(*args, "--key-file", "key", "-o", "out.xlsx", cwd=place.folder)
    assert done.stdout.splitlines() == [
        "4 people in out.xlsx",
        "2 people of them with contacts",
        "left out: 2 people: may not be contacted",
    ]
    again = run_command(*args, "--key-file", "key", "-o", "out.csv", "--format", "json", "--debug", cwd=place.folder)
    assert json.loads(again.stdout)["with_contacts"] == 2
    printed = done.stdout + done.stderr + again.stdout + again.stderr
    assert not [text for number in range(6) for text in planted(number) if text in printed]
    assert set(find_planted(place.folder)) == {0, 3}
    for wrong, code in ((("--preset", "grin"), 2), (("-o", "out.pdf"), 2), (("--contacts", "gone.csv"), 3)):
        assert run_command(*args, "-o", "again.csv", *wrong, cwd=place.folder).returncode == code
