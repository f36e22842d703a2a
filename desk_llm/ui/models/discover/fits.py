"""How the quants of a repository would run here: by formula from one header, exactly on demand."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desk_llm.errors import DeskError
from desk_llm.hub.advice import judge_info
from desk_llm.hub.types import QuantFiles, Repo
from desk_llm.models.fit.scaled import scaled
from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.models.types import GgufInfo
from desk_llm.services import Services
from desk_llm.ui import bridge

# What most people are advised to take, the first that fits: good text for its size.
_PREFERRED = (
    "Q4_K_M",
    "UD-Q4_K_XL",
    "Q4_K_XL",
    "MXFP4_MOE",
    "MXFP4",
    "Q4_K_S",
    "IQ4_XS",
    "Q4_0",
    "Q5_K_M",
    "Q6_K",
    "Q8_0",
)


def recommended(fits: dict[str, Fit], quants: tuple[QuantFiles, ...]) -> str:
    """The path of the quant to take on this machine; "" where none fits."""
    good = [one for one in quants if _runs_well(fits.get(one.path))]
    for label in _PREFERRED:
        for one in good:
            if one.label.upper() == label:
                return one.path
    return max(good, key=lambda one: one.size_bytes).path if good else ""


def _runs_well(fit: Fit | None) -> bool:
    return fit is not None and fit.verdict is not Verdict.NO and fit.problem is None


class RepoFits(QObject):
    """Reads one header as soon as a repository is open; another one where it is asked for."""

    found = Signal(object)  # dict[str, Fit], by the path of a quant's first part
    checked = Signal(str, object)  # path, Fit
    failed = Signal(str, object)  # path of a quant ("" for the first look), DeskError

    def __init__(self, services: Services, owner: QObject) -> None:
        super().__init__(owner)
        self._settings = services.settings
        self._hub = services.hub
        self._service = services.fit
        self._repo: Repo | None = None

    def look(self, repo: Repo) -> None:
        """Judge all quants; the smallest one's header stands for all."""
        self._repo = repo
        if not repo.quants or not repo.is_readable:
            return

        def judge() -> dict[str, Fit]:
            base = repo.quants[0]
            return self._judge(repo, self._hub.header(repo, base).info, base)

        task = bridge.ask(judge, self)
        task.then(lambda fits: self._tell(repo, fits))
        task.failed(lambda error: self._fail(repo, "", error))

    def check(self, quant: QuantFiles) -> None:
        """Read this quant's own header and let llama.cpp reserve the memory."""
        repo = self._repo
        if repo is None:
            return
        path = quant.path

        def simulate() -> Fit:
            header = self._hub.header(repo, quant)
            return self._service.remote(header, owner=path).result()

        def on_checked(fit: Fit) -> None:
            if self._repo is repo:
                self.checked.emit(path, fit)

        task = bridge.ask(simulate, self).then(on_checked)
        task.failed(lambda error: self._fail(repo, path, error))

    def _judge(self, repo: Repo, info: GgufInfo, base: QuantFiles) -> dict[str, Fit]:
        self._service.read_known().result()  # bandwidths among it
        free = self._service.free_now()
        engine = self._settings.current.engine
        fits = {}
        for quant in repo.quants:
            share = quant.size_bytes / max(1, base.size_bytes)
            other = scaled(info, share, quant.label)
            fits[quant.path] = judge_info(self._service, engine, other, free)
        return fits

    def _tell(self, repo: Repo, fits: dict[str, Fit]) -> None:
        if self._repo is repo:
            self.found.emit(fits)

    def _fail(self, repo: Repo, path: str, error: DeskError) -> None:
        if self._repo is repo:
            self.failed.emit(path, error)
