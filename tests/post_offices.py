"""Servers to which reports are sent: a mail server and a webhook, each with or without a certificate."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

__all__ = ["MailBox", "Post", "make_context", "serve_mail", "serve_posts"]

USER, PASSWORD = "reports@shop.example", "correct horse"


def make_context(authority: trustme.CA, host: str = "localhost") -> ssl.SSLContext:
    """A server's context, with a certificate for a host."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    return context


class MailBox:
    """Mails that were taken; refused: addresses that are not."""

    def __init__(self, *refused: str) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.refused = refused

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.to.append(envelope.rcpt_tos)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"


def check_login(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@contextmanager
def serve_mail(box: MailBox, tls: ssl.SSLContext | None = None, from_the_start: bool = False) -> Iterator[int]:
    """The port of a mail server on this machine; tls: for STARTTLS, or from the start."""
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if tls and from_the_start:
        options |= {"ssl_context": tls}
    elif tls:
        options |= {"tls_context": tls, "authenticator": check_login, "auth_require_tls": True}
    server = _AnyPort(box, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


class _AnyPort(Controller):
    """A mail server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Post(BaseHTTPRequestHandler):
    """Takes what is posted, and answers with a code."""

    answer = 200
    taken: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, body))
        self.send_response(self.answer)
        if self.answer == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serve_posts(answer: int = 200, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """The address of a server on this machine that takes posts, and what it has taken."""
    taken: list[tuple[str, bytes]] = []
    server = ThreadingHTTPServer(("localhost", 0), type("Answers", (Post,), {"answer": answer, "taken": taken}))
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_address[1]}/hook/s3cret", taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
