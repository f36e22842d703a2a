"""Words and numbers that the pages of the Models window share."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

NONE = "–"


def size(n_bytes: int) -> str:
    """Files, in the units of their publishers (powers of ten).

    >>> size(5_030_000_000), size(10_567_936), size(812), size(0)
    ('5.0 GB', '11 MB', '1 kB', '0')
    """
    if n_bytes <= 0:
        return "0"
    if n_bytes >= 999_500_000:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.0f} MB" if n_bytes >= 999_500 else f"{max(1, round(n_bytes / 1e3))} kB"


def params(count: int) -> str:
    """Parameters.

    >>> params(8_190_735_360), params(70_553_706_496), params(494_032_768), params(0)
    ('8.2 B', '70.6 B', '494 M', '–')
    """
    if count <= 0:
        return NONE
    if count >= 999_500_000:
        return f"{count / 1e9:.1f} B"
    return f"{count / 1e6:.0f} M" if count >= 999_500 else f"{max(1, round(count / 1e3))} k"


def context(count: int) -> str:
    """Tokens of a context.

    >>> context(32_768), context(131_072), context(512), context(0)
    ('32k', '128k', '512', '–')
    """
    if count <= 0:
        return NONE
    return f"{count // 1024}k" if count >= 1024 else str(count)


def rate(bytes_per_s: float) -> str:
    """How fast bytes come.

    >>> rate(42_300_000), rate(1_840_000), rate(0)
    ('42 MB/s', '1.8 MB/s', '–')
    """
    if bytes_per_s <= 0:
        return NONE
    if bytes_per_s >= 9_950_000:
        return f"{bytes_per_s / 1e6:.0f} MB/s"
    if bytes_per_s >= 99_500:
        return f"{bytes_per_s / 1e6:.1f} MB/s"
    return f"{max(1, round(bytes_per_s / 1e3))} kB/s"


def remaining(seconds: float) -> str:
    """How long something still takes, roughly."""
    whole = max(1, round(seconds))
    if whole < 60:
        return QCoreApplication.translate("Models", "{0} s").format(whole)
    if whole < 3600:
        return QCoreApplication.translate("Models", "{0} min").format(round(whole / 60))
    hours, minutes = divmod(round(whole / 60), 60)
    if hours < 48:
        return QCoreApplication.translate("Models", "{0} h {1} min").format(hours, minutes)
    return QCoreApplication.translate("Models", "{0} days").format(round(hours / 24))
