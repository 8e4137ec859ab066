"""The webhook: the counts of a report, posted as JSON to the address in GRAPHKOC_WEBHOOK_URL.

The address may be a secret: no error and no line of the log repeats more than its host.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from graphkoc.errors import StoreError, UsageError
from graphkoc.schedule.servers import TIMEOUT, describe_failure, is_local

__all__ = ["post_counts", "read_webhook"]

URL = "GRAPHKOC_WEBHOOK_URL"
HINT = "Write an address that begins with https://; http:// is for this machine alone."


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: what is posted goes to the address that was given, or nowhere."""

    def redirect_request(self, *_: Any) -> None:
        """No request."""


def read_webhook(given: Mapping[str, str]) -> str | None:
    """The address that the environment names; None without one. Raises UsageError for one that is not encrypted."""
    address = given.get(URL, "").strip()
    if not address:
        return None
    try:
        url = urlsplit(address)
        host, _ = url.hostname, url.port
    except ValueError:
        host = None
    safe = host and (url.scheme == "https" or (url.scheme == "http" and is_local(host)))
    if not safe or not address.isascii() or not address.isprintable() or " " in address:
        raise UsageError(f"{URL} is not an address that can be used", hint=HINT)
    return address


def post_counts(address: str, counts: Mapping[str, Any]) -> None:
    """Post the counts of a report; StoreError, in one sentence, where they were not taken."""
    host = str(urlsplit(address).hostname)
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    proxies = [urllib.request.ProxyHandler({})] if is_local(host) else []
    opener = urllib.request.build_opener(_Stay, context, *proxies)
    headers = {"Content-Type": "application/json", "User-Agent": "graphkoc"}
    request = urllib.request.Request(address, json.dumps(counts, ensure_ascii=False).encode(), headers, method="POST")
    try:
        opener.open(request, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        why = f"it answered with code {error.code}"
    except urllib.error.URLError as error:
        why = describe_failure(error.reason) if isinstance(error.reason, OSError) else "the connection was lost"
    except (OSError, http.client.HTTPException) as error:
        why = describe_failure(error) if isinstance(error, OSError) else "its answer is not HTTP"
    else:
        return
    raise StoreError(f"the webhook at {host} did not take the counts: {why}", hint="The next refresh sends them again.")
