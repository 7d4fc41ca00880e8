"""Areas without coverage: which, how long a trench, what it costs, in what order."""
