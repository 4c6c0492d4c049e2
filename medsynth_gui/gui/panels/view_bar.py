"""The view bar: one quiet row under the image for how it is looked at and what it is compared with."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.comparing import Comparing
from medsynth_gui.gui.canvas.session_view import SessionView
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.compare_menu import CompareMenu, OverlayMenu
from medsynth_gui.gui.panels.view_menus import ColorMenu, GammaMenu, WindowMenu, window_words
from medsynth_gui.gui.theme import SPACE

_ROW = ("fit", "actual_size", "", "*window", "auto_window", "invert", "*gamma", "*colors", "", "smooth", "lens",
        "crosshair", "", "turn", "flip", "plain")
_ICON = 18


class ViewBar(QWidget):
    """Buttons of the `view.` actions, and the menus of gamma, colours, overlay and comparison."""

    def __init__(self, context: AppContext, canvas: Canvas, view: SessionView, comparing: Comparing,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._canvas = context, canvas
        self._view, self._comparing = view, comparing
        self.setProperty("panel", True)
        self.setFixedHeight(SPACE.TOOL_BAR - SPACE.S)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE.M, 0, SPACE.M, 0)
        self._layout.setSpacing(0)
        menus = {"*window": ("circle-half-tilt", self.tr("Window and level: right-drag on the image, or choose here"),
                             WindowMenu(context, canvas, self)),
                 "*gamma": ("sun", self.tr("Gamma"), GammaMenu(canvas, self)),
                 "*colors": ("palette", self.tr("Colour map"), ColorMenu(canvas, self))}
        for name in _ROW:
            if not name:
                self._layout.addSpacing(SPACE.S)
            elif name in menus:
                self._add_menu(name[1:], *menus[name])
            else:
                self._add_action(f"view.{name}")
        self._layout.addStretch(1)
        self._overlay = self._add_menu("overlay", "stack", self.tr("Mask and proposal"),
                                       OverlayMenu(context, view, self))
        self._compare = self._add_menu("compare", "columns", self.tr("Compare"),
                                       CompareMenu(context, comparing, self))
        self._colors = self.findChild(QToolButton, "view-colors")
        self._gamma = self.findChild(QToolButton, "view-gamma")
        self._window = self.findChild(QToolButton, "view-window")
        self._window.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for signal in (canvas.look_changed, view.overlay_changed, comparing.changed):
            signal.connect(self._refresh)
        context.session.proposal_changed.connect(self._refresh)
        context.session.current_changed.connect(self._refresh)
        self._refresh()

    def _add_action(self, action_id: str) -> None:
        actions = self._context.actions
        action = actions.get(action_id)
        action.setToolTip(actions.tip(action_id))
        self._add(QToolButton(), action_id).setDefaultAction(action)

    def _add_menu(self, name: str, glyph: str, tip: str, menu: QMenu) -> QToolButton:
        made = self._add(QToolButton(), f"view-{name}")
        made.setProperty("glyph", glyph)
        made.setIcon(icon(glyph, color="text"))
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setMenu(menu)
        return made

    def _add(self, made: QToolButton, name: str) -> QToolButton:
        made.setObjectName(name)
        made.setIconSize(QSize(_ICON, _ICON))
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._layout.addWidget(made)
        return made

    def _refresh(self, *_: object) -> None:
        session, series = self._context.session, self._canvas.series
        self.setEnabled(session.current is not None)
        self._window.setText(f" {window_words(self._canvas.window)} ")
        display = self._canvas.display
        for made, changed in ((self._gamma, display.gamma != 1), (self._colors, display.colors != "gray"),
                              (self._overlay, self._view.overlay != "both"),
                              (self._compare, self._comparing.mode != "off")):
            made.setIcon(icon(made.property("glyph"), color="accent" if changed else "text"))
        self._colors.setEnabled(series is not None and series.channels == 1)
        self._overlay.setVisible(session.proposal is not None)
