"""Facts of a step: what it lists and nothing else, each of its own shape, and the same when read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.core import facts
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger, load
from tests.made_ledgers import complete


@pytest.mark.parametrize("step", facts.OF_STEP)
def test_what_a_step_leaves_is_read_back_the_same(step: str, tmp_path: Path) -> None:
    left = complete(step)
    Ledger(step, facts=left).save(tmp_path / "a.json")
    assert load(tmp_path / "a.json").facts == left


@pytest.mark.parametrize(
    "left",
    [
        {},
        {"filer": []},
        {"filer": [], "ar": 2025, "år": 1},
        {"filer": [], "ar": "2025"},
        {"filer": [], "ar": True},
        {"filer": [{"fil": "a"}], "ar": 2025},
    ],
)
def test_a_fact_that_lacks_or_is_odd_stops_when_written_and_when_read(left: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="facts of pts"):
        Ledger("pts", facts=left).save(tmp_path / "a.json")  # type: ignore[arg-type]
    (tmp_path / "a.json").write_text(json.dumps({"steg": "pts", "poster": [], "fakta": left}))
    with pytest.raises(DataError, match="andra uppgifter än programmet väntar"):
        load(tmp_path / "a.json")


def test_each_fact_is_some_steps_and_each_step_lists_known_ones() -> None:
    listed = {name for leaves in facts.OF_STEP.values() for name in (*leaves.always, *leaves.maybe)}
    assert listed == facts.Facts.__annotations__.keys()


def test_a_step_that_lists_none_leaves_none(tmp_path: Path) -> None:
    Ledger("summaries").save(tmp_path / "a.json")
    with pytest.raises(ValueError, match="befolkning"):
        Ledger("summaries", facts={"befolkning": 1.0}).save(tmp_path / "a.json")
