"""What our own files carry beyond the standard's attributes."""

from __future__ import annotations

PRIVATE_GROUP = 0x0099
PRIVATE_CREATOR = "MEDSYNTH STUDIO"
