"""The tray of rejected images: why each lies there, and how many each gate turned down."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.gui.item_models.gallery_model import MADE_ROLE, GalleryModel
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.panels.gate_words import gate_name, gate_word, reason
from medsynth_gui.gui.panels.parts import Card, KeyValues, button, text
from medsynth_gui.gui.panels.synthesize_gallery import tile_list
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.session.synthesis import BY_HAND, Made, reject_counts

_PICTURE = QSize(106, 80)


class RejectedTray(QWidget):
    """Emits `chosen(Made | None)` and `taken(Made)` for one that is taken anyway (never a copy)."""

    chosen = Signal(object)
    taken = Signal(object)

    def __init__(self, theme: Theme, model: GalleryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.list = tile_list(model, TileDelegate(theme, self._wording, _PICTURE, self), "rejected")
        self.list.selectionModel().selectionChanged.connect(self._selected)
        self._counts = KeyValues()
        self._why = text("")
        self._take = button(self.tr("Take it anyway"), self._taken, name="rejected-take",
                            tip=self.tr("Back to the gallery; its provenance keeps what the gate found"))
        self._card = Card(self._why, self._take)
        self._card.hide()
        empty = text(self.tr("Nothing was rejected. What a gate stops, and what you reject (R), comes here with the "
                             "reason."), "muted")
        empty.setAlignment(empty.alignment().AlignTop)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.S)
        for widget in (self._counts, self._card):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(filled)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        for signal in (model.rowsInserted, model.rowsRemoved, model.dataChanged):
            signal.connect(self._refresh)

    @property
    def current(self) -> Made | None:
        """The chosen image."""
        index = self.list.currentIndex()
        return index.data(MADE_ROLE) if index.isValid() and self.list.selectionModel().isSelected(index) else None

    def leave(self) -> None:
        """Choose none."""
        self.list.clearSelection()

    def _taken(self) -> None:
        if made := self.current:
            self.taken.emit(made)

    def _wording(self, index: Index) -> TileText:
        made: Made = index.data(MADE_ROLE)
        gate = made.failed[0].gate if made.failed else BY_HAND
        title = self.tr("Seed {seed}").format(seed=made.synthetic.provenance.seed)
        return TileText(title, gate_word(gate), self.tr("Synthetic"))

    def _selected(self, *_: object) -> None:
        self._show_card()
        self.chosen.emit(self.current)

    def _refresh(self, *_: object) -> None:
        self._pages.setCurrentIndex(1 if self.model.rowCount() else 0)
        self._counts.set_rows([(gate_name(gate), str(count)) for gate, count in reject_counts(self.model.made).items()])
        self._show_card()

    def _show_card(self) -> None:
        made = self.current
        self._card.setVisible(made is not None)
        if made is None:
            return
        reasons = [reason(verdict) for verdict in made.failed]
        if made.rejected:
            reasons.append(self.tr("You rejected it."))
        self._why.setText("\n".join(reasons))
        self._take.setVisible(not made.copied)
