"""The canvas: one image view for every workspace."""
