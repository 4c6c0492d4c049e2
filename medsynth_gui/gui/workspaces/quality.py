"""Quality: predicted, gold and their difference, with Dice, for one image or for folders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import Legend, row, text
from medsynth_gui.gui.panels.quality_data import Labels, Pair, read_gold, read_pair, score_pair
from medsynth_gui.gui.panels.quality_results import QualityResults
from medsynth_gui.gui.panels.quality_sources import QualitySources
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.evaluate import EvaluateSegmentation
from medsynth_gui.session.label_meeting import in_listed_values
from medsynth_gui.session.opened import OpenSeries


class QualityWorkspace(Workspace):
    """Left what is compared, in the middle the picture, right the figures."""

    key = "quality"
    title = QT_TRANSLATE_NOOP("workspaces", "Quality")
    icon = "check-circle"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.sources = QualitySources(context)
        self.sources.compare_image.connect(self.compare_image)
        self.sources.compare_folders.connect(self.compare_folders)
        self.sources.gold_chosen.connect(self._gold_chosen)
        self.results = QualityResults()
        self.results.picked.connect(self._row_picked)
        self.canvas = Canvas(context)
        self.canvas.set_empty_text(self.tr("Nothing is compared yet"),
                                   self.tr("Choose Compare for the open image, or two folders and Evaluate."))
        self.pair: Pair | None = None
        self._folders: tuple[Path, Path] | None = None
        self._gold_file: Path | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sources)
        self._images = self._middle()
        self.readers = self.sources.readers
        layout.addWidget(self._images, 1)
        layout.addWidget(self.sources.images.report, 1)
        layout.addWidget(self.readers.view, 1)
        layout.addWidget(self.results)
        layout.addWidget(self.readers.results)
        self.sources.mode.connect(self._show_mode)
        self._show_mode(self.sources.switch.key)
        context.session.current_changed.connect(self._current_changed)
        context.session.frame_changed.connect(self._current_changed)

    def _middle(self) -> QWidget:
        self.shown = Segmented([
            ("difference", self.tr("Difference"), self.tr("Where prediction and gold agree, and which has more")),
            ("predicted", self.tr("Predicted"), self.tr("What the model says")),
            ("gold", self.tr("Gold"), self.tr("What a person drew"))])
        self.shown.setFixedWidth(300)
        self.shown.chosen.connect(self._show_pair)
        self._title = text("", "title", wrap=False)
        self.legend = Legend(self.context.theme, [("good", self.tr("both")), ("caution", self.tr("predicted only")),
                                                  ("bad", self.tr("gold only"))])
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        bar = row(self.shown, self._title, stretch=1, spacing=SPACE.M)
        bar.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        layout.addLayout(bar)
        layout.addWidget(self.canvas, 1)
        foot = row(self.legend, QWidget(), stretch=1)
        foot.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        layout.addLayout(foot)
        self.legend.hide()
        return box

    def _show_mode(self, key: str) -> None:
        for widget in (self._images, self.results):
            widget.setVisible(key in ("image", "folders"))
        self.sources.images.report.setVisible(key == "images")
        for widget in (self.readers.view, self.readers.results):
            widget.setVisible(key == "readers")
        if key == "readers":
            self.readers.refresh()

    def activated(self) -> None:
        self.sources.refresh_models()
        if self.sources.switch.key == "readers":
            self.readers.refresh()
        self.sources.refresh()
        if self.pair is None:
            self._show_open_image()

    def _names(self) -> Mapping[int, str]:
        return {label.value: label.name for label in self.context.session.label_set}

    def _current_changed(self, _: object) -> None:
        if self.sources.switch.key == "image":
            self.pair = None
            if self.isVisible():
                self._show_open_image()
        self.sources.refresh()

    def _show_open_image(self) -> None:
        """The open image with what is drawn on it, before anything is compared."""
        opened = self.context.session.current
        self.results.clear()
        self.legend.hide()
        if opened is None:
            self.canvas.set_series(None)
            self._title.setText("")
            return
        self.canvas.set_series(opened.series, frame=opened.frame, window=opened.window)
        self.canvas.set_labels(opened.document.labels(opened.frame), self.context.session.label_set)
        self._title.setText(self.tr("{title} · frame {frame}").format(title=opened.title, frame=opened.frame + 1))

    def compare_image(self) -> None:
        """Segment the shown frame and compare it with the gold mask."""
        from medsynth_gui.jobs.segment import SegmentSeries

        opened = self.context.session.current
        if opened is None:
            return
        frame, gold = opened.frame, opened.document.labels(opened.frame).copy()
        job = SegmentSeries(opened.series, (frame,), self.sources.model.ref, compute(self.context))
        self.sources.compare.setEnabled(False)
        self.context.queue.submit(job, partial(self._segmented, opened, frame, gold), self._failed)

    def _segmented(self, opened: OpenSeries, frame: int, drawn: Labels, result: ResultLayer) -> None:
        series, title = opened.series, f"{opened.title} · {frame + 1}"
        spacing = series.spacing.x_mm if series.spacing else None
        image, file = opened.shown_gray(frame), self._gold_file
        layer = result if file else in_listed_values(self.context.session.label_set, result)
        predicted = layer.masks[frame]

        def score() -> Pair:
            gold = read_gold(file, series.rows, series.columns) if file else drawn
            return score_pair(Pair(title, image, predicted, gold, series.aspect, series.synthetic), spacing)

        self.context.queue.submit(Reading(score), self._scored, self._failed, quiet=True)

    def _scored(self, pair: Pair) -> None:
        self.sources.refresh()
        self._set_pair(pair)
        self.results.show_pair(pair, self._names())

    def _failed(self, message: Any) -> None:
        self.sources.refresh()
        self.context.notify(message, "bad")

    def _gold_chosen(self, path: Path | None) -> None:
        self._gold_file = path

    def compare_folders(self, predictions: Path, truth: Path) -> None:
        """Compare every image of two folders."""
        self._folders = (predictions, truth)
        self.context.queue.submit(EvaluateSegmentation(predictions, truth), self._evaluated, self._failed)

    def _evaluated(self, result: Mapping[str, Any]) -> None:
        self.results.show_summary(result, self._names())
        if rows := self.results.model.rows:
            self.results.table.selectRow(0)
            self._row_picked(rows[0].id)

    def _row_picked(self, stem: str) -> None:
        if self._folders is not None:
            call = partial(read_pair, *self._folders, stem)
            self.context.queue.submit(Reading(call), self._set_pair, self._failed, quiet=True, first=True)

    def _set_pair(self, pair: Pair) -> None:
        self.pair = pair
        self.canvas.set_image(pair.image, aspect=pair.aspect, synthetic=pair.synthetic)
        self._show_pair()

    def _show_pair(self, *_: object) -> None:
        pair, key = self.pair, self.shown.key
        if pair is None:
            return
        table = self.context.session.label_set
        self.legend.setVisible(key == "difference")
        self.canvas.set_difference(*((pair.predicted, pair.gold) if key == "difference" else (None, None)))
        single = {"predicted": pair.predicted, "gold": pair.gold}.get(key)
        self.canvas.set_labels(single, table)
        dice = [label["dice"] for label in pair.figures.values() if label["dice"] is not None]
        figure = self.tr("Dice {value}").format(value=" / ".join(f"{value:.3f}" for value in dice)) if dice else ""
        self._title.setText(" · ".join(filter(None, (pair.title, figure))))
