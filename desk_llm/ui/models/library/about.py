"""What the details say of one model, as pairs of texts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desk_llm.models.names import plain
from desk_llm.models.types import ModelFile
from desk_llm.ui.models import words
from desk_llm.ui.models.library.rows import abilities
from desk_llm.ui.widgets.sizes import params_text, size_text

Facts = list[tuple[str, str]]


def headline(file: ModelFile) -> str:
    """Abilities in one line; empty for a file that cannot be used."""
    return " · ".join(words.ability(name) for name in abilities(file))


def facts(file: ModelFile, copies: Sequence[ModelFile] = ()) -> Facts:
    """Everything but the fit, in the order of interest."""
    return [
        (QCoreApplication.translate("ModelFacts", "Size"), _size(file)),
        *_of_header(file),
        (QCoreApplication.translate("ModelFacts", "Licence"), _licence(file)),
        (QCoreApplication.translate("ModelFacts", "Source"), file.repo),
        (QCoreApplication.translate("ModelFacts", "Belongs to"), words.origin(file.origin)),
        (QCoreApplication.translate("ModelFacts", "File"), plain(str(file.path), 4_000)),
        (
            QCoreApplication.translate("ModelFacts", "Projector"),
            plain(file.projector.name, 255) if file.projector else "",
        ),
        (
            QCoreApplication.translate("ModelFacts", "Drafts"),
            "\n".join(plain(one.name, 255) for one in file.drafts),
        ),
        (
            QCoreApplication.translate("ModelFacts", "Same content"),
            "\n".join(plain(str(one.path), 4_000) for one in copies if one.id != file.id),
        ),
    ]


def _of_header(file: ModelFile) -> Facts:
    info = file.info
    if info is None:
        return []
    rows = [
        (QCoreApplication.translate("ModelFacts", "Parameters"), params_text(info.n_params)),
        (QCoreApplication.translate("ModelFacts", "Quant"), info.quant),
        (
            QCoreApplication.translate("ModelFacts", "Context"),
            QCoreApplication.translate("ModelFacts", "{0} tokens").format(
                f"{info.n_ctx_train:,}".replace(",", "\u202f")
            )
            if info.n_ctx_train
            else "",
        ),
        (QCoreApplication.translate("ModelFacts", "Architecture"), plain(info.architecture)),
        (QCoreApplication.translate("ModelFacts", "Layers"), str(info.n_layers)),
    ]
    if info.n_experts:
        text = QCoreApplication.translate("ModelFacts", "{0}, of which {1} work on a token")
        used = max(1, round(info.n_experts * info.expert_share))
        rows.append(
            (
                QCoreApplication.translate("ModelFacts", "Experts"),
                text.format(info.n_experts, used),
            )
        )
    return rows


def _size(file: ModelFile) -> str:
    size = size_text(file.size_bytes)
    if len(file.parts) > 1:
        text = QCoreApplication.translate("ModelFacts", "{0} in {1} files")
        return text.format(size, len(file.parts))
    return size


def _licence(file: ModelFile) -> str:
    return file.info.licence if file.info is not None else ""
