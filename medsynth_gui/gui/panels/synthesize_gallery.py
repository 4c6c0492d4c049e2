"""The right column of Synthesize: the images that were made, to keep or to discard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QListView, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.item_models.gallery_model import MADE_ROLE, GalleryModel, Made
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.panels.parts import button, row, section_head, text
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.jobs.synthesize import SyntheticImage

_PICTURE = QSize(106, 80)


class SynthesizeGallery(QWidget):
    """Emits `chosen(Made | None)`, `outlines(bool)`, `keep`, `annotate`."""

    chosen = Signal(object)
    outlines = Signal(bool)
    keep = Signal()
    annotate = Signal()

    def __init__(self, theme: Theme, labels: LabelSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(SPACE.RIGHT_PANEL)
        self.model = GalleryModel(labels, self)
        self.list = self._make_list(theme)
        self._head = section_head(self.tr("Made"))
        self.outline = QCheckBox(self.tr("Mask outline"))
        self.outline.setObjectName("gallery-outline")
        self.outline.setToolTip(self.tr("Show or hide the outline of the mask (M)"))
        self.outline.setChecked(True)
        self.outline.toggled.connect(self.model.set_outlines)
        self.outline.toggled.connect(self.outlines.emit)
        self.keep_button = button(self.tr("Keep"), self.keep.emit, name="gallery-keep",
                                  tip=self.tr("Add to the project, with seed, model and mask (K)"))
        self.discard_button = button(self.tr("Discard"), self.discard, name="gallery-discard",
                                     tip=self.tr("Throw this image away (Delete)"))
        self.annotate_button = button(self.tr("Annotate"), self.annotate.emit, name="gallery-annotate",
                                      tip=self.tr("Open the image with its mask in Annotate"))
        self._facts = text("", "muted")
        actions, bar = QWidget(), row(self._head, QWidget(), self.outline, stretch=1)
        actions.setLayout(row(self.keep_button, self.discard_button, self.annotate_button))
        self._actions = actions
        self._pages = QStackedWidget()
        self._pages.addWidget(text(self.tr("Images appear here as they are made. Keep the good ones: they go to the "
                                           "project with seed, model and mask."), "muted"))
        self._pages.widget(0).setContentsMargins(0, 0, 0, 0)
        self._pages.widget(0).setAlignment(self._pages.widget(0).alignment().AlignTop)
        self._pages.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        layout.addLayout(bar)
        layout.addWidget(actions)
        layout.addWidget(self._facts)
        layout.addWidget(self._pages, 1)
        self._show()

    def _make_list(self, theme: Theme) -> QListView:
        view = QListView()
        view.setObjectName("gallery")
        view.setModel(self.model)
        view.setItemDelegate(TileDelegate(theme, self._wording, _PICTURE, view))
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setMovement(QListView.Movement.Static)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setMouseTracking(True)
        view.selectionModel().selectionChanged.connect(self._show)
        view.doubleClicked.connect(self.annotate.emit)
        return view

    def _wording(self, index: Index) -> TileText:
        made: Made = index.data(MADE_ROLE)
        seed = self.tr("Seed {seed}").format(seed=made.synthetic.provenance.seed)
        number = f"· {made.synthetic.index + 1}" if made.synthetic.index else ""
        state = (self.tr("kept"), "good") if made.sample_id else None
        return TileText(f"{seed} {number}".strip(), made.synthetic.class_name or "", self.tr("Synthetic"), state)

    @property
    def current(self) -> Made | None:
        """The chosen image."""
        indexes = self.list.selectionModel().selectedIndexes()
        return indexes[0].data(MADE_ROLE) if indexes else None

    def add(self, images: Sequence[SyntheticImage]) -> None:
        """Put images in front and choose the first."""
        self.model.add(images)
        self.list.setCurrentIndex(self.model.index(0))
        self._show()

    def discard(self) -> None:
        """Throw the chosen image away; one that was kept stays in the project."""
        made = self.current
        if made is not None:
            place = self.model.row_of(made.synthetic)
            self.model.remove(place)
            if self.model.rowCount():
                self.list.setCurrentIndex(self.model.index(min(place, self.model.rowCount() - 1)))
            self._show()

    def set_kept(self, image: SyntheticImage, sample_id: str) -> None:
        """Note that an image is in the project now."""
        if (place := self.model.row_of(image)) >= 0:
            self.model.set_kept(place, sample_id)
            self._show()

    def _show(self, *_: object) -> None:
        made = self.current
        self._pages.setCurrentIndex(1 if self.model.rowCount() else 0)
        self.outline.setVisible(bool(self.model.rowCount()))
        self._actions.setVisible(made is not None)
        self._facts.setVisible(made is not None)
        if made is not None:
            image = made.synthetic
            self.keep_button.setEnabled(not made.sample_id)
            self._facts.setText(self.tr("{columns} × {rows} px · seed {seed} · {model}").format(
                columns=image.image.shape[1], rows=image.image.shape[0], seed=image.provenance.seed,
                model=image.provenance.producer))
        self.chosen.emit(made)
