"""Where a setting comes from: the command line, then the environment, then files, then graphkoc's default.

    # graphkoc.toml
    store = "neo4j://localhost:7687"

    [analyse]
    min_size = 20

    [brand]
    own = ["OnePlus"]
    rivals = ["Xiaomi", "Honor"]

    [target]
    language = ["Chinese"]
    market = ["Germany", "Deutschland", "DE"]

    [safety]
    words = ["casino"]
    exclude = ["rival_ad"]

    [refresh]
    paths = ["exports"]
    keep = 12

    [columns.plain]
    "Handle" = "handle"
    "Warnings" = "flags"

    [costs]
    product = 12.5
    platform_fee = 0.1

A table of the file is a command, and a key is one of its options with _ for -. The table [brand] lists brands as
products name them: our own, and our rivals'. The table [target] lists the languages in which an audience should write
and the places in which it should be, and [safety] words to look for in what people write, and the checks that take a
person off the list. The table [costs] has numbers: what a post costs. A table [columns.PRESET]
names the columns of an exported list, in their order, and what each holds. The environment sets the same values as
GRAPHKOC_STORE, GRAPHKOC_ANALYSE_MIN_SIZE, GRAPHKOC_COSTS_PRODUCT and, separated by commas, GRAPHKOC_BRAND_OWN. Among
files, ./graphkoc.toml (or the one that --config names) comes before the user's own. A key that no command has is an
error, so that a misspelt one is noticed.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from graphkoc.errors import UsageError
from graphkoc.files import read_toml

__all__ = [
    "PREFIX",
    "apply_files",
    "list_settings",
    "own_file",
    "own_path",
    "raise_pending",
    "read_columns",
    "read_kinds",
    "read_lists",
    "read_numbers",
]

PREFIX = "GRAPHKOC"
HERE = Path("graphkoc.toml")
PENDING = "graphkoc.configuration"
"""Where a context keeps the error of its configuration files."""
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
    "all_numbers",
    "owner",
    "direction",
    "accept_partial",
    "run",
    "page",
    "plan",
    "sheet",
    "file",
    "bulk",
    "contacts",
    "guide",
    "name",
    "figures",
    "host",
    "install",
    "send",
}
"""Options of one call, which no file sets."""
LISTS = {
    "brand": ("own", "rivals"),
    "target": ("language", "market"),
    "safety": ("words", "exclude"),
    "refresh": ("paths",),
}
"""Keys that are no options of a command, by table: each a list of names."""
NUMBERS = {
    "costs": (
        *("product", "retail", "shipping", "customs", "handling"),
        *("platform_fee", "tax", "rebate", "boost", "margin"),
    )
}
"""Tables of the file that are no command: their keys, each a number. For what costs are, see
`graphkoc.activate.costs.ITEMS`."""
KINDS = "kinds"
"""The table of other names of categories; its keys are categories."""
COLUMNS = "columns"
"""The table of the columns of exported lists; its keys are presets."""


def _files(named: Path | None) -> list[Path]:
    """The files that are read, the one with precedence first."""
    if named is not None and not named.is_file():
        raise UsageError(f"there is no configuration file {named}", hint="Check the spelling of the path.")
    return [path for path in (named or HERE, own_file("graphkoc.toml")) if path is not None and path.is_file()]


def own_path(name: str) -> Path:
    """Where the file of that name stands in the user's own configuration folder, if there is one."""
    return Path(click.get_app_dir("graphkoc")) / name


def own_file(name: str) -> Path | None:
    """The file of that name in the user's own configuration folder; None where there is none that can be read."""
    path = own_path(name)
    return path if os.access(path, os.R_OK) and path.is_file() else None


def _settings(group: click.Group) -> dict[tuple[str, ...], click.Option]:
    """Every setting by its keys in a file: ("store",), ("analyse", "min_size")."""
    found = {}
    for keys, command in [((), group), *(((name,), command) for name, command in group.commands.items())]:
        for option in getattr(command, "listing", command).params:
            if isinstance(option, click.Option) and option.name and option.name not in NOT_SETTINGS:
                found[(*keys, option.name)] = option
    return found


def _read(path: Path, group: click.Group) -> dict[str, Any]:
    """What a file sets; UsageError when it is not TOML, or sets what is not a setting."""
    values = read_toml(path, UsageError)
    known = {*_settings(group), *((table, key) for table, keys in (LISTS | NUMBERS).items() for key in keys)}
    for name, value in values.items():
        for keys in [(name, key) for key in value] if isinstance(value, dict) else [(name,)]:
            if keys not in known and (keys[0] not in (KINDS, COLUMNS) or len(keys) == 1):
                hint = f"There are: {', '.join('.'.join(keys) for keys in known)}."
                raise UsageError(f"{path} sets {'.'.join(keys)}, which is not a setting", hint=hint)
    if COLUMNS in values:
        import graphkoc

        graphkoc.check_export_columns(values[COLUMNS])
    examples = {
        "brand": "A brand",
        "language": "Chinese",
        "market": "Germany",
        "safety": "a word",
        "refresh": "exports",
        KINDS: "another name",
    }
    for table in (*LISTS, KINDS):
        for key, names in values.get(table, {}).items():
            if table in LISTS and key not in LISTS[table]:
                continue  # an option of the command of that name
            if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
                raise UsageError(
                    f"{path} sets {table}.{key} to something other than a list of names",
                    hint=f'Write: {key} = ["{examples.get(table) or examples[key]}"].',
                )
    for table in NUMBERS:
        for key, value in values.get(table, {}).items():
            # A whole number of TOML may be too large for a float.
            if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
                raise UsageError(
                    f"{path} sets {table}.{key} to something other than a number", hint=f"Write: {key} = 12.5."
                )
    return values


def apply_files(ctx: click.Context, _: click.Parameter, named: Path | None) -> Path | None:
    """Give the options the defaults that files set; the callback of --config.

    An error in a file is kept for `raise_pending`: another --config may still follow the command.
    """
    assert isinstance(ctx.command, click.Group)
    merged: dict[str, Any] = {}
    ctx.meta.pop(PENDING, None)
    try:
        for path in reversed(_files(named)):
            for name, value in _read(path, ctx.command).items():
                merged[name] = {**merged.get(name, {}), **value} if isinstance(value, dict) else value
    except UsageError as error:
        ctx.meta[PENDING] = error
    ctx.default_map = merged
    return named


def raise_pending(ctx: click.Context) -> None:
    """Raise the error that was found in the configuration files, if there was one."""
    if PENDING in ctx.meta:
        error: UsageError = ctx.meta[PENDING]
        raise click.UsageError(f"{error}. {error.hint}".rstrip(), ctx.find_root()) from error


def read_lists(ctx: click.Context, table: str) -> dict[str, tuple[str, ...]]:
    """The lists of a table, as they are set: own and rivals of `brand`, say."""
    in_files = (ctx.find_root().default_map or {}).get(table, {})
    return {
        key: tuple(_split_names(os.environ.get(_variable(table, key))) or in_files.get(key, ())) for key in LISTS[table]
    }


def read_numbers(ctx: click.Context, table: str) -> dict[str, float]:
    """The numbers of a table that is no command, those that are set. Raises UsageError for one that is no number."""
    in_files = (ctx.find_root().default_map or {}).get(table, {})
    found = {}
    for key in NUMBERS[table]:
        if text := os.environ.get(_variable(table, key)):
            found[key] = _read_number(_variable(table, key), text)
        elif key in in_files:
            found[key] = in_files[key]
    return found


def read_kinds(ctx: click.Context) -> dict[str, tuple[str, ...]]:
    """The other names of categories, as they are set."""
    in_files = (ctx.find_root().default_map or {}).get(KINDS, {})
    return {category: tuple(names) for category, names in in_files.items()}


def read_columns(ctx: click.Context) -> dict[str, dict[str, str]]:
    """The columns of exported lists, as they are set: by preset, the name of each = our field."""
    return dict((ctx.find_root().default_map or {}).get(COLUMNS, {}))


def _variable(*keys: str) -> str:
    return "_".join([PREFIX, *keys]).upper()


def _read_number(variable: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{variable} is {text!r}, which is not a number", hint="Write a plain number, such as 12.5.")
    return number


def _split_names(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def list_settings(root: click.Context) -> list[dict[str, Any]]:
    """Every setting with its value and where the value comes from: [{setting, value, from}]."""
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
    for table, key, names in ((name, *one) for name in LISTS for one in read_lists(root, name).items()):
        setters = [str(path) for path, values in files if key in values.get(table, {})]
        variable = _variable(table, key)
        origin = variable if _split_names(os.environ.get(variable)) else (setters or ["default"])[0]
        rows.append({"setting": f"{table}.{key}", "value": list(names), "from": origin})
    for table, keys in NUMBERS.items():
        numbers = read_numbers(root, table)
        for key in keys:
            setters = [str(path) for path, values in files if key in values.get(table, {})]
            variable = _variable(table, key)
            origin = variable if os.environ.get(variable) else (setters or ["default"])[0]
            rows.append({"setting": f"{table}.{key}", "value": numbers.get(key), "from": origin})
    for category, found in read_kinds(root).items():
        setter = next(str(path) for path, values in files if category in values.get(KINDS, {}))
        rows.append({"setting": f"{KINDS}.{category}", "value": list(found), "from": setter})
    for preset, columns in read_columns(root).items():
        setter = next(str(path) for path, values in files if preset in values.get(COLUMNS, {}))
        rows.append({"setting": f"{COLUMNS}.{preset}", "value": columns, "from": setter})
    return rows
