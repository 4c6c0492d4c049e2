"""Masks that come with images: a table of readers, what they read, and what a folder of them means."""
