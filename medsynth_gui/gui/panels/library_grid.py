"""The grid of the library: tiles of one size, several of which may be selected."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QSize
from PySide6.QtWidgets import QListView, QWidget

from medsynth_gui.core.review import ReviewState
from medsynth_gui.gui.item_models.library_entries import LibraryEntry
from medsynth_gui.gui.item_models.library_model import ENTRY_ROLE, LibraryModel
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.review_words import short_state, state_token
from medsynth_gui.gui.theme import SPACE, Theme

_PICTURE = QSize(136, 100)


class LibraryGrid(QListView):
    """Shows a `LibraryModel`."""

    def __init__(self, model: LibraryModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = model
        self.setObjectName("library-grid")
        self.setModel(model)
        self.setItemDelegate(TileDelegate(theme, self._wording, _PICTURE, self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setSpacing(SPACE.XS)

    def chosen(self) -> list[LibraryEntry]:
        """The selected entries."""
        return [index.data(ENTRY_ROLE) for index in self.selectionModel().selectedIndexes()]

    def choose(self, keys: set[str]) -> None:
        """Select entries that are shown, by key."""
        selection = QItemSelection()
        for key in keys:
            if (found := self._entries.row_of(key)) >= 0:
                selection.select(self._entries.index(found), self._entries.index(found))
        self.selectionModel().select(selection, self.selectionModel().SelectionFlag.Select)

    def _wording(self, index: Index) -> TileText:
        entry: LibraryEntry = index.data(ENTRY_ROLE)
        known = ReviewState(entry.review) if entry.review else ReviewState.UNLABELLED
        state = (short_state(known), state_token(known)) if short_state(known) else None
        # Beside a state there is room for one word.
        facts = (entry.class_name or entry.modality if state else
                 " · ".join(filter(None, (entry.detail, entry.class_name))))
        return TileText(entry.title, facts, self.tr("Synthetic") if entry.synthetic else "", state)
