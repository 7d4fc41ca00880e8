"""The web map's scripts, in the page in the order of ``webmap_html``."""
