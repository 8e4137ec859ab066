"""A page as a PDF: printed by a browser that the computer has, which draws it as a reader's own would."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from graphkoc.errors import StoreError, UsageError
from graphkoc.files import TemporaryFolder, translate_errors

__all__ = ["find_printer", "make_pdf"]

COMMANDS = (
    *("google-chrome", "google-chrome-stable", "chromium", "chromium-browser"),
    *("microsoft-edge", "microsoft-edge-stable", "chrome"),
)
APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
"""As macOS calls them, which puts them on no path."""
OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run"),
    *("--no-default-browser-check", "--no-pdf-header-footer", "--generate-pdf-document-outline"),
    # The page asks for nothing, and the browser itself is to ask for nothing either.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
SECONDS = 120
"""How long a browser may take: an old computer needs some ten for a long page."""
INSTEAD = "Write the page (-o report.html), open it in any browser, and print it there."


def make_pdf(html: str) -> bytes:
    """The page on A4, as its style for print has it.

    Raises UsageError where there is no browser that can print, and StoreError where it does not.
    """
    printer = find_printer()
    if printer is None:
        raise UsageError("a PDF is printed by Chromium, Chrome or Edge, and none of them is installed", hint=INSTEAD)
    with translate_errors("the page cannot be printed", INSTEAD):
        folder = TemporaryFolder()
        page, made = folder.path / "report.html", folder.path / "report.pdf"
        page.write_text(html, encoding="utf-8")
        options = [*OPTIONS, f"--user-data-dir={folder.path / 'profile'}", f"--print-to-pdf={made}", page.as_uri()]
        # A browser does not put a page of the administrator's into a sandbox; it refuses to start instead.
        if os.geteuid() == 0:
            options.insert(0, "--no-sandbox")
        finished = _run_browser([printer, *options])
        content = made.read_bytes() if made.exists() else b""
    if not finished or not content.startswith(b"%PDF") or b"%%EOF" not in content[-32:]:
        reason = "made no PDF of the page" if finished else f"did not print the page within {SECONDS} seconds"
        raise StoreError(f"{printer} {reason}", hint=INSTEAD)
    return content


def find_printer() -> str | None:
    """The program of a browser that can print to a file: Chrome, Chromium or Edge; None where there is none."""
    apps = [
        str(folder / f"{name}.app" / "Contents" / "MacOS" / name)
        for folder in (Path("/Applications"), Path.home() / "Applications")
        for name in APPS
    ]
    return next((found for name in (*COMMANDS, *apps) if (found := shutil.which(name))), None)


def _run_browser(command: list[str]) -> bool:
    """Run a browser to its end, in a group of processes of its own; False where it took too long and was stopped."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True) as browser:
        try:
            browser.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return False
        finally:
            # A browser is several processes: none of them outlives the page, whether it ended or was interrupted.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
    return True
