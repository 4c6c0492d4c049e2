"""Everything that computes with torch, and the simulator. Only jobs call it, inside functions."""
