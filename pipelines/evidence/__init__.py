"""What operators and the region say of coverage, matched to addresses, and how surely."""
