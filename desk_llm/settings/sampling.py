"""How replies are chosen: the samplers, their limits and their words for the dialog."""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.settings.field import Choice
from desk_llm.settings.field import setting as _setting

_MIROSTAT = (
    Choice("0", QT_TRANSLATE_NOOP("settings", "Off")),
    Choice("1", "Mirostat"),
    Choice("2", "Mirostat 2.0"),
)


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How replies are chosen."""

    temperature: float | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Temperature"),
            QT_TRANSLATE_NOOP(
                "settings",
                "0: always the likeliest word. Higher: more varied. "
                "Automatic: what the model's makers recommend, else 0.7.",
            ),
            minimum=0.0,
            maximum=5.0,
        ),
    )
    top_k: int = field(
        default=40,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Top K"),
            QT_TRANSLATE_NOOP("settings", "Choose among this many tokens. 0: all."),
            minimum=0,
            maximum=1_000_000,
        ),
    )
    top_p: float = field(
        default=0.95,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Top P"),
            QT_TRANSLATE_NOOP(
                "settings", "Choose among the likeliest tokens that make up this share."
            ),
            minimum=0.0,
            maximum=1.0,
        ),
    )
    min_p: float = field(
        default=0.05,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Min P"),
            QT_TRANSLATE_NOOP(
                "settings", "Leave out tokens less likely than this share of the likeliest."
            ),
            minimum=0.0,
            maximum=1.0,
        ),
    )
    repeat_penalty: float = field(
        default=1.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Repeat penalty"),
            QT_TRANSLATE_NOOP("settings", "1: none. Higher: fewer repetitions."),
            minimum=0.5,
            maximum=2.0,
        ),
    )
    max_tokens: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Longest reply"),
            QT_TRANSLATE_NOOP("settings", "In tokens."),
            minimum=1,
            maximum=1 << 20,
        ),
    )
    system_prompt: str = field(
        default="",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "System prompt"),
            QT_TRANSLATE_NOOP("settings", "Said to the model before every conversation."),
        ),
    )
    seed: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Seed"),
            QT_TRANSLATE_NOOP(
                "settings",
                "The same seed and question give the same reply. Random: another one every time.",
            ),
            minimum=0,
            maximum=(1 << 31) - 1,
            advanced=True,
        ),
    )
    repeat_last_n: int = field(
        default=64,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Repeat penalty window"),
            QT_TRANSLATE_NOOP(
                "settings",
                "How many tokens back the penalties look. -1: the whole context. 0: none.",
            ),
            minimum=-1,
            maximum=1 << 20,
            advanced=True,
        ),
    )
    frequency_penalty: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Frequency penalty"),
            QT_TRANSLATE_NOOP("settings", "Lowers a token a little more each time it was used."),
            minimum=-2.0,
            maximum=2.0,
            advanced=True,
        ),
    )
    presence_penalty: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Presence penalty"),
            QT_TRANSLATE_NOOP("settings", "Lowers every token that was used at all."),
            minimum=-2.0,
            maximum=2.0,
            advanced=True,
        ),
    )
    dry_multiplier: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "DRY multiplier"),
            QT_TRANSLATE_NOOP(
                "settings", "Stops the reply from repeating whole phrases. 0: off; 0.8 is usual."
            ),
            minimum=0.0,
            maximum=5.0,
            advanced=True,
        ),
    )
    dry_base: float = field(
        default=1.75,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "DRY base"),
            QT_TRANSLATE_NOOP(
                "settings", "How fast DRY grows with the length of the repeated phrase."
            ),
            minimum=1.0,
            maximum=4.0,
            advanced=True,
        ),
    )
    dry_allowed_length: int = field(
        default=2,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "DRY allowed length"),
            QT_TRANSLATE_NOOP("settings", "Phrases of up to this many tokens may repeat."),
            minimum=1,
            maximum=100,
            advanced=True,
        ),
    )
    dry_penalty_last_n: int = field(
        default=-1,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "DRY window"),
            QT_TRANSLATE_NOOP("settings", "How many tokens back DRY looks. -1: the whole context."),
            minimum=-1,
            maximum=1 << 20,
            advanced=True,
        ),
    )
    xtc_probability: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "XTC probability"),
            QT_TRANSLATE_NOOP(
                "settings",
                "How often the likeliest tokens are left out, for surprising words. 0: never.",
            ),
            minimum=0.0,
            maximum=1.0,
            advanced=True,
        ),
    )
    xtc_threshold: float = field(
        default=0.1,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "XTC threshold"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Only tokens at least this likely are left out; the least likely of them stays.",
            ),
            minimum=0.0,
            maximum=0.5,
            advanced=True,
        ),
    )
    typical_p: float = field(
        default=1.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Typical P"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Choose among the tokens that are about as surprising as expected. 1: off.",
            ),
            minimum=0.01,
            maximum=1.0,
            advanced=True,
        ),
    )
    top_n_sigma: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Top n sigma"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Leave out tokens this many standard deviations below the likeliest. 0: off.",
            ),
            minimum=0.0,
            maximum=10.0,
            advanced=True,
        ),
    )
    dynatemp_range: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Dynamic temperature range"),
            QT_TRANSLATE_NOOP(
                "settings",
                "The temperature moves by so much: down where the model is sure, else up.",
            ),
            minimum=0.0,
            maximum=5.0,
            advanced=True,
        ),
    )
    dynatemp_exponent: float = field(
        default=1.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Dynamic temperature exponent"),
            QT_TRANSLATE_NOOP("settings", "Above 1 the temperature stays low for longer."),
            minimum=0.05,
            maximum=10.0,
            advanced=True,
        ),
    )
    adaptive_target: float = field(
        default=0.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Adaptive P target"),
            QT_TRANSLATE_NOOP(
                "settings", "Prefer tokens of about this probability, on average. 0: off."
            ),
            minimum=0.0,
            maximum=1.0,
            advanced=True,
        ),
    )
    adaptive_decay: float = field(
        default=0.9,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Adaptive P decay"),
            QT_TRANSLATE_NOOP(
                "settings", "How long adaptive P remembers: 0.9 is about ten tokens."
            ),
            minimum=0.0,
            maximum=0.99,
            advanced=True,
        ),
    )
    mirostat: str = field(
        default="0",
        metadata=_setting(
            "Mirostat",
            QT_TRANSLATE_NOOP(
                "settings", "Keeps the reply equally surprising; replaces top K, top P and min P."
            ),
            choices=_MIROSTAT,
            advanced=True,
        ),
    )
    mirostat_tau: float = field(
        default=5.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Mirostat target"),
            QT_TRANSLATE_NOOP("settings", "How surprising: lower is more focused."),
            minimum=0.0,
            maximum=20.0,
            advanced=True,
        ),
    )
    mirostat_eta: float = field(
        default=0.1,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Mirostat rate"),
            QT_TRANSLATE_NOOP("settings", "How fast Mirostat corrects itself."),
            minimum=0.0,
            maximum=1.0,
            advanced=True,
        ),
    )
