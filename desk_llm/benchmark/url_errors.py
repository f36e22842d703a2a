"""What went wrong with a server, as sentences."""

from __future__ import annotations

import json

from desk_llm.benchmark.reply_stream import message_of
from desk_llm.errors import QT_TRANSLATE_NOOP, ModelNotFound, RequestError, ResourceError


def detail_of(body: bytes) -> str:
    """What the server said."""
    try:
        return message_of(json.loads(body))
    except (ValueError, RecursionError):
        return body[:300].decode("utf-8", "replace").strip()


def unreachable(url: str, reason: str) -> ResourceError:
    """Nobody answers there."""
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "Nothing answers at {url}."),
        QT_TRANSLATE_NOOP("errors", "Check the address, and that the server runs."),
        reason,
        url=url,
    )


def too_slow(url: str, seconds: float) -> ResourceError:
    """It took the request and did not answer."""
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "{url} did not answer within {seconds} seconds."),
        QT_TRANSLATE_NOOP("errors", "Check that the server has loaded its model."),
        url=url,
        seconds=f"{seconds:g}",
    )


def refused(status: int, detail: str, model: str) -> RequestError:
    """An answer that is no success."""
    if status in (401, 403):
        return RequestError(
            QT_TRANSLATE_NOOP("errors", "The server refuses the API key (HTTP {status})."),
            QT_TRANSLATE_NOOP("errors", "Give the key that the server was started with."),
            detail,
            status=status,
        )
    if status == 404 and "model" in detail.lower():
        return ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "The server has no model “{model}”."),
            QT_TRANSLATE_NOOP("errors", "Leave the name empty to take its first one."),
            detail,
            model=model,
        )
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "The server answered HTTP {status}: {answer}"),
        QT_TRANSLATE_NOOP("errors", "Check the address and the name of the model."),
        detail,
        status=status,
        answer=detail,
    )


def no_model_list(url: str) -> RequestError:
    """It does not say what it serves."""
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "The server at {url} lists no models."),
        QT_TRANSLATE_NOOP("errors", "Give the name of the model."),
        url=url,
    )


def not_understood(kind: str, detail: str) -> RequestError:
    """The first reply was none."""
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "The server's first reply cannot be read: {kind}."),
        QT_TRANSLATE_NOOP("errors", "It must speak the OpenAI API, with streaming."),
        detail,
        kind=kind,
    )


def bad_key() -> RequestError:
    """A key that cannot be sent."""
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "The API key contains characters that no key has."),
        QT_TRANSLATE_NOOP("errors", "Copy it again, without spaces and line ends."),
    )
