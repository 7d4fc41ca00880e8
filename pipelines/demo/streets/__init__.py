"""The road net of the demo region: the hidden roads that its houses stand along, as lines of a map."""
