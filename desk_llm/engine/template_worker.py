"""Child process: renders chat templates, which are programs that came with a model file.

Jinja's sandbox stops a template from reaching Python, not from running for ever or filling the
memory: `{{10**(10**8)}}` holds the GIL for minutes. So it runs here, with a memory limit, and
`template.py` kills it when it is late. One JSON object per line each way.
"""

from __future__ import annotations

import datetime
import json
import sys
from functools import lru_cache
from typing import Any, NoReturn

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_LIMIT = 512 << 20
OUTPUT_LIMIT = 64 << 20


def _raise_exception(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _strftime_now(pattern: str) -> str:
    return datetime.datetime.now().astimezone().strftime(pattern)


def _to_json(value: object, indent: int | None = None, **_options: object) -> str:
    """Templates expect plain JSON; Jinja's own filter escapes for HTML."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


@lru_cache(maxsize=8)
def _compile(source: str) -> jinja2.Template:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    return environment.from_string(source)


def render(source: str, variables: dict[str, Any]) -> str:
    """The text of a template. Raises jinja2.TemplateError, or whatever the template provokes."""
    text = _compile(source).render(**variables)
    if len(text) > OUTPUT_LIMIT:
        raise jinja2.TemplateError("the text is too long")
    return text


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _answer(line: str) -> dict[str, str]:
    request = json.loads(line)
    try:
        return {"text": render(request["source"], request["variables"])}
    except MemoryError:
        return {"error": "it needs too much memory"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001  the template is a program: it may raise anything
        return {"error": f"{type(error).__name__}: {error}"[:500]}


def main() -> None:
    """Answer requests until the parent closes the pipe."""
    _limit_memory()
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write("{}\n")  # ready: from now on the parent's short limit counts
    sys.stdout.flush()
    for line in sys.stdin:
        # ASCII escapes carry lone surrogates, which UTF-8 cannot.
        sys.stdout.write(json.dumps(_answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
