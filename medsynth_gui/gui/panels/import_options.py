"""How masks are to be understood, and what belongs together: only the questions that the data raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from medsynth_gui.dataset.grouping import DEFAULT_PATTERN, count_groups, suggest_grouping, usable_pattern
from medsynth_gui.gui.panels.fields import Choice, Segmented
from medsynth_gui.gui.panels.parts import section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.io.masks.imported import MaskOptions
from medsynth_gui.io.masks.recognise import MaskPlan
from medsynth_gui.jobs.import_masks import Recognised


class ImportOptions(QWidget):
    """`changed` when the masks must be looked at again, `regrouped` when only the groups are others."""

    changed = Signal()
    regrouped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: MaskPlan | None = None
        self.fill = Segmented(((
            "auto", self.tr("Auto"), self.tr("Fill thin closed curves")),
            ("yes", self.tr("Yes"), self.tr("Fill everything that is enclosed")),
            ("no", self.tr("No"), self.tr("Take the masks as they are"))))
        self.several = Segmented((
            ("union", self.tr("Together"), self.tr("All masks of an image are one label")),
            ("first", self.tr("First"), self.tr("Only the first mask of an image")),
            ("separate", self.tr("Apart"), self.tr("Each mask of an image is a label of its own"))))
        self.overlaps = Segmented((
            ("layers", self.tr("Layers"), self.tr("Keep each; further layers become samples of the same image")),
            ("top", self.tr("On top"), self.tr("One mask an image: the smaller object lies on top"))))
        self.by_color = QCheckBox(self.tr("Colours are the labels"))
        self.by_color.setToolTip(self.tr("Go by the colours of a palette file, not by its index values"))
        self.grouping = Choice(self.tr("What belongs to one patient stays together in a split"), name="import-grouping")
        self.pattern = QLineEdit(DEFAULT_PATTERN)
        self.pattern.setObjectName("import-pattern")
        self.pattern.setToolTip(self.tr("Regular expression for the part of the name that tells the patient. "
                                        "The usual one takes the name up to its first number."))
        self.groups = text("", "muted")
        self.unlabelled = QCheckBox()
        self.unlabelled.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.S)
        self._fill_box = _titled(column, self.tr("Fill outlines"), self.fill)
        self._several_box = _titled(column, self.tr("Several masks of an image"), self.several)
        self._overlaps_box = _titled(column, self.tr("Where labels overlap"), self.overlaps)
        column.addWidget(self.by_color)
        _titled(column, self.tr("Groups"), self.grouping, self.pattern, self.groups)
        column.addWidget(self.unlabelled)
        for segmented in (self.fill, self.several, self.overlaps):
            segmented.chosen.connect(self._changed)
        self.by_color.toggled.connect(self._changed)
        self.grouping.picked.connect(self._regroup)
        self.pattern.textEdited.connect(self._regroup)
        self.unlabelled.toggled.connect(self._regroup)

    @property
    def options(self) -> MaskOptions:
        return MaskOptions(self.fill.key, self.several.key, self.overlaps.key, self.by_color.isChecked())

    @property
    def usable_pattern(self) -> str:
        """The pattern, or the usual one while it is no regular expression."""
        return self.pattern.text() if usable_pattern(self.pattern.text()) else DEFAULT_PATTERN

    @property
    def counts(self) -> Mapping[str, int]:
        """The images of each group."""
        if self._plan is None:
            return {}
        return count_groups(self._plan, self.grouping.currentData(), self.usable_pattern,
                            unlabelled=self.unlabelled.isChecked())

    def set_recognised(self, recognised: Recognised) -> None:
        """Ask what these data raise."""
        plan, seen = recognised.plan, recognised.survey
        images = any(source.format == "image" for image in plan.labelled for source in image.sources)
        self._fill_box.setVisible(images)
        self._several_box.setVisible(any(_several(image.sources) for image in plan.labelled))
        self._overlaps_box.setVisible(bool(seen.overlaps) or self.overlaps.key != "layers")
        self.by_color.setVisible(self.by_color.isChecked()
                                 or any(doubt.id == "masks-palettes" for doubt in seen.doubts))
        bare = len(plan.images) - len(plan.labelled)
        self.unlabelled.setVisible(bare > 0)
        self.unlabelled.setText(self.tr("Also the {n} images without a mask").format(n=bare))
        if self._plan is None:
            self._plan = plan
            rows = [("name", self.tr("By the file name")), ("folder", self.tr("By the folder")),
                    ("image", self.tr("Each image by itself"))]
            if any(image.patient for image in plan.images):
                rows.insert(0, ("patient", self.tr("By the patient of the DICOM file")))
            self.grouping.set_rows(rows)
            self.grouping.choose(suggest_grouping(plan))
        self._plan = plan
        self._show_groups()

    def _changed(self, *_: object) -> None:
        self.changed.emit()

    def _regroup(self, *_: object) -> None:
        self._show_groups()
        self.regrouped.emit()

    def _show_groups(self) -> None:
        by_name = self.grouping.currentData() == "name"
        self.pattern.setVisible(by_name)
        if by_name and not usable_pattern(self.pattern.text()):
            self.groups.setText(self.tr("That is no regular expression; the usual one holds."))
        else:
            counts = self.counts
            largest = max(counts, key=lambda name: counts[name], default="")
            words = self.tr("1 group") if len(counts) == 1 else self.tr("{n} groups").format(n=f"{len(counts):,}")
            if counts and counts[largest] > 1:
                words += " · " + self.tr("the largest, {name}, has {n} images").format(name=largest, n=counts[largest])
            self.groups.setText(words)


def _several(sources: Sequence[object]) -> bool:
    """More files than frames: several speak of one frame."""
    return len(sources) > len({source.frames for source in sources})


def _titled(column: QVBoxLayout, title: str, *widgets: QWidget) -> QWidget:
    box = QWidget()
    inner = QVBoxLayout(box)
    inner.setContentsMargins(0, SPACE.XS, 0, 0)
    inner.setSpacing(SPACE.XS + 2)
    inner.addWidget(section_head(title))
    for widget in widgets:
        inner.addWidget(widget)
    column.addWidget(box)
    return box
