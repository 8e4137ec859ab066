"""Encrypted connections: a real server with a certificate of its own authority, and what is said where one fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import little_store
import neo4j_server
import pytest
import trustme
from neo4j_jars import LTS
from pages import ROOT, blocks

import graphkoc
from graphkoc.errors import StoreError

OPERATIONS = ROOT / "docs/operations.md"
(SETTINGS,) = (block.text for block in blocks(OPERATIONS) if "server.bolt.tls_level" in block.text)
POLICY = dict(line.split("=", 1) for line in SETTINGS.splitlines())
"""The settings that the page on operations gives."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def encrypted(authority: trustme.CA) -> Iterator[neo4j_server.LocalServer]:
    """A server that takes connections with TLS only, under a certificate for localhost."""
    with neo4j_server.fail_or_skip_when_missing():
        server = neo4j_server.LocalServer(LTS, **POLICY)
    place = server.home / POLICY["dbms.ssl.policy.bolt.base_directory"]
    place.mkdir(parents=True)
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(str(place / POLICY["dbms.ssl.policy.bolt.private_key"]))
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    (place / POLICY["dbms.ssl.policy.bolt.public_certificate"]).write_bytes(chain)
    server.uri = f"bolt+ssc://localhost:{server.bolt}"
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def address(encrypted: neo4j_server.LocalServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where that server is, without a scheme."""
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", encrypted.password)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    return f"localhost:{encrypted.bolt}"


def refuse(url: str) -> str:
    """The error of opening this store, with its hint."""
    with pytest.raises(StoreError) as error:
        graphkoc.open_store(url)
    assert "\n" not in str(error.value)
    return f"{error.value}. {error.value.hint}"


@pytest.mark.parametrize("scheme", ["neo4j+s", "bolt+s"])
def test_a_certificate_of_an_own_authority_is_trusted_where_its_file_is_named(
    scheme: str, address: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with closing(graphkoc.open_store(f"{scheme}://{address}")) as store:
        store.upsert(little_store.tables(range(20)))
        assert len(store.table("consumers")) == 20
        checks = {one.check: one for one in store.inspect()}
    assert checks["encryption"].detail == "encrypted, with a certificate that was checked"


@pytest.mark.parametrize("scheme", ["neo4j+ssc", "bolt+ssc"])
def test_a_certificate_that_nobody_vouches_for_is_taken_on_request(scheme: str, address: str) -> None:
    graphkoc.open_store(f"{scheme}://{address}").close()


@pytest.mark.parametrize("scheme", ["neo4j+s", "bolt+s"])
def test_a_certificate_of_an_unknown_authority_is_refused(
    scheme: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{scheme}://{address}"
    refusal = f"the certificate of the server at {url} is not trusted: unable to get local issuer certificate."
    assert refuse(url) == (
        f"{refusal} Name the certificate of your own authority (a PEM file) in SSL_CERT_FILE. "
        "With +ssc no certificate is checked."
    )
    other = tmp_path / "other.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert refuse(url) == f"{refusal} SSL_CERT_FILE names {other}, which cannot be read."
    trustme.CA().cert_pem.write_to_path(str(other))
    assert refuse(url) == (
        f"{refusal} {other}, which SSL_CERT_FILE names, does not vouch for it. With +ssc no certificate is checked."
    )


def test_a_certificate_for_another_host_is_refused(
    address: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    refusal = refuse(f"bolt+s://{address.replace('localhost', '127.0.0.1')}")
    assert "is not trusted: IP address mismatch, certificate is not valid for '127.0.0.1'" in refusal


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_server_that_takes_only_tls_says_nothing_without_it(scheme: str, address: str) -> None:
    assert refuse(f"{scheme}://{address}") == (
        f"the server at {scheme}://{address} closed the connection. "
        f"It may take connections with TLS only: try {scheme}+s://{address}."
    )


@pytest.fixture
def server() -> neo4j_server.Server:
    """The server that the stores' tests share."""
    return neo4j_server.shared_or_skip(LTS)


@pytest.mark.parametrize("scheme", ["neo4j+s", "neo4j+ssc", "bolt+s", "bolt+ssc"])
def test_a_server_without_tls_is_named_as_the_reason(
    scheme: str, server: neo4j_server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    url = server.uri.replace("bolt", scheme, 1)
    assert refuse(url) == (
        f"the server at {url} does not answer with TLS. "
        "Leave out the +s of the address, or set up TLS for Bolt on the server."
    )
