"""Roads as a network: where they meet, where addresses join, and the trench along them. Arrays in, arrays out."""
