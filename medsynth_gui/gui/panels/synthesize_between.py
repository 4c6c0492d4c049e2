"""From one seed to another: a slider with a live image, and a strip of seven steps."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListView, QSlider, QVBoxLayout, QWidget

from medsynth_gui.gui.item_models.gallery_model import MADE_ROLE, GalleryModel
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.panels.parts import button, row, text
from medsynth_gui.gui.panels.synthesize_fill import Filling
from medsynth_gui.gui.panels.synthesize_gallery import tile_list
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.synthesis import Made

STRIP = 7
_PICTURE = QSize(68, 52)
_TICKS = 100


class BetweenBar(QWidget):
    """Shown while two images are selected.

    Signals:
        moved(float): the share of the second seed, 0..1, that is asked for live.
        strip_wanted: seven steps are asked for.
        chosen(Made | None): a step of the strip.
    """

    moved = Signal(float)
    strip_wanted = Signal()
    chosen = Signal(object)

    def __init__(self, theme: Theme, model: GalleryModel, filling: Filling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair: tuple[Made, Made] | None = None
        self.model = model
        self._first, self._second = text("", "muted", wrap=False), text("", "muted", wrap=False)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _TICKS)
        self.slider.setObjectName("between-slider")
        self.slider.setToolTip(self.tr("Go from the first image to the second; the image follows"))
        self.slider.setAccessibleName(self.tr("Between the two images"))
        self.slider.valueChanged.connect(self._slid)
        self._steps = button(self.tr("Seven steps"), self.strip_wanted.emit, name="between-strip",
                             tip=self.tr("Make seven steps in full quality (J)"))
        self.strip = tile_list(model, TileDelegate(theme, self._wording, _PICTURE, self), "between-list")
        self.strip.setFlow(QListView.Flow.LeftToRight)
        self.strip.setWrapping(False)
        self.strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.strip.selectionModel().selectionChanged.connect(self._selected)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(row(self._first, self.slider, self._second, self._steps, stretch=1))
        layout.addWidget(self.strip)
        model.rowsInserted.connect(self._show_strip)
        model.rowsRemoved.connect(self._show_strip)
        filling.changed.connect(self._show_strip)
        self._filling = filling
        self._show_strip()
        self.hide()

    @property
    def share(self) -> float:
        return self.slider.value() / _TICKS

    @property
    def current(self) -> Made | None:
        """The chosen step."""
        index = self.strip.currentIndex()
        return index.data(MADE_ROLE) if index.isValid() and self.strip.selectionModel().isSelected(index) else None

    def set_pair(self, pair: tuple[Made, Made] | None) -> None:
        """Offer the way between two images; None hides it."""
        if pair != self.pair:
            self.pair = pair
            while self.model.rowCount():
                self.model.remove(0)
            slid = self.slider.value() > 0
            self.slider.blockSignals(True)
            self.slider.setValue(0)
            self.slider.blockSignals(False)
            if pair:
                for label, made in zip((self._first, self._second), pair, strict=True):
                    label.setText(self.tr("Seed {seed}").format(seed=made.synthetic.provenance.seed))
            if slid:
                self.moved.emit(0.0)
        self.setVisible(pair is not None)

    def leave(self) -> None:
        """Choose no step."""
        self.strip.clearSelection()

    def remove(self, image: SyntheticImage) -> Made | None:
        """Take a step out."""
        place = self.model.row_of(image)
        self.leave()
        return self.model.remove(place) if place >= 0 else None

    def _slid(self, _: int) -> None:
        self.leave()
        self.moved.emit(self.share)

    def _wording(self, index: Index) -> TileText:
        made: Made = index.data(MADE_ROLE)
        share = made.synthetic.provenance.parameters.get("between_share", 0.0)
        state = (self.tr("kept"), "good") if made.sample_id else None
        return TileText(f"{round(100 * share)} %", self.tr("Synthetic"), state=state)

    def _selected(self, *_: object) -> None:
        self.chosen.emit(self.current)

    def _show_strip(self, *_: object) -> None:
        self.strip.setVisible(self.model.rowCount() > 0)
        hint = self.strip.itemDelegate().sizeHint(None, None)  # type: ignore[arg-type]
        self.strip.setFixedHeight(hint.height() + SPACE.M)
        self._steps.setEnabled(not self._filling.running)
