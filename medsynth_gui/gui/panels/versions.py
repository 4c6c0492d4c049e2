"""The versions of a mask: take one, compare it with the mask of now, bring it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import button, row, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session import version_commands as versions
from medsynth_gui.session.snapshots import Snapshot


def show_versions(context: AppContext, canvas: Canvas, window: QWidget) -> None:
    """Open the dialog, or bring it to the front."""
    dialog = window.findChild(VersionsDialog) or VersionsDialog(context, canvas, window)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


class VersionsDialog(QDialog):
    """Stays beside the image; what is chosen is compared on the canvas until another is, or it closes."""

    def __init__(self, context: AppContext, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("versions-dialog")
        self.setWindowTitle(self.tr("Versions of this mask"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 440)
        self._context, self._session, self._canvas = context, context.session, canvas
        self._series = self._session.current
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name of a new version"))
        self.name.setMaxLength(100)
        self.name.returnPressed.connect(self._take)
        self.take = button(self.tr("Keep this version"), self._take, kind="primary")
        self.list = QListWidget()
        self.list.currentItemChanged.connect(self._compare)
        self.figures = text(role="muted")
        self.restore = button(self.tr("Restore"), self._restore,
                              tip=self.tr("Make it the mask again; undo takes that back"))
        self.delete = button(self.tr("Delete"), self._delete)
        self.bring_back = button(self.tr("Undo the deletion"), self._bring_back, name="version-bring-back")
        self.bring_back.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        layout.setSpacing(SPACE.S)
        layout.addLayout(row(self.name, self.take, stretch=0))
        layout.addWidget(self.list, 1)
        layout.addWidget(self.figures)
        layout.addLayout(row(self.restore, self.delete, self.bring_back))
        for button_ in (self.take, self.restore, self.delete, self.bring_back):
            button_.setAutoDefault(False)
        self._signals = (self._session.current_changed, self._session.frame_changed, self._session.history_changed)
        for signal in self._signals:
            signal.connect(self._again)
        self._fill()

    def done(self, result: int) -> None:
        for signal in self._signals:
            signal.disconnect(self._again)
        self._canvas.set_difference(None, None)
        super().done(result)

    def _fill(self, chosen: Snapshot | None = None) -> None:
        self.list.clear()
        for version in versions.versions(self._session):
            when = QLocale().toString(datetime.fromisoformat(version.at).astimezone(), QLocale.FormatType.ShortFormat)
            item = QListWidgetItem(f"{version.name}\n{when}" + (self.tr("  ·  automatic") if version.automatic else ""))
            item.setData(Qt.ItemDataRole.UserRole, version)
            self.list.addItem(item)
            if version == chosen:
                self.list.setCurrentItem(item)
        self._compare()

    def _again(self, _: object) -> None:
        self.bring_back.setVisible(self.bring_back.isVisible() and self._series is self._session.current)
        self._fill(self._chosen)

    @property
    def _chosen(self) -> Snapshot | None:
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    def _compare(self, *_: object) -> None:
        """Show on the canvas where the chosen version and the mask of now differ."""
        chosen = self._chosen
        self.restore.setEnabled(chosen is not None)
        self.delete.setEnabled(chosen is not None)
        self.take.setEnabled(self._session.current is not None)
        if chosen is None:
            self._canvas.set_difference(None, None)
            self.figures.setText(self.tr("Choose a version to see where it differs from the mask of now.")
                                 if self.list.count() else self.tr("There is no version of this mask yet."))
            return
        self._try(lambda: self._show(chosen))

    def _show(self, chosen: Snapshot) -> None:
        found = versions.compare_version(self._session, chosen)
        self._canvas.set_difference(found.then, self._session.document.labels(found.frame))
        if not found.frames:
            self.figures.setText(self.tr("The mask of now is the same."))
            return
        words = self.tr("This frame: {0} pixels differ, Dice {1}. Frames that differ: {2}.\n"
                        "Green: the same. Amber: only in the version. Red: only now.")
        dice = "–" if found.dice is None else number(found.dice, 3)
        self.figures.setText(words.format(number(found.changed_px), dice, number(len(found.frames))))

    def _take(self) -> None:
        if self._try(lambda: versions.take_version(self._session, self.name.text())):
            self.name.clear()
            self._fill()

    def _restore(self) -> None:
        chosen = self._chosen
        if chosen and self._try(lambda: versions.restore_version(self._session, chosen)):
            self._fill(chosen)

    def _delete(self) -> None:
        if chosen := self._chosen:
            versions.delete_version(self._session, chosen)
            self._series = self._session.current
            self._fill()
            self.bring_back.show()

    def _bring_back(self) -> None:
        versions.bring_back_version(self._session)
        self.bring_back.hide()
        self._fill()

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return False
        return True
