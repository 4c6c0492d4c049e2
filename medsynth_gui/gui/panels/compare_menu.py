"""Menus of what the image is compared with, and of which masks lie over it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from medsynth_gui.gui.canvas.comparing import MODES, Comparing, Reference
from medsynth_gui.gui.canvas.session_view import OVERLAYS, SessionView
from medsynth_gui.gui.context import AppContext

_NEAR = 20


class CompareMenu(QMenu):
    """Ways of comparing, what with, and what goes together."""

    def __init__(self, context: AppContext, comparing: Comparing, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._session, self._comparing = context, context.session, comparing
        bind = context.actions.bind
        self._modes = {mode: bind(f"annotate.compare_{mode}", partial(comparing.set_mode, mode)) for mode in MODES}
        self._links = (bind("annotate.link_views", self._set_links), bind("annotate.link_windows", self._set_links))
        self._with = QMenu(self.tr("Compare with"), self)
        self._with.aboutToShow.connect(self._fill)
        self.addMenu(self._with)
        self.addSeparator()
        self.addActions(list(self._modes.values()))
        self.addSeparator()
        self.addActions(list(self._links))
        comparing.changed.connect(self._refresh)
        self._session.current_changed.connect(self._refresh)
        self._session.series_changed.connect(self._refresh)
        self._refresh()

    def _set_links(self) -> None:
        views, windows = (action.isChecked() for action in self._links)
        self._comparing.set_links(views=views, windows=windows)

    def _refresh(self, *_: object) -> None:
        comparing = self._comparing
        for mode, action in self._modes.items():
            action.setChecked(action.isCheckable() and mode == comparing.mode)
        for action, on in zip(self._links, (comparing.linked, comparing.windows_linked), strict=True):
            action.setChecked(on)
        current = self._session.current
        self._with.setEnabled(current is not None and (len(self._session.opened) > 1
                                                       or current.series.frame_count > 1))

    def _choices(self) -> list[tuple[str, Reference]]:
        """What the open series can be compared with, with its words."""
        current = self._session.current
        if current is None:
            return []
        at = self._session.opened.index(current)
        # Of a crowded folder the neighbours: nobody finds one among ten thousand in a menu.
        near = self._session.opened[max(0, at - _NEAR):at + _NEAR + 1]
        found = [(opened.title, Reference(opened)) for opened in near if opened is not current]
        if current.series.frame_count > 1:
            words = self.tr("This frame ({0}), held").format(current.frame + 1)
            found.insert(0, (words, Reference(current, current.frame)))
        return found

    def _fill(self) -> None:
        self._with.clear()
        for words, reference in self._choices():
            action = self._with.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(reference == self._comparing.reference)
            action.triggered.connect(partial(self._choose, reference))

    def _choose(self, reference: Reference, *_: object) -> None:
        self._comparing.compare_with(reference)


class OverlayMenu(QMenu):
    """Mask, proposal, both, or their difference."""

    def __init__(self, context: AppContext, view: SessionView, parent: QWidget) -> None:
        super().__init__(parent)
        self._view, self._context = view, context
        self._rows = {key: context.actions.bind(f"annotate.overlay_{key}", partial(self._choose, key))
                      for key in OVERLAYS}
        self.addActions(list(self._rows.values()))
        view.overlay_changed.connect(self._refresh)
        context.session.proposal_changed.connect(self._refresh)
        context.session.current_changed.connect(self._refresh)
        self._refresh()

    def _choose(self, key: str) -> None:
        self._view.set_overlay(key)
        self._refresh()

    def _refresh(self, *_: object) -> None:
        for key, action in self._rows.items():
            action.setChecked(key == self._view.overlay)
            self._context.actions.set_available(f"annotate.overlay_{key}", self._context.session.proposal is not None)
