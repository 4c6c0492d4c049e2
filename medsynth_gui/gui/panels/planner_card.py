"""The card below the target table: how far a fill is, its last images, and what it says when it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from medsynth_gui.gui.item_models.plan_model import stratum_words
from medsynth_gui.gui.item_models.thumbnails import gray_pixmap, shrink
from medsynth_gui.gui.panels.gate_words import gate_name
from medsynth_gui.gui.panels.parts import Card, button, row, set_role, text
from medsynth_gui.gui.panels.planner_run import Fills, Phase
from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.gui.translation import duration, number, words
from medsynth_gui.jobs.fill_folder import READABLE
from medsynth_gui.jobs.fill_report import CellProgress

_SIDE_PX = 64
_KEPT = 40
_REASONS = 4


class LastImages(QWidget):
    """The last images as small pictures, the newest first; a rejected one is crossed out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: list[tuple[QPixmap, bool]] = []
        self.setFixedHeight(_SIDE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("The last images, all synthetic; crossed out: a gate rejected it"))

    def sizeHint(self) -> QSize:
        return QSize(300, _SIDE_PX)

    def add(self, image: npt.NDArray[np.uint8], accepted: bool) -> None:
        self._pictures.insert(0, (gray_pixmap(shrink(image, _SIDE_PX)), accepted))
        del self._pictures[_KEPT:]
        self.setVisible(True)
        self.update()

    def clear(self) -> None:
        self._pictures.clear()
        self.setVisible(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left = 0
        for picture, accepted in self._pictures:
            size = picture.size().scaled(_SIDE_PX, _SIDE_PX, Qt.AspectRatioMode.KeepAspectRatio)
            if left + size.width() > self.width():
                break
            place = QRectF(left, (_SIDE_PX - size.height()) / 2, size.width(), size.height())
            painter.setOpacity(1.0 if accepted else 0.45)
            painter.drawPixmap(place, picture, QRectF(picture.rect()))
            painter.setOpacity(1.0)
            if not accepted:
                painter.setPen(QPen(self._theme.color("bad"), 2))
                painter.drawLine(place.bottomLeft(), place.topRight())
            self._badge(painter, place)
            left += size.width() + SPACE.XS

    def _badge(self, painter: QPainter, place: QRectF) -> None:
        """Every synthetic image says so, however small it is."""
        font = QFont(self.font())
        font.setPointSizeF(6.5)
        painter.setFont(font)
        words = self.tr("Synthetic")
        box = QRectF(place.left(), place.bottom() - 11, painter.fontMetrics().horizontalAdvance(words) + 6, 11)
        painter.fillRect(box, self._theme.color("stage"))
        painter.setPen(self._theme.color("caution"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


class FillCard(Card):
    """Follows `Fills`; `rejected_wanted` asks for the tray."""

    rejected_wanted = Signal()

    def __init__(self, theme: Theme, fills: Fills, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._fills = fills
        self.title, self._facts = text("", "title", wrap=False), text("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.images = LastImages(theme)
        self._reasons = text("", "caution")
        self.pause = button(self.tr("Pause"), fills.pause, name="plan-pause", glyph="pause",
                            tip=self.tr("Stop; what is made stays, and it goes on when you like"))
        self.resume = button(self.tr("Resume"), fills.resume, name="plan-resume", kind="primary", glyph="play",
                             tip=self.tr("Go on where it was"))
        self.cancel = button(self.tr("Cancel"), fills.give_up, name="plan-cancel", kind="quiet",
                             tip=self.tr("End it; accepted images stay in the project"))
        self.rejected = button(self.tr("Rejected images"), self.rejected_wanted.emit, name="plan-rejected",
                               tip=self.tr("Show what the gates stopped, and why"))
        self.report = button(self.tr("Report"), self._open_report, name="plan-report", glyph="file-text",
                             tip=self.tr("What was asked, made, rejected and why, as a text file"))
        self.close_report = button(self.tr("Close"), fills.dismiss, name="plan-close", kind="quiet",
                                   tip=self.tr("Put the report away; its file stays in the project"))
        self.body.addLayout(row(self.title, QWidget(), self.pause, self.resume, self.cancel, self.rejected, self.report,
                                self.close_report, stretch=1))
        for widget in (self._bar, self._facts, self.images, self._reasons):
            self.body.addWidget(widget)
        self.images.hide()
        self._seen: object = None
        fills.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say again how far it is."""
        fills, phase = self._fills, self._fills.phase
        cells = fills.progress.cells if fills.progress else ()
        self.setVisible(phase is not Phase.IDLE)
        for widget, phases in ((self.pause, (Phase.FILLING,)), (self.resume, (Phase.STOPPED,)),
                               (self.cancel, (Phase.FILLING, Phase.STOPPED, Phase.TIMING)),
                               (self.report, (Phase.DONE,)), (self.close_report, (Phase.DONE,))):
            widget.setVisible(phase in phases)
        rejected = sum(cell.made - cell.accepted for cell in cells)
        self.rejected.setVisible(phase in (Phase.DONE, Phase.STOPPED) and rejected > 0)
        self._show_image()
        self._show_words(phase, cells)

    def _show_image(self) -> None:
        progress = self._fills.progress
        if progress is None:
            self.images.clear()
        elif progress.image is not None and progress.image is not self._seen:
            self._seen = progress.image
            self.images.add(progress.image, progress.accepted_last)

    def _show_words(self, phase: Phase, cells: Sequence[CellProgress]) -> None:
        fills = self._fills
        accepted, asked = (sum(getattr(cell, name) for cell in cells) for name in ("accepted", "wanted"))
        if not cells:
            accepted, asked = fills.accepted, fills.asked
        elif fills.progress and fills.progress.asked:
            asked = fills.progress.asked
        problems = [cell for cell in cells if cell.problem]
        heads = {Phase.TIMING: self.tr("Measuring how long it will take"), Phase.FILLING: self.tr("Filling the plan"),
                 Phase.STOPPING: self.tr("Stopping…"), Phase.STOPPED: self.tr("Stopped; what was made is kept"),
                 Phase.DONE: self.tr("Done: every row is filled") if not problems else
                 self.tr("Ended: {count} rows could not be filled").format(count=len(problems))}
        self.title.setText(heads.get(phase, ""))
        set_role(self.title, "caution" if phase is Phase.DONE and problems else "title")
        self._bar.setRange(0, max(1, asked) if phase is not Phase.TIMING else 0)
        self._bar.setValue(accepted)
        self._bar.setVisible(phase is not Phase.DONE)
        self._facts.setText("" if phase is Phase.TIMING else " · ".join(self._facts_of(phase, cells, accepted, asked)))
        self._facts.setVisible(bool(self._facts.text()))
        lines = [f"{stratum_words(cell.stratum)}: {words(cell.problem)}" for cell in problems if cell.problem]
        lines += [words(warning) for warning in (fills.report.warnings if fills.report else ())]
        more = [self.tr("and {count} more, see the report").format(count=len(lines) - _REASONS)]
        self._reasons.setText("\n".join([*lines[:_REASONS], *(more if len(lines) > _REASONS else [])]))
        self._reasons.setVisible(bool(lines))

    def _facts_of(self, phase: Phase, cells: Sequence[CellProgress], accepted: int, asked: int) -> list[str]:
        facts = [self.tr("{done} of {all} accepted").format(done=number(accepted), all=number(asked))]
        by_gate: Counter[str] = Counter()
        for cell in cells:
            by_gate.update(cell.rejected)
        if total := sum(by_gate.values()):
            reasons = ", ".join(f"{gate_name(gate).lower()} {number(count)}" for gate, count in by_gate.most_common())
            facts.append(self.tr("{count} rejected: {reasons}").format(count=number(total), reasons=reasons))
        left = self._fills.progress.left_s if self._fills.progress else None
        if phase is Phase.FILLING and left:
            facts.append(self.tr("about {time} left").format(time=duration(left)))
        return facts

    def _open_report(self) -> None:
        if self._fills.report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._fills.report.root / READABLE)))
