"""The command `graphkoc`, also as `python -m graphkoc`."""

import sys


def main() -> None:
    """Run the command line; an interrupt during start-up ends like any other, with 130."""
    try:
        from graphkoc.cli import cli

        cli(prog_name="graphkoc")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
