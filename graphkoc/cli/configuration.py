"""Where a setting comes from: the flag, then the environment, then files, then graphkoc's default.

    # graphkoc.toml
    store = "neo4j://localhost:7687"

    [analyse]
    min_size = 20

    [brand]
    own = ["OnePlus"]
    rivals = ["Xiaomi", "Honor"]

A table of the file is a command, a key one of its options with _ for -; but for [brand], which says who we
are, and which lists brands as products name them. The environment says the same as GRAPHKOC_STORE,
GRAPHKOC_ANALYSE_MIN_SIZE and, with commas, GRAPHKOC_BRAND_OWN. Of files, ./graphkoc.toml (or the one that --config
names) comes before the user's own. A key that no command has is an error, so that none is misspelt in vain.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from graphkoc.cli.terminal import emit, output_options
from graphkoc.errors import UsageError

__all__ = ["PREFIX", "brands", "config", "config_option"]

PREFIX = "GRAPHKOC"
HERE = Path("graphkoc.toml")
NOT_SETTINGS = {
    "help",
    "version",
    "config",
    "format_",
    "output",
    "debug",
    "out",
    "dry_run",
    "params",
    "until",
    "of_a_brand",
}
"""Options of one call, which no file sets."""
BRAND = ("own", "rivals")


def _files(named: Path | None) -> list[Path]:
    """The files that are read, the one that wins first."""
    if named is not None and not named.is_file():
        raise UsageError(f"there is no configuration file {named}", hint="Check the spelling of the path.")
    return [path for path in (named or HERE, own_file("graphkoc.toml")) if path is not None and path.is_file()]


def own_file(name: str) -> Path | None:
    """The file of that name in the user's own configuration folder; None where there is none, or none to read."""
    path = Path(click.get_app_dir("graphkoc")) / name
    return path if os.access(path, os.R_OK) and path.is_file() else None


def _settings(group: click.Group) -> dict[tuple[str, ...], click.Option]:
    """Every setting by its keys in a file: ("store",), ("analyse", "min_size")."""
    found = {}
    for keys, command in [((), group), *(((name,), command) for name, command in group.commands.items())]:
        for option in command.params:
            if isinstance(option, click.Option) and option.name and option.name not in NOT_SETTINGS:
                found[(*keys, option.name)] = option
    return found


def _read(path: Path, group: click.Group) -> dict[str, Any]:
    """What a file sets; UsageError when it is no TOML, or sets what nobody asks."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    known = {*_settings(group), *(("brand", side) for side in BRAND)}
    for name, value in values.items():
        for keys in [(name, key) for key in value] if isinstance(value, dict) else [(name,)]:
            if keys not in known:
                hint = f"There are: {', '.join('.'.join(keys) for keys in known)}."
                raise UsageError(f"{path} sets {'.'.join(keys)}, which is no setting", hint=hint)
    for side, names in values.get("brand", {}).items():
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise UsageError(f"{path} sets brand.{side} to no list of names", hint=f'Write: {side} = ["A brand"].')
    return values


def _merged(ctx: click.Context, _: click.Parameter, named: Path | None) -> Path | None:
    """Let the files give the options their defaults."""
    assert isinstance(ctx.command, click.Group)
    merged: dict[str, Any] = {}
    try:
        for path in reversed(_files(named)):
            for name, value in _read(path, ctx.command).items():
                merged[name] = {**merged.get(name, {}), **value} if isinstance(value, dict) else value
    except UsageError as error:
        raise click.UsageError(f"{error}. {error.hint}", ctx) from error
    ctx.default_map = merged
    return named


def brands(ctx: click.Context) -> dict[str, tuple[str, ...]]:
    """Our own brands and our rivals', as they are set: own, rivals."""
    told = (ctx.find_root().default_map or {}).get("brand", {})
    return {side: tuple(_listed(os.environ.get(_variable("brand", side))) or told.get(side, ())) for side in BRAND}


def _variable(*keys: str) -> str:
    return "_".join([PREFIX, *keys]).upper()


def _listed(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    is_eager=True,
    callback=_merged,
    help="A configuration file instead of ./graphkoc.toml.",
)


@click.command()
@output_options
@click.pass_context
def config(ctx: click.Context, format_: str | None, output: Path | None) -> None:
    """Say how everything is set, and where each value comes from.

    \b
    Examples:
      graphkoc config
      GRAPHKOC_ANALYSE_MIN_SIZE=20 graphkoc config --format json
    """
    root = ctx.find_root()
    assert isinstance(root.command, click.Group)
    files = [(path, _read(path, root.command)) for path in _files(root.params["config"])]
    rows = []
    for keys, option in _settings(root.command).items():
        variable = _variable(*keys)
        value, origin = option.to_info_dict()["default"], "default"
        for path, values in reversed(files):
            table = values.get(keys[0], {}) if len(keys) == 2 else values
            if keys[-1] in table:
                value, origin = table[keys[-1]], str(path)
        if os.environ.get(variable):
            value, origin = os.environ[variable], variable
        if len(keys) == 1 and root.get_parameter_source(keys[0]) is ParameterSource.COMMANDLINE:
            value, origin = root.params[keys[0]], "flag"
        rows.append({"setting": ".".join(keys), "value": value, "from": origin})
    for side, names in brands(ctx).items():
        setters = [str(path) for path, values in files if side in values.get("brand", {})]
        origin = (
            _variable("brand", side)
            if _listed(os.environ.get(_variable("brand", side)))
            else (setters or ["default"])[0]
        )
        rows.append({"setting": f"brand.{side}", "value": list(names), "from": origin})
    emit(rows, format_, output)
