"""EvaluateImages: how alike synthetic and real images are, and whether any is a copy of a training image."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message, ModelError, UsageError
from medsynth_gui.dataset.split import Part
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.features import Described, describe, put_back
from medsynth_gui.jobs.image_set import ImageSet, read_image_set
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.metrics.distribution import FEW_IMAGES, Scores, compare, half_draws, rank
from medsynth_gui.metrics.feature_distances import Features, Sample
from medsynth_gui.metrics.memorisation import FEW_PATIENTS, WANTED_IMAGES, audit, coded
from medsynth_gui.metrics.report import table

_RANKED = ("KD", "coverage")
_LEAST_HELD_OUT = 10
Gray = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.intp]


class ImageEvaluation(dict[str, Any]):
    """The figures, JSON-ready; `text` says them in words, `messages` are the warnings as ids."""

    messages: tuple[Message, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where an image could not be read."""
        return 1 if self.get("failed") else 0

    @property
    def text(self) -> str:
        """A table in plain words."""
        return table(self)


@dataclass(frozen=True)
class EvaluateImages:
    """Compare a folder of synthetic images with one of real images.

    Attributes:
        real, synthetic: folders of images, or training sets; the real ones are halved by patient for the standard.
        training: what the generator was trained on; with it, copies are looked for. Where it is the real folder itself,
            its held-out groups count as never trained on.
        against: JSON of an earlier comparison to rank with.
        encoder: a shipped encoder or a model folder.
    """

    real: Path
    synthetic: Path
    training: Path | None = None
    against: Path | None = None
    encoder: str = "enc-medsynth"
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-evaluate-images", {"real": self.real.name, "synthetic": self.synthetic.name})

    def run(self, ctx: JobContext) -> ImageEvaluation:
        """Figures of the encoder and of texture, each beside those of real against real; copies; warnings.

        Raises:
            InputError: a folder is missing, empty or too small.
            UsageError: one folder was given twice.
        """
        if self.real.resolve() == self.synthetic.resolve():
            raise UsageError("images-same-folder", real=self.real)
        from medsynth_gui.engine.device import resolve
        from medsynth_gui.engine.marks_finder import marks_judge

        earlier = _earlier(self.against) if self.against else None
        judged_by, has_marks = marks_judge(resolve(self.compute.device, self.compute.precision, self.compute.threads))
        real, synthetic = (read_image_set(folder, ctx, real=folder is self.real, has_marks=has_marks)
                           for folder in (self.real, self.synthetic))
        training = self._training(real, ctx, has_marks)
        sets = [one for one in (real, synthetic, training) if one]
        side = round(min(float(np.median(one.sides)) for one in sets))
        judged = _Judged(real, synthetic, training, min(side, 256), self, ctx)
        found = judged.record()
        if earlier:
            found["ranking"] = _ranked(found, earlier, self.synthetic, self.against)
        failures = [failure for one in sets for failure in one.failed]
        evaluation = ImageEvaluation(found | {
            "marks_judged_by": judged_by, "warnings": [warning.english() for warning in judged.warnings],
            "failed": [{"path": failure.path, "id": failure.message.id, "message": failure.message.english()}
                       for failure in {failure.path: failure for failure in failures}.values()]})
        evaluation.messages = tuple(judged.warnings)
        return evaluation

    def _training(self, real: ImageSet, ctx: JobContext, has_marks: Callable[[Gray], bool]) -> ImageSet | None:
        if self.training is None:
            return None
        if self.training.resolve() != self.real.resolve():
            return read_image_set(self.training, ctx, real=True, has_marks=has_marks)
        trained = [index for index, part in enumerate(real.parts) if part != Part.TEST]
        return real.only(trained) if trained else real


class _Judged:
    """One comparison in the making."""

    def __init__(self, real: ImageSet, synthetic: ImageSet, training: ImageSet | None, side: int,
                 request: EvaluateImages, ctx: JobContext) -> None:
        self.real, self.synthetic, self.training, self.side = real, synthetic, training, side
        self.request, self.ctx = request, ctx
        self.warnings: list[Message] = []

    def record(self) -> dict[str, Any]:
        from medsynth_gui.metrics.texture import textures

        ours, theirs = self.real.at(self.side), self.synthetic.at(self.side)
        groups = _numbers(self.real.groups)
        draws = half_draws(groups, len(theirs))
        self._warn(len(draws[0].made))
        judges: list[Scores] = []
        texture_of_made, texture_of_real = textures(theirs, ours)
        described = self._describe(ours, theirs)
        kinds: list[tuple[str, str, Features, Features]] = [("texture", "", texture_of_real, texture_of_made)]
        if described:
            real, made = described
            kinds.insert(0, (real.encoder, real.encoder_sha256, real.features, made.features))
        for encoder, digest, real_features, made_features in kinds:
            judges.append(compare(Sample(real_features, groups), Sample(made_features), draws, encoder=encoder,
                                  encoder_sha256=digest, reference=self._reference(), progress=self._say("comparing")))
        if described and len(draws[0].made) < 2 * described[0].features.shape[1]:
            self.warnings.append(Message("judging-frechet", {"images": len(draws[0].made),
                                                             "features": described[0].features.shape[1]}))
        return {"real": _facts(self.real), "synthetic": _facts(self.synthetic),
                **({"training": _facts(self.training)} if self.training else {}),
                "images_a_side": len(draws[0].made), "long_side_px": self.side,
                "judges": [scores.record() for scores in judges],
                **(self._memorisation(*described) if described and self.training else {})}

    def _reference(self) -> str:
        """Digest of the real images as they were looked at."""
        return hashlib.sha256(f"{self.side} {sorted(self.real.digests)}".encode()).hexdigest()[:16]

    def _say(self, what: str) -> Callable[[int, int], None]:
        return lambda done, total: self.ctx.checkpoint(done, total, f"{what} {done + 1} of {total}")

    def _describe(self, *sets: Sequence[npt.NDArray[np.uint8]]) -> tuple[Described, Described] | None:
        """What the encoder says of real and synthetic images; None and a warning where it is missing."""
        try:
            real, made = (describe(images, self.request.compute, on_progress=self._say("looking at"),
                                   model=self.request.encoder) for images in sets)
        except ModelError as error:
            self.warnings += [Message("judging-no-encoder")] if error.message.id == "model-missing" else [error.message]
            return None
        return real, made

    def _memorisation(self, real: Described, made: Described) -> dict[str, Any]:
        """Copies of training images, by codes and then in pixels, beside held-out real images."""
        assert self.training is not None
        images = self.training.at(self.side)
        described = describe(images, self.request.compute, on_progress=self._say("looking at"),
                             model=self.request.encoder)
        numbers = _numbers((*self.training.groups, *self.real.groups))
        training = coded(self.training.ids, images, described.features, described.codes, numbers[:len(images)])
        held_out = self._held_out()
        if len(held_out) < _LEAST_HELD_OUT:
            self.warnings.append(Message("judging-held-out", {"path": self.real.folder}))
            same = training.groups[:, None] == training.groups
            unseen = replace(training, codes=self._put_back(images, described, described, same))
        else:
            chosen = self.real.only(held_out)
            seen = replace(real, features=real.features[held_out], codes=real.codes[held_out])
            shown = chosen.at(self.side)
            unseen = coded(chosen.ids, shown, seen.features, self._put_back(shown, seen, described),
                           numbers[len(images):][held_out])
        shown = self.synthetic.at(self.side)
        synthetic = coded(self.synthetic.ids, shown, made.features, self._put_back(shown, made, described),
                          -1 - np.arange(len(shown)))
        report = audit(synthetic, unseen, training, self._say("looking for copies"))
        self._warn_copies(report)
        standard = ("training images of other patients" if len(held_out) < _LEAST_HELD_OUT else
                    "held-out real images")
        return {"memorisation": {"encoder": real.encoder, "standard": standard, **report}}

    def _put_back(self, images: Sequence[npt.NDArray[np.uint8]], described: Described, reference: Described,
                  same: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float32]:
        return put_back(images, described, reference, self.request.compute, same=same,
                        on_progress=self._say("looking again at"), model=self.request.encoder).codes

    def _held_out(self) -> list[int]:
        """Real images that neither patient nor pixels join to a training image."""
        assert self.training is not None
        groups, digests = set(self.training.groups), set(self.training.digests)
        return [index for index, (group, digest) in enumerate(zip(self.real.groups, self.real.digests, strict=True))
                if group not in groups and digest not in digests]

    def _warn(self, images: int) -> None:
        sides = (*self.real.sides, *self.synthetic.sides)
        rows = [(Message("judging-few", {"images": images, "wanted": FEW_IMAGES}), images < FEW_IMAGES),
                (Message("judging-no-groups"), not self.real.grouped),
                (Message("judging-sizes", {"smallest": min(sides), "largest": max(sides), "used": self.side}),
                 max(sides) > min(sides)),
                (Message("judging-synthetic-real", {"count": self.real.synthetic}), self.real.synthetic > 0)]
        self.warnings += [message for message, applies in rows if applies]

    def _warn_copies(self, report: Mapping[str, Any]) -> None:
        patients, same = report["training_patients"], report["held_out_scenes_known_from_training"]
        made = report["synthetic"]["images"]
        rows = [(Message("judging-few-patients", {"patients": patients, "least": FEW_PATIENTS}),
                 patients < FEW_PATIENTS),
                (Message("judging-few-made", {"images": made, "least": WANTED_IMAGES}), made < WANTED_IMAGES),
                (Message("judging-same-scene", {"count": same}), same > 0)]
        self.warnings += [message for message, applies in rows if applies]


def _numbers(groups: Sequence[str]) -> Numbers:
    return np.asarray(np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1], np.intp)


def _facts(images: ImageSet) -> dict[str, Any]:
    return {"folder": str(images.folder), "images": len(images.ids), "patients_known": images.grouped,
            **({"groups": len(set(images.groups))} if images.grouped else {}),
            "long_side_px": [min(images.sides), max(images.sides)],
            "with_marks": round(images.marked / max(1, images.marks_looked_for), 4)}


def _earlier(path: Path) -> dict[str, Any]:
    """An earlier record.

    Raises:
        InputError: the file holds none.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        _figures(record)
        return dict(record)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise InputError("scores-unreadable", path=path, detail=error) from error


def _figures(record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, float]]:
    judge = record["judges"][0]
    kind = {name: judge[name] for name in ("encoder", "encoder_sha256", "reference", "images")}
    return kind, {figure["metric"]: figure["value"] for figure in judge["figures"]}


def _ranked(found: Mapping[str, Any], earlier: Mapping[str, Any], folder: Path, file: Path | None) -> dict[str, Any]:
    """Names, best first, or why they cannot be ranked."""
    sets = {str(folder): _figures(found), str(file): _figures(earlier)}
    kinds = {name: kind for name, (kind, _) in sets.items()}
    try:
        return {metric: rank(kinds, {name: values[metric] for name, (_, values) in sets.items()}, metric)
                for metric in _RANKED}
    except InputError as error:
        return {"refused": error.message.english()}
