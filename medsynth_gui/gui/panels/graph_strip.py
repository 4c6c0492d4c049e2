"""The strip below the image: the graph of the selected profile, histogram or M-mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.measurement import Measurement, MModeLine, Profile, RegionHistogram, Statistics
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.measure_words import title
from medsynth_gui.gui.panels.parts import row, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session.measuring import GrayRequest

_HEIGHT = 208


class GraphStrip(QWidget):
    """There while a measurement with a graph is selected. Pixels are read by jobs in the IO lane.

    Signals:
        frame_chosen(int): a click on an M-mode.
    """

    frame_chosen = Signal(int)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._shown: tuple[Measurement, ImageSeries] | None = None
        self._job: JobHandle | None = None
        self._result: Any = None
        self._plot: Any = None
        self._mmode: Any = None
        self.setProperty("panel", True)
        self.setFixedHeight(_HEIGHT)
        self.title, self.facts = QLabel(), text("", "muted", wrap=False)
        self.title.setProperty("role", "title")
        self.save = tool("floppy-disk", self.tr("Save as PNG…"), self._save, name="graph-save")
        self._stack = QStackedWidget()
        self._waiting = text(self.tr("Reading the frames…"), "muted")
        self._stack.addWidget(self._waiting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.XS, SPACE.M, SPACE.XS)
        layout.setSpacing(0)
        close = tool("x", self.tr("Close"), self._close, name="graph-close")
        layout.addLayout(row(self.title, self.facts, self.save, close, stretch=1))
        layout.addWidget(self._stack, 1)
        self.hide()
        self._session.measuring.changed.connect(self._refresh)
        self._session.toolbox.busy_changed.connect(self._refresh)
        self._session.measuring.wanted.connect(self._count)
        self._session.frame_changed.connect(self._show_frame)

    def _refresh(self, _: object) -> None:
        measuring = self._session.measuring
        chosen, series = measuring.chosen, measuring.series
        wanted = series is not None and isinstance(chosen, Profile | RegionHistogram | MModeLine)
        if self._session.toolbox.busy and wanted == self.isHidden():
            return  # the image would move under the pointer: when the gesture has ended
        if series is None or not isinstance(chosen, Profile | RegionHistogram | MModeLine):
            self._stop()
            self._shown = None
            self.hide()
            return
        self.title.setText(title(chosen))
        known = self._shown
        self._shown = chosen, series
        self.show()
        self.save.setVisible(isinstance(chosen, MModeLine))
        if known and known[1] is series and _same_pixels(known[0], chosen):
            return
        self._stop()
        self._result = None
        self.facts.setText("")
        if isinstance(chosen, RegionHistogram):
            if chosen.statistics is not None:
                self._show_histogram(chosen.statistics)
        else:
            self._read(chosen, series)

    def _read(self, chosen: Profile | MModeLine, series: ImageSeries) -> None:
        from medsynth_gui.jobs.measure_gray import MakeMMode, SampleProfile

        self._stack.setCurrentWidget(self._waiting)
        if isinstance(chosen, MModeLine):
            self._job = self._context.queue.submit(MakeMMode(series, chosen), self._show_mmode, self._failed)
        else:
            self._job = self._context.queue.submit(SampleProfile(series, chosen), self._show_profile, self._failed,
                                                   quiet=True)

    def _count(self, request: GrayRequest) -> None:
        """A histogram is to be counted, whether it is shown or not."""
        from medsynth_gui.jobs.measure_gray import CountGray

        series = self._session.measuring.series
        if series is not None:
            self._context.queue.submit(CountGray(series, request.measurement, request.stamp),
                                       _Filled(self._session.measuring, request.measurement), quiet=True)

    def _show_histogram(self, found: Statistics) -> None:
        self._job = None
        self._plotter().show_counts(found)
        self._stack.setCurrentWidget(self._plot)

    def _show_profile(self, curve: Any) -> None:
        self._job = None
        self._plotter().show_curve(curve)
        self._stack.setCurrentWidget(self._plot)

    def _show_mmode(self, mmode: Any) -> None:
        from medsynth_gui.gui.panels.mmode import MModeView

        self._job, self._result = None, mmode
        if self._mmode is None:
            self._mmode = MModeView(self._context.theme)
            self._mmode.chosen.connect(self.frame_chosen)
            self._stack.addWidget(self._mmode)
        self._mmode.show_mmode(mmode)
        self._mmode.show_frame(self._session.frame)
        series = self._session.measuring.series
        words = [self.tr("Synthetic")] if series and series.synthetic else []
        if mmode.missing:
            words.append(self.tr("{0} frames cannot be decoded and are black").format(mmode.missing))
        self.facts.setText("  ·  ".join(words))
        self._stack.setCurrentWidget(self._mmode)

    def _plotter(self) -> Any:
        from medsynth_gui.gui.panels.gray_plot import GrayPlot

        if self._plot is None:
            self._plot = GrayPlot(self._context.theme)
            self._stack.addWidget(self._plot)
        return self._plot

    def _show_frame(self, frame: int) -> None:
        if self._mmode is not None and self._result is not None:
            self._mmode.show_frame(frame)

    def _save(self) -> None:
        from medsynth_gui.jobs.measure_gray import SaveMMode

        if self._shown is None or self._result is None:
            return
        series = self._shown[1]
        folder = Path(self._context.settings["last_folder"] or Path.home())
        wanted = folder / f"{'synthetic-' if series.synthetic else ''}{Path(series.title).stem}-m-mode.png"
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the M-mode"), str(wanted), "PNG (*.png)")
        if name:
            self._context.queue.submit(SaveMMode(series, self._result, Path(name)), self._saved)

    def _saved(self, path: Path) -> None:
        self._context.notify(self.tr("Saved {0}.").format(path.name), "good")

    def _failed(self, message: Message) -> None:
        self._job = None
        self._context.notify(message, "bad")
        self._close()

    def _close(self) -> None:
        self._session.measuring.select("")

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None


class _Filled:
    """Hands counted pixels to the measurement they were counted for, if it is still there."""

    def __init__(self, measuring: Any, asked: RegionHistogram) -> None:
        self._measuring, self._asked = measuring, asked

    def __call__(self, found: Statistics) -> None:
        now = self._measuring.find(self._asked.id)
        if now is not None and now.points == self._asked.points:
            self._measuring.fill(self._asked.id, found)


def _same_pixels(one: Measurement, other: Measurement) -> bool:
    """Both read the same pixels: a new name needs no new graph."""
    same = (type(one), one.id, one.frame, one.points) == (type(other), other.id, other.frame, other.points)
    return same and getattr(one, "statistics", None) == getattr(other, "statistics", None)


