"""``make plan``: what is built for a sum or a goal."""
