"""The command line of the bundle."""

import multiprocessing
import sys

multiprocessing.freeze_support()

from medsynth_gui.core.paths import DECODER_CHILD  # noqa: E402  a worker process must stop above

if sys.argv[1:] == [DECODER_CHILD]:
    from medsynth_gui.io.dicom.decoder_child import main
else:
    from medsynth_gui.cli.main import main  # type: ignore[assignment]

sys.exit(main())
