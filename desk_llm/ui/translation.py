"""The language of the window: Qt's own texts and ours."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from desk_llm.paths import ASSETS

FOLDER = ASSETS / "translations"
CHINESE = "zh_CN"


def wanted_language(setting: str) -> str:
    """ "zh_CN" or "en", from the setting or the system's list of languages."""
    if setting != "system":
        return setting
    first = (QLocale.system().uiLanguages() or ["en"])[0]
    return CHINESE if first.lower().startswith("zh") else "en"


class Language:
    """Installs and removes translators; windows made afterwards speak the new language."""

    def __init__(self, app: QCoreApplication) -> None:
        self._app = app
        self._installed: list[QTranslator] = []
        self.current = "en"

    def use(self, setting: str) -> bool:
        """Speak the language of the setting; True when it is another one than before."""
        language = wanted_language(setting)
        if language == self.current:
            return False
        self.current = language
        for old in self._installed:
            self._app.removeTranslator(old)
        self._installed = []
        if language == CHINESE:
            QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
            self._install(
                "qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            )
            self._install("desk_llm_zh_CN", str(FOLDER))
        else:
            QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
        return True

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator()
        if translator.load(name, folder):
            self._app.installTranslator(translator)
            self._installed.append(translator)
