"""A page a kommun, and the way in."""
