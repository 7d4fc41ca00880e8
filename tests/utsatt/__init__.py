"""The campaign of bad inputs: every kind of input written otherwise than it should be, and what the product does.

``county`` writes a tiny county with every kind of input. ``mutation`` says what a mutation is, and ``register``
finds them all: one module a kind of input under ``slag/``, with one list each. ``run`` reads a mutated county and
holds the figures against those of the unmutated one; ``campaign`` runs many and prints the table.
``python -m tests.utsatt NAME`` runs one and keeps its folder. Only ``run`` knows the product; the mutators write
files with the libraries that people's own programs use.
"""
