"""What comes of it: where it would run, how fast, on what that rests, what earlier loads took."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.models.fit.types import Evidence, Fit, Verdict
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import size_text, speed_text


class Outcome(QWidget):
    """Verdict and total, speed, evidence, a problem where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.verdict = Label("", "subtitle")
        self.total = Label("", "body")
        self.speed = Label.wrapped("", "small")
        self.evidence = Label.wrapped("", "small")
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
        for label in (self.speed, self.evidence, self.problem):
            column.addWidget(label)
        self.problem.hide()

    def show_fit(self, fit: Fit, note: DeskError | None = None) -> None:
        """The newest figures; `note` is what the loader has to say of it."""
        self.verdict.setText(words.verdict(fit.verdict))
        self.verdict.setToolTip(words.verdict_sentence(fit.verdict))
        self.total.setText(self.tr("needs {0}").format(size_text(fit.total_bytes)))
        speed = self._speed(fit)
        self.speed.setText(speed)
        self.speed.setVisible(bool(speed))
        self.evidence.setText(self._evidence(fit))
        problem = note or fit.problem
        self.problem.setText(" ".join(sentence(problem)).strip() if problem is not None else "")
        is_bad = problem is not None and fit.verdict is Verdict.NO
        self.problem.setProperty("role", "danger" if is_bad else "small")
        self.problem.style().unpolish(self.problem)
        self.problem.style().polish(self.problem)
        self.problem.setVisible(problem is not None)

    def _speed(self, fit: Fit) -> str:
        known = fit.forecast
        if known.decode_tok_s is None:
            return ""
        text = (
            self.tr("{0} measured").format(_rate(known.decode_tok_s))
            if known.is_measured
            else speed_text(known.decode_tok_s)
        )
        if known.ttft_s is None:
            return text
        seconds = f"{known.ttft_s:.1f}" if known.ttft_s < 10 else f"{known.ttft_s:.0f}"
        first = self.tr("first word after {0} s behind {1} tokens")
        count = QLocale().toString(known.prompt_tokens)
        return f"{text} · {first.format(seconds, count)}"

    def _evidence(self, fit: Fit) -> str:
        if fit.measured:
            real = sum(one.weights + one.kv_cache + one.compute for one in fit.measured)
            return self.tr("The last load like this took {0}.").format(size_text(real))
        if fit.evidence is Evidence.SIMULATED:
            return self.tr("Simulated with the engine itself.")
        return self.tr("Estimated; the engine is being asked…")


def _rate(tok_s: float) -> str:
    shown = f"{tok_s:.0f}" if tok_s >= 10 else f"{tok_s:.1f}"
    return f"{shown} tok/s"
