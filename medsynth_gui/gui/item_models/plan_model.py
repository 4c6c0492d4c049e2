"""The target table as a table view sees it: one row per kind of image, targets to be edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt, Signal
from PySide6.QtCore import QPersistentModelIndex as Persistent

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.plan import EMPTY, FACETS, LARGEST_TARGET, Cell, Plan, SizeBounds, Stratum
from medsynth_gui.gui.translation import number, words
from medsynth_gui.jobs.fill_report import CellProgress

Index = QModelIndex | Persistent
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
KEYS = (*FACETS, "bar", "real", "synthetic", "target", "missing", "rejected", "note")
NUMBERS = ("real", "synthetic", "target", "missing", "rejected")
_HEADS = {
    "class": QT_TRANSLATE_NOOP("plan", "Class"), "view": QT_TRANSLATE_NOOP("plan", "View"),
    "scanner": QT_TRANSLATE_NOOP("plan", "Scanner"), "size": QT_TRANSLATE_NOOP("plan", "Size"), "bar": "",
    "real": QT_TRANSLATE_NOOP("plan", "Real"), "synthetic": QT_TRANSLATE_NOOP("plan", "Synthetic"),
    "target": QT_TRANSLATE_NOOP("plan", "Target"), "missing": QT_TRANSLATE_NOOP("plan", "Missing"),
    "rejected": QT_TRANSLATE_NOOP("plan", "Rejected"), "note": ""}
_SIZES = {EMPTY: QT_TRANSLATE_NOOP("plan", "nothing drawn"), "small": QT_TRANSLATE_NOOP("plan", "small"),
          "medium": QT_TRANSLATE_NOOP("plan", "medium"), "large": QT_TRANSLATE_NOOP("plan", "large")}


@dataclass(frozen=True)
class PlanRow:
    """A cell of the plan, how far its filling is, and why it cannot be filled.

    Attributes:
        counted: accepted images of the fill that the cell counts already.
    """

    cell: Cell
    progress: CellProgress | None = None
    problem: Message | None = None
    counted: int = 0

    @property
    def synthetic(self) -> int:
        return self.cell.synthetic + max(0, self.progress.accepted - self.counted if self.progress else 0)

    @property
    def missing(self) -> int:
        return max(0, self.cell.target - self.cell.real - self.synthetic)

    @property
    def rejected(self) -> int:
        return self.progress.made - self.progress.accepted if self.progress else 0

    @property
    def note(self) -> Message | None:
        """Why nothing more is made of it, if something is missing."""
        return (self.progress.problem if self.progress else None) or (self.problem if self.missing else None)


def size_words(size: str, bounds: SizeBounds) -> str:
    """A size stratum with its bounds: `small, below 3.2 %`."""
    name = QCoreApplication.translate("plan", _SIZES[size]) if size else ""
    low, high = (f"{100 * share:.2g}" for share in (bounds.small, bounds.large))
    ranges = {"small": QCoreApplication.translate("plan", "below {share} %").format(share=low),
              "medium": f"{low}–{high} %",
              "large": QCoreApplication.translate("plan", "from {share} %").format(share=high)}
    return f"{name} · {ranges[size]}" if size in ranges else name


def stratum_words(stratum: Stratum) -> str:
    """A row in a line: `malignant, small`."""
    size = QCoreApplication.translate("plan", _SIZES[stratum.size]) if stratum.size else ""
    parts = filter(None, (stratum.class_name, stratum.view, stratum.scanner, size))
    return ", ".join(parts) or QCoreApplication.translate("plan", "all images")


class PlanModel(QAbstractTableModel):
    """Rows of a plan; `edited(Stratum, int)` where a person sets a target."""

    edited = Signal(object, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[PlanRow] = []
        self._bounds = SizeBounds()
        self.editable = True

    @property
    def rows(self) -> list[PlanRow]:
        return self._rows

    @property
    def largest(self) -> int:
        """What the longest bar stands for."""
        return max((max(row.cell.target, row.cell.real + row.synthetic) for row in self._rows), default=1) or 1

    def set_plan(self, plan: Plan | None, problems: Mapping[Stratum, Message],
                 progress: Mapping[Stratum, CellProgress], counted: Mapping[Stratum, int]) -> None:
        """Show a plan; the rows are only made anew where their strata are others."""
        rows = [PlanRow(cell, progress.get(cell.stratum), problems.get(cell.stratum), counted.get(cell.stratum, 0))
                for cell in (plan.cells if plan else ())]
        same = [row.cell.stratum for row in rows] == [row.cell.stratum for row in self._rows]
        if not same:
            self.beginResetModel()
        self._rows, self._bounds = rows, plan.bounds if plan else SizeBounds()
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(KEYS) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(KEYS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = KEYS[index.column()] == "target" and self.editable and not self._rows[index.row()].problem
        return found | Qt.ItemFlag.ItemIsEditable if editable else found

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row, key = self._rows[index.row()], KEYS[index.column()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if key in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.EditRole and key == "target":
            return row.cell.target
        if role == Qt.ItemDataRole.ToolTipRole and row.note is not None:
            return words(row.note)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, key)
        return None

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        if role != Qt.ItemDataRole.EditRole or not 0 <= int(value) <= LARGEST_TARGET:
            return False
        self.edited.emit(self._rows[index.row()].cell.stratum, int(value))
        return True

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        key = KEYS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if key in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate("plan", _HEADS[key]) if _HEADS[key] else ""
        return None

    def _text(self, row: PlanRow, key: str) -> str:
        stratum = row.cell.stratum
        if key in FACETS:
            values = (stratum.class_name, stratum.view, stratum.scanner, size_words(stratum.size, self._bounds))
            return dict(zip(FACETS, values, strict=True))[key] or "–"
        if key == "note":
            return QCoreApplication.translate("plan", "cannot be filled") if row.note else ""
        if key == "bar":
            return ""
        counts = {"real": row.cell.real, "synthetic": row.synthetic, "target": row.cell.target,
                  "missing": row.missing, "rejected": row.rejected}
        count = counts[key]
        return number(count) if count or key in ("real", "target") else "–"
