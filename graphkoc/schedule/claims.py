"""One process at a time: a file or folder is claimed, and a second process gets a sentence of the caller's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from graphkoc.errors import BusyError
from graphkoc.files import translate_errors, working_folder

__all__ = ["claim"]


@contextmanager
def claim(path: Path, failure: str, busy: str, hint: str) -> Iterator[None]:
    """Keep other processes from `path` in the block; a claim ends with its process.

    Raises BusyError with the sentence `busy` and the hint where another process has it, and StoreError with `failure`
    and the reason where it cannot be claimed.
    """
    with ExitStack() as stack:
        try:
            with translate_errors(failure, "Is the folder yours?"):
                stack.enter_context(working_folder(path))
        except BusyError as error:
            raise BusyError(busy, hint=hint) from error
        yield
