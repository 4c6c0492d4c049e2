"""The target table: bars of what is there and what is missing, targets that are typed into their cells."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from medsynth_gui.dataset.plan import LARGEST_TARGET, Plan
from medsynth_gui.gui.item_models.plan_model import KEYS, ROW_ROLE, PlanModel, PlanRow
from medsynth_gui.gui.theme import SPACE, Theme

Index = QModelIndex | QPersistentModelIndex
_ROW_PX, _BAR_PX, _BAR_COLUMN_PX, _TARGET_PX = 34, 8, 140, 86


class PlanTable(QTableView):
    """Shows a `PlanModel`; columns without anything to say are hidden."""

    def __init__(self, theme: Theme, model: PlanModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plan-table")
        self.setModel(model)
        self._plan_model = model
        self.setItemDelegate(_CellDelegate(theme, model, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(KEYS.index("bar"), QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)
        for key, width in (("target", _TARGET_PX), ("note", 128)):
            header.setSectionResizeMode(KEYS.index(key), QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(KEYS.index(key), width)
        theme.changed.connect(self.viewport().update)

    def show_columns(self, plan: Plan | None) -> None:
        """Show the facets that tell rows apart, and what any row has to say."""
        rows = self._plan_model.rows
        shown = {"bar", "real", "synthetic", "target", "missing", *(plan.facets if plan else ())}
        if any(row.rejected for row in rows):
            shown.add("rejected")
        if any(row.note for row in rows):
            shown.add("note")
        for number, key in enumerate(KEYS):
            self.setColumnHidden(number, key not in shown)


class _CellDelegate(QStyledItemDelegate):
    """Paints bars, fields and words; makes the editor of a target."""

    def __init__(self, theme: Theme, model: PlanModel, parent: PlanTable) -> None:
        super().__init__(parent)
        self._theme, self._plan_model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(_BAR_COLUMN_PX if KEYS[index.column()] == "bar" else hint.width() + 2 * SPACE.S, _ROW_PX)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = QSpinBox(parent)
        box.setRange(0, LARGEST_TARGET)
        box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        box.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        box.setObjectName("plan-target")
        box.setFrame(False)
        return box

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(SPACE.XS, 2, -SPACE.XS, -2))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PlanRow = index.data(ROW_ROLE)
        key = KEYS[index.column()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if key == "bar":
            self._bar(painter, QRectF(option.rect), row)
        else:
            if key == "target" and index.flags() & Qt.ItemFlag.ItemIsEditable:
                self._field(painter, QRectF(option.rect))
            self._words(painter, option, index, self._token(row, key))
        painter.restore()

    @staticmethod
    def _token(row: PlanRow, key: str) -> str:
        """The colour of a cell's words; the word beside it always says the same."""
        if key == "missing" and row.missing:
            return "caution"
        if key in ("note", "view", "scanner") or (key == "size" and not row.problem):
            return "caution" if key == "note" else "muted"
        if key == "rejected":
            return "bad" if row.rejected else "muted"
        return "muted" if row.problem and not row.cell.present else "text"

    def _field(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("line")))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(rect.adjusted(SPACE.XS, 3.5, -SPACE.XS, -3.5), 5, 5)

    def _words(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, token: str) -> None:
        painter.setPen(self._theme.color(token))
        painter.setFont(option.font)
        room = QRectF(option.rect).adjusted(SPACE.S, 0, -SPACE.S, 0)
        words = str(index.data() or "")
        painter.drawText(room, index.data(Qt.ItemDataRole.TextAlignmentRole), painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(room.width())))

    def _bar(self, painter: QPainter, rect: QRectF, row: PlanRow) -> None:
        """Real, then synthetic, then what is missing up to the target."""
        room = rect.adjusted(SPACE.L, 0, -SPACE.L, 0)
        top, scale = room.center().y() - _BAR_PX / 2, room.width() / self._plan_model.largest
        painter.setPen(Qt.PenStyle.NoPen)
        left = room.left()
        for count, token in ((row.cell.real, "accent"), (row.synthetic, "caution"), (row.missing, "line")):
            if width := count * scale:
                painter.setBrush(self._theme.color(token))
                painter.drawRoundedRect(QRectF(left, top, max(2.0, width - 1), _BAR_PX), 3, 3)
                left += width
