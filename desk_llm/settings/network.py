"""How the app reaches the internet, if it may: where models come from, proxy, limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.settings.field import setting as _setting

HUGGING_FACE = "https://huggingface.co"
HF_MIRROR = "https://hf-mirror.com"
_ADDRESS = r"https?://[^\s/]+(/[^\s]*)?"
_PROXY = r"((https?|socks5h?)://[^\s]+)?"


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Nothing here is used before the person searches or downloads."""

    offline: bool = field(
        default=False,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Offline"),
            QT_TRANSLATE_NOOP("settings", "The app asks no server for anything."),
        ),
    )
    endpoint: str = field(
        default=HUGGING_FACE,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Model server"),
            QT_TRANSLATE_NOOP("settings", "Hugging Face, a mirror of it, or a server of your own."),
            pattern=_ADDRESS,
        ),
    )
    endpoints: tuple[str, ...] = field(
        default=(HUGGING_FACE, HF_MIRROR),
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Known servers"),
            QT_TRANSLATE_NOOP("settings", "Servers that can be chosen. They never get your token."),
        ),
    )
    proxy: str = field(
        default="",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Proxy"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Like http://host:port or socks5://host:port. Empty: as the system says.",
            ),
            pattern=_PROXY,
        ),
    )
    parallel_downloads: int = field(
        default=2,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Downloads at the same time"), minimum=1, maximum=8
        ),
    )
    limit_mb_s: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Download limit"),
            QT_TRANSLATE_NOOP("settings", "Megabytes a second, all together. 0: no limit."),
            minimum=0.0,
            maximum=100_000.0,
        ),
    )
