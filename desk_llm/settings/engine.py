"""How a model is loaded: the engine's parameters, their limits and their words for the dialog."""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.settings.field import Choice
from desk_llm.settings.field import setting as _setting

AUTOMATIC = "auto"
_KV_TYPES = (
    Choice(AUTOMATIC, QT_TRANSLATE_NOOP("settings", "Automatic")),
    Choice("f32", "F32"),
    Choice("f16", "F16"),
    Choice("bf16", "BF16"),
    Choice("q8_0", "Q8_0"),
    Choice("q5_1", "Q5_1"),
    Choice("q5_0", "Q5_0"),
    Choice("q4_1", "Q4_1"),
    Choice("q4_0", "Q4_0"),
)
_SHARES = r"(\d{1,4}(\.\d{1,4})?(\s*,\s*\d{1,4}(\.\d{1,4})?){0,15})?"


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How a model is loaded."""

    n_ctx: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Context length"),
            QT_TRANSLATE_NOOP(
                "settings", "Tokens a conversation may have. More needs more memory."
            ),
            minimum=256,
            maximum=1 << 20,
            restart=True,
        ),
    )
    n_gpu_layers: int = field(
        default=-1,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "GPU layers"),
            QT_TRANSLATE_NOOP("settings", "-1: as many as fit. 0: the CPU alone."),
            minimum=-1,
            maximum=999,
            restart=True,
        ),
    )
    n_slots: int = field(
        default=4,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Parallel replies"),
            QT_TRANSLATE_NOOP("settings", "Replies made at the same time; they share the context."),
            minimum=1,
            maximum=16,
            restart=True,
        ),
    )
    unload_after_min: int = field(
        default=30,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Unload after"),
            QT_TRANSLATE_NOOP(
                "settings",
                "A model that wrote nothing for so long gives its memory back. 0: never.",
            ),
            minimum=0,
            maximum=10_080,
        ),
    )
    n_threads: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "CPU threads"),
            QT_TRANSLATE_NOOP(
                "settings", "Automatic: one per core, fewer while other programs need them."
            ),
            minimum=1,
            maximum=512,
            restart=True,
            advanced=True,
        ),
    )
    flash_attn: bool | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Flash attention"),
            QT_TRANSLATE_NOOP("settings", "Faster with long contexts where the device has it."),
            restart=True,
            advanced=True,
        ),
    )
    kv_type: str = field(
        default=AUTOMATIC,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Precision of the KV cache"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Q8_0 halves the memory of a context and reads prompts more slowly. "
                "Automatic: F16 where it fits.",
            ),
            choices=_KV_TYPES,
            restart=True,
            advanced=True,
        ),
    )
    n_cpu_moe: int = field(
        default=0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Layers with experts in RAM"),
            QT_TRANSLATE_NOOP(
                "settings",
                "For mixture-of-experts models that do not fit on the GPU. 0: as few as needed.",
            ),
            minimum=0,
            maximum=512,
            restart=True,
            advanced=True,
        ),
    )
    tensor_split: str = field(
        default="",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Split between GPUs"),
            QT_TRANSLATE_NOOP(
                "settings", "Shares like “3,1”, one per GPU. Empty: by their free memory."
            ),
            pattern=_SHARES,
            restart=True,
            advanced=True,
        ),
    )
    use_mmap: bool = field(
        default=True,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Map the file into memory"),
            QT_TRANSLATE_NOOP(
                "settings", "Loads faster. Switch off for removable or network disks."
            ),
            restart=True,
            advanced=True,
        ),
    )
    use_mlock: bool = field(
        default=False,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Keep the model in memory"),
            QT_TRANSLATE_NOOP(
                "settings", "The system may not page it out, even when other programs need room."
            ),
            restart=True,
            advanced=True,
        ),
    )
    speculate: bool = field(
        default=True,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Guess repeated text"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Text that occurred before is checked many tokens at a time: "
                "faster for code and rewriting, and never another result.",
            ),
            restart=True,
            advanced=True,
        ),
    )
    kv_disk_mb: int = field(
        default=2048,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Disk space for read chats"),
            QT_TRANSLATE_NOOP(
                "settings",
                "In MB. What the model has read of a chat is kept, so that it need not be read "
                "again after a restart. 0: nothing is kept.",
            ),
            minimum=0,
            maximum=1 << 20,
            advanced=True,
        ),
    )
