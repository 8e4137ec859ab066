"""Why an encrypted connection to a server failed, in words."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

from graphkoc.errors import StoreError

__all__ = ["explain_failure"]

CLOSED = "incomplete handshake"
"""What the driver says of a server that closed an unencrypted connection at once."""


def explain_failure(address: str, error: BaseException) -> StoreError | None:
    """What to tell the user of a connection that failed over its encryption; None where it failed otherwise."""
    causes = list(_list_causes(error))
    if distrust := next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None):
        reason = distrust.verify_message.rstrip(".")
        return StoreError(f"the certificate of the server at {address} is not trusted: {reason}", hint=_advise_trust())
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        hint = "Leave out the +s of the address, or set up TLS for Bolt on the server."
        return StoreError(f"the server at {address} does not answer with TLS", hint=hint)
    if "+s" not in address and any(CLOSED in str(cause) for cause in causes):
        scheme, _, rest = address.partition("://")
        hint = f"It may take connections with TLS only: try {scheme}+s://{rest}."
        return StoreError(f"the server at {address} closed the connection", hint=hint)
    return None


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it; a driver that asked several servers has the reason of each in a group."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _list_causes(one)
    if error.__cause__ is not None:
        yield from _list_causes(error.__cause__)


def _advise_trust() -> str:
    named = os.environ.get("SSL_CERT_FILE")
    if named and not os.access(named, os.R_OK):
        return f"SSL_CERT_FILE names {named}, which cannot be read."
    if named:
        return f"{named}, which SSL_CERT_FILE names, does not vouch for it. With +ssc no certificate is checked."
    return (
        "Name the certificate of your own authority (a PEM file) in SSL_CERT_FILE. With +ssc no certificate is checked."
    )
