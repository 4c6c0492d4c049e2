"""The gates: what an image must pass, with the limits that were calibrated on real images, to be changed and reset."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.gate_words import gate_name
from medsynth_gui.gui.panels.model_cards import ModelChoice, compute
from medsynth_gui.gui.panels.parts import Card, SidePanel, row, section_head, set_role, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.judge_image import GateLimits, JudgeImage, ReadGateLimits
from medsynth_gui.jobs.synthesize import SyntheticImage

_PAUSE_MS = 600
_FIELDS = frozenset(("copy", "faithful", "faithful_empty", "unlike", "artefact"))


class GatesPanel(SidePanel):
    """One row per limit. What a person sets is remembered per model.

    Signals:
        changed: other limits are in force.
    """

    changed = Signal()

    def __init__(self, context: AppContext, model: ModelChoice, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL - 2 * SPACE.M, parent)
        self._context, self._model = context, model
        self._limits: GateLimits | None = None
        self._asked = ""
        self.body.setContentsMargins(0, 0, SPACE.S, 0)
        self._warning = text("", "caution")
        self._card = Card(self._warning)
        self._state = text("", "muted")
        self._rows = QWidget()
        self._lines = QVBoxLayout(self._rows)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(SPACE.S)
        self._boxes: dict[str, QDoubleSpinBox] = {}
        self._resets: dict[str, QToolButton] = {}
        self.add(self._card, section_head(self.tr("An image is stopped where")), self._rows, self._state)
        self.end()
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._soon.timeout.connect(self.changed.emit)
        self._card.hide()

    @property
    def copy_limit(self) -> float | None:
        """Similarity above which an image counts as a copy; None where it is not known yet."""
        if self._limits is None:
            return None
        return self._set().get("copy", self._limits.calibrated.copy)

    def judging(self, image: SyntheticImage) -> JudgeImage:
        """The job that judges an image of the chosen model with the limits in force."""
        from medsynth_gui.jobs.gates import Thresholds

        return JudgeImage(image, self._model.ref or image.provenance.producer, Thresholds(**self._set()),
                          self._training(), compute(self._context))

    def show_model(self) -> None:
        """Read the limits of the chosen model."""
        if self._model.ref and self._model.ref != self._asked:
            self._asked, self._limits = self._model.ref, None
            self._context.queue.submit(ReadGateLimits(self._asked), partial(self._read, self._asked), self._failed,
                                       quiet=True)

    def _training(self) -> Path | None:
        chosen, project = self._context.settings["real_images"], self._context.session.project
        return Path(chosen) if chosen and Path(chosen).is_dir() else project.folder if project else None

    def _set(self) -> dict[str, float]:
        """What a person has set for the chosen model."""
        found = self._context.settings["gate_thresholds"].get(self._model.ref, {})
        return {key: float(value) for key, value in found.items()
                if key in _FIELDS and isinstance(value, (int, float))}

    def _read(self, model: str, limits: GateLimits) -> None:
        if model != self._model.ref:
            return
        self._limits = limits
        self._card.setVisible(limits.warning is not None)
        self._warning.setText(words(limits.warning) if limits.warning else "")
        self._state.setText(self.tr("Calibrated on real images of the model's kind. With other limits, images that "
                                    "are not kept yet are judged again."))
        set_role(self._state, "muted")
        self._make_rows()

    def _failed(self, message: Message) -> None:
        self._state.setText(words(message))
        set_role(self._state, "bad")

    def _make_rows(self) -> None:
        from medsynth_gui.jobs.gates import GATES

        assert self._limits is not None
        while self._lines.count():
            if widget := self._lines.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        for gate, limit in GATES.items():
            box = QDoubleSpinBox()
            box.setDecimals(3 if limit.step < 0.01 else 2)
            box.setRange(limit.low, limit.high)
            box.setSingleStep(limit.step)
            box.setPrefix(self.tr("above ") if limit.at_most else self.tr("below "))
            box.setValue(self._set().get(limit.field, getattr(self._limits.calibrated, limit.field)))
            box.setObjectName(f"gate-{limit.field}")
            box.setAccessibleName(gate_name(gate))
            box.lineEdit().setTextMargins(SPACE.S - 2, 0, 0, 0)
            box.setFixedWidth(122)
            box.valueChanged.connect(partial(self._edited, limit.field))
            reset = tool("arrow-counter-clockwise", self.tr("Back to the calibrated limit"),
                         partial(self._reset, limit.field), name=f"gate-reset-{limit.field}")
            self._boxes[limit.field], self._resets[limit.field] = box, reset
            line = QWidget()
            line.setLayout(row(text(gate_name(gate)), box, reset, stretch=0, spacing=SPACE.XS))
            self._lines.addWidget(line)
        self._show_resets()

    def _edited(self, key: str, value: float) -> None:
        stored = dict(self._context.settings["gate_thresholds"])
        mine = {**self._set(), key: round(value, 4)}
        if self._limits is not None and abs(value - getattr(self._limits.calibrated, key)) < 1e-4:
            del mine[key]
        stored[self._model.ref] = mine
        self._context.settings["gate_thresholds"] = stored
        self._show_resets()
        self._soon.start()

    def _reset(self, key: str) -> None:
        if self._limits is not None:
            self._boxes[key].setValue(getattr(self._limits.calibrated, key))
            self._edited(key, getattr(self._limits.calibrated, key))

    def _show_resets(self) -> None:
        changed = self._set()
        for key, reset in self._resets.items():
            reset.setEnabled(key in changed)
