"""A region whose publishers are local servers, and a clock that does not wait."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))


@pytest.fixture(autouse=True)
def sleeps(monkeypatch) -> list[float]:
    """How long each wait would have been; nothing waits."""
    waited: list[float] = []
    now = time.monotonic
    monkeypatch.setattr(time, "sleep", waited.append)
    # A pause that was slept is a pause that has passed.
    monkeypatch.setattr(time, "monotonic", lambda: now() + sum(waited))
    return waited


@pytest.fixture(autouse=True)
def no_login(monkeypatch) -> None:
    """No login from the environment of whoever runs the tests, and no proxy."""
    for name in ("ANVANDARE", "LOSENORD", "NYCKEL", "HEMLIGHET", "TOPOGRAFI_ORDER"):
        monkeypatch.delenv(f"LANTMATERIET_{name}", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def region(httpserver):
    """Three kommuner; every address of [hamta] is the local server's."""
    import pts_files

    from pipelines.config import fetching as f

    base = httpserver.url_for("").rstrip("/")
    hamta = f.Hamta(
        forsok=3,
        svarstid_s=5,
        storsta_mb=20,
        langsta_vantan_s=60,
        scb=f.HamtaScb(wfs=f"{base}/wfs", paus_s=0, sidstorlek=2),
        scb_tabeller=f.HamtaScbTabeller(url=f"{base}/px", fran_ar=2023, bostader=""),
        kolada=f.HamtaKolada(url=f"{base}/kolada/v3/", fragor_per_sekund=1000),
        pts=f.HamtaPts(
            sida="https://statistik.example.org/dokument",
            paus_s=0,
            filer=(f.HamtaPtsFil(innehall="teknik", url=f"{base}/pts/tabellbilaga_teknik_v1.0.xlsx"),),
        ),
        lantmateriet=f.HamtaLantmateriet(
            stac=f"{base}/stac",
            token_url=f"{base}/token",
            paus_s=0,
            samling_granser="",
            topografi_url=f"{base}/geotorget",
            topografi_teman=(),
            filvardar=(f"{httpserver.host}:{httpserver.port}",),
        ),
    )
    return pts_files.region().model_copy(update={"hamta": hamta})


@pytest.fixture
def paths(tmp_path):
    import gpkg_files

    return gpkg_files.paths(tmp_path)
