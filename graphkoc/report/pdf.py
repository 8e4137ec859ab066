"""A page as a PDF: printed by a browser that the computer has, which draws it as a reader's own would."""

from __future__ import annotations

from graphkoc.errors import StoreError, UsageError
from graphkoc.files import translate_errors
from graphkoc.report.browser import ask_browser, find_browser, say_limit

__all__ = ["make_pdf"]

OPTIONS = ("--no-pdf-header-footer", "--generate-pdf-document-outline")
INSTEAD = "Write the page (-o report.html), open it in any browser, and print it there."


def make_pdf(html: str) -> bytes:
    """The page on A4, as its style for print has it.

    Raises UsageError where there is no browser that can print, and StoreError where it does not.
    """
    browser = find_browser()
    if browser is None:
        raise UsageError("a PDF is printed by Chromium, Chrome or Edge, and none of them is installed", hint=INSTEAD)
    with translate_errors("the page cannot be printed", INSTEAD):
        content = ask_browser(browser, html, "--print-to-pdf", ".pdf", OPTIONS)
    if content is None:
        raise StoreError(f"{browser} did not print the page within {say_limit()}", hint=INSTEAD)
    if not content.startswith(b"%PDF") or b"%%EOF" not in content[-32:]:
        raise StoreError(f"{browser} made no PDF of the page", hint=INSTEAD)
    return content
