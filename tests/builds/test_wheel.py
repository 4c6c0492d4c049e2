"""A wheel, installed into a clean environment, does the main job from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True,
                   capture_output=True)
    built, = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of a new environment: the wheel is installed, its dependencies are those installed here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages")) if os.name != "nt" else folder / "Lib" / "site-packages"
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([sys.executable, "-m", "pip", "--python", binaries / "python", "install", "--no-deps", "--no-index",
                    wheel], check=True, capture_output=True)
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return binaries


def test_the_wheel_holds_resources_and_models(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("resources", "models"):
        shipped = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert shipped <= {name.removeprefix("medsynth_gui/_shipped/") for name in names}
    assert not [name for name in names if name.startswith("tests/")]


def test_the_package_is_the_installed_one(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run([scripts / "python", "-c", "import medsynth_gui; print(medsynth_gui.__file__)"], cwd=tmp_path,
                          capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_relative_to(scripts.parent)


def test_the_demo_runs_from_another_folder(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run([scripts / "medsynth", "demo", "--out", "made", "--json"], cwd=tmp_path, env={},
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {step["step"] for step in json.loads(done.stdout)["steps"]} >= {"open", "segment", "synthesize", "export"}
    assert (tmp_path / "made" / "export-coco").is_dir()
