"""Failures, told quietly: a line that comes up in the window and goes again, with the remedy."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.paths import user_data
from medsynth_gui.gui.icons import icon, pixmap
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import remedy, sentence

_GLYPHS = {"info": ("info", "accent"), "good": ("check-circle", "good"), "caution": ("warning", "caution"),
           "bad": ("warning-circle", "bad")}
_WORDS_PER_S = 3.0


class Notice(QFrame):
    """One line over the window's top; a failure stays until it is read, the rest leaves by itself.

    Signals:
        read(str): the person closed the line; its words.
    """

    read = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("notice")
        self._glyph = QLabel()
        self._title, self._remedy = QLabel(), QLabel()
        self._title.setWordWrap(True)
        self._remedy.setWordWrap(True)
        self._remedy.setProperty("role", "muted")
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setToolTip(self.tr("Close"))
        close.setObjectName("notice-close")
        close.clicked.connect(self._close)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._remedy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.S, SPACE.S, SPACE.S)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is told now."""
        return f"{self._title.text()} {self._remedy.text()}".strip()

    def tell(self, what: Message | str, tone: str = "info", *, stays: bool = False) -> None:
        """Show a message or ready words; `tone` is info, good, caution or bad (which stays in any case)."""
        glyph, color = _GLYPHS[tone]
        self._glyph.setPixmap(pixmap(glyph, 20, color=color, ratio=self.devicePixelRatioF()))
        self._title.setText(what if isinstance(what, str) else sentence(what))
        self._remedy.setText("" if isinstance(what, str) else remedy(what))
        self._remedy.setVisible(bool(self._remedy.text()))
        self._place()
        self.show()
        self.raise_()
        self._timer.stop()
        if tone != "bad" and not stays:
            self._timer.start(int(2500 + 1000 * len(self.text.split()) / _WORDS_PER_S))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _close(self) -> None:
        self.hide()
        self.read.emit(self.text)

    def _place(self) -> None:
        parent = self.parentWidget()
        width = min(560, parent.width() - 2 * SPACE.L)
        self.setFixedWidth(width)
        height = self.layout().heightForWidth(width)
        height = height if height > 0 else self.sizeHint().height()
        self.setGeometry((parent.width() - width) // 2, SPACE.TOOL_BAR + SPACE.S, width, height)


class ExceptionBoundary(QObject):
    """What is raised in a slot becomes a sentence and a line in the log, never a traceback on the screen."""

    caught = Signal(object)

    def install(self) -> None:
        """Take over `sys.excepthook`."""
        sys.excepthook = self._hook

    def release(self) -> None:
        """Give `sys.excepthook` back."""
        sys.excepthook = sys.__excepthook__

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if isinstance(error, MedSynthError):
            self.caught.emit(error.message)
            return
        logging.getLogger("medsynth").error("unexpected", exc_info=(kind, error, trace))
        self.caught.emit(Message("unexpected", {"detail": f"{kind.__name__}: {error}"}))


def start_log(folder: Path | None = None) -> Path | None:
    """Write the log to `folder/medsynth.log` (half a megabyte, two old ones); its path, None if it cannot be."""
    from logging.handlers import RotatingFileHandler

    path = (folder or user_data()) / "medsynth.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=1 << 19, backupCount=2, encoding="utf-8", delay=True)
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("medsynth").addHandler(handler)
    return path
