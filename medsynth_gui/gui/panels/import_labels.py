"""Which label of the files becomes which of ours: one row each, with a preset by label set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.dataset.label_mapping import LEFT_OUT, LabelMapping, suggested
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import breakable, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.io.masks.imported import Target
from medsynth_gui.io.masks.survey import SourceLabel
from medsynth_gui.session.label_sets import list_label_sets, load_label_set

_ROWS = 40


class LabelTargets(QWidget):
    """Shows the labels of the files, each with a field for the name of ours; `changed` when one is chosen.

    Args:
        known: the labels that there are already; a new name gets a free value.
        fixed: a project has them; where there is none yet, a label set takes their place.
    """

    changed = Signal()

    def __init__(self, known: LabelSet, *, fixed: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.known = known
        self._in_use, self._fixed = known, fixed
        self._sources: tuple[SourceLabel, ...] = ()
        self._targets: dict[str, Target] = {}
        self._rows: dict[str, tuple[QComboBox, QLabel]] = {}
        self.preset = Choice(self.tr("Take the names of a label set"), name="import-preset")
        self.preset.set_rows([("", self.tr("Labels in use")), *list_label_sets().items()])
        self.preset.picked.connect(self._use_preset)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE.S)
        self._grid.setVerticalSpacing(SPACE.S - 2)
        self._grid.setColumnStretch(1, 1)
        self._more = text("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.S)
        column.addWidget(self.preset)
        column.addLayout(self._grid)
        column.addWidget(self._more)

    @property
    def targets(self) -> dict[str, Target]:
        """What each source label becomes."""
        return dict(self._targets)

    @property
    def label_set(self) -> LabelSet:
        """The known labels and those that the import adds."""
        return LabelMapping(self.known, self._targets).label_set()

    def set_sources(self, sources: Sequence[SourceLabel]) -> None:
        """Show these; what was chosen for one that is still there stays."""
        self._sources = tuple(sources)
        fresh = suggested([source.key for source in sources], self.known)
        kept = {key: target for key, target in self._targets.items() if key in fresh}
        self._build(fresh | kept)

    def _use_preset(self, name: str) -> None:
        try:
            labels = load_label_set(name) if name else self._in_use
        except MedSynthError:
            return
        if not self._fixed:
            self.known = labels
        self._build(suggested([source.key for source in self._sources], labels))
        self.changed.emit()

    def _build(self, targets: Mapping[str, Target]) -> None:
        self._targets = LabelMapping(self.known, targets).targets
        while self._grid.count():
            if widget := self._grid.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        self._rows.clear()
        for number, source in enumerate(self._sources[:_ROWS]):
            value = text("", "muted", wrap=False)
            field = self._field(source)
            self._rows[source.key] = field, value
            self._grid.addWidget(self._source_words(source), 2 * number, 0, 1, 3)
            self._grid.addWidget(text("→", "muted", wrap=False), 2 * number + 1, 0)
            self._grid.addWidget(field, 2 * number + 1, 1)
            self._grid.addWidget(value, 2 * number + 1, 2)
        hidden = len(self._sources) - _ROWS
        self._more.setVisible(hidden > 0)
        self._more.setText(self.tr("and {n} more, as suggested").format(n=hidden))
        self._show()

    def _source_words(self, source: SourceLabel) -> QWidget:
        share = f"{source.share:.1%}" if source.share >= 0.001 else "< 0.1%"
        name = self.tr("value {0}").format(source.key) if source.key.isdecimal() else source.key
        images = self.tr("1 image") if source.images == 1 else self.tr("{n} images").format(n=source.images)
        words = self.tr("{name} · {images} · {share} of the pixels").format(name=breakable(name), images=images,
                                                                            share=share)
        label = text(words)
        if source.color:
            label.setText(f'<span style="color:{source.color}">■</span> {words}')
        return label

    def _field(self, source: SourceLabel) -> QComboBox:
        field = QComboBox()
        field.setEditable(True)
        field.setObjectName(f"import-label-{source.key}")
        field.setAccessibleName(self.tr("Our label for {0}").format(source.key))
        field.setToolTip(self.tr("Choose a label, type a new name, or leave it out"))
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field.setMinimumContentsLength(8)
        field.addItem(self.tr("Leave out"), 0)
        for label in LabelMapping(self.known, self._targets).label_set():
            field.addItem(label.name, label.value)
        field.activated.connect(partial(self._chosen, source.key))
        field.lineEdit().editingFinished.connect(partial(self._chosen, source.key))
        return field

    def _chosen(self, key: str, *_: object) -> None:
        field = self._rows[key][0]
        name = field.currentText().strip()
        target = LEFT_OUT if not name or name == field.itemText(0) else Target(self._targets[key].value or 1, name)
        if target.name.casefold() == self._targets[key].name.casefold():
            return
        others = {other: chosen for other, chosen in self._targets.items() if other != key}
        self._targets = LabelMapping(self.known, others | {key: target}).targets
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        for key, (field, value) in self._rows.items():
            target = self._targets[key]
            field.blockSignals(True)
            field.setEditText(target.name if target.value else field.itemText(0))
            field.blockSignals(False)
            value.setText(self.tr("value {0}").format(target.value) if target.value else "")
