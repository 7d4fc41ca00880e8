"""``make bench``: what the steps cost, beside the floor, beside the usual way, and as the region grows."""
