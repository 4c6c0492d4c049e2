"""The two pages of Synthesize: one image at a time, and the planner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.item_models.gallery_model import GalleryModel
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.parts import SidePanel
from medsynth_gui.gui.panels.planner import Planner
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.fill_state import ReadRejected
from medsynth_gui.session.synthesis import Made

if TYPE_CHECKING:
    from medsynth_gui.jobs.gates import GateResult
    from medsynth_gui.jobs.synthesize import SyntheticImage

_PAGES = ("images", "plan")


class PlannerPages(QStackedWidget):
    """Fills a workspace; `making` is the layout of its first page.

    Signals:
        turned(str): "images" or "plan" is in front.
    """

    turned = Signal(str)

    def __init__(self, context: AppContext, setup: SidePanel, workspace: QWidget) -> None:
        """Args: setup: the left column of the first page; the switch goes on top of it."""
        super().__init__(workspace)
        self._context = context
        page = QWidget()
        self.making = QHBoxLayout(page)
        self.making.setContentsMargins(0, 0, 0, 0)
        self.making.setSpacing(0)
        self.planner = Planner(context)
        self._switches = [self._switch() for _ in _PAGES]
        for column, switch in zip((setup, self.planner.setup), self._switches, strict=True):
            column.body.insertWidget(0, switch)
            column.body.insertSpacing(1, SPACE.S)
        for widget in (page, self.planner):
            self.addWidget(widget)
        layout = QVBoxLayout(workspace)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self)
        for name, handler in (("planner", self._other), ("fill", self.planner.fill),
                              ("pause_fill", self.planner.pause_or_resume)):
            context.actions.bind(f"synthesize.{name}", handler)

    def _switch(self) -> Segmented:
        translate = QCoreApplication.translate
        switch = Segmented([
            ("images", translate("plan", "Images"), translate("plan", "Draw a mask and see the image change")),
            ("plan", translate("plan", "Plan"), translate("plan", "See what the dataset lacks, and fill the gaps"))])
        switch.chosen.connect(self.turn)
        return switch

    @property
    def key(self) -> str:
        return _PAGES[self.currentIndex()]

    def turn(self, key: str) -> None:
        """Bring a page to the front."""
        for switch in self._switches:
            switch.choose(key)
        if key != self.key:
            self.setCurrentIndex(_PAGES.index(key))
            self.activated()
            self.turned.emit(key)

    def activated(self) -> None:
        """The workspace has come to the front."""
        if self.key == "plan":
            self.planner.activated()

    def link_tray(self, rejected: GalleryModel, side: Segmented) -> None:
        """Where the planner sends what gates stopped: the model of the tray, and the switch that shows it."""
        self._tray, self._side = rejected, side
        self.planner.rejected_wanted.connect(self._read_rejected)

    def _read_rejected(self, root: Path) -> None:
        self._context.queue.submit(ReadRejected(root), self._show_rejected)

    def _show_rejected(self, images: Sequence[tuple[SyntheticImage, tuple[GateResult, ...]]]) -> None:
        known = {_mark(made.synthetic) for made in self._tray.made}
        self._tray.add([Made(image, verdicts=verdicts) for image, verdicts in images if _mark(image) not in known])
        self.turn("images")
        self._side.choose("rejected")

    def _other(self) -> None:
        self.turn("images" if self.key == "plan" else "plan")


def _mark(image: SyntheticImage) -> tuple[object, ...]:
    """What tells one image of a fill from another."""
    provenance = image.provenance
    return provenance.seed, provenance.parameters.get("stratum"), provenance.parameters.get("attempt"), image.index
