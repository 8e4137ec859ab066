"""The command `graphkoc`, also as `python -m graphkoc`."""

import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; an interrupt, at whatever point, ends it with 130."""
    try:
        from graphkoc.cli import cli

        cli(prog_name="graphkoc")
    except KeyboardInterrupt:
        _end_interrupted()
    except SystemExit as done:
        if done.code == INTERRUPTED:
            _end_interrupted()
        # The command is done and its output printed: an interrupt while Python ends would only hide its exit code.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise


def _end_interrupted() -> None:
    """End at once: Python itself would end by the signal, whatever the exit code, once an interrupt
    has passed through code that a C extension evaluated while it was imported."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
