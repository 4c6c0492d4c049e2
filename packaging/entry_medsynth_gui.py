"""The window of the bundle."""

import multiprocessing
import sys

multiprocessing.freeze_support()

from medsynth_gui.app import main  # noqa: E402  a worker process must stop above

sys.exit(main())
