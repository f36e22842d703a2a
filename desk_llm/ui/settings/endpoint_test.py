"""What the test of a model server said: each step with its host, and the one that is blocked."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desk_llm.hub.types import EndpointReport, StepReport
from desk_llm.models.names import plain
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.labels import Label


def step_name(step: str) -> str:
    """What a step asks for, in words."""
    return {
        "api": QCoreApplication.translate("EndpointTest", "Search"),
        "resolve": QCoreApplication.translate("EndpointTest", "Address of a file"),
        "data": QCoreApplication.translate("EndpointTest", "First bytes of it"),
    }.get(step, step)


class EndpointTest(QWidget):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.SPACE_2)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        self.verdict = Label.wrapped("", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_8, 0, 0, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(self._grid)
        column.addWidget(self.verdict)
        self.hide()

    def show_running(self) -> None:
        """The test has begun."""
        self._clear()
        self.verdict.setText(self.tr("Testing…"))
        self.show()

    def show_text(self, text: str) -> None:
        """There was no test: why."""
        self._clear()
        self.verdict.setText(text)
        self.show()

    def show_report(self, report: EndpointReport) -> None:
        """Every step that was tried."""
        self._clear()
        for row, step in enumerate(report.steps):
            self._add(row, step)
        failed = next((one for one in report.steps if not one.is_ok), None)
        if failed is None:
            text = self.tr("Models can be found and downloaded there.")
        else:
            host = plain(failed.host, 100)
            text = self.tr("{0} is blocked or does not answer as it should.").format(host)
        self.verdict.setText(text)
        self.show()

    def _add(self, row: int, step: StepReport) -> None:
        mark = QLabel()
        name, role = ("check", "success") if step.is_ok else ("close", "danger")
        ratio = self.devicePixelRatioF()
        mark.setPixmap(icons.pixmap(name, role, tokens.ICON_ROW, ratio))  # type: ignore[arg-type]
        said = self.tr("works") if step.is_ok else self.tr("fails")
        mark.setAccessibleName(said)
        said = self.tr("{0} s").format(f"{step.seconds:.1f}")
        if not step.is_ok:
            said = step.problem
            if step.error is not None:
                said = " ".join(sentence(step.error)).strip()
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(mark, row, 0, top)
        self._grid.addWidget(Label(step_name(step.name), "small"), row, 1, top)
        self._grid.addWidget(Label(plain(step.host, 80), "small"), row, 2, top)
        self._grid.addWidget(Label.wrapped(said, "small"), row, 3)

    def _clear(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
