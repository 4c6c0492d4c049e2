"""The measurements of the series: name, figures and frame; select, rename, copy, delete."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.measurement import Measurement, Reading
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon, pixmap
from medsynth_gui.gui.measure_words import all_lines, beside, kind_icon, title
from medsynth_gui.gui.panels.parts import row, section_head, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words
from medsynth_gui.session import commands


class MeasurementRow(QFrame):
    """One measurement. A click selects it and goes to its frame; a double click renames it."""

    chosen = Signal(str)
    renamed = Signal(str, str)
    menu_asked = Signal(str, object)

    def __init__(self, measurement: Measurement, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.identity = measurement.id
        self.setProperty("card", True)
        self.setObjectName(f"measurement-{measurement.id}")
        glyph = QLabel()
        glyph.setPixmap(pixmap(kind_icon(measurement.kind), 16, ratio=self.devicePixelRatioF()))
        self.name, self.value = QLabel(), QLabel()
        self.name.setProperty("role", "muted")
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.edit = QLineEdit()
        self.edit.hide()
        self.edit.editingFinished.connect(self._rename)
        self.edit.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.S, SPACE.XS, SPACE.S, SPACE.XS)
        layout.setSpacing(SPACE.S)
        layout.addWidget(glyph)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.value)

    def show_measurement(self, measurement: Measurement, reading: Reading, *, selected: bool, here: bool) -> None:
        """Show what it is now; `here`: it is on the frame shown."""
        self._title = title(measurement)
        self.name.setText(self._title)
        lines = beside(measurement, reading)
        frame = self.tr("frame {0}").format(measurement.frame + 1)
        self.value.setText("\n".join(lines) if here or not lines else f"{lines[0]}  ·  {frame}")
        note = words(reading.note) if reading.note else ""
        self.setToolTip("\n".join([f"{self._title}, {frame}", *all_lines(reading), *filter(None, (note,))]))
        if self.property("selected") != selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)

    def start_renaming(self) -> None:
        """Let the name be typed."""
        self.edit.setText(self._title)
        self.name.hide()
        self.edit.show()
        self.edit.selectAll()
        self.edit.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.identity)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_renaming()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.chosen.emit(self.identity)
        self.menu_asked.emit(self.identity, event.globalPos())

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.edit.setText(self._title)
            self._rename()
            return True
        return False

    def _rename(self) -> None:
        if self.edit.isHidden():
            return
        self.edit.hide()
        self.name.show()
        if self.edit.text() != self._title:
            self.renamed.emit(self.identity, self.edit.text())


class MeasurementsPanel(QWidget):
    """Not there while nothing is measured and no measuring tool is in hand."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._rows: dict[str, MeasurementRow] = {}
        self.fold = tool("caret-down", self.tr("Fold or unfold"), self._fold, name="measurements-fold")
        self.copy = tool("copy-simple", context.actions.tip("annotate.copy_measurements"), self.copy_all,
                         name="measurements-copy")
        self.delete = tool("trash", context.actions.tip("annotate.delete_measurement"), self.delete_chosen,
                           name="measurements-delete")
        self.fit = tool("circle-dashed", context.actions.tip("annotate.fit_ellipse"), self.fit_ellipse,
                        name="measurements-fit")
        head = section_head(self.tr("Measurements"))
        self.hint = text(self.tr("Drag on the image to measure."), "small")
        self.note = text("", "small")
        self._body = QWidget()
        self._list = QVBoxLayout(self._body)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(SPACE.XS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE.S, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(row(head, self.fit, self.delete, self.copy, self.fold, stretch=0, spacing=0))
        for widget in (self.hint, self._body, self.note):
            layout.addWidget(widget)
        self._bind()
        self._show_fold()
        self._refresh(None)

    def _bind(self) -> None:
        bind, session = self._context.actions.bind, self._session
        bind("annotate.delete_measurement", self.delete_chosen)
        bind("annotate.copy_measurement", self.copy_chosen)
        bind("annotate.copy_measurements", self.copy_all)
        bind("annotate.fit_ellipse", self.fit_ellipse)
        session.measuring.changed.connect(self._refresh)
        for signal in (session.frame_changed, session.tool_changed):
            signal.connect(self._refresh)

    def delete_chosen(self) -> None:
        """Delete the selected measurement; undo brings it back while a measuring tool is in hand."""
        commands.delete_measurement(self._session)

    def copy_chosen(self) -> None:
        """Put the selected measurement on the clipboard as a table."""
        if self._session.measuring.chosen:
            self._copy(commands.measurements_text(self._session, [self._session.measuring.selected]))

    def copy_all(self) -> None:
        """Put all measurements of the series on the clipboard as a table."""
        if self._session.measuring.items:
            self._copy(commands.measurements_text(self._session))

    def fit_ellipse(self) -> None:
        """Measure the mask as an ellipse."""
        try:
            commands.fit_ellipse_to_mask(self._session)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")

    def _copy(self, table: str) -> None:
        QGuiApplication.clipboard().setText(table)
        self._context.notify(self.tr("Copied as text, with tabs between columns."), "good")

    def _refresh(self, _: object) -> None:
        measuring = self._session.measuring
        self.setVisible(bool(measuring.items or self._session.measures))
        self.hint.setVisible(not measuring.items)
        self.copy.setEnabled(bool(measuring.items))
        self.delete.setEnabled(measuring.chosen is not None)
        if [*self._rows] != [item.id for item in measuring.items]:
            self._rebuild()
        notes: list[Message] = []
        for item in measuring.items:
            shown = measuring.draft if measuring.draft and measuring.draft.id == item.id else item
            reading = measuring.read(shown)
            notes += [reading.note] if reading.note and any(one.unit == "px" for one in reading.values) else []
            self._rows[item.id].show_measurement(shown, reading, selected=item.id == measuring.selected,
                                                 here=item.on(self._session.frame))
        self.note.setText(words(notes[0]) if notes else "")
        self.note.setVisible(bool(notes) and not self._body.isHidden())

    def _rebuild(self) -> None:
        for old in self._rows.values():
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = {item.id: MeasurementRow(item) for item in self._session.measuring.items}
        for made in self._rows.values():
            made.chosen.connect(self._choose)
            made.renamed.connect(self._session.measuring.rename)
            made.menu_asked.connect(self._ask_menu)
            self._list.addWidget(made)

    def _choose(self, identity: str) -> None:
        found = self._session.measuring.find(identity)
        if found is not None:
            if not found.on(self._session.frame):
                commands.select_frame(self._session, found.frame)
            self._session.measuring.select(identity)

    def _ask_menu(self, identity: str, place: object) -> None:
        menu = QMenu(self)
        for glyph, name, then in (("pencil-simple", self.tr("Rename"), self._rows[identity].start_renaming),
                                  ("copy", self.tr("Copy"), self.copy_chosen),
                                  ("trash", self.tr("Delete"), self.delete_chosen)):
            menu.addAction(icon(glyph), name).triggered.connect(_Then(then))
        menu.popup(place)

    def _fold(self) -> None:
        self._context.settings["measurements_open"] = not self._context.settings["measurements_open"]
        self._show_fold()
        self._refresh(None)

    def _show_fold(self) -> None:
        opened = bool(self._context.settings["measurements_open"])
        self._body.setVisible(opened)
        self.fold.setIcon(icon("caret-down" if opened else "caret-right"))


class _Then:
    def __init__(self, handler: Callable[[], object]) -> None:
        self._handler = handler

    def __call__(self, *_: object) -> None:
        self._handler()
