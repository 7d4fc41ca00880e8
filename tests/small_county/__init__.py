"""A län of two kommuner, made by hand, and everything computed a second time by brute force."""
