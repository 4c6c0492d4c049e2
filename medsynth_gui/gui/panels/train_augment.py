"""Augmentation on own images before training: a grid that is drawn again as the sliders move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from medsynth_gui.core.augmentation import GEOMETRY_LIMITS, INTENSITY_LIMITS, MOST_ROTATION_DEG, Geometry, Intensity
from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.gui.translation import number
from medsynth_gui.jobs.augment import OwnPair, PreviewAugmentation, ReadOwnPairs
from medsynth_gui.jobs.training_recipe import augmentation_in

_SETTLE_MS = 60
_COLUMNS, _ROWS = 4, 3
_STEPS = 100


@dataclass(frozen=True)
class _Row:
    key: str
    low: float
    high: float
    digits: int
    unit: str = ""


_SLIDERS = (_Row("rotate_deg", *vars(GEOMETRY_LIMITS["rotate_deg"]).values(), 0, "°"),
            _Row("smallest", *vars(GEOMETRY_LIMITS["smallest"]).values(), 2, "×"),
            _Row("largest", *vars(GEOMETRY_LIMITS["largest"]).values(), 2, "×"),
            _Row("stretch", *vars(GEOMETRY_LIMITS["stretch"]).values(), 2),
            _Row("shift", *vars(GEOMETRY_LIMITS["shift"]).values(), 2),
            _Row("strength", *vars(INTENSITY_LIMITS["strength"]).values(), 2))


class AugmentGrid(QWidget):
    """Twelve pairs with the outline of their mask; paints itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pairs: Sequence[OwnPair] = ()
        self._pictures: list[QImage] = []
        self.setMinimumSize(360, 270)
        self.setAccessibleName(self.tr("Images as training will see them"))
        theme.changed.connect(self.set_pairs)

    def set_pairs(self, pairs: Sequence[OwnPair] | None = None) -> None:
        """Show these; None draws the same ones again."""
        self.pairs = self.pairs if pairs is None else pairs
        color = self._theme.color("accent")
        self._pictures = [_picture(pair, color) for pair in self.pairs]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        gap = SPACE.XS
        side = min((self.width() - gap * (_COLUMNS - 1)) / _COLUMNS, (self.height() - gap * (_ROWS - 1)) / _ROWS)
        for place in range(_COLUMNS * _ROWS):
            y, x = divmod(place, _COLUMNS)
            box = QRectF(x * (side + gap), y * (side + gap), side, side)
            painter.fillRect(box, self._theme.color("raised"))
            if place < len(self._pictures):
                painter.drawImage(box, self._pictures[place])


def _picture(pair: OwnPair, color: QColor) -> QImage:
    """Gray with the outline of what is labelled."""
    rgb = np.repeat(pair.image[..., None], 3, axis=2)
    rgb[_outline(pair.mask)] = (color.red(), color.green(), color.blue())
    rows, columns = pair.image.shape
    return QImage(np.ascontiguousarray(rgb).data, columns, rows, columns * 3, QImage.Format.Format_RGB888).copy()


def _outline(mask: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    padded = np.pad(mask, 1, mode="edge")
    same = np.ones(mask.shape, bool)
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        same &= padded[dy:dy + mask.shape[0], dx:dx + mask.shape[1]] == mask
    return (mask > 0) & ~same


class AugmentPage(QWidget):
    """The grid and its sliders. `geometry_` and `intensity` are what the training gets."""

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._own: tuple[OwnPair, ...] = ()
        self._seed, self._stamp = 0, 0
        self._drawing = self._again = False
        self._recipe: tuple[Geometry, Intensity] = (Geometry(), Intensity())
        self._folders: tuple[Path, ...] = ()
        self._read: tuple[Path, ...] | None = None
        self.grid = AugmentGrid(context.theme)
        self.state = text("", "muted")
        self.sliders: dict[str, QSlider] = {}
        self._values: dict[str, QLabel] = {}
        self._names: dict[str, QLabel] = {}
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.L, SPACE.M, SPACE.L, SPACE.M)
        layout.setSpacing(SPACE.L)
        left = QVBoxLayout()
        left.setSpacing(SPACE.S)
        left.addWidget(section_head(self.tr("Your images as training will see them")))
        left.addWidget(self.grid, 1)
        left.addWidget(self.state)
        layout.addLayout(left, 1)
        layout.addWidget(self._controls(), 0, Qt.AlignmentFlag.AlignTop)

    def _controls(self) -> QWidget:
        words = {"rotate_deg": self.tr("Rotation, up to"), "smallest": self.tr("Smallest size"),
                 "largest": self.tr("Largest size"), "stretch": self.tr("Stretch"), "shift": self.tr("Shift"),
                 "strength": self.tr("Changes of gray")}
        lines = QGridLayout()
        lines.setHorizontalSpacing(SPACE.M)
        for line, spec in enumerate(_SLIDERS):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, _STEPS)
            slider.setObjectName(f"augment-{spec.key}")
            slider.setAccessibleName(words[spec.key])
            slider.setToolTip(self.tr("{name}: from {low} to {high}").format(
                name=words[spec.key], low=number(spec.low, spec.digits), high=number(spec.high, spec.digits)))
            slider.valueChanged.connect(self._moved)
            self.sliders[spec.key], self._values[spec.key] = slider, text("", wrap=False)
            self._names[spec.key] = text(words[spec.key], "muted", wrap=False)
            self._values[spec.key].setMinimumWidth(44)
            for place, widget in enumerate((self._names[spec.key], slider, self._values[spec.key])):
                lines.addWidget(widget, line, place)
        holder = QWidget()
        holder.setLayout(lines)
        lines.setContentsMargins(0, 0, 0, 0)
        dice = button(self.tr("Other changes"), self.roll, glyph="dice-five", name="augment-dice",
                      tip=self._context.actions.tip("train.dice"))
        reset = button(self.tr("As the recipe"), self.reset, name="augment-reset",
                       tip=self.tr("The values that the recipe has"))
        limits = text(self.tr("Left and right may be swapped. Up stays up: no vertical flip, no half turn, at most "
                              "{most}° of rotation, because sound comes from the probe.").format(
                                  most=number(MOST_ROTATION_DEG)), "small")
        card = Card(section_head(self.tr("How much")), holder)
        card.body.addLayout(row(dice, reset))
        card.body.addWidget(limits)
        card.setFixedWidth(300)
        return card

    # --- values

    def set_recipe(self, table: Mapping[str, object]) -> None:
        """Start from what a recipe says."""
        try:
            self._recipe = augmentation_in(table)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            self._recipe = (Geometry(), Intensity())
        gray = table.get("task") == "segmentation"
        for widget in (self._names["strength"], self.sliders["strength"], self._values["strength"]):
            widget.setVisible(gray)
        self.reset()

    def reset(self) -> None:
        """Back to the recipe's values."""
        geometry, intensity = self._recipe
        values = {"rotate_deg": geometry.rotate_deg, "smallest": geometry.scale[0], "largest": geometry.scale[1],
                  "stretch": geometry.stretch, "shift": geometry.shift, "strength": intensity.strength}
        for spec in _SLIDERS:
            self.sliders[spec.key].setValue(round(_STEPS * (values[spec.key] - spec.low) / (spec.high - spec.low)))
        self._moved()

    def _value(self, spec: _Row) -> float:
        place = self.sliders[spec.key].value() / _STEPS
        return round(spec.low + place * (spec.high - spec.low), 3)

    @property
    def values(self) -> tuple[Geometry, Intensity]:
        """What the training gets."""
        value = {spec.key: self._value(spec) for spec in _SLIDERS}
        return (Geometry(value["rotate_deg"], (value["smallest"], value["largest"]), value["stretch"], value["shift"]),
                Intensity(value["strength"], self._recipe[1].most))

    def roll(self) -> None:
        """Other random changes within the same limits."""
        self._seed += 1
        self._settle.start()

    def _moved(self, *_: object) -> None:
        for spec in _SLIDERS:
            self._values[spec.key].setText(number(self._value(spec), spec.digits) + spec.unit)
        self.changed.emit()
        self._settle.start()

    # --- pictures

    def set_data(self, folders: Sequence[Path]) -> None:
        """Take own images from these training sets; they are read when the page is seen."""
        self._folders = tuple(folders)
        if self._folders != self._read:
            self._own = ()
            self.grid.set_pairs(())
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Read the images unless that is done, then draw."""
        self.state.setText("" if self._folders else self.tr("Add a data folder on the left to see your own images."))
        if self._folders and self._folders != self._read:
            self._read = self._folders
            self.state.setText(self.tr("Reading a few images…"))
            self._context.queue.submit(ReadOwnPairs(self._folders), self._pairs_read, self._failed, quiet=True)
        else:
            self._settle.start()

    def _pairs_read(self, pairs: tuple[OwnPair, ...]) -> None:
        self._own = pairs
        self.state.setText("" if pairs else self.tr("No training image of these folders has a mask."))
        self._draw()

    def _failed(self, message: Message) -> None:
        self._drawing = False
        self.state.setText(message.english())

    def _draw(self) -> None:
        if not self._own or not self.isVisible():
            return
        self._again = self._drawing
        if not self._drawing:
            self._drawing = True
            self._context.queue.submit(PreviewAugmentation(self._own, *self.values, seed=self._seed,
                                                           count=_COLUMNS * _ROWS), self._drawn, self._failed,
                                       quiet=True, first=True)

    def _drawn(self, pairs: tuple[OwnPair, ...]) -> None:
        self._drawing = False
        self.grid.set_pairs(pairs)
        if self._again:
            self._draw()
