"""The menus of the cine bar: speed and direction, and the marks of a frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu

from medsynth_gui.core.cine import Mark, PlayMode
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.translation import number

if TYPE_CHECKING:
    from medsynth_gui.gui.panels.cine_bar import CineBar

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
MODE_ICONS = {PlayMode.LOOP: "repeat", PlayMode.PING_PONG: "arrows-left-right", PlayMode.ONCE: "arrow-line-right"}
_MODES = {PlayMode.LOOP: QT_TRANSLATE_NOOP("cine", "Loop"),
          PlayMode.PING_PONG: QT_TRANSLATE_NOOP("cine", "Back and forth"),
          PlayMode.ONCE: QT_TRANSLATE_NOOP("cine", "Once")}


def speed_text(speed: float) -> str:
    """`0.5×`."""
    return f"{number(speed, 0 if speed.is_integer() else 2 if speed == 0.25 else 1)}×"


class CineMenu(QObject):
    """Makes the menus of a cine bar."""

    def __init__(self, bar: CineBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._popup: QMenu | None = None

    def playback(self) -> QMenu:
        """What happens at the end, speed, and the marks of the frame shown; filled when it opens."""
        menu = QMenu(self._bar)
        menu.aboutToShow.connect(_Call(lambda: self._fill(menu)))
        return menu

    def marks(self, frame: int) -> QMenu:
        """The marks of one frame."""
        self._popup = QMenu(self._bar)
        self._add_marks(self._popup, frame)
        return self._popup

    def ask_event(self, frame: int) -> None:
        """Ask what happens on a frame."""
        if self._bar.slider.maximum() < 1:
            return
        dialog = QInputDialog(self._bar.window())
        dialog.setObjectName("event-name")
        dialog.setWindowTitle(self.tr("Event on frame {0}").format(frame + 1))
        dialog.setLabelText(self.tr("What happens here?"))
        dialog.textValueSelected.connect(_Named(self._bar, frame))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        modes, speeds = QActionGroup(menu), QActionGroup(menu)
        for mode, words in _MODES.items():
            action = menu.addAction(icon(MODE_ICONS[mode]), QCoreApplication.translate("cine", words))
            _check(action, modes, on=mode is self._bar.mode, then=_bound(self._bar.set_mode, mode))
        menu.addSeparator()
        for speed in SPEEDS:
            action = menu.addAction(speed_text(speed))
            _check(action, speeds, on=speed == self._bar.speed, then=_bound(self._bar.set_speed, speed))
        menu.addSeparator()
        self._add_marks(menu, self._bar.slider.value())

    def _add_marks(self, menu: QMenu, frame: int) -> None:
        keyframe = Mark(frame)
        here = [mark for mark in self._bar.marks if mark.frame == frame]
        words = self.tr("Remove the keyframe") if keyframe in here else self.tr("Set a keyframe on frame {0}")
        menu.addAction(icon("diamond"), words.format(frame + 1)).triggered.connect(
            _Call(_bound(self._bar.mark_asked.emit, keyframe)))
        menu.addAction(icon("flag"), self.tr("Mark an event on frame {0}…").format(frame + 1)).triggered.connect(
            _Call(_bound(self.ask_event, frame)))
        for mark in here:
            if mark.event:
                menu.addAction(icon("trash"), self.tr("Remove “{0}”").format(mark.name)).triggered.connect(
                    _Call(_bound(self._bar.mark_asked.emit, mark)))


def _check(action: QAction, group: QActionGroup, *, on: bool, then: Callable[[], object]) -> None:
    action.setCheckable(True)
    action.setChecked(on)
    group.addAction(action)
    action.triggered.connect(_Call(then))


def _bound(handler: Callable[..., object], *values: object) -> Callable[[], object]:
    return lambda: handler(*values)


class _Call:
    """Calls a handler without Qt's `checked`."""

    def __init__(self, handler: Callable[[], object]) -> None:
        self._handler = handler

    def __call__(self, *_: object) -> None:
        self._handler()


class _Named:
    def __init__(self, bar: CineBar, frame: int) -> None:
        self._bar, self._frame = bar, frame

    def __call__(self, name: str) -> None:
        if name.strip():
            self._bar.mark_asked.emit(Mark(self._frame, name.strip()))
