"""Contacts: read as keys, kept nowhere as they are."""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
from pathlib import Path

import pytest
from test_cli import run

import graphkoc
from graphkoc import contacts
from graphkoc.errors import UsageError

DATA = Path(__file__).with_name("data")


def key(contact: str, secret: str = "secret") -> str:
    return hmac.new(secret.encode(), contact.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("cell", "country", "contact"),
    [
        (" Ann@Example.COM ", "", "ann@example.com"),
        ("<ann@example.com>", "", "ann@example.com"),
        ("mailto:ann@example.com", "", "ann@example.com"),
        ("ａｎｎ@example.com", "", "ann@example.com"),
        ("13800138000", "", "+8613800138000"),
        ("+86 138-0013-8000", "", "+8613800138000"),
        ("008613800138000", "", "+8613800138000"),
        ("１３８００１３８０００", "", "+8613800138000"),
        ("13800138000.0", "", "+8613800138000"),
        ("030 1234567", "DE", "+49301234567"),
        ("0049 30/1234567", "", "+49301234567"),
        ("(415) 555-2671", "us", "+14155552671"),
    ],
)
def test_one_contact_is_one_key_however_it_is_written(cell: str, country: str, contact: str) -> None:
    assert contacts.keys(b"secret")(cell, country) == key(contact)


@pytest.mark.parametrize("cell", ["", "ann", "ann@", "@ann", "138****8000", "030 1234567", "12345", "2024-05-01", "-"])
def test_what_is_no_whole_contact_has_no_key(cell: str) -> None:
    assert contacts.keys(b"secret")(cell, "") == ""
    assert contacts.keys(None)(cell, "") == ""


def test_a_cell_may_hold_several() -> None:
    assert contacts.keys(b"secret")("13800138000; ann@example.com / Ann@example.com", "") == " ".join(
        [key("ann@example.com"), key("+8613800138000")]
    )


def test_another_secret_is_another_key() -> None:
    assert contacts.keys(b"other")("ann@example.com", "") != key("ann@example.com")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to ann@example.com, or +49 30 1234567!", "write to (hidden), or (hidden)!"),
        ("合作 13800138000 谢谢", "合作 (hidden) 谢谢"),
        ("V：138 0013 8000", "V：(hidden)"),
        ("https://www.youtube.com/@ann.b", "https://www.youtube.com/@ann.b"),
        ("2024-05-01 10:00, 4006381333931, 0001234567", "2024-05-01 10:00, 4006381333931, 0001234567"),
    ],
)
def test_contacts_in_words_are_hidden_and_other_numbers_are_not(text: str, left: str) -> None:
    assert contacts.redacted(text) == left


# --- the secret -----------------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_alone_and_never_over_another(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    done = run("key", "new", cwd=tmp_path, env=home)
    assert done.returncode == 0, done.stderr
    made = Path(done.stdout.strip())
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    said = made.read_bytes()
    assert len(bytes.fromhex(said.decode())) == 32
    again = run("key", "new", cwd=tmp_path, env=home)
    assert (again.returncode, again.stdout) == (2, "")
    assert f"there is a key in {made} already" in again.stderr
    assert made.read_bytes() == said
    other = run("key", "new", "mine.key", cwd=tmp_path, env=home)
    assert other.returncode == 0
    assert (tmp_path / "mine.key").read_bytes() != said


def test_the_key_is_found_in_the_environment_then_in_the_file_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY", raising=False)
    monkeypatch.delenv("GRAPHKOC_KEY_FILE", raising=False)
    assert contacts.find_key() is None
    (tmp_path / "one").write_text("one\n")
    (tmp_path / "two").write_text("two")
    (tmp_path / "none").write_text("\n")
    monkeypatch.setenv("GRAPHKOC_KEY_FILE", str(tmp_path / "one"))
    assert contacts.find_key() == b"one"
    assert contacts.find_key(tmp_path / "two") == b"two"
    monkeypatch.setenv("GRAPHKOC_KEY", "three")
    assert contacts.find_key(tmp_path / "two") == b"three"
    monkeypatch.setenv("GRAPHKOC_KEY", "")
    with pytest.raises(UsageError, match="is empty"):
        contacts.find_key(tmp_path / "none")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        contacts.find_key(tmp_path / "nowhere")


def test_without_a_key_contacts_are_not_loaded_and_one_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    without = run("load", "crm", DATA / "crm", cwd=tmp_path, env=home)
    assert without.returncode == 3
    assert "there is no key to hash them with: `graphkoc key new` makes one" in without.stderr
    assert "Traceback" not in without.stderr
    assert run("key", "new", cwd=tmp_path, env=home).returncode == 0
    assert run("load", "crm", DATA / "crm", cwd=tmp_path, env=home).returncode == 7
    (tmp_path / "graphkoc.toml").write_text('key_file = "elsewhere"\n')
    elsewhere = run("load", "crm", DATA / "crm", cwd=tmp_path, env=home)
    assert (elsewhere.returncode, "the key file elsewhere cannot be read" in elsewhere.stderr) == (2, True)


def test_files_without_contacts_need_no_key(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("昵称,粉丝数\n阿茶,2.3万\n")
    assert run("load", "roster", "list.csv", cwd=tmp_path, env={"HOME": str(tmp_path)}).returncode == 0


# --- nowhere --------------------------------------------------------------------------------------------

PLANTED = [
    *(
        "example.com",
        "example.net",
        "30 1234567",
        "301234567",
        "307654321",
        "5550000",
        "111222",
        "13800138",
        "138 0013",
    ),
    *("8613800138", "Ann@Example", "acha@", "tt@", "gus@", "fay@", "hal@", "ida@", "kim@", "dahl@", "lu@", "ned@"),
]
"""Parts of the contacts in the fixtures, as they stand there or normalised."""
NORMALISED = ("301234567",)


def test_clear_contacts_are_nowhere_in_store_run_report_rejects_or_log(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "GRAPHKOC_KEY": "secret"}
    files = tmp_path / "desk"
    files.mkdir()
    shown = []

    def told(*args: object, codes: tuple[int, ...] = (0,)) -> None:
        done = run("--debug", *args, cwd=files, env=env)
        assert done.returncode in codes, done.stderr
        shown.append(done.stdout + done.stderr)

    raw = "\n".join(
        path.read_bytes().decode("gb18030" if "订单" in path.name or "达人" in path.name else "utf-8")
        for source in ("crm", "roster")
        for path in sorted((DATA / source).glob("*.csv"))
    )
    assert not [part for part in PLANTED if part not in raw and part not in NORMALISED]
    told("load", "crm", DATA / "crm", "--format", "json", codes=(7,))
    told("load", "roster", DATA / "roster", codes=(7,))
    # Reviews, so that there is a run and a report of these people.
    bought = [f"crm:{who},crm:KET-1,5,2024-06-{day:02},Nice\n" for day, who in enumerate((7, 8, 9, 10, 12), 1)]
    (files / "reviews.csv").write_text("consumer,product,rating,created_at,text\n" + "".join(bought))
    pairs = [f"crm:{a},crm:{b}\n" for a in (7, 8, 9, 10, 12) for b in (7, 8, 9, 10, 12) if a != b]
    (files / "follows.csv").write_text("follower,followee\n" + "".join(pairs))
    store = graphkoc.open_store(f"ladybug:{files / 'graphkoc.lbug'}")
    graphkoc.load(store, "csv", [files / "reviews.csv", files / "follows.csv"])
    shown.append(json.dumps([graphkoc.doctor(store), graphkoc.status(store)]))
    found_run = graphkoc.analyse(store, files / "run")
    store.close()
    shown.append(json.dumps(graphkoc.list_kocs(found_run), default=str))
    graphkoc.write_report(found_run, files / "report.html")
    told("sources", "scaffold", "crm", *sorted((DATA / "crm").glob("*.csv")), "--out", "proposed")
    # A file without a header, whose first row is taken for one.
    (files / "bare.csv").write_text("ann@example.com,+49 30 1234567,昵称\nben@example.com,+49 30 7654321,KET-2\n")
    told("sources", "scaffold", "crm", "bare.csv", "--out", "bare", codes=(3,))
    told("load", "roster", "bare.csv", codes=(3,))
    (files / "twice.csv").write_text("ann@example.com,ann@example.com,昵称\nx,y,z\n")
    told("load", "roster", "twice.csv", codes=(3,))
    made = [path for path in files.rglob("*") if path.is_file() and path.name not in ("bare.csv", "twice.csv")]
    assert {"graphkoc.lbug", "run.json", "report.html", "graphkoc-rejects-crm.csv", "mapping.toml"} <= {
        path.name for path in made
    }
    everything = {str(path): path.read_bytes() for path in made} | {"shown": "\n".join(shown).encode()}
    found = [
        (name, part)
        for name, data in everything.items()
        for part in PLANTED
        if part.lower().encode() in data.lower() or part.lower().encode("utf-16-le") in data.lower()
    ]
    assert found == []
