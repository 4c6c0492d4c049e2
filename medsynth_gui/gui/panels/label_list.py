"""The label list: what can be drawn, with the areas on the frame shown."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.label_menu import fill_label_menu, fill_list_menu
from medsynth_gui.gui.panels.label_row import LabelRow
from medsynth_gui.gui.panels.parts import section_head
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session import commands
from medsynth_gui.session.session import Session

_AREA_DELAY_MS = 120
_NUMBER_KEYS = 9


class LabelList(QWidget):
    """All labels of the session."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self.rows: dict[int, LabelRow] = {}
        self._areas = QTimer(self, singleShot=True, interval=_AREA_DELAY_MS)
        self._areas.timeout.connect(self._measure)
        add = QToolButton()
        add.setObjectName("add-label")
        add.setIcon(icon("plus"))
        add.setIconSize(QSize(16, 16))
        context.actions.bind("annotate.add_label", self._add)
        add.setToolTip(context.actions.tip("annotate.add_label"))
        add.clicked.connect(self._add)
        for number in range(1, _NUMBER_KEYS + 1):
            context.actions.bind(f"annotate.label_{number}", _ChooseNth(self._session, number - 1))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(section_head(self.tr("Labels")))
        head.addStretch(1)
        head.addWidget(add)
        head.addWidget(self._menu_button())
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE.S - 2)
        self._layout.addLayout(head)
        for signal in (self._session.frame_changed, self._session.current_changed, self._session.document_changed):
            signal.connect(self._measure_soon)
        self._session.labels_changed.connect(self._show)
        self._show(self._session.label_set)

    def _show(self, labels: LabelSet) -> None:
        if list(self.rows) != [label.value for label in labels]:
            self._rebuild(labels)
        for label in labels:
            self.rows[label.value].show_label(label, active=label.value == self._session.active_label)
        self._measure_soon()

    def _rebuild(self, labels: LabelSet) -> None:
        for row in self.rows.values():
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {label.value: LabelRow(label) for label in labels}
        for row in self.rows.values():
            row.chosen.connect(self._choose)
            row.renamed.connect(self._rename)
            row.toggled.connect(self._toggle)
            row.colored.connect(self._color)
            row.menu_wanted.connect(self._open_menu)
            self._layout.addWidget(row)

    def _menu_button(self) -> QToolButton:
        made = QToolButton()
        made.setObjectName("label-menu")
        made.setIcon(icon("dots-three"))
        made.setIconSize(QSize(16, 16))
        made.setToolTip(self.tr("Label sets, how masks are shown, versions"))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(made)
        menu.aboutToShow.connect(lambda: fill_list_menu(menu, self._context))
        made.setMenu(menu)
        return made

    def _open_menu(self, value: int, at: QPoint) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        fill_label_menu(menu, self._context, value, rename=self.rows[value].start_renaming)
        menu.popup(at)

    def _measure_soon(self, _: object = None) -> None:
        if not self._areas.isActive():
            self._areas.start()

    def _measure(self) -> None:
        if self._session.document is not None and self._session.document.stepping:
            self._areas.start()  # areas are those of the last finished gesture
            return
        found = {row.value: row for row in commands.label_statistics(self._session)}
        for value, row in self.rows.items():
            measured = found.get(value)
            row.show_area(measured.area_px if measured else 0, measured.area_mm2 if measured else None)

    def _choose(self, value: int) -> None:
        commands.choose_label(self._session, value)

    def _toggle(self, value: int, name: str) -> None:
        label = self._session.label_set.find(value)
        commands.change_label(self._session, value, **{name: not getattr(label, name)})

    def _color(self, value: int, color: str) -> None:
        commands.change_label(self._session, value, color=color)

    def _rename(self, value: int, name: str) -> None:
        try:
            commands.change_label(self._session, value, name=name)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")

    def _add(self) -> None:
        """A new label under a free name, ready to be renamed."""
        names = {label.name for label in self._session.label_set}
        name = next(name for n in range(1, 257) if (name := self.tr("Label {0}").format(len(names) + n)) not in names)
        try:
            label = commands.add_label(self._session, name)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        self.rows[label.value].start_renaming()


class _ChooseNth:
    """Makes the n-th label of the list (from 0) the active one."""

    def __init__(self, session: Session, place: int) -> None:
        self._session, self._place = session, place

    def __call__(self) -> None:
        labels = self._session.label_set.labels
        if self._place < len(labels):
            commands.choose_label(self._session, labels[self._place].value)
