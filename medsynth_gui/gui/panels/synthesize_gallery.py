"""The images that were made, to keep or to reject."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QSize, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.gui.item_models.gallery_model import MADE_ROLE, GalleryModel
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.panels.parts import row, text, tool
from medsynth_gui.gui.panels.synthesize_fill import Filling
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.gui.translation import duration
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.synthesis import Made

_PICTURE = QSize(106, 80)


def tile_list(model: GalleryModel, delegate: TileDelegate, name: str) -> QListView:
    """A grid of tiles that fills its width."""
    view = QListView()
    view.setObjectName(name)
    view.setModel(model)
    view.setItemDelegate(delegate)
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setMovement(QListView.Movement.Static)
    view.setUniformItemSizes(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setMouseTracking(True)
    return view


class SynthesizeGallery(QWidget):
    """Emits `chosen(Made | None)` when another image is current, `paired` when the selection changed."""

    chosen = Signal(object)
    paired = Signal()

    def __init__(self, theme: Theme, model: GalleryModel, filling: Filling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model, self._filling = model, filling
        self.list = tile_list(model, TileDelegate(theme, self._wording, _PICTURE, self, apart=True), "gallery")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.selectionModel().selectionChanged.connect(self._selected)
        self._progress_words, self._bar = text("", "muted", wrap=False), QProgressBar()
        self._bar.setTextVisible(False)
        stop = tool("stop", self.tr("Stop filling the gallery (Ctrl+.)"), filling.stop, name="gallery-stop")
        self._progress = QWidget()
        self._progress.setLayout(row(self._bar, self._progress_words, stop, stretch=0))
        empty = text(self.tr("Fill the gallery: images of several seeds for the same mask come here as they are made. "
                             "Keep the good ones (K), reject the others (R). Select two to go from one to the other."),
                     "muted")
        empty.setAlignment(empty.alignment().AlignTop)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._progress)
        layout.addWidget(self._pages, 1)
        filling.changed.connect(self._show_progress)
        model.rowsInserted.connect(self._count_changed)
        model.rowsRemoved.connect(self._count_changed)
        self._show_progress()

    @property
    def current(self) -> Made | None:
        """The chosen image."""
        index = self.list.currentIndex()
        return index.data(MADE_ROLE) if index.isValid() and self.list.selectionModel().isSelected(index) else None

    @property
    def selected(self) -> Sequence[Made]:
        """All selected images, in the order they were made."""
        return [self.model.made[row] for row in sorted({index.row() for index in self.list.selectedIndexes()})]

    def choose(self, place: int) -> None:
        """Choose the image of a row, the last one where there are fewer; none where there is none."""
        count = self.model.rowCount()
        if count:
            self.list.selectionModel().setCurrentIndex(self.model.index(min(max(place, 0), count - 1)),
                                                       QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(self.list.currentIndex())

    def step(self, by: int) -> None:
        """Choose the next image (or the one before); the first one where none is chosen."""
        here = self.list.currentIndex().row() if self.current else (-1 if by > 0 else self.model.rowCount())
        self.choose(here + by)

    def leave(self) -> None:
        """Choose none."""
        self.list.clearSelection()

    def remove(self, image: SyntheticImage) -> Made | None:
        """Take an image out; the one after it is chosen if it was."""
        place = self.model.row_of(image)
        if place < 0:
            return None
        was_chosen = self.current is not None and self.current.synthetic is image
        self.list.clearSelection()
        made = self.model.remove(place)
        if was_chosen:
            self.choose(place)
        return made

    def _wording(self, index: Index) -> TileText:
        made: Made = index.data(MADE_ROLE)
        between = made.synthetic.provenance.parameters.get("between_share")
        seed = self.tr("Seed {seed}").format(seed=made.synthetic.provenance.seed)
        title = seed if between is None else f"{seed} + {round(100 * between)} %"
        return TileText(title, made.synthetic.class_name or "", self.tr("Synthetic"), self._state(made))

    def _state(self, made: Made) -> tuple[str, str]:
        if made.sample_id:
            return self.tr("kept"), "good"
        if made.unjudged:
            return self.tr("not judged"), "caution"
        if made.verdicts is None:
            return self.tr("judging"), "muted"
        if made.doubtful:
            judged = len(made.verdicts) - len(made.doubtful)
            return self.tr("{judged} of {count} judged").format(judged=judged, count=len(made.verdicts)), "caution"
        return (self.tr("taken"), "caution") if made.failed else (self.tr("passed"), "accent")

    def _selected(self, *_: object) -> None:
        self.chosen.emit(self.current)
        self.paired.emit()

    def _count_changed(self, *_: object) -> None:
        self._pages.setCurrentIndex(1 if self.model.rowCount() else 0)
        if self.current is None:
            self.list.scrollToBottom()

    def _show_progress(self) -> None:
        filling = self._filling
        self._progress.setVisible(filling.running)
        self._bar.setRange(0, max(1, filling.count))
        self._bar.setValue(filling.done)
        left = filling.left_s
        done = self.tr("{done} of {count}").format(done=filling.done, count=filling.count)
        self._progress_words.setText(done if left is None else f"{done} · {duration(left)}")
