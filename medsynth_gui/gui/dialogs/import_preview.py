"""What a labelled data set was understood to be, before it is imported: words, pictures, labels, groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListView,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.mask_import import MaskChoices
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import ensure_project
from medsynth_gui.gui.item_models.preview_model import PREVIEW_ROLE, PreviewModel
from medsynth_gui.gui.item_models.tile_delegate import Index, TileDelegate, TileText
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.import_labels import LabelTargets
from medsynth_gui.gui.panels.import_options import ImportOptions
from medsynth_gui.gui.panels.import_words import understood
from medsynth_gui.gui.panels.parts import EmptyState, SidePanel, breakable, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import sentence, words
from medsynth_gui.io.masks.recognise import MaskPlan
from medsynth_gui.jobs.batch import BatchReport
from medsynth_gui.jobs.import_masks import ImportMasks, MaskPreview, PreviewMasks, Recognised, RecogniseMasks
from medsynth_gui.session.label_commands import use_label_set
from medsynth_gui.session.project_commands import reread_project

_PICTURE = QSize(148, 112)
_SIZE = QSize(1080, 720)
_PANEL = 330
# Of a cine that nobody labelled the first frame stands for it.
_ONE_FRAME = 1_000_000


class ImportPreview(QDialog):
    """Looks at the paths in the IO lane, shows what it found, and imports it when told to.

    Args:
        plan: what was recognised already.
        imported: called with what was left out, after an import.
    """

    def __init__(self, context: AppContext, paths: Sequence[Path], parent: QWidget, *, plan: MaskPlan | None = None,
                 imported: Callable[[Sequence[OpenFailure]], object] = lambda failures: None) -> None:
        super().__init__(parent)
        self.setObjectName("import-preview")
        self.setWindowTitle(self.tr("Import a labelled dataset"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._paths, self._imported = context, tuple(paths), imported
        self._plan, self._looking, self._showing = plan, None, None
        project = context.session.project
        known = project.labels if project is not None and len(project.labels) else context.session.label_set
        self.labels = LabelTargets(known, fixed=project is not None)
        self.options = ImportOptions()
        self.model = PreviewModel(self)
        self._facts, self._doubts = text(), QVBoxLayout()
        self._lay_out()
        self._later = QTimer(self, singleShot=True, interval=150)
        self._later.timeout.connect(self._show_pictures)
        self.labels.changed.connect(self._later.start)
        self.options.changed.connect(self._look)
        self.options.regrouped.connect(self._show_sum)
        context.queue.progressed.connect(self._progressed)
        self.resize(_SIZE.boundedTo(parent.window().size() - QSize(40, 40)))
        self._look()

    def _lay_out(self) -> None:
        self._title = text(breakable(self._paths[0].name if len(self._paths) == 1 else
                                     self.tr("{n} files and folders").format(n=len(self._paths))), "page")
        self.pages = QStackedWidget()
        self.pages.addWidget(self._waiting())
        self.pages.addWidget(self._content())
        self.pages.addWidget(EmptyState("image-square", self.tr("No masks found here"), self.tr(
            "Known are mask images beside the images or in a folder of their own, NIfTI, DICOM SEG, COCO, labelme, "
            "VIA and YOLO segmentation. Without masks, open the folder as plain images.")))
        self._sum = text("", "muted")
        self.cancel_button = button(self.tr("Cancel"), self.reject, name="import-cancel")
        self.import_button = button(self.tr("Import"), self.import_all, kind="primary", name="import-go",
                                    tip=self.tr("Add the images and their masks to the project (Ctrl+Enter)"))
        self.import_button.setEnabled(False)
        self.import_button.setShortcut("Ctrl+Return")
        # Enter ends the name of a label: it must not import.
        for made in (self.cancel_button, self.import_button):
            made.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.L, SPACE.L, SPACE.L, SPACE.L)
        column.setSpacing(SPACE.M)
        column.addWidget(self._title)
        column.addWidget(self.pages, 1)
        column.addLayout(row(self._sum, self.cancel_button, self.import_button, stretch=0))

    def _waiting(self) -> QWidget:
        box = QWidget()
        self._bar, self._doing = QProgressBar(), text(self.tr("Looking at images and masks…"), "muted")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        column = QVBoxLayout(box)
        column.addStretch(2)
        column.addWidget(self._doing)
        column.addWidget(self._bar)
        column.addStretch(3)
        return box

    def _content(self) -> QWidget:
        side = SidePanel(_PANEL)
        side.body.setContentsMargins(0, 0, SPACE.M, 0)
        self._doubts.setSpacing(SPACE.S)
        side.add(section_head(self.tr("Understood")), self._facts)
        side.body.addLayout(self._doubts)
        side.gap()
        side.add(section_head(self.tr("Labels")), self.labels)
        side.add(self.options)
        side.end()
        self.grid = QListView()
        self.grid.setObjectName("import-grid")
        self.grid.setModel(self.model)
        self.grid.setItemDelegate(TileDelegate(self._context.theme, self._wording, _PICTURE, self))
        self.grid.setViewMode(QListView.ViewMode.IconMode)
        self.grid.setResizeMode(QListView.ResizeMode.Adjust)
        self.grid.setMovement(QListView.Movement.Static)
        self.grid.setUniformItemSizes(True)
        self.grid.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.grid.setSpacing(SPACE.XS)
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE.M)
        line.addWidget(side)
        line.addWidget(self.grid, 1)
        return box

    def _wording(self, index: Index) -> TileText:
        preview: MaskPreview = index.data(PREVIEW_ROLE)
        if preview.problem is not None:
            return TileText(preview.name, state=(self.tr("cannot be used"), "bad"))
        empty = preview.labels is not None and not preview.labels.any()
        return TileText(preview.name, self.tr("empty mask") if empty else "")

    # --- looking

    @property
    def choices(self) -> MaskChoices:
        """What the person has chosen so far."""
        return MaskChoices(self.options.options, self.labels.targets, self.options.grouping.currentData() or "image",
                           self.options.usable_pattern, every=_ONE_FRAME,
                           unlabelled=self.options.unlabelled.isChecked())

    def _look(self) -> None:
        """Look at the masks, again where an option changes what they are."""
        if self._looking is not None:
            self._looking.cancel()
        self.import_button.setEnabled(False)
        self._looking = self._context.queue.submit(
            RecogniseMasks(self._paths, self.options.options, self._plan), self._recognised, self._failed, quiet=True)

    def _recognised(self, found: Recognised) -> None:
        self._looking, self._plan = None, found.plan
        if not found.plan.labelled:
            self.pages.setCurrentIndex(2)
            return
        self._facts.setText("\n".join(understood(found)))
        while self._doubts.count():
            self._doubts.takeAt(0).widget().deleteLater()
        failures = [failure.message for failure in found.plan.failures[:5]]
        for doubt in (*found.plan.doubts, *found.survey.doubts, *failures):
            label = text(breakable(words(doubt)), "caution")
            self._doubts.addWidget(label)
        self.labels.set_sources(found.survey.labels)
        self.options.set_recognised(found)
        self.pages.setCurrentIndex(1)
        self.import_button.setEnabled(True)
        self.import_button.setFocus()
        self._show_sum()
        self._show_pictures()

    def _failed(self, message: Message) -> None:
        self._looking = None
        self._context.notify(message, "bad")
        self.reject()

    def _progressed(self, handle: JobHandle) -> None:
        if handle is self._looking and handle.progress is not None:
            at = handle.progress
            self._bar.setRange(0, round(at.total or 0))
            self._bar.setValue(round(at.done))
            self._doing.setText(self.tr("Looking at images and masks: {name}").format(name=at.message))

    def _show_pictures(self) -> None:
        if self._plan is not None:
            self._showing = self._context.queue.submit(PreviewMasks(self._plan, self.choices, self.labels.known),
                                                       self._pictures_arrived, self._failed, quiet=True)

    def _pictures_arrived(self, previews: tuple[MaskPreview, ...]) -> None:
        self._showing = None
        self.model.set_previews(previews, self.labels.label_set)

    def _show_sum(self) -> None:
        plan, project = self._plan, self._context.session.project
        if plan is None:
            return
        images = len(plan.images if self.options.unlabelled.isChecked() else plan.labelled)
        into = self.tr("into the project {0}").format(project.name) if project else self.tr("into a new project")
        self._sum.setText(self.tr("{images} images, {masks} with masks, in {groups} groups, {into}").format(
            images=images, masks=len(plan.labelled), groups=len(self.options.counts), into=into))

    # --- importing

    def import_all(self) -> None:
        """Import into the project (a new one is asked for where none is open) and close."""
        if self._plan is None:
            return
        session, preset = self._context.session, self.labels.preset.currentData()
        if session.project is None and preset:
            use_label_set(session, preset)
        if not ensure_project(self._context, self):
            return
        project = session.project
        context, imported = self._context, self._imported
        # The job outlives the dialog: what follows it must not belong to the dialog.
        context.queue.submit(ImportMasks(project.folder, self._plan, self.choices),
                             lambda report: report_import(context, report, imported))
        self.accept()

    def done(self, result: int) -> None:
        self._later.stop()
        for handle in (self._looking, self._showing):
            if handle is not None:
                handle.cancel()
        self._looking = self._showing = None
        super().done(result)


def report_import(context: AppContext, report: BatchReport, told: Callable[[Sequence[OpenFailure]], object]) -> None:
    """Take what an import brought, and say it."""
    try:
        reread_project(context.session)
    except MedSynthError as error:
        context.notify(error.message, "bad")
    told(report.failed)
    translate = QCoreApplication.translate
    parts = [translate("import", "{n} images imported").format(n=len(report.done))]
    if known := report.ran.get("known"):
        parts.append(translate("import", "{n} were there already").format(n=known))
    if report.failed:
        parts.append(translate("import", "{n} were left out, the first: {why}").format(
            n=len(report.failed), why=sentence(report.failed[0].message)))
    context.notify(". ".join(parts) + ("" if report.failed else "."), "caution" if report.failed else "good")
