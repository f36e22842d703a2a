"""`python -m desk_llm`, `desk-llm`: the window under its supervisor, other verbs at once."""

from __future__ import annotations

import sys

from desk_llm import supervisor


def main() -> int:
    """The console script."""
    if supervisor.is_wanted(sys.argv[1:]):
        return supervisor.run()
    from desk_llm.cli import parser

    return parser.main()


if __name__ == "__main__":
    sys.exit(main())
