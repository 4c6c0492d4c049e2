"""What a folder of images and masks means: which mask belongs to which image, and what is doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.masks import dicom_seg, overlays
from medsynth_gui.io.masks.imported import Drawing, MaskSource, Part, Wanted
from medsynth_gui.io.masks.listing import ImageIndex, Listing, OnFile, list_files
from medsynth_gui.io.masks.naming import class_of, in_mask_folder, named_as_mask, stem_of
from medsynth_gui.io.masks.table import FORMATS, find_in_document
from medsynth_gui.io.masks.volumes import is_volume, volume_source
from medsynth_gui.io.readers import natural_key

_RASTER = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm", ".pbm", ".pnm", ".webp")
_NAMED = 3


@dataclass(frozen=True)
class LabelledImage:
    """An image with the files that speak of its mask; none where nobody drew one.

    Attributes:
        class_name: by the name of a folder, or by the annotations.
        patient: as a DICOM file has it; stays on this machine.
    """

    path: Path
    sources: tuple[MaskSource, ...] = ()
    class_name: str = ""
    patient: str = ""


@dataclass(frozen=True)
class MaskPlan:
    """What was understood, before a mask is opened.

    Attributes:
        name: of the data set: the folder's.
        unpaired: masks without their image.
        failures: files that could not be read.
        doubts: what a person should look at.
    """

    name: str
    root: Path
    images: tuple[LabelledImage, ...]
    unpaired: tuple[Path, ...] = ()
    failures: tuple[OpenFailure, ...] = ()
    doubts: tuple[Message, ...] = ()

    @property
    def labelled(self) -> tuple[LabelledImage, ...]:
        """The images that have a mask."""
        return tuple(image for image in self.images if image.sources)

    @cached_property
    def stems(self) -> Counter[str]:
        """How many images are called the same."""
        return Counter(stem_of(image.path) for image in self.images)

    @property
    def formats(self) -> dict[str, int]:
        """Titles of the formats met, with their images, the commonest first."""
        counted = Counter(image.sources[0].format for image in self.labelled)
        return {FORMATS[name].title: count for name, count in counted.most_common()}

    @property
    def classes(self) -> dict[str, int]:
        """Classes with their images; the empty name holds those without."""
        return dict(Counter(image.class_name for image in self.images))


@dataclass
class _Pairing:
    """Sources by image, as they are found."""

    index: ImageIndex
    found: dict[Path, list[MaskSource]] = field(default_factory=dict)
    unpaired: list[Path] = field(default_factory=list)
    alike: list[Path] = field(default_factory=list)
    partly: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def add(self, source: MaskSource) -> bool:
        """Give a source to its image; False where it has none, or several alike."""
        images = self.index.named(source.image, source.path)
        if len(images) == 1:
            self.found.setdefault(images[0], []).append(source)
            return True
        (self.alike if images else self.unpaired).append(source.path)
        return False


def recognise(paths: Iterable[Path], *, on_file: OnFile | None = None) -> MaskPlan:
    """Pair the images below some paths with their masks; opens documents and DICOM headers only."""
    listing = list_files(paths, on_file)
    masks, images = _told_apart(listing)
    pairing = _Pairing(ImageIndex(images, listing))
    for path in masks:
        _pair_file(path, pairing)
    failures = list(listing.failures)
    for path in listing.segmentations:
        _collect(path, partial(dicom_seg.find, path), pairing, failures)
    for path in (path for path, facts in listing.dicom.items() if facts.overlays):
        # What is wrong with the image is told when it is opened.
        with suppress(MedSynthError):
            pairing.found.setdefault(path, []).extend(overlays.find(path, drawings=False))
    for path in listing.documents:
        _collect(path, partial(find_in_document, path), pairing, failures)
    labelled = tuple(_labelled(path, pairing.found.get(path, []), listing) for path in images)
    return MaskPlan(listing.root.name, listing.root, labelled, tuple(dict.fromkeys(pairing.unpaired)),
                    tuple(failures), tuple(_doubts(pairing, labelled)))


def sources_for(image: Path, mask: Path) -> tuple[MaskSource, ...]:
    """What a file that a person chose for an image says of it.

    Raises:
        InputError: it cannot be read, is of no known format, or speaks of other images.
    """
    listing = list_files([mask])
    if listing.failures:
        message = listing.failures[0].message
        raise InputError(message.id, **message.params)
    if listing.pictures and mask not in listing.dicom:
        return (volume_source(mask, str(image)) if is_volume(mask) else _raster_source(mask, str(image)),)
    if mask in listing.dicom:
        found = overlays.find(mask, drawings=True)
    else:
        found = dicom_seg.find(mask) if listing.segmentations else find_in_document(mask) if listing.documents else []
    if not found:
        raise InputError("mask-format-unknown", path=mask)
    beside = list_files([image])
    index = ImageIndex(beside.pictures, beside)
    meant = tuple(source for source in found if index.named(source.image, source.path))
    if not meant and len({source.image for source in found}) > 1:
        raise InputError("mask-of-others", path=mask, image=image.name)
    return meant or tuple(found)


def _told_apart(listing: Listing) -> tuple[list[Path], list[Path]]:
    """Masks and images, by their names and folders."""
    stems = {stem_of(path).casefold() for path in listing.pictures}
    masks: list[Path] = []
    images: list[Path] = []
    for path in listing.pictures:
        drawn = path.suffix.lower() in _RASTER or is_volume(path)
        name = named_as_mask(stem_of(path)) if drawn else None
        by_name = name is not None and (name.sure or name.stem.casefold() in stems)
        is_mask = drawn and (by_name or in_mask_folder(path.absolute(), listing.root))
        (masks if is_mask else images).append(path)
    return masks, images


def _pair_file(path: Path, pairing: _Pairing) -> None:
    """A mask file, by its own stem, by what its name says, or as a frame in a folder named like a cine."""
    stem = stem_of(path)
    named = named_as_mask(stem)
    for wanted in dict.fromkeys((stem, named.stem if named else stem)):
        if pairing.index.named(wanted, path):
            pairing.add(volume_source(path, wanted) if is_volume(path) else _raster_source(path, wanted))
            return
    if stem.isdecimal() and pairing.index.named(path.parent.name, path.parent):
        pairing.add(replace(_raster_source(path, path.parent.name), path=path, frames=(int(stem[:9]),)))
    else:
        pairing.unpaired.append(path)


def _raster_source(path: Path, image: str) -> MaskSource:
    from medsynth_gui.io.masks.raster import read_raster_mask

    pages = _pages(path) if path.suffix.lower() in (".tif", ".tiff") else 1

    def read(wanted: Wanted) -> Drawing:
        return read_raster_mask(path, wanted, page=wanted.frame if pages > 1 else 0)

    return MaskSource("image", path, image, read, frames=tuple(range(pages)))


def _pages(path: Path) -> int:
    from medsynth_gui.io.raster_source import open_pillow

    try:
        with open_pillow(path) as image:
            return int(getattr(image, "n_frames", 1))
    except InputError:  # said when it is read
        return 1


def _collect(path: Path, find: Callable[[], Sequence[MaskSource]], pairing: _Pairing,
             failures: list[OpenFailure]) -> None:
    """The images that a segmentation or a document speaks of; one that is named like an image must speak of it."""
    try:
        sources = find()
    except MedSynthError as error:
        failures.append(OpenFailure(str(path), error.message))
        return
    if not sources:
        if path.suffix != ".csv" and pairing.index.named(stem_of(path), path):
            failures.append(OpenFailure(str(path), Message("mask-format-unknown", {"path": path})))
        return
    known = pairing.unpaired.copy()
    paired = sum([pairing.add(source) for source in sources])
    if paired or sources[0].format == "yolo":  # a text of numbers need not be labels
        pairing.unpaired[:] = known
        if paired < len(sources):
            pairing.partly[path] = paired, len(sources)


def _labelled(path: Path, sources: list[MaskSource], listing: Listing) -> LabelledImage:
    """Of several formats the first in the table counts; files in folders of their own are labels of their own."""
    order = list(FORMATS)
    chosen = min((source.format for source in sources), key=order.index, default="")
    kept = sorted((source for source in sources if source.format == chosen), key=lambda one: natural_key(one.path))
    kept.sort(key=lambda one: named.number if (named := named_as_mask(stem_of(one.path))) else 0)
    folders = {source.path.parent for source in kept}
    if chosen == "image" and len(folders) == len(kept) > 1:
        kept = [_named_after_folder(source) for source in kept]
    facts = listing.dicom.get(path)
    class_name = class_of(path.absolute(), listing.root) or next((one.class_name for one in kept if one.class_name), "")
    return LabelledImage(path, tuple(kept), class_name, facts.patient if facts else "")


def _named_after_folder(source: MaskSource) -> MaskSource:
    name = source.path.parent.name

    def read(wanted: Wanted) -> Drawing:
        drawing = source.read(wanted)
        parts = tuple(Part(name if part.label == "1" else part.label, part.region, part.mask, color=part.color)
                      for part in drawing.parts)
        return replace(drawing, parts=parts)

    return replace(source, read=read)


def _doubts(pairing: _Pairing, images: Sequence[LabelledImage]) -> Iterable[Message]:
    several = {path: {source.format for source in sources} for path, sources in pairing.found.items()}
    both = [path for path, formats in several.items() if len(formats) > 1]
    if both:
        used = FORMATS[next(image.sources[0].format for image in images if image.path == both[0])].title
        yield Message("masks-twice", {"count": len(both), "format": used})
    for identity, paths in (("masks-unpaired", pairing.unpaired), ("masks-alike", pairing.alike)):
        if found := list(dict.fromkeys(paths)):
            yield Message(identity, {"count": len(found), "names": ", ".join(path.name for path in found[:_NAMED])})
    for path, (paired, listed) in pairing.partly.items():
        if listed > 1:
            yield Message("masks-partly", {"path": path, "paired": paired, "listed": listed})
