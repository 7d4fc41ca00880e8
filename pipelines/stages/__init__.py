"""The stages, in the order the data flows: grid, households, coverage, summaries, laws.

Each stage reads files, writes files, and imports only what stands before it.
"""
