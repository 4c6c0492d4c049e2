"""One architecture per file; `table` maps the names in model cards to them."""
