"""The command `graphkoc` as tests call it: in their own process, or in one of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import click.testing

from graphkoc.cli import cli

__all__ = ["run", "run_process"]


def run(*args: object, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """graphkoc with these arguments in this process; stdout and stderr apart."""
    words = [*map(str, args)]
    hidden = [name for name in os.environ if name.startswith("GRAPHKOC_")]
    # A home of the test's own has its own configuration in it.
    hidden += ["XDG_CONFIG_HOME"] if "HOME" in (env or {}) else []
    surroundings = dict.fromkeys(hidden) | (env or {})
    with contextlib.chdir(cwd):
        done = click.testing.CliRunner().invoke(
            cli, words, prog_name="graphkoc", env=surroundings, catch_exceptions=False
        )
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def run_process(*args: object, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The installed graphkoc with these arguments, as a user runs it."""
    command = [sys.executable, "-m", "graphkoc", *map(str, args)]
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKOC_")}
    return subprocess.run(command, cwd=cwd, env=surroundings | (env or {}), capture_output=True, text=True)
