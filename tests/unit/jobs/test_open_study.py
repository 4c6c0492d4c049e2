"""Opening and describing files as jobs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.dicom.writer import write_series
from medsynth_gui.jobs.job import JobCancelled, JobContext, Progress
from medsynth_gui.jobs.open_study import DescribePaths, OpenPaths
from tests.builders import ramp, shared_data


def _case(folder: Path) -> None:
    series = ImageSeries.from_array(np.stack([ramp()] * 4), spacing=PixelSpacing(0.1, 0.2, "simulator"),
                                    frame_rate_hz=20.0, provenance=Provenance(synthetic=True, producer="simulator"))
    write_series(folder / "cine.dcm", series)
    Image.fromarray(ramp()).save(folder / "a.png")
    data = (folder / "a.png").read_bytes()
    (folder / "broken.png").write_bytes(data[: len(data) // 2])


def test_opening_goes_on_and_reports(tmp_path: Path) -> None:
    _case(tmp_path)
    (tmp_path / "empty.jpg").write_bytes(b"")
    seen: list[Progress] = []
    opened = OpenPaths((tmp_path,)).run(JobContext(report=seen.append))
    assert [series.title for series in opened.series] == ["a.png", "broken.png", "cine.dcm"]
    assert [failure.message.id for failure in opened.failures] == ["file-empty"]
    assert [(p.done, p.total) for p in seen] == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_opening_can_be_cancelled(tmp_path: Path) -> None:
    _case(tmp_path)
    with pytest.raises(JobCancelled):
        OpenPaths((tmp_path,)).run(JobContext(cancelled=lambda: True))


def test_a_description_says_what_a_file_is(tmp_path: Path) -> None:
    _case(tmp_path)
    report = DescribePaths((tmp_path,)).run(JobContext())
    assert report.exit_code == 1
    assert [Path(failure.path).name for failure in report.failed] == ["broken.png"]
    image, cine = (dict(one) for one in report.done)
    assert (image["rows"], image["columns"], image["channels"], image["bits"]) == (48, 64, 1, 8)
    assert (image["spacing_mm"], image["spacing_source"], image["frames"]) == (None, None, 1)
    assert (cine["modality"], cine["frames"], cine["frame_rate_hz"]) == ("US", 4, pytest.approx(20))
    assert (cine["spacing_mm"], cine["spacing_source"]) == (pytest.approx([0.1, 0.2]), "UltrasoundRegion")
    assert cine["transfer_syntax"].startswith("RLE Lossless")
    assert cine["photometric"] == "MONOCHROME2"
    assert cine["synthetic"]
    assert cine["regions"][0]["y1"] == 48
    assert json.loads(json.dumps(report.record()))["done"][1]["frames"] == 4


def test_no_path_is_told() -> None:
    with pytest.raises(InputError):
        DescribePaths(()).run(JobContext())


def _header(path: str) -> dict[str, object] | None:
    """What pydicom reads of a file on its own."""
    import pydicom

    try:
        found = pydicom.dcmread(path, stop_before_pixels=True)
        return {"modality": str(found.Modality), "rows": int(found.Rows), "columns": int(found.Columns),
                "photometric": str(found.PhotometricInterpretation)}
    except (pydicom.errors.InvalidDicomError, AttributeError, NotImplementedError):
        return None


@pytest.mark.filterwarnings("ignore")
def test_every_raw_file_is_described_or_told() -> None:
    raw = shared_data("raw")
    files = tuple(path for path in sorted(raw.rglob("*")) if path.is_file())
    report = DescribePaths(files).run(JobContext())
    described = {str(record["path"]): record for record in report.done}
    assert len(described) >= 260
    for failure in report.failed:
        assert "<" not in failure.message.english()
        assert failure.message.id != "unexpected"
    compared = 0
    for path, record in described.items():
        assert record["frames"] >= 1 and record["rows"] >= 1 and record["columns"] >= 1
        assert record["scanner"].keys() == {"manufacturer", "model", "software"}
        assert (record["spacing_mm"] is None) == (record["spacing_source"] is None)
        if header := _header(path):
            compared += 1
            assert {name: record[name] for name in header} == header, path
    assert compared >= 140
    json.dumps(report.record())
