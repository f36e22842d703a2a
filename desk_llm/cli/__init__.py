"""The headless verbs, thin over the same rooms as the window. Only this room prints.

Each module is one verb with `add_arguments(parser)` and `run(arguments) -> int`; errors leave as
DeskError and become one sentence on stderr in `parser.main`.
"""
