"""Modelfile ↔ preset: which of Ollama's words is which of our settings.

https://docs.ollama.com/modelfile and Options in Ollama's api/types.go. The Go template is kept
for the export and never interpreted: the model's own chat template is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, RequestError
from desk_llm.models.presets.apply import MAX_SCALE, checked
from desk_llm.models.presets.modelfile import OWN, Command, Modelfile
from desk_llm.models.presets.types import Adapter, Preset, PresetMessage, SettingValue
from desk_llm.models.presets.values import read_value
from desk_llm.settings import EngineSettings, SamplingSettings

_LOAD = {
    "num_ctx": "n_ctx",
    "num_gpu": "n_gpu_layers",
    "num_thread": "n_threads",
    "use_mmap": "use_mmap",
}
_SAMPLING = {
    "temperature": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
    "min_p": "min_p",
    "typical_p": "typical_p",
    "repeat_penalty": "repeat_penalty",
    "repeat_last_n": "repeat_last_n",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
    "seed": "seed",
    "num_predict": "max_tokens",
}
# Ollama has given them up, older Modelfiles have them.
_OLD_LOAD = {"use_mlock": "use_mlock"}
_OLD_SAMPLING = {one: one for one in ("mirostat", "mirostat_tau", "mirostat_eta")}
_FROM_OLLAMA = {
    **{word: ("load", name) for word, name in (_LOAD | _OLD_LOAD).items()},
    **{word: ("sampling", name) for word, name in (_SAMPLING | _OLD_SAMPLING).items()},
}
_TO_OLLAMA = {
    **{("load", name): word for word, name in _LOAD.items()},
    **{("sampling", name): word for word, name in _SAMPLING.items()},
}
# Numbers by which Ollama says "chosen for me" or "no limit".
_OPEN = {"num_predict": ("-1", "-2"), "seed": ("-1",), "num_thread": ("0",)}
_GROUPS: dict[str, type] = {"load": EngineSettings, "sampling": SamplingSettings}


@dataclass(frozen=True, slots=True)
class Converted:
    """The preset of a Modelfile, and what of it means nothing here."""

    preset: Preset
    ignored: tuple[Command, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A preset in the making."""

    load: dict[str, SettingValue] = field(default_factory=dict)
    sampling: dict[str, SettingValue] = field(default_factory=dict)
    stop: list[str] = field(default_factory=list)
    scales: list[float] = field(default_factory=list)
    draft: str = ""
    ignored: list[Command] = field(default_factory=list)


def to_preset(modelfile: Modelfile, folder: Path) -> Converted:
    """Paths are meant from `folder`. Raises FileDamaged with a sentence that names the line."""
    made = _Draft(draft=_path(modelfile.last("draft"), folder))
    for command in modelfile.commands:
        try:
            _take(command, made, folder)
        except RequestError as error:
            raise _wrong_value(command, error) from error
    system = modelfile.last("system")
    if system:
        made.sampling["system_prompt"] = system
    paths = [_path(one.value, folder) for one in modelfile.all("adapter")]
    scales = [*made.scales, *(1.0 for _ in paths)]
    preset = Preset(
        load=made.load,
        sampling=made.sampling,
        adapters=tuple(Adapter(path, scale) for path, scale in zip(paths, scales, strict=False)),
        draft=made.draft,
        stop=tuple(made.stop),
        messages=tuple(PresetMessage(one.key, one.value) for one in modelfile.all("message")),
        template=modelfile.last("template"),
        licence="\n\n".join(one.value for one in modelfile.all("license")),
    )
    return Converted(checked(preset), tuple(made.ignored))


def from_preset(preset: Preset, sources: Sequence[str]) -> Modelfile:
    """`sources`: what stands after FROM."""
    return Modelfile((*(Command("from", one) for one in sources), *_commands(preset)))


def _take(command: Command, made: _Draft, folder: Path) -> None:
    if command.name == "parameter":
        _take_parameter(command, made)
    elif command.name == OWN:
        _take_own(command, made, folder)
    elif command.name in ("requires", "renderer", "parser", "capability"):
        made.ignored.append(command)


def _take_parameter(command: Command, made: _Draft) -> None:
    word, text = command.key, command.value
    if word == "stop":
        made.stop.append(text)
        return
    if word not in _FROM_OLLAMA:
        made.ignored.append(command)
        return
    group, name = _FROM_OLLAMA[word]
    value = None if text in _OPEN.get(word, ()) else read_value(_GROUPS[group], name, text)
    getattr(made, group)[name] = value


def _take_own(command: Command, made: _Draft, folder: Path) -> None:
    group, _, name = command.key.partition(".")
    try:
        value = json.loads(command.value)
    except (ValueError, RecursionError) as error:
        raise _no_value(command) from error
    if group in _GROUPS and name:
        if isinstance(value, (dict, list)):
            raise _no_value(command)
        checked(Preset(load={name: value}) if group == "load" else Preset(sampling={name: value}))
        getattr(made, group)[name] = value
    elif command.key == "draft" and isinstance(value, str):
        made.draft = _path(value, folder)
    elif command.key == "adapter_scales" and isinstance(value, list):
        if not all(isinstance(one, (int, float)) and abs(one) <= MAX_SCALE for one in value):
            raise _no_value(command)
        made.scales = [float(one) for one in value]
    else:
        made.ignored.append(command)


def _path(text: str, folder: Path) -> str:
    return str(folder / Path(text).expanduser()) if text else ""


def _no_value(command: Command) -> RequestError:
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "“{value}” does not fit the setting “{name}”."),
        value=command.value[:80],
        name=command.key,
    )


def _wrong_value(command: Command, error: RequestError) -> FileDamaged:
    return FileDamaged(
        QT_TRANSLATE_NOOP(
            "errors", "Line {line} of the Modelfile has a value that cannot be used."
        ),
        error.message_template,
        "",
        **{**error.values, "line": command.line},
    )


def _commands(preset: Preset) -> Iterator[Command]:
    own: list[Command] = []
    for group in _GROUPS:
        for name, value in getattr(preset, group).items():
            if name == "system_prompt":
                continue
            word = _TO_OLLAMA.get((group, name))
            if word is None or (value is None and word not in _OPEN):
                own.append(_own(f"{group}.{name}", value))
            else:
                yield Command("parameter", _text(word, value), word)
    yield from (Command("parameter", one, "stop") for one in preset.stop)
    if preset.template:
        yield Command("template", preset.template)
    system = preset.sampling.get("system_prompt")
    if system:
        yield Command("system", str(system))
    yield from (Command("adapter", one.path) for one in preset.adapters)
    scales = [one.scale for one in preset.adapters]
    if any(scale != 1.0 for scale in scales):
        own.append(_own("adapter_scales", scales))
    if preset.draft:
        own.append(_own("draft", preset.draft))
    yield from (Command("message", one.text, one.role) for one in preset.messages)
    if preset.licence:
        yield Command("license", preset.licence)
    yield from own


def _own(key: str, value: object) -> Command:
    return Command(OWN, json.dumps(value, ensure_ascii=False), key)


def _text(word: str, value: SettingValue) -> str:
    if value is None:
        return _OPEN[word][0]
    return str(value).lower() if isinstance(value, bool) else str(value)
