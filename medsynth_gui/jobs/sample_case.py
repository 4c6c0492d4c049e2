"""The bundled sample case: a breast cine with a moving lesion, made by our own simulator.

`python -m medsynth_gui.jobs.sample_case [DIR]` makes it again, by default in place.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.paths import shipped
from medsynth_gui.core.provenance import Provenance

_NAME = "breast-cine"
_SEED, _SIZE, _WIDTH_MM, _FRAMES, _RATE_HZ = 164, (304, 384), 42.0, 24, 20.0


def sample_path() -> Path:
    """The cine: a multi-frame ultrasound DICOM file with calibration."""
    return shipped("resources", "sample", f"{_NAME}.dcm")


def sample_masks() -> npt.NDArray[np.uint8]:
    """What is true of the sample: (frame, y, x), 1 where the lesion is.

    Raises:
        InputError: the file is missing or damaged.
    """
    path = shipped("resources", "sample", f"{_NAME}-masks.npz")
    if not path.is_file():
        raise InputError("file-missing", path=path)
    try:
        with np.load(path, allow_pickle=False) as stored:
            rows = int(stored["rows"])
            return np.unpackbits(stored["masks"], axis=-1)[..., :rows].transpose(0, 2, 1)
    except (OSError, ValueError, KeyError) as error:
        raise InputError("file-unreadable", path=path, detail=error) from error


def simulate_sample() -> tuple[ImageSeries, npt.NDArray[np.uint8]]:
    """The sample and its masks (frame, y, x), simulated anew."""
    from medsynth_gui.engine.simulator import Likeness, simulate

    like = Likeness(low=22, median=78, high=150, bands=(128, 112, 100, 88, 76, 62, 48))
    case = simulate("breast-lesion", seed=_SEED, size=_SIZE, width_mm=_WIDTH_MM, frames=_FRAMES, like=like)
    provenance = Provenance(synthetic=True, producer="simulator", seed=_SEED, parameters=case.parameters)
    series = ImageSeries.from_array(case.images, title="Breast cine (simulated)", spacing=case.spacing,
                                    provenance=provenance, frame_rate_hz=_RATE_HZ)
    return series, case.masks


def write_sample(folder: Path) -> None:
    """Write the cine and its masks into a folder; the same bytes every time on one machine."""
    import io

    from medsynth_gui.io.atomic import write_bytes
    from medsynth_gui.io.dicom.writer import write_series

    series, masks = simulate_sample()
    write_series(folder / f"{_NAME}.dcm", series, patient_id="SYN-SAMPLE", description="Breast cine", seed=_NAME)
    packed = io.BytesIO()
    np.savez_compressed(packed, masks=np.packbits(masks.transpose(0, 2, 1), axis=-1), rows=np.int32(masks.shape[1]))
    write_bytes(folder / f"{_NAME}-masks.npz", packed.getvalue())


if __name__ == "__main__":
    write_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else sample_path().parent)
