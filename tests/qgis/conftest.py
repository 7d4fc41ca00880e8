"""``look.py`` is run by QGIS's Python, where ``qgis`` can be imported; pytest shall not import it."""

collect_ignore = ["look.py"]
