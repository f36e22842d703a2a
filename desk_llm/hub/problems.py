"""What servers and the way to them do wrong, as sentences."""

from __future__ import annotations

from desk_llm.errors import QT_TRANSLATE_NOOP, NetworkError

OTHER_SERVER = QT_TRANSLATE_NOOP(
    "errors", "Check the connection and the proxy, or choose another model server in the settings."
)
LATER = QT_TRANSLATE_NOOP("errors", "Try again later.")


class Offline(NetworkError):
    """The person switched the network off."""

    def __init__(self) -> None:
        super().__init__(
            QT_TRANSLATE_NOOP("errors", "The app is set to stay offline."),
            QT_TRANSLATE_NOOP("errors", "Switch “Offline” off in the network settings."),
        )


class Busy(NetworkError):
    """The server asks to come back later; `retry_after_s` is its wish, None: it has none."""

    def __init__(self, host: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(
            QT_TRANSLATE_NOOP("errors", "{host} is busy and answered {status}."),
            LATER,
            host=host,
            status=status,
        )
        self.retry_after_s = retry_after_s


class Refused(NetworkError):
    """An answer that must not be followed: trying again will not change it."""
