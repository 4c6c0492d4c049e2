"""What the `view.` actions do: they act on the image of the workspace in front, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from medsynth_gui.core.display import COLOR_MAPS, GAMMA_HIGH, GAMMA_LOW, Display
from medsynth_gui.gui.canvas.gestures import ZOOM_STEP

if TYPE_CHECKING:
    from medsynth_gui.gui.canvas.canvas import Canvas
    from medsynth_gui.gui.main_window import MainWindow

_GAMMA_STEP = 1.15


def change_gamma(canvas: Canvas, gamma: float) -> None:
    """Another gamma, held within its limits; near 1 it is 1."""
    gamma = min(max(gamma, GAMMA_LOW), GAMMA_HIGH)
    canvas.set_display(replace(canvas.display, gamma=1.0 if abs(gamma - 1) < 0.02 else gamma))


def change_colors(canvas: Canvas, colors: str) -> None:
    """Another colour map."""
    canvas.set_display(replace(canvas.display, colors=colors))


def _next_colors(canvas: Canvas) -> None:
    ids = [colors.id for colors in COLOR_MAPS]
    change_colors(canvas, ids[(ids.index(canvas.display.colors) + 1) % len(ids)])


def _plain(canvas: Canvas) -> None:
    """Upright, without gamma, colours and inversion, under the first window."""
    canvas.set_display(Display(canvas.first_window()))
    canvas.window_changed.emit(canvas.window)
    view = canvas.view
    middle = QPointF(canvas.rect().center())
    canvas.orient(view.flipped(middle) if view.mirrored else view)
    canvas.orient(canvas.view.turned(-canvas.view.turns, middle))


_ACTS: dict[str, Callable[[Canvas], object]] = {
    "fit": lambda canvas: canvas.fit(),
    "actual_size": lambda canvas: canvas.actual_size(),
    "zoom_in": lambda canvas: canvas.zoom_by(ZOOM_STEP),
    "zoom_out": lambda canvas: canvas.zoom_by(1 / ZOOM_STEP),
    "auto_window": lambda canvas: canvas.auto_window(),
    "gamma_up": lambda canvas: change_gamma(canvas, canvas.display.gamma * _GAMMA_STEP),
    "gamma_down": lambda canvas: change_gamma(canvas, canvas.display.gamma / _GAMMA_STEP),
    "colors": _next_colors,
    "turn": lambda canvas: canvas.turn(1),
    "turn_back": lambda canvas: canvas.turn(-1),
    "flip": lambda canvas: canvas.flip(),
    "plain": _plain,
}
# Name: (what holds now, the opposite of it).
_TOGGLES: dict[str, tuple[Callable[[Canvas], bool], Callable[[Canvas], object]]] = {
    "smooth": (lambda canvas: canvas.smooth, lambda canvas: canvas.set_smooth(not canvas.smooth)),
    "invert": (lambda canvas: canvas.display.invert,
               lambda canvas: canvas.set_display(replace(canvas.display, invert=not canvas.display.invert))),
    "lens": (lambda canvas: canvas.lens.on, lambda canvas: canvas.set_lens(not canvas.lens.on)),
    "crosshair": (lambda canvas: canvas.crosshair, lambda canvas: canvas.set_crosshair(not canvas.crosshair)),
}


class ViewActions(QObject):
    """Binds the rows, and keeps their check marks true for the image in front."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._actions = window, window.context.actions
        self._followed: Canvas | None = None
        for name, act in (*_ACTS.items(), *((name, act) for name, (_, act) in _TOGGLES.items())):
            self._actions.bind(f"view.{name}", partial(self._act, act))
        self._actions.scope_changed.connect(self._follow)

    def _act(self, act: Callable[[Canvas], object]) -> None:
        if (canvas := self._window.workspace.canvas) is not None:
            act(canvas)
            self._refresh()

    def _follow(self, _: str) -> None:
        if self._followed is not None:
            self._followed.look_changed.disconnect(self._refresh)
        self._followed = self._window.workspace.canvas
        if self._followed is not None:
            self._followed.look_changed.connect(self._refresh)
            self._refresh()

    def _refresh(self) -> None:
        canvas = self._followed
        if canvas is None:
            return
        for name, (holds, _) in _TOGGLES.items():
            self._actions.get(f"view.{name}").setChecked(holds(canvas))
        self._actions.set_available("view.colors", canvas.series is None or canvas.series.channels == 1)
