"""What a fresh process loads: a window and a command line that open quickly."""

from __future__ import annotations

import pytest

from tests.contracts.commands import python

_CODE = """
import importlib, sys
importlib.import_module({module!r})
print(" ".join(name for name in {heavy!r} if name in sys.modules))
"""
_HEAVY = ("torch", "torchvision", "cv2", "pydicom", "av", "scipy", "skimage", "medsynth_gui.engine")


@pytest.mark.parametrize(("module", "heavy"), [
    ("medsynth_gui.app", (*_HEAVY, "medsynth_gui.cli")),
    ("medsynth_gui.cli.main", (*_HEAVY, "numpy.testing", "PySide6", "pyqtgraph", "medsynth_gui.gui", "rich")),
    ("medsynth_gui.session.session", (*_HEAVY, "PySide6")),
])
def test_importing_loads_nothing_heavy(module: str, heavy: tuple[str, ...]) -> None:
    done = python("-c", _CODE.format(module=module, heavy=heavy))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


_PAINTED = """
import sys
from PySide6.QtWidgets import QApplication
from medsynth_gui.app import Studio

def report():
    print("painted", *(name for name in {heavy!r} if name in sys.modules), flush=True)
    application.exit(0)

application = QApplication([])
studio = Studio(application)
studio.window.painted.connect(report)
studio.start([])
application.exec()
studio.close()
"""


def test_the_window_is_painted_before_anything_heavy_is_loaded() -> None:
    done = python("-c", _PAINTED.format(heavy=_HEAVY))
    assert done.stdout.split() == ["painted"], done.stdout + done.stderr


def test_every_job_can_be_imported_without_torch() -> None:
    code = """
import pkgutil, importlib, sys, medsynth_gui.jobs
for found in pkgutil.walk_packages(medsynth_gui.jobs.__path__, "medsynth_gui.jobs."):
    importlib.import_module(found.name)
print(" ".join(name for name in ("torch", "medsynth_gui.engine", "PySide6") if name in sys.modules))
"""
    done = python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
