"""Not a byte leaves the machine: the core commands run with every way to a network closed."""

from __future__ import annotations

from pathlib import Path

from tests.builders import ramp
from tests.contracts.commands import python

_CLOSED = """
import sys

def guard(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        raise SystemExit(f"network: {event} {arguments}")

sys.addaudithook(guard)
from medsynth_gui.cli.main import main
for command in COMMANDS:
    code = main(command)
    if code:
        sys.exit(f"{command} ended with {code}")
"""


def test_commands_run_without_a_network(tmp_path: Path) -> None:
    from medsynth_gui.io.raster_files import write_gray_png

    write_gray_png(tmp_path / "image.png", ramp())
    commands = [["info", str(tmp_path / "image.png"), "--json"], ["models", "list"], ["models", "verify"],
                ["simulate", "--phantom", "breast-lesion", "--count", "1", "--size", "64", "--seed", "1",
                 "--out", str(tmp_path / "simulated")]]
    done = python("-c", _CLOSED.replace("COMMANDS", repr(commands)))
    assert done.returncode == 0, done.stderr


def test_the_guard_sees_a_connection() -> None:
    guard = _CLOSED.split("from medsynth_gui")[0]
    done = python("-c", guard + "import socket; socket.create_connection(('localhost', 9))")
    assert "network: socket." in done.stderr
