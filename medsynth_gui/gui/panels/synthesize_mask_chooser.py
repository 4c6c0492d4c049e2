"""The mask section of Synthesize: where masks come from, some of them to choose from, and what is unusual in one."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSize, Signal
from PySide6.QtWidgets import QCheckBox, QListView, QVBoxLayout, QWidget

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.item_models.mask_tiles import CANDIDATE_ROLE, MaskTiles
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.panels.fields import Choice, FolderField
from medsynth_gui.gui.panels.parts import button, row, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.jobs.masks import Candidate

_PICTURE = QSize(62, 47)
_GRID_PX = 182
STORED = ("project", "folder")
INVENTED = ("shapes", "simulator", "warped")


class SourceChoice(Choice):
    """The sources by name; those that there are none of now are greyed. `chosen` carries the key."""

    chosen = Signal(str)

    def __init__(self, tip: str, rows: tuple[tuple[str, str], ...]) -> None:
        super().__init__(tip, name="mask-source")
        self.set_rows(rows)
        self.picked.connect(self.chosen.emit)

    @property
    def key(self) -> str:
        return str(self.currentData())

    def choose(self, key: str) -> None:
        """Choose without a click; `chosen` is emitted where it changes."""
        if key != self.key and self.findData(key) >= 0:
            super().choose(key)
            self.chosen.emit(key)

    def offer(self, key: str, offered: bool) -> None:
        """Offer a source or not; where it was chosen, the first one is."""
        self.model().item(self.findData(key)).setEnabled(offered)
        if not offered and key == self.key:
            self.choose(str(self.itemData(0)))


class MaskChooser(QWidget):
    """Emits `asked` where other masks are wanted, `another` for the next ones, `warp`, and `selected`."""

    asked = Signal()
    another = Signal()
    warp = Signal()
    selected = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._set = LabelSet.named("label")
        self.switch = SourceChoice(self.tr("Where the mask comes from"), (
            ("image", self.tr("The open image")), ("draw", self.tr("Drawn here")), ("shapes", self.tr("Shape model")),
            ("simulator", self.tr("Simulator")), ("project", self.tr("Project")), ("folder", self.tr("Folder")),
            ("warped", self.tr("One mask, warped"))))
        self.folder_field = FolderField(self.tr("Folder of masks"), self.tr("Folder of label images"),
                                        name="synthesize-folder")
        self.warped = QCheckBox(self.tr("Bent and turned, as in another body"))
        self.warped.setObjectName("masks-warped")
        self.warped.setToolTip(self.tr("New masks from real ones, changed within anatomical limits"))
        self.tiles = MaskTiles(lambda: self._set, self)
        self.grid = self._make_grid(context)
        self.more = button(self.tr("Others"), self.another.emit, glyph="shuffle", name="mask-another",
                           tip=self.tr("Show other masks of this source"))
        self.bend = button(self.tr("Warp this one"), self.warp.emit, glyph="waves", name="mask-warp",
                           tip=self.tr("Masks like the chosen one, changed within anatomical limits"))
        self.bend.setEnabled(False)
        self._buttons = QWidget()
        self._buttons.setLayout(row(self.more, self.bend))
        self.state, self.problems = text("", "muted"), text("", "caution")
        self.problems.setObjectName("mask-problems")
        self.left_out = text("", "caution")
        self.left_out.setObjectName("masks-left-out")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.S)
        for widget in (section_head(self.tr("Mask")), self.switch, self.folder_field, self.warped, self.grid,
                       self._buttons, self.state, self.left_out, self.problems):
            column.addWidget(widget)
        self.switch.chosen.connect(self.arrange)
        self.warped.toggled.connect(self._ask)
        self.folder_field.changed.connect(self._ask)
        self.arrange()
        self.set_problems("")
        self.set_left_out("")

    def _make_grid(self, context: AppContext) -> QListView:
        view = QListView()
        view.setObjectName("mask-grid")
        view.setModel(self.tiles)
        view.setItemDelegate(TileDelegate(context.theme, self._wording, _PICTURE, view, facts=False))
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setMovement(QListView.Movement.Static)
        view.setUniformItemSizes(True)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setMouseTracking(True)
        view.setFixedHeight(_GRID_PX)
        view.setAccessibleName(self.tr("Masks to choose from"))
        view.selectionModel().selectionChanged.connect(lambda *_: self.selected.emit())
        return view

    def _wording(self, index: Index) -> TileText:
        candidate: Candidate = index.data(CANDIDATE_ROLE)
        covered = 100 * float((candidate.mask > 0).mean())
        return TileText(self.tr("{share} %").format(share=f"{covered:.2g}"),
                        badge=self.tr("unusual") if candidate.problems else "")

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        """The selected candidates, in their order."""
        rows = sorted(index.row() for index in self.grid.selectionModel().selectedIndexes())
        return tuple(self.tiles.candidates[number] for number in rows)

    def choose(self, rows: range) -> None:
        """Select candidates by their rows, and no others."""
        selection = self.grid.selectionModel()
        selection.blockSignals(True)
        selection.clearSelection()
        for number in rows:
            selection.select(self.tiles.index(number), QItemSelectionModel.SelectionFlag.Select)
        selection.blockSignals(False)
        self.grid.scrollToTop()
        self.grid.viewport().update()
        self.selected.emit()

    def _ask(self, *_: object) -> None:
        self.asked.emit()

    def set_labels(self, labels: LabelSet) -> None:
        """The labels of the generator."""
        self._set = labels

    def set_problems(self, words: str) -> None:
        """Say what is unusual in the mask."""
        self.problems.setText(words)
        self.problems.setVisible(bool(words))

    def set_left_out(self, words: str) -> None:
        """Say which masks of the source cannot be used; it stays until another source is chosen."""
        self.left_out.setText(words)
        self.left_out.setVisible(bool(words))

    def arrange(self, *_: object) -> None:
        """Show what belongs to the source."""
        key, offered = self.switch.key, self.tiles.rowCount() > 0
        self.folder_field.setVisible(key == "folder")
        self.warped.setVisible(key in STORED)
        offers = key in (*STORED, *INVENTED)
        self.grid.setVisible(offers and offered)
        self.more.setVisible(offers and offered)
