"""The split of the chosen data before training: what is in each part, and whether anything stands in two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import HELD_OUT_RULE, Part
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.parts import Card, EmptyState, section_head, set_role, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number, words
from medsynth_gui.jobs.training_data import CheckSplit, PartFacts, SplitFacts

_SHOWN = 4


class SplitPage(QWidget):
    """Counts and checks in the IO lane whenever the data or the labels of the task change.

    Signals:
        judged(str): why the data cannot be trained on; empty where nothing is known against them.
    """

    judged = Signal(str)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._job: JobHandle | None = None
        self.facts: SplitFacts | None = None
        self.empty = EmptyState("chart-line-up", self.tr("What do you want to train on?"), self.tr(
            "Add a data folder or samples of your project on the left. You see here how they are split, and how "
            "training will change them."))
        self.state, self._words = text("", "title"), text("", "muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE.L)
        self._grid.setVerticalSpacing(SPACE.S)
        self._grid.setColumnStretch(4, 1)
        holder = QWidget()
        holder.setLayout(self._grid)
        self._table = Card(holder)
        self._project = text("", "muted")
        self._rule = text(self.tr("A patient or group goes to one part as a whole. One group in five is held out by a "
                                  "fixed rule ({rule}) and is looked at once, when the finished model is "
                                  "measured; one in ten of the others validates.").format(rule=HELD_OUT_RULE), "muted")
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(SPACE.L, SPACE.M, SPACE.L, SPACE.M)
        column.setSpacing(SPACE.M)
        for widget in (section_head(self.tr("Split by patient or group")), self._table, Card(self.state, self._words),
                       self._project, self._rule):
            column.addWidget(widget)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty)
        layout.addWidget(self._content)

    def set_data(self, folders: Sequence[Path], samples: Sequence[Sample], labels: Mapping[int, str],
                 values: Mapping[int, int]) -> None:
        """Show the split of these.

        Args:
            labels: what the task learns from masks, names by value; empty where it needs none.
            values: what label values of the project become.
        """
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.facts = None
        self.empty.setVisible(not folders and not samples)
        self._content.setVisible(bool(folders or samples))
        self._table.setVisible(False)
        self._tell_project(samples)
        self.judged.emit("")
        if folders or (samples and labels):
            self.state.setText(self.tr("Checking the split…"))
            set_role(self.state, "title")
            self._words.setText("")
            job = CheckSplit(tuple(folders), labels, tuple(samples), values)
            own = () if folders else tuple(samples)
            self._job = self._context.queue.submit(job, partial(self._found, own), self._failed,
                                                   self._show_table if folders else None, quiet=True)
        elif samples:
            self._checked(self._project_parts(samples))

    def _found(self, samples: Sequence[Sample], facts: SplitFacts) -> None:
        """What was found in folders, or in the masks of samples of the project alone."""
        self._checked(replace(self._project_parts(samples), strange=facts.strange, taught=facts.taught,
                              unreadable=facts.unreadable) if samples else facts)

    def _tell_project(self, samples: Sequence[Sample]) -> None:
        counts = Counter(sample.split or "train" for sample in samples)
        parts = ", ".join(f"{counts[part]} {self._part_name(part)}" for part in Part if counts[part])
        self._project.setText(self.tr("From the project: {parts}; the parts are those of the project.").format(
            parts=parts) if samples else "")
        self._project.setVisible(bool(samples))

    def _project_parts(self, samples: Sequence[Sample]) -> SplitFacts:
        groups: dict[str, set[str]] = {}
        parts: dict[Part, PartFacts] = {}
        for part in Part:
            own = [sample for sample in samples if (sample.split or "train") == part]
            for sample in own:
                groups.setdefault(f"{sample.source_set}/{sample.group}", set()).add(part)
            parts[part] = PartFacts(len(own), len({(s.source_set, s.group) for s in own}), len(own),
                                    dict(Counter(s.class_name for s in own if s.class_name)))
        digests: dict[str, list[Sample]] = {}
        for sample in samples:
            digests.setdefault(sample.image_sha256, []).append(sample)
        twins = tuple((found[0].id, other.id) for found in digests.values() for other in found[1:]
                      if other.split != found[0].split)
        return SplitFacts(parts, tuple(name for name, found in groups.items() if len(found) > 1), twins)

    def _failed(self, message: Message) -> None:
        self._job = None
        self._refuse([words(message)])

    def _refuse(self, reasons: Sequence[str]) -> None:
        self._tell(self.tr("These data cannot be used"), "bad", reasons)
        self.judged.emit(reasons[0])

    def _tell(self, state: str, role: str, lines: Sequence[str]) -> None:
        self.state.setText(state)
        set_role(self.state, role)
        more = [self.tr("and {count} more").format(count=len(lines) - _SHOWN)] if len(lines) > _SHOWN else []
        self._words.setText("\n".join([*lines[:_SHOWN], *more]))
        self._words.setVisible(bool(lines))

    def _part_name(self, part: Part) -> str:
        return {Part.TRAIN: self.tr("training"), Part.VALIDATION: self.tr("validation"),
                Part.TEST: self.tr("held out")}[part]

    def _checked(self, facts: SplitFacts) -> None:
        self._job, self.facts = None, facts
        self._show_table(facts)
        reasons = [words(message) for message in facts.strange]
        if facts.taught == 0:
            reasons.append(self.tr("No training image has a labelled pixel: draw masks first."))
        if reasons:
            self._refuse(reasons)
            return
        problems = [*(self.tr("{group} stands in two parts").format(group=group) for group in facts.shared_groups),
                    *(self.tr("{a} and {b} have the same pixels").format(a=a, b=b) for a, b in facts.identical)]
        cautions = [*(self.tr("{a} and {b} look alike").format(a=a, b=b) for a, b in facts.alike), *facts.unreadable,
                    *self._short_of(facts)]
        self._tell(self.tr("The split leaks: what is measured would be known from training") if problems else
                   self.tr("No leak, but look at this") if cautions else
                   self.tr("No leak: no group and no picture stands in two parts"),
                   "bad" if problems else "caution" if cautions else "good", [*problems, *cautions])

    def _short_of(self, facts: SplitFacts) -> list[str]:
        parts = facts.parts
        found = []
        if not parts[Part.TRAIN].labelled:
            found.append(self.tr("no training image has a mask"))
        if not parts[Part.VALIDATION].labelled:
            found.append(self.tr("no image is left to validate on: training cannot end early"))
        if parts[Part.TEST].groups < 5:
            found.append(self.tr("fewer than 5 groups are held out: no model can be shown to be better"))
        return found

    def _show_table(self, facts: SplitFacts) -> None:
        while self._grid.count():
            if widget := self._grid.takeAt(0).widget():
                widget.hide()
                widget.deleteLater()
        heads = (self.tr("Part"), self.tr("Images"), self.tr("Groups"), self.tr("With mask"), self.tr("Classes"))
        for place, head in enumerate(heads):
            self._grid.addWidget(text(head, "muted", wrap=False), 0, place)
        for line, part in enumerate(Part, 1):
            found = facts.parts[part]
            cells = (self._part_name(part).capitalize(), number(found.images), number(found.groups),
                     number(found.labelled), " · ".join(f"{name} {number(count)}" for name, count in
                                                        found.classes.items()) or "–")
            for place, cell in enumerate(cells):
                label = text(cell, "title" if place == 0 else "", wrap=place == 4)
                if 0 < place < 4:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._grid.addWidget(label, line, place)
        self._table.setVisible(True)
