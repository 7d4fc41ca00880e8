"""What the page tells beside the map: legend, cards, lists."""
