"""Synthesis into a folder that is a training set; a run that was killed goes on where it was."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import InputError, Message, UsageError, need_folder
from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.training_set import image_files
from medsynth_gui.io.atomic import write_text
from medsynth_gui.jobs.batch import BatchReport
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.frames import check_frame
from medsynth_gui.jobs.gates import TRAINED, VALIDATED, Gates, Thresholds, accepted, few_patients, seen_groups
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.licence import check_licence
from medsynth_gui.jobs.masks import Candidate, MaskRequest, Masks, open_masks
from medsynth_gui.jobs.segment import label_set_of
from medsynth_gui.jobs.synthesis_folder import REJECTED, SynthesisFolder
from medsynth_gui.jobs.synthesis_summary import DATASHEET, datasheet, write_contact_sheet
from medsynth_gui.jobs.synthesize import Synthesize, check_request, load_synthesizer

if TYPE_CHECKING:
    from medsynth_gui.engine.synthesizer import Synthesizer

GATES = ("off", "record", "reject")
FORMATS = ("png", "dicom")
# What speaks so much against a mask that the image would carry the wrong class.
_CONTRADICTIONS = frozenset({"mask-label-unusual"})


@dataclass(frozen=True)
class SynthesizeFiles:
    """Write images/, masks/, index.csv, manifest.jsonl, a datasheet and a contact sheet.

    The same request in the same folder goes on where a killed run stopped; two runs give the same bytes.

    Attributes:
        masks: folder of label images, used in name order, cycling; None takes masks from the simulator, else from the
            shape model. Those that contradict the class are left out and named.
        mask_source: a key of `jobs.masks.SOURCES`; empty for the folder, else the simulator, else the shape model.
        gates: "record" writes what each gate says into the manifest, "reject" puts failures into rejected/.
        thresholds: of the gates; None for the calibrated ones.
        training: folder of training images: copies are confirmed in their pixels.
        format: "dicom" writes dicom/NAME.dcm, too.
        accept_licence: the user says that the model's licence allows the wanted use.
        frame: field of view, see `Synthesize`.
    """

    model: str
    masks: Path | None
    class_name: str | None
    count: int
    seed: int
    out: Path
    size: int | None = None
    steps: int | None = None
    gates: str = "off"
    compute: Compute = field(default_factory=Compute)
    guidance: float | None = None
    thresholds: Thresholds | None = None
    training: Path | None = None
    format: str = "png"
    accept_licence: bool = False
    mask_source: str = ""
    frame: str = BY_SEED
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-synthesize", {"count": self.count, "model": model_name(self.model)})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per accepted image, as in manifest.jsonl.

        Raises:
            UsageError: the request makes no sense, or the folder was begun with another one.
            StorageError: the disk is full; what is written stays, and the same request goes on.
        """
        ctx.checkpoint(0, self.count, "loading the model")
        card = self._checked()
        wanted = MaskRequest(self.mask_source, self.class_name, self.seed, folder=self.masks)
        masks = UsableMasks(open_masks(card, wanted,
                                       lambda done, total: ctx.checkpoint(0, self.count, "reading masks")))
        synthesizer = load_synthesizer(card, self.compute)
        gates = Gates(card, self.thresholds, self.compute, self.training) if self.gates != "off" else None
        request = self._request(card, synthesizer, gates)
        folder = SynthesisFolder(self.out, request, self._generator(card, gates))
        started, labels = time.monotonic(), label_set_of(card)
        modality = (card.modalities or ("US",))[0] if self.format == "dicom" else ""
        made_before = folder.first
        for index in range(folder.first, self.count):
            chosen = masks.at(index)
            made = self._for_mask(chosen).draw(synthesizer, index, index, ctx)
            made = replace(made, provenance=replace(made.provenance, parents=chosen.parents))
            verdicts = gates.judge(made.image, made.mask) if gates else ()
            folder.add(made, verdicts, labels, modality=modality,
                       problems=[problem.english() for problem in chosen.problems],
                       rejected=self.gates == "reject" and not accepted(verdicts))
        ctx.checkpoint(self.count, self.count, "writing the datasheet")
        warnings = self._finish(folder, card, gates, request)
        rejected = folder.counts[REJECTED]
        return BatchReport(folder.manifest(), masks.failed, {
            "model": card.id, "model_sha256": card.weights_sha256, "seed": self.seed, "out": str(self.out),
            "gates": self.gates, "accepted": folder.counts[""], "rejected": rejected,
            "rejected_by": folder.rejected_by(), "resumed_at": made_before, "warnings": warnings,
            **synthesizer.runtime.record(), "seconds": round(time.monotonic() - started, 3)})

    def _checked(self) -> ModelCard:
        card = find_model(self.model, task="synthesis")
        check_request(card, self.class_name, self.count, self.size, self.steps)
        for name, value, known in (("gates", self.gates, GATES), ("format", self.format, FORMATS)):
            if value not in known:
                raise UsageError("choice-unknown", what=f"--{name}", name=value, known=", ".join(known))
        if self.guidance is not None and not 0 <= self.guidance <= 20:
            raise UsageError("number-out-of-range", name="guidance", value=self.guidance, low=0, high=20)
        check_licence(card, self.accept_licence)
        check_frame(card, self.frame)
        if self.training is not None:
            need_folder(self.training)
        return card

    def _for_mask(self, chosen: Candidate) -> Synthesize:
        return Synthesize(self.model, (chosen.mask,), self.class_name, self.count, self.seed, self.size, self.steps,
                          self.compute, mask_names=(chosen.name,), guidance=self.guidance, frame=self.frame)

    def _request(self, card: ModelCard, synthesizer: Synthesizer, gates: Gates | None) -> dict[str, Any]:
        """All that decides a byte, and no path."""
        ran = synthesizer.runtime.record()
        return {"model": card.id, "model_sha256": card.weights_sha256, "masks": _digest(self.masks),
                "mask_source": self.mask_source,
                "class": self.class_name, "count": self.count, "seed": self.seed, "size": self.size,
                "steps": self.steps or synthesizer.steps,
                "guidance": synthesizer.guidance if self.guidance is None else self.guidance,
                "gates": self.gates, "limits": vars(gates.limits) if gates else None,
                "training": _digest(self.training), "format": self.format,
                "device": ran["device"], "precision": ran["precision"],
                **({} if self.frame == BY_SEED else {"frame": self.frame})}

    def _generator(self, card: ModelCard, gates: Gates | None) -> dict[str, Any]:
        return generator_record(card, gates, self.accept_licence)

    def _finish(self, folder: SynthesisFolder, card: ModelCard, gates: Gates | None,
                request: Mapping[str, Any]) -> list[str]:
        """Tables, datasheet and contact sheet; the warnings that they give."""
        few = few_patients(card)
        warnings = [message.english() for message in (gates.warnings if gates else (few,) if few else ())]
        folder.write_tables()
        write_text(self.out / DATASHEET, datasheet(
            self._generator(card, gates), request, folder.manifest(), folder.rejected_by(), folder.counts[REJECTED],
            warnings))
        write_contact_sheet(self.out, folder.manifest(), Provenance(
            True, card.id, card.weights_sha256, self.seed), f"{card.id}, seed {self.seed}")
        return warnings


def generator_record(card: ModelCard, gates: Gates | None, licence_accepted: bool) -> dict[str, Any]:
    """What generator.json says: the model, whom it has seen, and how its gates were calibrated."""
    groups = {part: seen_groups(card, (part,)) for part in (TRAINED, VALIDATED)}
    return {"id": card.id, "title": card.title, "sha256": card.weights_sha256, "architecture": card.architecture,
            "licence": card.licence, "licence_accepted": licence_accepted, "credit": card.credit,
            "limits": card.limits, "labels": {str(value): name for value, name in card.labels.items()},
            "classes": list(card.classes), "training": dict(card.training),
            "groups": groups, "group_count": sum(map(len, seen_groups(card).values())),
            "digitalSourceType": "trainedAlgorithmicMedia", "app_version": Provenance(True, card.id).app_version,
            **({"gates": gates.record()} if gates else {})}


class UsableMasks:
    """The masks of a source without those that no image can be made for; `failed` names these as they are met."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._good: list[int] = []
        self._next = 0
        self._failed: list[OpenFailure] = []

    @property
    def failed(self) -> tuple[OpenFailure, ...]:
        return (*self._masks.failed, *self._failed)

    def at(self, index: int) -> Candidate:
        """Mask `index` of those that can be used, cycling.

        Raises:
            InputError: there is none.
        """
        if self._masks.count is None:
            return self._masks.at(index)
        while len(self._good) <= index and self._next < self._masks.count:
            self._look_at(self._next)
            self._next += 1
        if not self._good:
            first = self._failed[0].message
            raise InputError(first.id, **first.params)
        return self._masks.at(self._good[index % len(self._good)])

    def _look_at(self, number: int) -> None:
        candidate = self._masks.at(number)
        against = next((problem for problem in candidate.problems
                        if not candidate.possible or problem.id in _CONTRADICTIONS), None)
        if against is None:
            self._good.append(number)
        else:
            self._failed.append(OpenFailure(candidate.name, against))


def _digest(folder: Path | None) -> str:
    """Digest of the names and bytes of a folder's images; empty for none."""
    if folder is None:
        return ""
    below = folder / "images"
    digest = hashlib.sha256()
    for path in image_files(below if below.is_dir() else folder).values():
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
