"""SCB: population squares, tätorter and småorter, and its own totals per kommun."""
