"""The ground that the demo region stands on: borders, coasts, islands and lakes, made up to fit official areas."""
