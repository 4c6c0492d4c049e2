"""Project: one folder of samples (project.sqlite, images/, masks/), safe against being killed at any moment.

A file is written whole before the row that names it, and a new mask gets a new name: whatever moment the program
dies at, every row has its files and their digests agree. What is left over is found by `check` and removed by `clean`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ProjectError, StorageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset import files
from medsynth_gui.dataset.check import Inspection, inspect, orphans
from medsynth_gui.dataset.lock import FolderLock
from medsynth_gui.dataset.placement import place
from medsynth_gui.dataset.query import Query, select
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.store import FILE_NAME, FORMAT, SampleStore

Gray = npt.NDArray[np.uint8]


class Project:
    """An open project; use `create` or `open`, and close it. One thread at a time uses an instance.

    Attributes:
        folder: where it is.
        writable: False refuses changes and needs no lock, so that it may be read while another program writes.
    """

    def __init__(self, folder: Path, store: SampleStore, lock: FolderLock | None) -> None:
        self.folder = folder
        self.writable = lock is not None
        self._store = store
        self._lock = lock
        self._facts = store.facts()

    @classmethod
    def create(cls, folder: Path, *, name: str = "", labels: LabelSet | None = None) -> Project:
        """Make a folder a project.

        Args:
            name: decides, with the group, what is held out; the folder's name by default.

        Raises:
            ProjectError: it already is one, or it holds other files.
            StorageError: it cannot be written.
        """
        folder = folder.resolve()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProjectError("project-exists", path=folder)
        try:
            for part in ("images", "masks"):
                (folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError("not-writable", path=folder, detail=error.strerror or error) from error
        project = cls._locked(folder)
        project._set_facts(format=str(FORMAT), name=name or folder.name, key=secrets.token_hex(16),
                           created=_now(), labels=_labels_text(labels or LabelSet()))
        return project

    @classmethod
    def open(cls, folder: Path, *, writable: bool = True) -> Project:
        """Open a project.

        Raises:
            ProjectError: it is none, is damaged or newer, or another program writes it.
            StorageError: it cannot be written.
        """
        folder = folder.resolve()
        if not (folder / FILE_NAME).is_file():
            raise ProjectError("project-missing", path=folder)
        project = cls._locked(folder) if writable else cls(folder, SampleStore(folder, writable=False), None)
        if not project._facts.get("key"):
            project.close()
            raise ProjectError("project-damaged", path=folder, detail="its facts are missing")
        return project

    @classmethod
    def _locked(cls, folder: Path) -> Project:
        lock = FolderLock.acquire(folder)
        try:
            return cls(folder, SampleStore(folder), lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the folder; closing twice is harmless."""
        self._store.close()
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Project:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def name(self) -> str:
        return self._facts["name"]

    @property
    def key(self) -> bytes:
        """The secret that turns groups into pseudonyms; it never leaves the folder."""
        return bytes.fromhex(self._facts["key"])

    @property
    def labels(self) -> LabelSet:
        return LabelSet(tuple(Label(**record) for record in json.loads(self._facts.get("labels", "[]"))))

    def set_labels(self, labels: LabelSet) -> None:
        self._set_facts(labels=_labels_text(labels))

    def samples(self, query: Query | None = None) -> tuple[Sample, ...]:
        """The samples, ordered by id."""
        return select(self._store.samples(), query) if query else self._store.samples()

    def sample(self, identity: str) -> Sample:
        """The sample with this id; raises ProjectError where there is none."""
        if found := self._store.find(identity):
            return found
        raise ProjectError("sample-missing", sample=identity, path=self.folder)

    def add_image(self, image: Gray, provenance: Provenance, *, id: str = "", group: str = "", class_name: str = "",
                  title: str = "", modality: str = "US", spacing: PixelSpacing | None = None, source_set: str = "",
                  mask: Gray | None = None, mask_provenance: Provenance | None = None) -> Sample:
        """Add an image.

        Args:
            image: uint8 (y, x).
            id: made from the title if empty; an id in use gets a number.
            group: the patient; the sample stands alone if empty.
            mask: uint8 (y, x) label values of the same size.
            mask_provenance: drawn by hand if not given.

        An image whose pixels are already here joins the group of its twin, so that no split parts them.

        Raises:
            ProjectError: the same image is here under the same name, or mask and image differ in size.
            StorageError: the disk refuses; nothing was added.
        """
        with self._writing():
            wanted = files.plain_name(id or title or "image")
            identity = files.free_name(wanted, lambda name: self._store.find(name) is not None)
            path = self.folder / "images" / f"{identity}.png"
            sample = Sample(identity, group or identity, path, files.write_image(path, image, provenance),
                            image.shape[0], image.shape[1], provenance, class_name, title or identity, modality,
                            spacing, source_set or self.name)
            try:
                sample = self._beside_its_twins(sample, wanted)
                if mask is not None:
                    sample = self._with_mask(sample, mask, mask_provenance)
                sample, = place([sample], among=self._store.related(sample))
                self._store.put(sample)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            return sample

    def add_frame(self, series: ImageSeries, frame: int = 0, *, group: str = "", class_name: str = "",
                  mask: Gray | None = None, mask_provenance: Provenance | None = None) -> Sample:
        """Add one frame of a series as 8-bit gray under its default window; see `add_image`."""
        title = series.title or "image"
        name = Path(title).stem if series.path else title
        identity = f"{name}-{frame:04d}" if series.frame_count > 1 else name
        return self.add_image(series.gray(frame), series.provenance, id=identity, group=group, class_name=class_name,
                              title=title, modality=series.modality, spacing=series.spacing, mask=mask,
                              mask_provenance=mask_provenance)

    def set_mask(self, identity: str, mask: Gray, provenance: Provenance | None = None) -> Sample:
        """Give a sample a mask, or another one; the old file goes when the new one is in place."""
        with self._writing():
            old = self.sample(identity)
            state = ReviewState.IN_PROGRESS if old.review.state is ReviewState.UNLABELLED else old.review.state
            new = self._with_mask(replace(old, review=replace(old.review, state=state)), mask, provenance)
            self._store.put(new)
            if old.mask and old.mask != new.mask:
                old.mask.unlink(missing_ok=True)
            return new

    def set_review(self, identity: str, review: Review) -> Sample:
        """Record what a reader said; the time is now if the review has none."""
        stamped = review if review.at else replace(review, at=_now())
        return self._change(identity, lambda sample: replace(sample, review=stamped))

    def set_class(self, identity: str, class_name: str) -> Sample:
        """Say what class a sample is."""
        return self._change(identity, lambda sample: replace(sample, class_name=class_name))

    def remove(self, identity: str) -> None:
        """Take a sample and its files away."""
        with self._writing():
            sample = self.sample(identity)
            self._store.remove(identity)
            for path in (sample.image, sample.mask):
                if path:
                    path.unlink(missing_ok=True)

    def split(self, *, validation_parts: int = 10) -> tuple[Sample, ...]:
        """Place every sample by its group; a synthetic one trains, unless its parents are set aside."""
        with self._writing():
            samples = place(self._store.samples(), validation_parts=validation_parts)
            self._store.put(*samples)
            return samples

    def check(self) -> Inspection:
        """Read every file and compare its digest; changes nothing."""
        return inspect(self.folder, self._store.samples())

    def clean(self) -> tuple[Path, ...]:
        """Remove the files that no row names, which a killed program leaves; return them."""
        with self._writing():
            found = orphans(self.folder, self._store.samples())
            for path in found:
                path.unlink(missing_ok=True)
            return found

    def _beside_its_twins(self, sample: Sample, wanted: str) -> Sample:
        twins = self._store.with_pixels(sample.image_sha256)
        if known := next((twin for twin in twins if twin.id.casefold() == wanted.casefold()), None):
            raise ProjectError("sample-known", sample=known.id, path=self.folder)
        if twins and not sample.synthetic:
            return replace(sample, group=twins[0].group, source_set=twins[0].source_set)
        return sample

    def _with_mask(self, sample: Sample, mask: Gray, provenance: Provenance | None) -> Sample:
        if mask.shape != (sample.rows, sample.columns):
            raise ProjectError("mask-size", sample=sample.id, mask=files.size_text(mask.shape),
                               image=files.size_text((sample.rows, sample.columns)))
        values = tuple(int(value) for value in np.unique(mask) if value)
        unnamed = [value for value in values if self.labels.find(value) is None]
        if unnamed:
            further = (Label(value, f"label {value}", PALETTE[(value - 1) % len(PALETTE)]) for value in unnamed)
            self.set_labels(LabelSet((*self.labels, *further)))
        path, digest = files.write_mask(self.folder / "masks", sample.id, mask, self.labels)
        return replace(sample, mask=path, mask_sha256=digest, label_values=values,
                       mask_provenance=provenance or Provenance(synthetic=False, producer="hand"))

    def _change(self, identity: str, change: Callable[[Sample], Sample]) -> Sample:
        with self._writing():
            sample = change(self.sample(identity))
            self._store.put(sample)
            return sample

    def _set_facts(self, **facts: str) -> None:
        with self._writing():
            self._store.set_facts(**facts)
            self._facts.update(facts)

    def _writing(self) -> files.Mutex:
        if self._lock is None:
            raise ProjectError("project-read-only", path=self.folder)
        return self._lock.mutex


def _labels_text(labels: LabelSet) -> str:
    return json.dumps([asdict(label) for label in labels])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
