"""What comes of it: where it would run, how fast, on what that rests, what earlier loads took."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.models.fit.formula import total
from desk_llm.models.fit.loads_file import Load
from desk_llm.models.fit.types import Evidence, Fit, Verdict
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import memory_text, speed_text

_SHOWN_LOADS = 3


class Outcome(QWidget):
    """Verdict and total, speed, evidence, a problem where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = Label("", "subtitle")
        self.total = Label("", "body")
        self.speed = Label.wrapped("", "small")
        self.evidence = Label.wrapped("", "small")
        self.loads = Label.wrapped("", "small")
        self.problem = Label.wrapped("", "danger")
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self.verdict)
        head.addStretch(1)
        head.addWidget(self.total)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for label in (self.speed, self.evidence, self.loads, self.problem):
            column.addWidget(label)
        self.problem.hide()
        self.loads.hide()

    def show_loads(self, loads: Sequence[Load]) -> None:
        """Earlier loads of the model, the newest first: predicted beside measured."""
        lines = [
            self.tr("predicted {0}, took {1} ({2} %)").format(
                memory_text(expected),
                memory_text(real),
                f"{100 * (real - expected) / expected:+.1f}",
            )
            for expected, real in map(_pair, loads[:_SHOWN_LOADS])
            if expected
        ]
        self.loads.setText("\n".join([self.tr("Earlier loads:"), *lines]))
        self.loads.setVisible(bool(lines))

    def show_fit(self, fit: Fit, note: DeskError | None = None, *, is_final: bool = False) -> None:
        """The newest figures; `note` is what the loader has to say of it.

        `is_final`: the engine was asked, and there will be no better answer.
        """
        self.verdict.setText(words.verdict(fit.verdict))
        self.verdict.setToolTip(words.verdict_sentence(fit.verdict))
        self.total.setText(self.tr("needs {0}").format(memory_text(fit.total_bytes)))
        speed = self._speed(fit)
        self.speed.setText(speed)
        self.speed.setVisible(bool(speed))
        self.evidence.setText(self._evidence(fit, is_final))
        problem = note or fit.problem
        self.problem.setText(" ".join(sentence(problem)).strip() if problem is not None else "")
        is_bad = problem is not None and fit.verdict is Verdict.NO
        self.problem.setProperty("role", "danger" if is_bad else "small")
        self.problem.style().unpolish(self.problem)
        self.problem.style().polish(self.problem)
        self.problem.setVisible(problem is not None)

    def _speed(self, fit: Fit) -> str:
        known = fit.forecast
        if known.decode_tok_s is None or fit.verdict is Verdict.NO:
            return ""
        text = (
            self.tr("{0} measured").format(_rate(known.decode_tok_s))
            if known.is_measured
            else speed_text(known.decode_tok_s)
        )
        if known.ttft_s is None:
            return text
        seconds = f"{known.ttft_s:.1f}" if known.ttft_s < 10 else f"{known.ttft_s:.0f}"
        first = self.tr("first word {0} s after a prompt of {1} tokens")
        return f"{text} · {first.format(seconds, known.prompt_tokens)}"

    def _evidence(self, fit: Fit, is_final: bool) -> str:
        if fit.measured:
            return self.tr("As measured when it was loaded like this before.")
        if fit.evidence is Evidence.SIMULATED:
            return self.tr("Simulated with the engine itself.")
        if is_final:
            return self.tr("Estimated from the header of the file.")
        return self.tr("Estimated; the engine is being asked…")


def _pair(load: Load) -> tuple[int, int]:
    """Bytes that were predicted, by simulation where there was one, and that it took."""
    return sum(map(total, load.simulated or load.formula)), sum(map(total, load.measured))


def _rate(tok_s: float) -> str:
    shown = f"{tok_s:.0f}" if tok_s >= 10 else f"{tok_s:.1f}"
    return f"{shown} tok/s"
