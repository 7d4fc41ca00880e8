"""The demo region's earlier years: through the published shares, read by the project's own adapters, marked DEMO."""

from __future__ import annotations

import pytest

from pipelines.core.ledger import Ledger
from pipelines.formats.xlsx import read_sheets
from pipelines.incoming.marks import demo_mark
from pipelines.read.kolada.kolada_answers import read_kolada
from pipelines.read.pts.pts_historic import read_historic


@pytest.fixture(scope="module")
def files(blekinge):
    region, folder = blekinge
    (book,) = (folder / "pts").glob("*historiska*.xlsx")
    (answer,) = (folder / "kolada").glob("*.json")
    return region, book, answer


def test_both_carry_the_mark(files):
    _, book, answer = files
    assert demo_mark(book) and demo_mark(answer)


def test_the_workbook_has_pts_own_shape_and_every_year(files):
    region, book, _ = files
    ledger = Ledger("x")
    frame = read_historic(read_sheets(book), region, ledger)
    assert not [e for e in ledger.entries if e.kind in ("varning", "bortfall")]
    assert set(frame["ar"]) == set(range(2015, 2023))
    assert set(frame["kommunkod"]) == {"", *region.kommunkoder} and set(frame["niva"]) == {"riket", "lan", "kommun"}
    assert {"fiber", "narhet_fiber", "kabel_tv", "xdsl", "vdsl", "lte", "fast_radio"} == set(frame["matt"])
    lan = frame[(frame["niva"] == "lan") & (frame["matt"] == "fiber")].sort_values("ar")
    assert lan["andel"].iloc[-1] > lan["andel"].iloc[0] + 0.05, "fibern byggs ut"
    copper = frame[(frame["niva"] == "lan") & (frame["matt"] == "xdsl")].sort_values("ar")
    assert copper["andel"].iloc[-1] < copper["andel"].iloc[0]


def test_kolada_goes_through_the_published_shares(files):
    """In the calibration file: Ronneby had 11 % in 2015 (households, before the change to population)."""
    region, _, answer = files
    table, newest = read_kolada([answer], region, Ledger("x"))
    assert newest[answer] == region.demo.ar
    at = table.set_index(["kpi", "kommunkod", "ar"])["andel"]
    assert at["N07900", "1081", 2015] == pytest.approx(0.11, abs=5e-5)
    assert set(table["kommunkod"]) == {"0010", *region.kommunkoder}
    assert int(table.loc[table["kpi"] == "N07918", "ar"].min()) == 2017
    for kod in region.kommunkoder:
        low, high = sorted((at["N07919", kod, 2020], at["N07920", kod, 2020]))
        assert low - 1e-4 <= at["N07918", kod, 2020] <= high + 1e-4
