"""MedSynth Studio: curated, balanced, honestly labelled ultrasound datasets, offline."""

__version__ = "0.1.0"
