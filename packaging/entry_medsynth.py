"""The command line of the bundle."""

import multiprocessing
import sys

multiprocessing.freeze_support()

from medsynth_gui.cli.main import main  # noqa: E402  a worker process must stop above

sys.exit(main())
