"""Looking at synthetic images: the gates, and the most alike real image."""

from __future__ import annotations

SYNTHESIS: dict[str, tuple[str, str]] = {
    "no-real-images": ("There is no real image to compare with.",
                       "Open a project that holds real images, or choose a folder of them."),
    "job-judge-image": ("Judging an image of {model}", ""),
    "job-nearest-real": ("Looking for the most alike real image", ""),
}
