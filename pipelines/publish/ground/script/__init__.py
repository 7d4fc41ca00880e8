"""Scripts that decode the ground and draw it, in the page of the web map."""
