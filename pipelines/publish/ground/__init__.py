"""The ground under every map: water, roads, names; generalised once, drawn by each product in its own way."""
