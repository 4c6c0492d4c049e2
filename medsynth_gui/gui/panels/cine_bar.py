"""The cine bar: play, step and scrub through the frames, at a speed and in a direction; marks on the timeline."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from medsynth_gui.core.cine import Mark, Playhead, PlayMode
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.cine_menu import MODE_ICONS, SPEEDS, CineMenu, speed_text
from medsynth_gui.gui.panels.timeline import Timeline
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number

DEFAULT_FPS = 20.0


class CineBar(QWidget):
    """Emits `moved` with the frame (from 0) and the direction it was reached in (+1, -1, or 0 for a jump).

    Signals:
        mark_asked(Mark): set this mark, or take it away.
    """

    moved = Signal(int, int)
    mark_asked = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._settings = context.actions, context.settings
        self._count, self._frame, self._fps, self._known_fps = 0, 0, DEFAULT_FPS, False
        self._direction = 1
        self.marks: tuple[Mark, ...] = ()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._clock = QElapsedTimer()
        self._behind = 0.0
        self.slider = Timeline(context)
        self.slider.valueChanged.connect(self._scrubbed)
        self.slider.menu_asked.connect(self._mark_menu)
        self.label = QLabel()
        self.label.setProperty("role", "muted")
        self.menu = CineMenu(self)
        self._lay_out()
        self._bind()
        self._show_options()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.XS, SPACE.M, SPACE.XS)
        layout.setSpacing(SPACE.S)
        self.play = self._button("play", "play")
        for glyph, name in (("skip-back", "previous_frame"), ("", "play"), ("skip-forward", "next_frame")):
            button = self.play if name == "play" else self._button(glyph, name)
            layout.addWidget(button)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.label)
        self.options = self._button("repeat", "options")
        self.options.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.options.setMenu(self.menu.playback())
        layout.addWidget(self.options)

    def _bind(self) -> None:
        for name, handler in (("play", self.toggle), ("previous_frame", self.step_back), ("next_frame", self.step_on),
                              ("first_frame", self.first), ("last_frame", self.last),
                              ("faster", lambda: self._shift_speed(1)), ("slower", lambda: self._shift_speed(-1)),
                              ("play_mode", self._next_mode), ("next_mark", lambda: self._to_mark(1)),
                              ("previous_mark", lambda: self._to_mark(-1)), ("keyframe", self._toggle_keyframe),
                              ("event_mark", lambda: self.menu.ask_event(self._frame))):
            action = self._actions.bind(f"annotate.{name}", handler)
            button = self.findChild(QToolButton, f"cine-{name}")
            if button is not None:
                button.clicked.connect(action.trigger)
                button.setToolTip(self._actions.tip(f"annotate.{name}"))

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Times the clip's own rate."""
        return float(self._settings["cine_speed"])

    @property
    def mode(self) -> PlayMode:
        """What happens at the last frame."""
        return PlayMode(self._settings["cine_mode"])

    def set_cine(self, series: ImageSeries | None) -> None:
        """Another series: stop, and take its length and rate."""
        self.pause()
        self._count = series.frame_count if series else 0
        rate = series.frame_rate_hz if series else None
        self._fps, self._known_fps, self._direction = rate or DEFAULT_FPS, bool(rate), 1
        self.setVisible(self._count > 1)
        self.slider.set_series(series if self._count > 1 else None)

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Keyframes and events of the series."""
        self.marks = marks
        self.slider.set_marks(marks)

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast as the clip was taken."""
        self._settings["cine_speed"] = float(min(max(speed, SPEEDS[0]), SPEEDS[-1]))
        self._show_options()
        if self.playing:
            self._start()

    def set_mode(self, mode: PlayMode) -> None:
        """Loop, go back and forth, or stop at the end."""
        self._settings["cine_mode"] = mode.value
        self._direction = 1
        self._show_options()

    def show_frame(self, frame: int) -> None:
        """Another frame is shown."""
        self._frame = frame
        self.slider.blockSignals(True)
        self.slider.setValue(frame)
        self.slider.blockSignals(False)
        rate = number(self._fps, 0 if float(self._fps).is_integer() else 1)
        self.label.setText(self.tr("{0} / {1} · {2} fps").format(frame + 1, self._count, rate))
        self.label.setToolTip("" if self._known_fps else
                              self.tr("The file gives no frame rate: {0} frames a second are assumed").format(rate))

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing or self._count < 2:
            self.pause()
            return
        if self.mode is PlayMode.ONCE and self._frame >= self._count - 1:
            self.moved.emit(0, 0)
        self.play.setIcon(icon("pause"))
        self._start()

    def pause(self) -> None:
        self._timer.stop()
        self.slider.pictures.resting = False
        self.play.setIcon(icon("play"))

    def step_on(self) -> None:
        self._step(1)

    def step_back(self) -> None:
        self._step(-1)

    def first(self) -> None:
        self.moved.emit(0, 0)

    def last(self) -> None:
        self.moved.emit(max(0, self._count - 1), 0)

    def _start(self) -> None:
        self._behind = 0.0
        self.slider.pictures.resting = True
        self._clock.start()
        self._timer.start(max(10, round(1000 / (self._fps * self.speed))))

    def _step(self, by: int) -> None:
        self.pause()
        if 0 <= self._frame + by < self._count:
            self.moved.emit(self._frame + by, by)

    def _tick(self) -> None:
        """Keep the clip's own time: where painting is slow, frames are left out."""
        self._behind += self._clock.restart() * self._fps * self.speed / 1000
        steps = int(self._behind + 0.25)
        if steps > 0:
            self._behind -= steps
            head = Playhead(self._frame, self._direction).advanced(steps, self._count, self.mode)
            self._direction = head.direction
            if head.ended:
                self.pause()
            self.moved.emit(head.frame, head.direction)

    def _scrubbed(self, frame: int) -> None:
        self.moved.emit(frame, 1 if frame > self._frame else -1)

    def _shift_speed(self, by: int) -> None:
        place = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.set_speed(SPEEDS[min(max(place + by, 0), len(SPEEDS) - 1)])

    def _next_mode(self) -> None:
        modes = list(PlayMode)
        self.set_mode(modes[(modes.index(self.mode) + 1) % len(modes)])

    def _show_options(self) -> None:
        self.options.setIcon(icon(MODE_ICONS[self.mode]))
        self.options.setText(speed_text(self.speed))
        self.options.setToolTip(self.tr("Speed, and what happens at the last frame"))

    def _to_mark(self, direction: int) -> None:
        frame = self.slider.neighbour(self._frame, direction)
        if frame is not None:
            self.pause()
            self.moved.emit(frame, 0)

    def _toggle_keyframe(self) -> None:
        if self._count > 1:
            self.mark_asked.emit(Mark(self._frame))

    def _mark_menu(self, frame: int, place: QPoint) -> None:
        self.menu.marks(frame).popup(place)

    def _button(self, glyph: str, name: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(f"cine-{name}")
        made.setIcon(icon(glyph))
        made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made
