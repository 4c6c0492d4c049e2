"""Masks for a generator: drawn, from a folder or a project, warped, from the shape model, or from the simulator.

A source is opened for a request; its mask `index` depends on the request and the index alone, so that a run can be
continued. Files are read when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count as counting
from pathlib import Path

import numpy as np

from medsynth_gui.core.errors import InputError, MedSynthError, UsageError, need_folder
from medsynth_gui.core.labels import revalued
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.shapes.warp import limits_for, warp_mask
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import is_training_set, read_training_set
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.io.shape_file import NAME
from medsynth_gui.jobs.mask_candidates import (
    Candidate,
    Gray,
    InventedMasks,
    Judge,
    MaskRequest,
    Masks,
    Share,
    StoredMasks,
    judge_mask,
    shape_model_of,
)

__all__ = ["SOURCES", "Candidate", "MaskRequest", "MaskSource", "Masks", "iterate", "judge_mask", "offered_sources",
           "open_masks", "shape_model_of"]

IMAGE_SUFFIXES = frozenset({".png", ".bmp", ".tif", ".tiff", ".pgm"})
_SIMULATED_SIDE = 128
_TRIES = 60


def open_masks(card: ModelCard, request: MaskRequest,
               checkpoint: Callable[[int, int], None] = lambda *_: None) -> Masks:
    """Open a source of masks.

    Args:
        checkpoint: called with (done, total) while files are looked at; may raise to cancel.

    Raises:
        UsageError: the model has no such source, or no mask has the wanted size.
        InputError: the folder is missing, or holds no mask that the model can use.
    """
    key = request.source or next((key for key in _BY_DEFAULT if SOURCES[key].offered(card, request)), "")
    if key not in SOURCES or not SOURCES[key].offered(card, request):
        raise UsageError("mask-source-missing" if key else "no-mask", model=card.id, source=key,
                         known=", ".join(offered_sources(card, request)))
    return SOURCES[key].open(card, request, checkpoint)


def offered_sources(card: ModelCard, request: MaskRequest) -> tuple[str, ...]:
    """Keys of the sources that a model and a request have."""
    return tuple(key for key, source in SOURCES.items() if source.offered(card, request))


def iterate(masks: Masks, first: int = 0) -> Iterator[Candidate]:
    """The masks one after another, without end, beginning with number `first`."""
    return map(masks.at, counting(first))


# --- sources

Checkpoint = Callable[[int, int], None]


@dataclass(frozen=True)
class MaskSource:
    """A row of the table: whether a model and a request have this source, and how it is opened."""

    offered: Callable[[ModelCard, MaskRequest], bool]
    open: Callable[[ModelCard, MaskRequest, Checkpoint], Masks]


def _judge(card: ModelCard, request: MaskRequest) -> Judge:
    return lambda mask: judge_mask(card, mask, request.class_name)


def _same(mask: Gray) -> Gray:
    return mask


def _drawn(card: ModelCard, request: MaskRequest, _: Checkpoint) -> Masks:
    several = len(request.drawn) > 1
    entries = tuple((f"drawn-{number}" if several else "drawn", request.parents, partial(_same, mask))
                    for number, mask in enumerate(request.drawn, 1))
    return StoredMasks(entries, _judge(card, request))


def _as_is(card: ModelCard, request: MaskRequest, checkpoint: Checkpoint) -> Masks:
    """Label images of a folder in name order; unreadable ones, and those of other labels, are left out and named.

    A training set lends the masks of its training part, of the wanted class: what is held out must not be followed.
    """
    assert request.folder is not None
    need_folder(request.folder)
    files = _of_training_set(request.folder, request.class_name) if is_training_set(request.folder) else [
        (path, path.name, (path.name,)) for path in sorted(request.folder.iterdir())
        if path.suffix.lower() in IMAGE_SUFFIXES]
    found = _readable(card, request, files, checkpoint)
    if (not found.entries and not found.failed) or len(found.failed) == len(files):
        raise _none_usable(request.folder, found.failed)
    return _in_size(found, request, len(files))


def _of_training_set(folder: Path, class_name: str | None) -> list[tuple[Path, str, tuple[str, ...]]]:
    return [(row.mask, row.mask.name, (row.id,)) for row in read_training_set(folder).part(Part.TRAIN)
            if row.mask is not None and not row.synthetic and (class_name is None or row.class_name == class_name)]


def _none_usable(folder: Path, failed: tuple[OpenFailure, ...]) -> InputError:
    """Why no label image of a folder can be used: in the words of the first where all fail for one reason."""
    if len({failure.message.id for failure in failed}) == 1:
        return InputError(failed[0].message.id, **failed[0].message.params)
    return InputError("no-masks-found", path=folder)


def _project(card: ModelCard, request: MaskRequest, checkpoint: Checkpoint) -> Masks:
    """Masks of real samples; where a class is wanted, of that class."""
    chosen = [(sample.mask, sample.id, (sample.id,)) for sample in request.samples
              if sample.mask is not None and not sample.synthetic
              and (request.class_name is None or sample.class_name == request.class_name)]
    if not chosen and request.class_name is None:
        raise UsageError("mask-none-in-project")
    if not chosen:
        raise UsageError("mask-none-in-class", name=request.class_name)
    return _in_size(_readable(card, request, chosen, checkpoint, request.values), request, len(chosen))


def _readable(card: ModelCard, request: MaskRequest, files: Sequence[tuple[Path, str, tuple[str, ...]]],
              checkpoint: Checkpoint, values: Mapping[int, int] | None = None) -> StoredMasks:
    entries, failed = [], []
    for number, (path, name, parents) in enumerate(files):
        checkpoint(number, len(files))
        try:
            mask = _read(path, values or {})
            if values and not mask.any():
                continue  # it shows something else
            if card.labels and int(mask.max()) > max(card.labels):
                raise InputError("mask-label-unknown", path=path, value=int(mask.max()), model=card.id)
            if _fits(mask, request.share):
                entries.append((name, parents, partial(_read, path, values or {})))
        except MedSynthError as error:
            failed.append(OpenFailure(str(path), error.message))
    return StoredMasks(tuple(entries), _judge(card, request), tuple(failed))


def _read(path: Path, values: Mapping[int, int]) -> Gray:
    return revalued(read_labels(path), values)


def _in_size(found: StoredMasks, request: MaskRequest, count: int) -> StoredMasks:
    if not found.entries:
        low, high = request.share or (0.0, 1.0)
        raise UsageError("mask-none-in-size", count=count, low=f"{100 * low:.2g}", high=f"{100 * high:.2g}")
    return found


def _warped(card: ModelCard, request: MaskRequest, checkpoint: Checkpoint) -> Masks:
    """Real masks changed within anatomical limits: of the drawn ones, else of the folder, else of the project."""
    whole = MaskRequest(class_name=request.class_name, folder=request.folder, samples=request.samples,
                        values=request.values, drawn=request.drawn, parents=request.parents)
    parents = SOURCES["drawn" if request.drawn else "as-is" if request.folder else "project"].open(
        card, whole, checkpoint)
    limits = limits_for(card.modalities)

    def make(index: int) -> tuple[Gray, str, tuple[str, ...]]:
        rng = np.random.default_rng((request.seed, index))
        for attempt in range(_TRIES):
            parent = parents.at(index + attempt)
            mask = warp_mask(parent.mask, rng, limits, scale=_scale(parent.mask, request.share, limits.scale, rng),
                             allowed=partial(_no_worse, {problem.id for problem in parent.problems}, judge))
            if _fits(mask, request.share):
                return mask, f"warped-{Path(parent.name).stem}-{request.seed}-{index}", parent.parents
        low, high = request.share or (0.0, 1.0)
        raise UsageError("mask-none-in-size", count=parents.count, low=f"{100 * low:.2g}", high=f"{100 * high:.2g}")

    judge = _judge(card, request)
    return InventedMasks(make, judge, parents.failed)


def _no_worse(known: set[str], judge: Judge, mask: Gray) -> bool:
    """Whether nothing speaks against a mask that did not speak against its parent."""
    return {problem.id for problem in judge(mask)} <= known


def _shapes(card: ModelCard, request: MaskRequest, _: Checkpoint) -> Masks:
    shapes = shape_model_of(card)
    assert shapes is not None

    def make(index: int) -> tuple[Gray, str, tuple[str, ...]]:
        return (shapes.sample(request.class_name, (request.seed, index), share=request.share),
                f"shape-{request.seed}-{index}", ())

    return InventedMasks(make, _judge(card, request))


def _simulated(card: ModelCard, request: MaskRequest, _: Checkpoint) -> Masks:
    """Masks of the phantom that the card names; of its classes, those that the model knows are told apart."""
    from medsynth_gui.engine.simulator import image_seed, simulate_mask

    def make(index: int) -> tuple[Gray, str, tuple[str, ...]]:
        for attempt in range(_TRIES):
            seed = image_seed(image_seed(request.seed, index), attempt) % 2**31
            mask, class_name = simulate_mask(str(card.input["phantom"]), seed=seed, size=_SIMULATED_SIDE)
            if _suits(card, request, mask, class_name) and _fits(mask, request.share):
                return mask, f"simulator-{seed}", ()
        raise UsageError("mask-none-simulated")

    return InventedMasks(make, _judge(card, request))


def _suits(card: ModelCard, request: MaskRequest, mask: Gray, class_name: str) -> bool:
    """Whether a simulated mask is of the wanted class; one that the model does not know suits all with labels."""
    if class_name == request.class_name or not mask.any():
        return class_name == request.class_name
    return request.class_name is None or (class_name not in card.classes and all(
        problem.id != "mask-label-unusual" for problem in judge_mask(card, mask, request.class_name)))


def _fits(mask: Gray, share: Share | None) -> bool:
    return share is None or share[0] <= float(np.count_nonzero(mask)) / mask.size <= share[1]


def _scale(mask: Gray, share: Share | None, limits: tuple[float, float], rng: np.random.Generator) -> float | None:
    """The factor that brings a mask to a wanted share, as far as the limits allow; None for a random one."""
    covered = np.count_nonzero(mask) / mask.size
    if share is None or not covered:
        return None
    wanted = np.exp(rng.uniform(*np.log((max(share[0], 1e-4) * 1.02, max(share[1], 2e-4) * 0.98))))
    return float(np.clip(np.sqrt(wanted / covered), *limits))


SOURCES: Mapping[str, MaskSource] = {
    "drawn": MaskSource(lambda _, request: bool(request.drawn), _drawn),
    "as-is": MaskSource(lambda _, request: request.folder is not None, _as_is),
    "project": MaskSource(lambda _, request: any(sample.mask for sample in request.samples), _project),
    "warped": MaskSource(lambda _, request: bool(request.drawn or request.folder or any(
        sample.mask for sample in request.samples)), _warped),
    "shapes": MaskSource(lambda card, _: (card.folder / NAME).is_file(), _shapes),
    "simulator": MaskSource(lambda card, _: bool(card.input.get("phantom")), _simulated),
}
_BY_DEFAULT = ("drawn", "as-is", "simulator", "shapes")
