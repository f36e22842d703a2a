"""Every error a person can meet, as one tree of sentences.

DeskError(message, hint, **values)          message: what happened; hint: the next step
├── RequestError        what was asked cannot be done as asked               400
│   ├── ModelNotFound                                                        404
│   ├── ContextTooLong  more prompt tokens than the context holds            400
│   ├── Unsupported     the model or the file cannot do this                 400
│   └── AccessDenied    a server wants a token, or another one               403
├── ResourceError       the machine says no                                  503
│   ├── OutOfMemory     RAM or VRAM
│   ├── QueueFull       too many requests wait                               429
│   ├── DiskProblem     full, read-only, gone
│   ├── FileDamaged     a model file that is not what it says
│   ├── NetworkError    a server cannot be reached, or answers nonsense
│   └── DatabaseTooNew  written by a newer version of the app
├── EngineError         native code failed                                   500
│   ├── LoadFailed
│   ├── DecodeFailed
│   └── EngineStopped
└── Cancelled           asked for by the person; never shown

Messages and hints are templates in English, marked for translation with QT_TRANSLATE_NOOP and
filled from `values`; the window translates the template first (`ui/messages.py`), so the core
stays free of Qt and the sentence still reaches a Chinese reader in Chinese.
"""

from __future__ import annotations


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark `text` for Qt's lupdate, which knows this name, and return it unchanged."""
    del context
    return text


class DeskError(Exception):
    """An error with a sentence for people; `status` is its HTTP equivalent."""

    status = 500

    def __init__(self, message: str, hint: str = "", detail: str = "", **values: object) -> None:
        self.message_template = message
        self.hint_template = hint
        self.detail = detail
        self.values = values
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self.message_template.format_map(self.values)

    @property
    def hint(self) -> str:
        """The next step, in English; empty when there is none."""
        return self.hint_template.format_map(self.values)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class RequestError(DeskError):
    """What was asked cannot be done as asked."""

    status = 400


class ModelNotFound(RequestError):
    """No model of that name or path."""

    status = 404


class ContextTooLong(RequestError):
    """The prompt has more tokens than the context holds."""


class Unsupported(RequestError):
    """This model or file cannot do what was asked."""


class AccessDenied(RequestError):
    """A server wants a token, or one with more rights."""

    status = 403


class ResourceError(DeskError):
    """The machine says no."""

    status = 503


class OutOfMemory(ResourceError):
    """RAM or VRAM is not enough."""


class QueueFull(ResourceError):
    """So many requests wait that another one is refused at once."""

    status = 429


class DiskProblem(ResourceError):
    """A folder or file cannot be read or written."""


class FileDamaged(ResourceError):
    """A model file that is not what it says it is."""


class NetworkError(ResourceError):
    """A server cannot be reached, or answers what it should not."""


class DatabaseTooNew(ResourceError):
    """The history was written by a newer version of the app."""


class EngineError(DeskError):
    """Native code failed."""


class LoadFailed(EngineError):
    """The engine could not load a model."""


class DecodeFailed(EngineError):
    """The engine failed while it computed."""


class EngineStopped(EngineError):
    """The engine is closed or no model is loaded."""


class Cancelled(DeskError):
    """The person asked for it to stop."""

    status = 499
