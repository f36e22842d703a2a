"""Numbers as the panel shows them: few digits, always the same width for the same size."""

from __future__ import annotations

NONE = "–"
THIN_SPACE = "\u202f"
GIB = 1 << 30


def rate(value: float) -> str:
    """Two decimals under 10, one under 100, else none.

    >>> rate(0.0), rate(3.14159), rate(61.34), rate(1839.6)
    ('–', '3.14', '61.3', '1\u202f840')
    """
    if value <= 0:
        return NONE
    if value < 9.995:
        return f"{value:.2f}"
    if value < 99.95:
        return f"{value:.1f}"
    return f"{value:,.0f}".replace(",", THIN_SPACE)


def seconds(value: float) -> str:
    """Like `rate`, for a duration.

    >>> seconds(0.384), seconds(12.04), seconds(0.0)
    ('0.38', '12.0', '–')
    """
    return rate(value)


def gib(size: int) -> str:
    """Memory in units of 2^30 bytes, which everybody calls GB.

    >>> gib(24 << 30), gib(7_900_000_000), gib(512 << 20), gib(200 << 30)
    ('24.0', '7.4', '0.5', '200')
    """
    value = size / GIB
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def memory(size: int) -> str:
    """Memory with its unit, short enough for a legend.

    >>> memory(0), memory(340 << 20), memory(4_900_000_000), memory(200 << 30)
    ('0', '340 MB', '4.6 GB', '200 GB')
    """
    if size < 1 << 20:
        return "0"
    if size < 1000 << 20:
        return f"{size / (1 << 20):.0f} MB"
    return f"{gib(size)} GB"


def tokens(count: int) -> str:
    """A number of tokens; whole multiples of 1024 are written as people say them.

    >>> tokens(812), tokens(3_140), tokens(8_192), tokens(32_768), tokens(41_234)
    ('812', '3.1k', '8k', '32k', '41k')
    """
    if count < 1000:
        return str(count)
    if count % 1024 == 0:
        return f"{count // 1024}k"
    return f"{count / 1000:.1f}k" if count < 9_950 else f"{count / 1000:.0f}k"


def share(part: float, whole: float) -> float:
    """part / whole between 0 and 1; 0 when there is no whole.

    >>> share(1, 4), share(5, 4), share(1, 0)
    (0.25, 1.0, 0.0)
    """
    return min(max(part / whole, 0.0), 1.0) if whole > 0 else 0.0
