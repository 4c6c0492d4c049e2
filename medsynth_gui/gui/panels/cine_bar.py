"""The cine bar: play, step and scrub through the frames."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QStyle, QStyleOptionSlider, QToolButton, QWidget

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number

DEFAULT_FPS = 20.0


class ScrubSlider(QSlider):
    """A slider that jumps to where it is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option,
                                                 QStyle.SubControl.SC_SliderHandle, self)
            span = self.width() - handle.width()
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(),
                                                         int(event.position().x() - handle.width() / 2), span))
        super().mousePressEvent(event)


class CineBar(QWidget):
    """Emits `moved` with the frame (from 0) and the direction it was reached in (+1, -1, or 0 for a jump)."""

    moved = Signal(int, int)

    def __init__(self, actions: ActionRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._frame, self._fps = 0, 0, DEFAULT_FPS
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._clock = QElapsedTimer()
        self._behind = 0.0
        self.slider = ScrubSlider()
        self.slider.setObjectName("cine-slider")
        self.slider.valueChanged.connect(self._scrubbed)
        self.label = QLabel()
        self.label.setProperty("role", "muted")
        self.play = self._button("play", "play")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        layout.setSpacing(SPACE.S)
        for glyph, name, handler in (("skip-back", "previous_frame", self.step_back), ("", "play", self.toggle),
                                     ("skip-forward", "next_frame", self.step_on)):
            button = self.play if name == "play" else self._button(glyph, name)
            action = actions.bind(f"annotate.{name}", handler)
            button.clicked.connect(action.trigger)
            button.setToolTip(actions.tip(f"annotate.{name}"))
            layout.addWidget(button)
        actions.bind("annotate.first_frame", self.first)
        actions.bind("annotate.last_frame", self.last)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.label)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def set_cine(self, count: int, fps: float | None) -> None:
        """Another series: stop, and take its length and rate (None: not known)."""
        self.pause()
        self._count, self._fps = count, fps or DEFAULT_FPS
        self.setVisible(count > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.blockSignals(False)

    def show_frame(self, frame: int) -> None:
        """Another frame is shown."""
        self._frame = frame
        self.slider.blockSignals(True)
        self.slider.setValue(frame)
        self.slider.blockSignals(False)
        rate = number(self._fps, 0 if float(self._fps).is_integer() else 1)
        self.label.setText(self.tr("{0} / {1} · {2} fps").format(frame + 1, self._count, rate))

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing or self._count < 2:
            self.pause()
            return
        self.play.setIcon(icon("pause"))
        self._behind = 0.0
        self._clock.start()
        self._timer.start(max(10, round(1000 / self._fps)))

    def pause(self) -> None:
        self._timer.stop()
        self.play.setIcon(icon("play"))

    def step_on(self) -> None:
        self._step(1)

    def step_back(self) -> None:
        self._step(-1)

    def first(self) -> None:
        self.moved.emit(0, 0)

    def last(self) -> None:
        self.moved.emit(max(0, self._count - 1), 0)

    def _step(self, by: int) -> None:
        self.pause()
        if 0 <= self._frame + by < self._count:
            self.moved.emit(self._frame + by, by)

    def _tick(self) -> None:
        """Keep the clip's own time: where painting is slow, frames are left out."""
        self._behind += self._clock.restart() * self._fps / 1000
        steps = int(self._behind + 0.25)
        if steps > 0:
            self._behind -= steps
            self.moved.emit((self._frame + steps) % self._count, 1)

    def _scrubbed(self, frame: int) -> None:
        self.moved.emit(frame, 1 if frame > self._frame else -1)

    def _button(self, glyph: str, name: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"cine-{name}")
        made.setIcon(icon(glyph))
        made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made
