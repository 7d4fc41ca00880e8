"""``make utvardera``: how good the model is."""
