"""Reports are mailed and their counts posted, to real servers; what is not taken is a sentence, and is sent again."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import trustme
from command import run
from post_offices import PASSWORD, USER, MailBox, make_context, serve_mail, serve_posts
from refreshed import list_folders, read_index, read_log, write_place
from report_pages import HOSTILE

import graphkoc
from graphkoc.errors import StoreError, UsageError
from graphkoc.schedule.mail import read_mail_server, send_mail, write_mail
from graphkoc.schedule.webhook import read_webhook

WHO = "anna@shop.example"
TO = {"GRAPHKOC_MAIL_TO": WHO, "GRAPHKOC_MAIL_FROM": USER}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which certificates of this authority are taken."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return {"SSL_CERT_FILE": str(path)}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was refreshed once; only to be copied."""
    folder = write_place(tmp_path_factory.mktemp("first") / "place")
    assert run("refresh", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def place(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "place"))


def send(place: Path, env: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    done = run("refresh", "--send", *more, cwd=place, env=env)
    assert "Traceback" not in done.stderr
    return done


def find_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_clients_page_is_mailed_by_an_encrypted_connection(
    place: Path, authority: trustme.CA, trusted: dict[str, str]
) -> None:
    box = MailBox()
    with serve_mail(box, make_context(authority)) as port:
        url = f"smtp://{USER.replace('@', '%40')}@localhost:{port}"
        env = {"GRAPHKOC_MAIL_TO": f"Anna <{WHO}>, bo@shop.example", "GRAPHKOC_SMTP_URL": url, **trusted}
        done = send(place, env | {"GRAPHKOC_SMTP_PASSWORD": PASSWORD})
    assert (done.returncode, done.stdout) == (0, f"sent    {WHO}, bo@shop.example\n")
    (mail,), (to,) = box.mails, box.to
    assert (box.encrypted, to) == ([True], [WHO, "bo@shop.example"])
    (name,) = list_folders(place)
    report = place / "reports" / name
    about = json.loads((report / "about.json").read_text(encoding="utf-8"))
    assert mail["Subject"] == f"{about['titles']['client'].rstrip('.')} (29 April 2020)"
    assert (mail["From"], mail["Auto-Submitted"]) == (USER, "auto-generated")
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith(f"# {about['titles']['client']}")
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "report-2020-04-29.html"
    assert attached.get_payload(decode=True) == (report / "report-client.html").read_bytes()
    entry = read_log(place)[-1]
    assert entry["mail"] == {"to": to, "refused": [], "for": "client", "host": "localhost"}
    assert PASSWORD not in json.dumps(read_log(place)) + done.stdout + done.stderr
    done = send(place, TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"})
    assert (done.returncode, done.stdout) == (0, "Everybody was sent the newest report already.\n")


def test_the_analysts_page_is_mailed_where_that_is_set(place: Path) -> None:
    (place / "graphkoc.toml").write_text('[refresh]\npaths = ["csv", "exports"]\nmail_for = "analyst"\n')
    box = MailBox()
    with serve_mail(box) as port:
        assert send(place, TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"}).returncode == 0
    (attached,) = box.mails[0].iter_attachments()
    (name,) = list_folders(place)
    assert attached.get_payload(decode=True) == (place / "reports" / name / "report.html").read_bytes()
    assert read_log(place)[-1]["mail"]["for"] == "analyst"


def test_a_refresh_sends_what_was_not_taken_before(place: Path) -> None:
    port = find_free_port()
    env = TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"}
    done = run("refresh", "--on-fail", 'printf %s "$GRAPHKOC_ERROR" > failed', cwd=place, env=env)
    assert done.returncode == 5
    error = "the report was not mailed by localhost: Connection refused"
    assert f"Error: {error}.\nThe next refresh sends it again, or `graphkoc refresh --send` at once.\n" in done.stderr
    assert (place / "failed").read_text() == error
    assert "Nothing is new since the last report." in done.stdout
    assert read_log(place)[-1]["outcome"] == "unsent"
    assert f"It was not sent: {error}" in read_index(place)[0]
    box = MailBox()
    with serve_mail(box) as port:
        done = run("refresh", cwd=place, env=TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"})
    assert done.returncode == 0, done.stderr
    assert box.to == [[WHO]]
    assert "not sent" not in read_index(place)[0]


def test_who_was_refused_is_sent_it_again_and_nobody_twice(place: Path) -> None:
    env = TO | {"GRAPHKOC_MAIL_TO": f"{WHO}, gone@shop.example"}
    box = MailBox("gone@shop.example")
    with serve_mail(box) as port:
        env |= {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"}
        done = send(place, env)
        assert done.returncode == 5
        assert "the mail server localhost refused gone@shop.example" in done.stderr
        assert send(place, env).returncode == 5
        box.refused = ()
        assert send(place, env).returncode == 0
    assert box.to == [[WHO], ["gone@shop.example"]]


@pytest.mark.parametrize("from_the_start", [False, True], ids=["starttls", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    place: Path, authority: trustme.CA, trusted: dict[str, str], from_the_start: bool
) -> None:
    box = MailBox()
    scheme = "smtps" if from_the_start else "smtp"
    with serve_mail(box, make_context(authority), from_the_start) as port:
        env = TO | {"GRAPHKOC_SMTP_URL": f"{scheme}://localhost:{port}"}
        done = send(place, env)
        assert done.returncode == 5
        assert "its certificate is not valid (unable to get local issuer certificate)" in done.stderr
        assert box.mails == []
        assert send(place, env | trusted).returncode == 0
    assert box.encrypted == [True]


def test_a_wrong_password_is_one_sentence_without_the_password(
    place: Path, authority: trustme.CA, trusted: dict[str, str]
) -> None:
    with serve_mail(MailBox(), make_context(authority)) as port:
        env = TO | trusted | {"GRAPHKOC_SMTP_URL": f"smtp://reports%40shop.example@localhost:{port}"}
        for password in ("wrong horse", "falsches Paßwort"):
            done = send(place, env | {"GRAPHKOC_SMTP_PASSWORD": password})
            assert done.returncode == 5
            assert "the report was not mailed by localhost: " in done.stderr
            assert "password" in done.stderr and password not in done.stderr + json.dumps(read_log(place))


def test_a_server_elsewhere_has_to_encrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    box = MailBox()
    with serve_mail(box) as port:
        server = read_mail_server(TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"})
        assert server is not None
        mail = write_mail(server, [WHO], "Hostile\r\nBcc: eve@evil.example", "text", b"page", "report.html", "r")
        assert mail["Subject"] == "Hostile Bcc: eve@evil.example"
        monkeypatch.setattr("graphkoc.schedule.mail.is_local", lambda _: False)
        with pytest.raises(StoreError, match="it offers no encryption"):
            send_mail(server, mail)
    assert box.mails == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"GRAPHKOC_SMTP_URL": ""}, "GRAPHKOC_SMTP_URL does not name a mail server"),
        ({"GRAPHKOC_SMTP_URL": "mail.example.com"}, "GRAPHKOC_SMTP_URL does not name a mail server"),
        ({"GRAPHKOC_SMTP_URL": "smtp://localhost:port"}, "GRAPHKOC_SMTP_URL does not name a mail server"),
        ({"GRAPHKOC_SMTP_URL": "smtp://me:s3cret@mail.example.com"}, "GRAPHKOC_SMTP_URL holds a password"),
        ({"GRAPHKOC_SMTP_URL": "smtp://me@mail.example.com"}, "GRAPHKOC_SMTP_PASSWORD is missing"),
        ({"GRAPHKOC_MAIL_FROM": ""}, "GRAPHKOC_MAIL_FROM is missing"),
        ({"GRAPHKOC_MAIL_FROM": "nobody"}, "GRAPHKOC_MAIL_FROM has something that is no address"),
        ({"GRAPHKOC_MAIL_TO": "anna"}, "GRAPHKOC_MAIL_TO has something that is no address"),
        ({"GRAPHKOC_MAIL_TO": f"{WHO}, @"}, "GRAPHKOC_MAIL_TO has something that is no address"),
    ],
)
def test_what_is_no_server_or_address_is_one_sentence(given: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        read_mail_server(TO | {"GRAPHKOC_SMTP_URL": "smtp://mail.example.com"} | given)
    assert "s3cret" not in f"{error.value} {error.value.hint}"


def test_counts_are_posted_without_a_name(place: Path) -> None:
    with serve_posts() as (address, taken):
        done = send(place, {"GRAPHKOC_WEBHOOK_URL": address})
        assert (done.returncode, done.stdout) == (0, "sent    localhost\n")
        assert send(place, {"GRAPHKOC_WEBHOOK_URL": address}).stdout.startswith("Everybody was sent")
    ((path, body),) = taken
    counts = json.loads(body)
    (name,) = list_folders(place)
    run = graphkoc.find_run(str(place / "runs" / read_log(place)[0]["run"]))
    assert path == "/hook/s3cret"
    assert {key: counts[key] for key in ("report", "as_of", "people", "kocs", "new", "rejected")} == {
        "report": name, "as_of": "2020-04-29T00:00:00", "people": 60, "kocs": len(run.ranked()), "new": 484,
        "rejected": 0,
    }  # fmt: skip
    assert counts["text"].endswith("among 60 people · data to 29 April 2020")
    assert b"Person" not in body
    assert "s3cret" not in json.dumps(read_log(place)) + done.stdout + done.stderr


@pytest.mark.parametrize("answer", [500, 302, 404])
def test_a_webhook_that_answers_with_an_error_is_tried_again(place: Path, answer: int) -> None:
    with serve_posts(answer) as (address, taken):
        done = send(place, {"GRAPHKOC_WEBHOOK_URL": address})
        assert done.returncode == 5
        assert f"the webhook at localhost did not take the counts: it answered with code {answer}." in done.stderr
        assert "s3cret" not in done.stderr
        assert len(taken) == 1, "no redirect is followed"
    with serve_posts() as (address, taken):
        assert send(place, {"GRAPHKOC_WEBHOOK_URL": address}).returncode == 0
        assert len(taken) == 1


def test_a_webhook_is_checked_by_its_certificate(place: Path, authority: trustme.CA, trusted: dict[str, str]) -> None:
    with serve_posts(tls=make_context(authority)) as (address, taken):
        done = send(place, {"GRAPHKOC_WEBHOOK_URL": address})
        assert (done.returncode, taken) == (5, [])
        assert "its certificate is not valid" in done.stderr
        assert send(place, {"GRAPHKOC_WEBHOOK_URL": address, **trusted}).returncode == 0
    with serve_posts(tls=make_context(authority, "elsewhere.example")) as (address, _):
        shutil.rmtree(place / "reports")
        assert run("refresh", cwd=place, env={"GRAPHKOC_WEBHOOK_URL": address, **trusted}).returncode == 5
    assert len(list_folders(place)) == 1, "the report is there all the same"


def test_one_way_that_fails_does_not_keep_back_the_other(place: Path) -> None:
    box = MailBox()
    with serve_mail(box) as port:
        env = TO | {"GRAPHKOC_SMTP_URL": f"smtp://localhost:{port}"}
        hook = {"GRAPHKOC_WEBHOOK_URL": f"http://localhost:{find_free_port()}/x"}
        assert send(place, env | hook).returncode == 5
    assert box.to == [[WHO]]
    entry = read_log(place)[-1]
    assert (entry["mail"]["to"], entry["webhook"]["taken"], len(entry["errors"])) == ([WHO], False, 1)


def test_a_name_of_a_stranger_stays_text_in_a_mail() -> None:
    server = read_mail_server(TO | {"GRAPHKOC_SMTP_URL": "smtp://localhost"})
    assert server is not None
    for name in filter(None, HOSTILE):
        mail = write_mail(server, [WHO], f"Start with {name[:200]}", name, b"page", "report.html", "r")
        read = message_from_bytes(mail.as_bytes(), policy=policy.default)
        assert sorted(read.keys()) == sorted(mail.keys()), name
        assert read["To"] == WHO
        assert str(read["Subject"]).startswith("Start with")
        assert str(read["Subject"]).isprintable()
        assert [part.get_content_type() for part in read.walk()] == ["multipart/mixed", "text/plain", "text/html"]


@pytest.mark.parametrize("address", ["http://example.com/x", "ftp://localhost/x", "https://", "https://a b", "x"])
def test_a_webhook_has_to_be_encrypted(address: str) -> None:
    with pytest.raises(UsageError, match="GRAPHKOC_WEBHOOK_URL is not an address that can be used"):
        read_webhook({"GRAPHKOC_WEBHOOK_URL": address})


def test_a_wrong_address_is_found_before_any_work(tmp_path: Path) -> None:
    write_place(tmp_path / "place")
    done = run("refresh", cwd=tmp_path / "place", env={"GRAPHKOC_MAIL_TO": WHO})
    assert done.returncode == 2
    assert not (tmp_path / "place/graphkoc.lbug").exists()
    done = run("refresh", "--send", cwd=tmp_path / "place")
    assert (done.returncode, "there is no report in reports yet" in done.stderr) == (2, True)
