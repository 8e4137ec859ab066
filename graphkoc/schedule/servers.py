"""Servers to which something is sent: whether one is this machine, and why one could not be reached, in a sentence."""

from __future__ import annotations

import ipaddress
import socket
import ssl

from graphkoc.files import describe_error

__all__ = ["TIMEOUT", "describe_failure", "is_local"]

TIMEOUT = 30.0
"""Seconds that a server may take for each step."""


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def describe_failure(error: OSError) -> str:
    """Why a connection failed: a clause without any address, name or password."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({error.verify_message.rstrip('.')})"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection could be made"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return f"it did not answer within {TIMEOUT:.0f} seconds"
    return describe_error(error) if error.errno else "the connection was lost"
