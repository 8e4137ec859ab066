"""The browser that the computer has, which draws a page as a reader's own would: to print it, or as a picture."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from graphkoc.files import TemporaryFolder

__all__ = ["ask_browser", "find_browser", "say_limit"]

COMMANDS = (
    *("google-chrome", "google-chrome-stable", "chromium", "chromium-browser"),
    *("microsoft-edge", "microsoft-edge-stable", "chrome"),
)
APPS = ("Google Chrome", "Chromium", "Microsoft Edge")
"""As macOS calls them, which puts them on no path."""
OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--no-first-run"),
    "--no-default-browser-check",
    # The page asks for nothing, and the browser itself is to ask for nothing either.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
SECONDS = 120
"""How long a browser may take: an old computer needs some ten for a long page."""


def find_browser() -> str | None:
    """The program of a browser that can write to a file: Chrome, Chromium or Edge; None where there is none."""
    apps = [
        str(folder / f"{name}.app" / "Contents" / "MacOS" / name)
        for folder in (Path("/Applications"), Path.home() / "Applications")
        for name in APPS
    ]
    return next((found for name in (*COMMANDS, *apps) if (found := shutil.which(name))), None)


def ask_browser(browser: str, page: str, option: str, suffix: str, others: Sequence[str] = ()) -> bytes | None:
    """What the browser writes of a page: b"" for nothing, and None where it took more than SECONDS and was stopped.

    option: which takes the file to write, such as --print-to-pdf; suffix: of this file. others: more options. Raises
    OSError where there is no room for the page.
    """
    folder = TemporaryFolder()
    file, made = folder.path / "page.html", folder.path / f"made{suffix}"
    file.write_text(page, encoding="utf-8")
    options = [*OPTIONS, *others, f"--user-data-dir={folder.path / 'profile'}", f"{option}={made}", file.as_uri()]
    # A browser does not put a page of the administrator's into a sandbox; it refuses to start instead.
    if os.geteuid() == 0:
        options.insert(0, "--no-sandbox")
    if not _run([browser, *options]):
        return None
    return made.read_bytes() if made.exists() else b""


def say_limit() -> str:
    """How long a browser may take, in words."""
    return f"{SECONDS} seconds"


def _run(command: list[str]) -> bool:
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
