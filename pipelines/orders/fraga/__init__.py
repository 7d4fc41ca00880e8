"""``make fraga``: which cells to ask about next, and what the answers are expected to give."""
