"""The notebook runs on the results of a small county, from top to bottom."""

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]


def test_the_notebook_runs_and_its_sums_agree(small_edition, monkeypatch):
    monkeypatch.setenv("OUT", os.path.relpath(small_edition / "out", ROOT))
    monkeypatch.setenv("MPLBACKEND", "agg")
    book = nbformat.read(ROOT / "notebooks/resultat.ipynb", as_version=4)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    texts = [o["text"] for c in book.cells for o in c.get("outputs", []) if o["output_type"] == "stream"]
    assert any("Körning" in t for t in texts)
    tables = [o for c in book.cells for o in c.get("outputs", []) if o["output_type"] == "execute_result"]
    assert len(tables) >= 4


def test_the_notebook_is_kept_without_outputs():
    book = nbformat.read(ROOT / "notebooks/resultat.ipynb", as_version=4)
    assert all(not c.get("outputs") for c in book.cells)
