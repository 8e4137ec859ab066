"""The host's own programs, such as systemctl and crontab: run, and their errors in our words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from graphkoc.errors import StoreError

__all__ = ["run_program", "try_program"]

PATIENCE = 60
"""Seconds that a program may take."""


def try_program(words: Sequence[str], given: bytes | None = None) -> subprocess.CompletedProcess[bytes] | None:
    """Run a program, with `given` as its input; None where there is no such program, or it does not end."""
    try:
        return subprocess.run(
            list(words),
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            env=os.environ | {"LC_ALL": "C"},
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def run_program(words: Sequence[str], failure: str, hint: str = "", given: bytes | None = None) -> bytes:
    """What a program prints; StoreError with the failure and what the program says where it does not do its work."""
    done = try_program(words, given)
    if done is None:
        raise StoreError(f"{failure}: {words[0]} is missing, or does not end", hint=hint)
    if done.returncode:
        lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        reason = lines[-1].strip().rstrip(".") if lines else f"exit code {done.returncode}"
        raise StoreError(f"{failure}: {words[0]}: {reason}", hint=hint)
    return done.stdout
