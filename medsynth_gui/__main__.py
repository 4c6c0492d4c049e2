"""`python -m medsynth_gui [PATH...]`: the window."""

import sys

from medsynth_gui.app import main

sys.exit(main())
