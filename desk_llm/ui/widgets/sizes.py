"""How sizes, counts of parameters and contexts are written, the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def size_text(size: int) -> str:
    """5.0 GB, 10 MB: the units of the file's publisher (powers of ten)."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3))} kB"


def memory_text(size: int) -> str:
    """4.6 GB, 340 MB: powers of two, as everything that shows memory counts it."""
    if size >= 1000 << 20:
        return f"{size / (1 << 30):.1f} GB"
    return f"{max(1, round(size / (1 << 20)))} MB" if size > 0 else "0"


def context_text(n_ctx: int) -> str:
    """32k for 32768."""
    return f"{n_ctx // 1024}k" if n_ctx >= 1024 else str(n_ctx)


def params_text(n_params: int) -> str:
    """8.2 B, 596 M; "" where nobody knows.

    >>> params_text(8_190_735_360), params_text(596_049_920), params_text(0)
    ('8.2 B', '596 M', '')
    """
    if n_params >= 1_000_000_000:
        return f"{n_params / 1e9:.1f} B"
    return f"{max(1, round(n_params / 1e6))} M" if n_params else ""


def count_text(count: int) -> str:
    """1.2M, 34k, 120: downloads and likes.

    >>> count_text(1_234_567), count_text(34_400), count_text(120)
    ('1.2M', '34k', '120')
    """
    if count >= 1_000_000:
        return f"{count / 1e6:.1f}M"
    return f"{count // 1000}k" if count >= 1000 else str(count)


def speed_text(tok_s: float) -> str:
    """A forecast: nobody knows it better than to two digits.

    >>> speed_text(61.3), speed_text(7.84), speed_text(0.42)
    ('about 61 tok/s', 'about 7.8 tok/s', 'about 0.4 tok/s')
    """
    shown = f"{tok_s:.0f}" if tok_s >= 10 else f"{tok_s:.1f}"
    return QCoreApplication.translate("Sizes", "about {0} tok/s").format(shown)


def rate_text(bytes_per_s: float) -> str:
    """How fast bytes come; "" while none do.

    >>> rate_text(42_300_000), rate_text(1_840_000), rate_text(35_100), rate_text(0)
    ('42 MB/s', '1.8 MB/s', '35 kB/s', '')
    """
    if bytes_per_s <= 0:
        return ""
    if bytes_per_s >= 9_950_000:
        return f"{bytes_per_s / 1e6:.0f} MB/s"
    if bytes_per_s >= 99_500:
        return f"{bytes_per_s / 1e6:.1f} MB/s"
    return f"{max(1, round(bytes_per_s / 1e3))} kB/s"
