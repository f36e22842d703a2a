"""What a row of Activity says."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.widgets.sizes import rate_text, size_text

_MIDDLE_DOT = " · "


def state(download: Download) -> str:
    """In one or two words."""
    return {
        DownloadState.QUEUED: QCoreApplication.translate("Activity", "Waits for its turn"),
        DownloadState.RUNNING: QCoreApplication.translate("Activity", "Downloading"),
        DownloadState.WAITING: QCoreApplication.translate("Activity", "Tries again"),
        DownloadState.PAUSED: QCoreApplication.translate("Activity", "Paused"),
        DownloadState.VERIFYING: QCoreApplication.translate("Activity", "Checking"),
        DownloadState.DONE: QCoreApplication.translate("Activity", "Done"),
        DownloadState.FAILED: QCoreApplication.translate("Activity", "Failed"),
    }[download.state]


def line(download: Download) -> str:
    """State, bytes, rate and what is left, under the bar."""
    parts = [state(download)]
    if download.state is DownloadState.WAITING and download.retry_in_s is not None:
        text = QCoreApplication.translate("Activity", "Tries again in {0}")
        parts = [text.format(words.remaining(download.retry_in_s))]
    if download.state is DownloadState.DONE:
        parts.append(size_text(download.total_bytes))
    elif download.total_bytes:
        text = QCoreApplication.translate("Activity", "{0} of {1}")
        done = size_text(download.done_bytes) if download.done_bytes else "0"
        parts.append(text.format(done, size_text(download.total_bytes)))
    elif download.done_bytes:
        parts.append(size_text(download.done_bytes))
    if download.state is DownloadState.RUNNING:
        parts.append(rate_text(download.bytes_per_s))
        if download.eta_s is not None:
            text = QCoreApplication.translate("Activity", "{0} left")
            parts.append(text.format(words.remaining(download.eta_s)))
    return _MIDDLE_DOT.join(part for part in parts if part)


def problem(download: Download) -> tuple[str, str]:
    """Why it waits, was paused or failed, and the next step; empty when all is well."""
    if download.error is None or download.state is DownloadState.DONE:
        return "", ""
    return sentence(download.error)


def spoken(download: Download) -> str:
    """The whole row for a screen reader."""
    return ", ".join(
        part for part in (download.spec.title, line(download), *problem(download)) if part
    )


def share(download: Download) -> float:
    """How much is there, 0 to 1."""
    if download.state is DownloadState.DONE:
        return 1.0
    return min(1.0, download.done_bytes / download.total_bytes) if download.total_bytes else 0.0
