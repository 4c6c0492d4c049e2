"""Shapes: what masks of a class look like, as statistics; new masks drawn from them, and judged by them."""
