"""How commands open the store, a run and the secret that the global options name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import graphkoc
from graphkoc.cli.configuration import own_file

__all__ = ["find_key_file", "list_notices", "open_named_store", "open_store"]


def _global_options() -> dict[str, Any]:
    return click.get_current_context().find_root().params


@contextmanager
def open_store() -> Iterator[graphkoc.Store]:
    """The store that --store names, closed in the end."""
    store = graphkoc.open_store(_global_options()["store"])
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_named_store() -> Iterator[graphkoc.Store | None]:
    """The store of --store or GRAPHKOC_STORE; None without them, also where a configuration file names one."""
    source = click.get_current_context().find_root().get_parameter_source("store")
    if source not in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT):
        yield None
        return
    with open_store() as store:
        yield store


def find_key_file() -> Path | None:
    """The file with the secret for contacts: the one that is set, or else the user's own where there is one."""
    return _global_options()["key_file"] or own_file("key")


def list_notices(run: graphkoc.Run) -> list[str]:
    """What has to be known before a list of the run is read: that its data are synthetic."""
    notice = run.info.get("settings", {}).get("notice")
    return [f"Note: {notice}"] if notice else []
