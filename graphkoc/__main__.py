"""`python -m graphkoc` is the command `graphkoc`."""

from graphkoc.cli import main

main()
