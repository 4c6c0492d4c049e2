"""The length of a line along the scanner's ruler: a small window beside the image, which stays usable."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QGridLayout, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.ruler import RulerLine
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import button, row, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number, words
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries

_WIDTH = 320
_INTERVAL_MM = 10.0  # the ruler of most scanners has a tick a centimetre
_INTERVALS_MM = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


class CalibrateDialog(QDialog):
    """Asks how long the line is that was drawn last, and calibrates the series with it."""

    def __init__(self, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setObjectName("calibrate-dialog")
        self.setWindowTitle(self.tr("Calibrate"))
        self.setFixedWidth(_WIDTH)
        self._context, self._session = context, context.session
        self._line: RulerLine | None = None
        self._opened: OpenSeries | None = None
        self.about, self.failure = text("", "muted"), text("", "bad")
        self.length = self._box("calibrate-length", self.tr("Length of the line"))
        self.interval = self._box("calibrate-interval", self.tr("From tick to tick"))
        self._interval_name = text(self.tr("From tick to tick"), wrap=False)
        self.axis = Choice(self.tr("Which axis it holds for"), name="calibrate-axis")
        self.axis.set_rows([("both", self.tr("Both axes (square pixels)")), ("y", self.tr("Down only")),
                            ("x", self.tr("Across only"))])
        self.result = text("", "muted")
        self._lay_out()
        self.length.valueChanged.connect(self._length_typed)
        self.interval.valueChanged.connect(self._interval_typed)
        self.axis.picked.connect(self._show_result)
        self._session.ruler_drawn.connect(self.ask)
        self._session.tool_changed.connect(self._tool_changed)
        self._session.current_changed.connect(self._series_changed)

    def ask(self, line: RulerLine) -> None:
        """Show the window for a line on the current series."""
        self._line, self._opened = line, self._session.current
        ticks = self.tr("{0} even intervals found, {1} pixels each").format(
            line.intervals, number(line.length_px / line.intervals, 2)) if line.intervals else ""
        self.about.setText(ticks or self.tr("The line is {0} pixels long.").format(number(line.length_px, 1)))
        for widget in (self.interval, self._interval_name):
            widget.setVisible(line.intervals > 0)
        self.failure.hide()
        self.length.setValue(self._interval_mm(line) * max(line.intervals, 1))
        self._length_typed()
        self.adjustSize()
        if not self.isVisible():
            self.show()
            corner = self.parentWidget().mapToGlobal(self.parentWidget().rect().topRight())
            self.move(corner.x() - _WIDTH - SPACE.RIGHT_PANEL - SPACE.L, corner.y() + SPACE.TOOL_BAR + SPACE.L)
        box = self.interval if line.intervals else self.length
        self.activateWindow()
        box.setFocus()
        box.selectAll()

    def _interval_mm(self, line: RulerLine) -> float:
        """What is offered: of the usual intervals the one that the known pixel size says."""
        spacing = self._opened.series.spacing if self._opened else None
        if spacing is None or not line.intervals:
            return _INTERVAL_MM
        down, across = line.extent_px
        known = math.hypot(down * spacing.y_mm, across * spacing.x_mm) / line.intervals
        return min(_INTERVALS_MM, key=lambda usual: abs(math.log(usual / known)))

    def accept(self) -> None:
        """Calibrate; a length that makes no sense is told and the window stays."""
        if self._line is None or self._opened is None:
            return
        try:
            spacing = commands.calibration_of(self._line.extent_px, self.length.value(), axis=self.axis.currentData(),
                                              now=self._opened.series.spacing)
            commands.set_spacing(self._session, self._opened, spacing)
        except MedSynthError as error:
            self.failure.setText(words(error.message))
            self.failure.show()
            return
        super().accept()

    def done(self, result: int) -> None:
        self._line = self._opened = None
        self._session.toolbox.preview.emit(None)
        super().done(result)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for number_, (name, box) in enumerate(((text(self.tr("Length of the line"), wrap=False), self.length),
                                               (self._interval_name, self.interval))):
            grid.addWidget(name, number_, 0)
            grid.addWidget(box, number_, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.L, SPACE.M, SPACE.L, SPACE.L)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self.about)
        layout.addLayout(grid)
        layout.addWidget(self.axis)
        layout.addWidget(self.result)
        layout.addWidget(self.failure)
        buttons = row(button(self.tr("Cancel"), self.reject, name="calibrate-cancel"),
                      button(self.tr("Calibrate"), self.accept, kind="primary", name="calibrate-accept"))
        buttons.insertStretch(0, 1)
        layout.addLayout(buttons)

    @staticmethod
    def _box(name: str, tip: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(0.01, 2000)
        box.setDecimals(2)
        box.setSuffix(" mm")
        box.setObjectName(name)
        box.setAccessibleName(tip)
        return box

    def _length_typed(self, _: float = 0.0) -> None:
        if self._line and self._line.intervals:
            self.interval.blockSignals(True)
            self.interval.setValue(self.length.value() / self._line.intervals)
            self.interval.blockSignals(False)
        self._show_result()

    def _interval_typed(self, value: float) -> None:
        if self._line:
            self.length.blockSignals(True)
            self.length.setValue(value * max(self._line.intervals, 1))
            self.length.blockSignals(False)
        self._show_result()

    def _show_result(self, _: object = None) -> None:
        if self._line is None or self._opened is None:
            return
        try:
            spacing = commands.calibration_of(self._line.extent_px, self.length.value(), axis=self.axis.currentData(),
                                              now=self._opened.series.spacing)
        except MedSynthError:
            self.result.setText("")
            return
        self.result.setText(self.tr("A pixel is {0} mm high and {1} mm wide.").format(
            number(spacing.y_mm, 4), number(spacing.x_mm, 4)))

    def _tool_changed(self, tool_id: str) -> None:
        if self.isVisible() and self._session.toolbox.spec.id != "calibrate":
            self.reject()

    def _series_changed(self, opened: OpenSeries | None) -> None:
        if self.isVisible() and opened is not self._opened:
            self.reject()
