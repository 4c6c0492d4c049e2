"""Synthetic beside real images in Quality: the folders to compare, and the figures with what real images reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import FolderField
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import Card, EmptyState, button, section_head, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number, words
from medsynth_gui.jobs.evaluate_images import EvaluateImages, ImageEvaluation
from medsynth_gui.metrics.distribution import METRICS

_COPIES_NAMED = 8
_ROLES = {"as real": "good", "near": "caution", "far": "bad"}


class ImagesPage(QWidget):
    """Chooses the folders and runs the comparison; `report` shows what came out."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.report = ImagesReport()
        self.real = FolderField(self.tr("Real images"), name="quality-real",
                                tip=self.tr("Folder of real images, or a training set with patients"))
        self.synthetic = FolderField(self.tr("Synthetic images"), self.tr("Folder of synthetic images"),
                                     name="quality-synthetic")
        self.training = FolderField(self.tr("Training images (optional)"),
                                    self.tr("What the generator was trained on: copies of it are looked for"),
                                    name="quality-training")
        self.compare = button(self.tr("Compare"), self._compare, kind="primary", name="quality-compare-images",
                              tip=self.tr("Measure how alike the two sets are, beside halves of the real patients"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE.S, 0, 0)
        layout.setSpacing(SPACE.S)
        for widget in (section_head(self.tr("Real")), self.real, section_head(self.tr("Synthetic")), self.synthetic,
                       section_head(self.tr("Trained on")), self.training, self.compare):
            layout.addWidget(widget)
        for field in (self.real, self.synthetic):
            field.changed.connect(self.refresh)
            field.edit.textChanged.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Offer the comparison where both folders are named."""
        self.compare.setEnabled(bool(self.real.path and self.synthetic.path))

    def _compare(self) -> None:
        assert self.real.path and self.synthetic.path
        job = EvaluateImages(self.real.path, self.synthetic.path, self.training.path, compute=compute(self._context))
        self.compare.setEnabled(False)
        self._context.queue.submit(job, self._done, self._failed)

    def _done(self, found: ImageEvaluation) -> None:
        self.refresh()
        self.report.show_result(found)

    def _failed(self, message: Message) -> None:
        self.refresh()
        self._context.notify(message, "bad")


class ImagesReport(QScrollArea):
    """Each figure with its range, beside that of real images of other patients, and what it says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(EmptyState("check-circle", self.tr("Nothing is compared yet"), self.tr(
            "Choose a folder of real and one of synthetic images. Every figure stands beside what one half of the real "
            "patients reaches against the other half.")))

    def show_result(self, found: ImageEvaluation) -> None:
        """Show what `EvaluateImages` returned."""
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(SPACE.L, SPACE.L, SPACE.L, SPACE.L)
        layout.setSpacing(SPACE.M)
        layout.addWidget(text(self._summary(found), "title"))
        for judge in found["judges"]:
            layout.addWidget(self._judge(judge))
        if "memorisation" in found:
            layout.addWidget(self._copies(found["memorisation"]))
        notes = [words(message) for message in found.messages]
        if found["failed"]:
            notes.append(self.tr("{n} files could not be read: {names}").format(
                n=len(found["failed"]), names=", ".join(Path(one["path"]).name for one in found["failed"][:8])))
        if notes:
            layout.addWidget(Card(section_head(self.tr("Mind")), *(text(note, "muted") for note in notes)))
        meanings = [f"{metric}: {self._meaning(metric)}" for metric in METRICS]
        layout.addWidget(Card(section_head(self.tr("What they say")), *(text(line, "muted") for line in meanings)))
        layout.addStretch(1)
        self.setWidget(inner)

    def _summary(self, found: Mapping[str, Any]) -> str:
        return self.tr("{made} synthetic and {real} real images · {side} a side · looked at with {size} pixels").format(
            made=found["synthetic"]["images"], real=found["real"]["images"], side=found["images_a_side"],
            size=found["long_side_px"])

    def _judge(self, judge: Mapping[str, Any]) -> Card:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE.L)
        grid.setVerticalSpacing(SPACE.S)
        heads = (self.tr("Figure"), self.tr("Synthetic"), self.tr("Real against real"), self.tr("Verdict"))
        for column, head in enumerate(heads):
            grid.addWidget(text(head, "small", wrap=False), 0, column)
        for line, figure in enumerate(judge["figures"], 1):
            for column, cell in enumerate(self._cells(figure)):
                grid.addWidget(cell, line, column)
        grid.setColumnStretch(3, 1)
        title = self.tr("Texture (needs no model)") if judge["encoder"] == "texture" else judge["encoder"]
        card = Card(section_head(title))
        card.body.addLayout(grid)
        return card

    def _cells(self, figure: Mapping[str, Any]) -> Sequence[QLabel]:
        real = figure["real_against_real"]
        name = text(figure["name"], wrap=False)
        name.setToolTip(self._meaning(figure["metric"]))
        verdict = text(self._verdict(figure))
        set_role(verdict, _ROLES[figure["verdict"]])
        verdict.setToolTip(self._meaning(figure["metric"]))
        return (name, text(_range(figure["value"], figure["interval"]), wrap=False),
                text(_range(real["mean"], real["interval"]), "muted", wrap=False), verdict)

    def _verdict(self, figure: Mapping[str, Any]) -> str:
        told = {"as real": self.tr("as other real patients"), "near": self.tr("near real"),
                "far": self.tr("far from real")}
        times = figure["times_real"]
        return told[figure["verdict"]] + ("" if times is None else self.tr(" · {times} times real").format(
            times=number(times, 0 if times >= 10 else 1 if times >= 1 else 2)))

    def _meaning(self, metric: str) -> str:
        return {
            "KD": self.tr("How far the two sets lie apart. Sound for few images; about 0 for real against real."),
            "FD": self.tr("Distance of the average image and of the spread. It grows where images are few."),
            "FD-infinity": self.tr("The same, extrapolated to infinitely many images."),
            "precision": self.tr("Share of synthetic images that look like some real image."),
            "recall": self.tr("Share of real images that the generator could have produced."),
            "density": self.tr("How closely synthetic images lie around real ones."),
            "coverage": self.tr("Share of real images with a synthetic one near: what is never made lowers it."),
        }.get(metric, "")

    def _copies(self, found: Mapping[str, Any]) -> Card:
        made, real = found["synthetic"], found["held_out_real"]
        card = Card(section_head(self.tr("Copies of training images")))
        verdict = text(self.tr("{n} of {all} synthetic images show the same scene as a training image").format(
            n=made["confirmed_in_pixels"], all=made["images"]), "bad" if made["confirmed_in_pixels"] else "good")
        verdict.setObjectName("quality-copies")
        card.body.addWidget(verdict)
        card.body.addWidget(text(self.tr(
            "More alike to a training image than the threshold: {made} of the synthetic, {real} of the real images "
            "that were never trained on.").format(made=f"{made['rate']:.1%}", real=f"{real['rate']:.1%}"), "muted"))
        card.body.addWidget(text(self.tr(
            "C_T {c_t} (far below 0 where images lie nearer to training images than real ones do). Authentic: {made} "
            "of the synthetic, {real} of the real images.").format(
                c_t=f"{found['c_t']:.1f}", made=f"{made['authentic_share']:.0%}",
                real=f"{real['authentic_share']:.0%}"), "muted"))
        for copy in made["copies"][:_COPIES_NAMED]:
            card.body.addWidget(text(self.tr("{image} is a copy of {other}").format(
                image=copy["id"], other=copy["training_image"]), "bad"))
        if (more := len(made["copies"]) - _COPIES_NAMED) > 0:
            card.body.addWidget(text(self.tr("and {n} more").format(n=more), "muted"))
        return card


def _range(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3g}  ({interval[0]:.3g} – {interval[1]:.3g})"
