"""`python -m desk_llm`, `desk-llm`: hands argv to the verbs."""

from __future__ import annotations

import sys

from desk_llm.cli import parser


def main() -> int:
    """The console script."""
    return parser.main()


if __name__ == "__main__":
    sys.exit(main())
