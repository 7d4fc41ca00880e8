"""Projects: what is built and ranked. Areas without coverage, cut and merged along the network."""
