"""Words for a person: messages, job titles and progress, through Qt's translation."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from medsynth_gui.core.errors import Message
from medsynth_gui.core.messages import MESSAGES
from medsynth_gui.core.paths import resources


class _Readable(dict):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def sentence(message: Message) -> str:
    """What happened (or a job's title), without its remedy."""
    return _fill(MESSAGES[message.id][0], message)


def remedy(message: Message) -> str:
    """What to do about it; empty where there is nothing."""
    return _fill(MESSAGES[message.id][1], message)


def words(message: Message) -> str:
    """Sentence and remedy."""
    return f"{sentence(message)} {remedy(message)}".strip()


def briefly(message: Message) -> Message:
    """The same with files by their names: beside what was just opened the folder is no news."""
    params = {key: PurePath(value).name if key == "path" else value for key, value in message.params.items()}
    return Message(message.id, params)


def duration(seconds: float) -> str:
    """A time span as a person says it: `40 s`, `4 min`, `1 h 20 min`."""
    if seconds < 90:
        return QCoreApplication.translate("time", "{0} s").format(max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 90:
        return QCoreApplication.translate("time", "{0} min").format(minutes)
    return QCoreApplication.translate("time", "{0} h {1} min").format(minutes // 60, minutes % 60)


def number(value: float, digits: int = 0) -> str:
    """A number in the user's notation."""
    return QLocale().toString(float(value), "f", digits) if digits else QLocale().toString(round(value))


def install(application: QApplication, language: str) -> None:
    """Load the translation of a locale, where there is one."""
    translator = QTranslator(application)
    if language != "en" and translator.load(f"medsynth_{language}", str(resources() / "translations")):
        application.installTranslator(translator)


def _fill(text: str, message: Message) -> str:
    return QCoreApplication.translate("messages", text).format_map(_Readable(message.params)) if text else ""
