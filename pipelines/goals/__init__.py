"""How far every place is from every goal, and how we stand beside what others publish."""
