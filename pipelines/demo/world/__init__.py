"""The made-up county itself: land, places, houses, people, networks."""
