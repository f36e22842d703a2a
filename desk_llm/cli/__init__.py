"""The headless verbs, thin over the same rooms as the window. Only this room prints.

`parser.py` knows all verbs and their arguments and imports a verb's module when it runs; errors
leave as DeskError and become one sentence on stderr in `parser.main`.
"""
