"""Broken files by the thousand: each is opened and decoded in a child process within bounds of time and memory.

`python -m tests.fuzz --seed 0 --count 5000` runs inputs 0 to 4999 and prints a table; what fails is kept in
`build/fuzz`, and `--seed N --count 1` makes input N again.
"""
