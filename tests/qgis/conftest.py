"""The ``look`` files are run by QGIS's Python, where ``qgis`` can be imported; pytest shall not import them."""

collect_ignore = ["look.py", "look_minute.py", "look_project.py"]
