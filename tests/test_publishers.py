"""The publishers are listed once: what is made from the list agrees with itself, with make and with the docs."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.core import publishers as p
from pipelines.fetch import fetch_all
from pipelines.incoming.inventory import REQUIRED
from pipelines.steps import JOB, PUBLISHERS

ROOT = Path(__file__).parents[1]


def test_every_step_of_a_publisher_is_a_step_that_reads_its_inventory() -> None:
    inputs = {s.name: s.inputs for s in JOB}
    assert all(step in inputs[step] for step in p.STEPS)
    assert set(p.CREDITED) == set(p.STEPS) == set(PUBLISHERS)


def test_make_has_the_folders_and_steps_from_the_list_alone() -> None:
    made, by_hand = ((ROOT / name).read_text(encoding="utf-8") for name in ("steps.mk", "Makefile"))
    for name, known in (("GROUPS", p.STEPS), ("FOLDERS", p.FOLDERS)):
        assert re.findall(rf"^{name} :?= (.*)$", made, re.MULTILINE) == [" ".join(known)]
        assert not re.search(rf"^{name} :?=", by_hand, re.MULTILINE)


def test_every_role_is_one_folders_and_read_by_a_step() -> None:
    names = [r.name for r in p.ROLES]
    assert len(names) == len(set(names))
    assert {r.group for r in p.ROLES} == set(p.STEPS)
    assert {r.folder for r in p.ROLES} == set(p.FOLDERS)
    assert {r.role for r in REQUIRED} <= set(names)


def test_all_that_can_be_fetched_has_its_place_in_the_order_and_one_who_fetches() -> None:
    offered = [key for d in p.DELIVERIES for key in d.fetched]
    assert sorted(offered) == sorted(p.FETCHED)
    assert all(callable(fetch_all._lister(key)) for key in p.FETCHED)


def test_the_catalogue_knows_everybody_by_the_name_in_the_ledgers() -> None:
    named = {name for d in p.DELIVERIES for name in (d.publisher, *d.others)}
    assert named - {p.BY_AGREEMENT} == p.ABOUT.keys()


def test_the_folders_have_their_line_in_raws_readme() -> None:
    page = (ROOT / "data/raw/README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)) == set(p.FOLDERS)
