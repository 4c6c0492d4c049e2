"""Folders as they come from a stick: nested, mixed, without extensions; sorted into patient, study and series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from medsynth_gui.io.readers import open_paths
from tests.builders import ramp
from tests.unit.io.dicom.files import dataset

GRAY = ramp()[None]


def _write(path: Path, patient: str, study: str, series: int, instance: int, *, meta: bool = True) -> None:
    made = dataset(GRAY, PatientName=patient, StudyInstanceUID=study, SeriesInstanceUID=f"{study}.{series}",
                   SeriesNumber=series, InstanceNumber=instance, SeriesDescription=f"view {series}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if meta:
        made.save_as(path, enforce_file_format=True)
    else:
        del made.file_meta
        made.save_as(path, implicit_vr=True, little_endian=True)


def test_nested_folders_with_mixed_content(tmp_path: Path) -> None:
    _write(tmp_path / "A" / "IM10", "Ada", "1.1", 2, 1)
    _write(tmp_path / "A" / "inside" / "er" / "IM2", "Eve", "1.2", 1, 1)
    _write(tmp_path / "B" / "x.dcm", "Ada", "1.1", 1, 12)
    _write(tmp_path / "B" / "y", "Ada", "1.1", 1, 3, meta=False)
    _write(tmp_path / "C" / "z.ima", "Ada", "1.3", 1, 1)
    Image.fromarray(ramp()).save(tmp_path / "B" / "photo.png")
    (tmp_path / "README.txt").write_text("Dear colleague")
    (tmp_path / "A" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" * 20)
    studies, failures = open_paths([tmp_path])
    assert not failures
    listed = [(study.patient, study.uid, [(s.place.number, s.place.instance) for s in study.series])
              for study in studies if study.patient]
    assert listed == [("Ada", "1.1", [(1, 3), (1, 12), (2, 1)]), ("Ada", "1.3", [(1, 1)]), ("Eve", "1.2", [(1, 1)])]
    (folder,) = [study for study in studies if not study.patient]
    assert [series.title for series in folder.series] == ["photo.png"]
    assert studies[0].series[0].place.description == "view 1"
    assert all(np.array_equal(series.frame(0), GRAY[0]) for study in studies for series in study.series)
