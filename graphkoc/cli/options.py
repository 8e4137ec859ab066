"""The options and arguments that several commands share, each declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from graphkoc.cli.candidates import complete_runs
from graphkoc.cli.configuration import apply_files
from graphkoc.errors import UsageError

__all__ = [
    "SUFFIXES",
    "PrintOption",
    "answer_options",
    "check_named",
    "consumer_argument",
    "encoding_option",
    "global_options",
    "limit_option",
    "line_format_option",
    "list_options",
    "lists_option",
    "out_option",
    "output_options",
    "report_options",
    "run_argument",
    "run_option",
    "sheet_options",
]

Function = TypeVar("Function", bound=Callable[..., Any])

STORE = "ladybug:./graphkoc.lbug"
FORMATS = ("table", "json", "csv", "parquet", "xlsx")
KINDS = ("html", "md", "pdf")
"""What a report can be written as."""
SUFFIXES = {".json": "json", ".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".txt": "table"}


class PrintOption(click.Option):
    """An option for the place that prints results; the command's own function does not receive it."""


def global_options() -> list[click.Parameter]:
    """The options of `graphkoc` itself, which may also follow a command."""
    return [
        click.Option(
            ["--store"],
            default=STORE,
            show_default=True,
            show_envvar=True,
            metavar="URL",
            help="The graph store: ladybug:FILE, or neo4j://HOST.",
        ),
        click.Option(
            ["--key-file"],
            type=click.Path(path_type=Path),
            show_envvar=True,
            help="File with the secret that turns e-mail addresses and phone numbers into keys. "
            "GRAPHKOC_KEY can hold the secret itself.",
        ),
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            is_eager=True,
            callback=apply_files,
            help="Configuration file to use instead of ./graphkoc.toml.",
        ),
        click.Option(["-q", "--quiet"], is_flag=True, help="Show no progress."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Also show how long each step took."),
        click.Option(["--debug"], is_flag=True, help="Show the traceback of an error."),
    ]


def _check_suffix(ctx: click.Context, _: click.Parameter, output: Path | None) -> Path | None:
    """The file, once its suffix or --format determines a format: checked before any work is done."""
    if output is not None and ctx.params.get("format_") is None and output.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"graphkoc does not write {output.suffix or 'files without a suffix'}",
            hint="Use .json, .csv, .parquet, .xlsx or .txt, or add --format.",
        )
    return output


def output_options(function: Function) -> Function:
    """Give a command --format and -o."""
    function = click.option(
        "-o",
        "--output",
        cls=PrintOption,
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_check_suffix,
        help="Write to this file; its suffix sets the format: .csv, .xlsx, .parquet, .json or .txt.",
    )(function)
    return click.option(
        "--format",
        "format_",
        cls=PrintOption,
        is_eager=True,
        type=click.Choice(FORMATS),
        help="Output format; a table by default.",
    )(function)


def list_options(default: int | None = None) -> Callable[[Function], Function]:
    """Give a command that lists rows --limit, --format and -o.

    default: how many rows are printed unless --limit says otherwise; None for all. A file gets all rows unless
    --limit is given.
    """

    def give(function: Function) -> Function:
        return limit_option(default, cls=PrintOption)(output_options(function))

    return give


def limit_option(default: int | None = None, cls: type[click.Option] = click.Option) -> Callable[[Function], Function]:
    """--limit; default: None for all rows."""
    help_ = "Show at most this many rows."
    return click.option(
        "--limit", cls=cls, type=click.IntRange(min=1), default=default, show_default=default is not None, help=help_
    )


line_format_option = click.option(
    "--format",
    "format_",
    cls=PrintOption,
    type=click.Choice(("table", "json")),
    help="Output format of the result line.",
)


def report_options(function: Function) -> Function:
    """Give a command that writes a report its -o, --to, --lang, --for, --names, and --format for what is printed."""
    for option in (
        click.option("--names", "why", metavar="WHY", help="Show names to the client, for this reason."),
        click.option(
            "--for",
            "reader",
            type=click.Choice(("analyst", "client")),
            default="analyst",
            show_default=True,
            help="Who reads it: a client sees no costs, no contacts, and no names of people who have not accepted.",
        ),
        click.option(
            "--lang", "language", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Its language."
        ),
        click.option(
            "--to", "kind", type=click.Choice(KINDS), help="What to write; by default what -o names, or a page."
        ),
        click.option(
            "-o",
            "--output",
            "page",
            type=click.Path(dir_okay=False, path_type=Path),
            help="The FILE: .html, .md, .pdf or .json; by default report.html in the run folder.",
        ),
        click.option(
            "--format",
            "format_",
            cls=PrintOption,
            type=click.Choice(("table", "json")),
            help="What is printed: the file that was written, or all facts of the report as JSON.",
        ),
    ):
        function = option(function)
    return function


def sheet_options(function: Function) -> Function:
    """Give a command that writes a list of people its -o, and --format for the line that names the file."""
    return click.option(
        "-o",
        "--output",
        "sheet",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write: .csv or .xlsx.",
    )(line_format_option(function))


def check_named(file: Path | None) -> Path:
    """The file of `sheet_options`; a usage error where none is named."""
    if file is None:
        raise click.UsageError("Name the file with -o, as .csv or .xlsx.")
    return file


def out_option(help_: str) -> Callable[[Function], Function]:
    """--out: the folder that a command makes."""
    return click.option("--out", type=click.Path(path_type=Path), help=help_)


encoding_option = click.option("--encoding", metavar="NAME", help="Encoding of text files when it cannot be detected.")
run_argument = click.argument("run", required=False, shell_complete=complete_runs)
run_option = click.option(
    "--run",
    shell_complete=complete_runs,
    help="The run whose groups are meant: a folder or a name under ./runs; the newest by default.",
)
lists_option = click.option(
    "--run",
    shell_complete=complete_runs,
    help="A run beside the saved lists: a folder or a name under ./runs; the newest by default.",
)
consumer_argument = click.argument("consumer")


def answer_options(function: Function) -> Function:
    """What the user states of files that leave something open; the command receives it as `answers`."""
    import graphkoc

    @functools.wraps(function)
    def gathered(
        *arguments: Any, owner: tuple[str, ...], direction: tuple[str, ...], dates: str | None, **options: Any
    ) -> Any:
        stated = graphkoc.Answers(
            _split_pairs(owner, "--owner", "ACCOUNT"), _split_pairs(direction, "--direction", "followers"), dates or ""
        )
        return function(*arguments, answers=stated, **options)

    for option in (
        click.option(
            "--dates",
            type=click.Choice(["dmy", "mdy", "ymd"]),
            help="Which part of 03/04/2024 is the day, where the column does not show it.",
        ),
        click.option(
            "--direction",
            multiple=True,
            metavar="FILE=followers",
            help="Whether a list is of followers, or of accounts that its owner follows (following).",
        ),
        click.option("--owner", multiple=True, metavar="FILE=ACCOUNT", help="The account whose list a file is."),
    ):
        gathered = option(gathered)
    return cast(Function, gathered)


def _split_pairs(pairs: tuple[str, ...], option: str, value_name: str) -> dict[str, str]:
    found = {}
    for pair in pairs:
        file, equals, value = pair.rpartition("=")
        if not equals or not file or not value:
            raise click.BadParameter(f"{pair!r} is not FILE={value_name}", param_hint=option)
        found[file] = value
    return found
