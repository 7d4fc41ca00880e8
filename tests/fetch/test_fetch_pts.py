"""PTS's workbooks: a site that refuses programs, pages instead of files, files already there; and the engine itself."""

from __future__ import annotations

import errno
import json

import fetch_servers as servers
import pts_files
import pytest

from pipelines.core.errors import DataError
from pipelines.fetch import download, fetch_all, receipt

NAME = "tabellbilaga_teknik_v1.0.xlsx"
URI = f"/pts/{NAME}"


@pytest.fixture
def workbook(tmp_path) -> bytes:
    return pts_files.book(tmp_path / "hos/t.xlsx", {"Teknik kommun hushåll": pts_files.teknik()}).read_bytes()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(download, "CHUNK", 500)


@pytest.fixture
def goal(paths):
    return paths.raw / "pts" / NAME


def failed(region, paths, capsys) -> str:
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths, "pts")
    assert "1 av hämtningarna lyckades inte" in str(e.value)
    return capsys.readouterr().err


def test_once_and_never_again(httpserver, region, paths, workbook, goal, capsys):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    assert goal.read_bytes() == workbook and len(log) == 1
    note = receipt.read_receipt(goal)
    assert (note.referensdatum, note.licens) == ("2025-10-01", "Ingen licens angiven. Källa: PTS")
    fetch_all.run(region, paths, "pts")
    assert len(log) == 1, "adressen är en utgåva: den ändras inte"
    fetch_all.run(region, paths, "pts", "", "ja")
    assert len(log) == 2 and log.requests[1].headers["If-None-Match"] == '"v1"'
    assert "oförändrad hos utgivaren" in capsys.readouterr().out


@pytest.mark.parametrize("status", [403, 406])
def test_a_site_that_refuses_programs(httpserver, region, paths, goal, capsys, status):
    servers.Log(httpserver, URI, lambda r: servers.body("no", status=status))
    told = failed(region, paths, capsys)
    assert f"Webbplatsen lämnar inte ut {NAME} till ett program" in told
    assert "Öppna https://statistik.example.org/dokument i en webbläsare" in told and str(goal) in told


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/vnd.openxmlformats-officedocument"])
def test_a_bot_page_instead_of_a_workbook(httpserver, region, paths, goal, capsys, kind):
    servers.Log(httpserver, URI, lambda r: servers.body(servers.BOT, kind))
    told = failed(region, paths, capsys)
    assert "en webbsida med rubriken «Verifying you are human»" in told and str(goal) in told
    assert not goal.exists()


def test_another_kind_of_file(httpserver, region, paths, capsys):
    servers.Log(httpserver, URI, lambda r: servers.body(b"%PDF-1.7 ...", "application/pdf"))
    told = failed(region, paths, capsys)
    assert "Svaret är inte av rätt slag" in told and "application/pdf" in told and "%PDF-1.7" in told


def test_a_name_that_is_gone(httpserver, region, paths, capsys):
    servers.Log(httpserver, URI, lambda r: servers.body("x", status=404))
    told = failed(region, paths, capsys)
    assert "Filen finns inte på adressen" in told and "https://statistik.example.org/dokument" in told


def test_a_workbook_with_something_else_and_the_earlier_kept(
    httpserver, region, paths, workbook, goal, tmp_path, capsys
):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    other = pts_files.book(tmp_path / "hos/o.xlsx", {"Blad": [["Något", "annat"], [1, 2]]}).read_bytes()
    log.answer = servers.whole(other, '"v2"')
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "pts", "", "ja")
    told = capsys.readouterr().err
    assert "Det hämtade duger inte: Ingen rubrikrad i arbetsboken känns igen" in told
    assert "Den tidigare filen är kvar, orörd" in told
    assert goal.read_bytes() == workbook
    assert receipt.read_receipt(goal).etag == '"v1"'


def test_a_file_a_person_has_put_there_stands(httpserver, region, paths, workbook, goal, capsys):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    goal.parent.mkdir(parents=True)
    goal.write_bytes(workbook)
    fetch_all.run(region, paths, "pts")
    assert len(log) == 0 and "lagd för hand" in capsys.readouterr().out


def test_the_same_edition_under_another_name_is_not_doubled(httpserver, region, paths, workbook, goal, capsys):
    servers.Log(httpserver, URI, servers.whole(workbook))
    goal.parent.mkdir(parents=True)
    (goal.parent / "min_teknik.xlsx").write_bytes(workbook)
    told = failed(region, paths, capsys)
    assert "Mappen har redan PTS:s teknik för 2025, i en fil med annat namn" in told and "min_teknik.xlsx" in told
    assert not goal.exists()


# --- the engine: cut, resumed, short, too large, full -----------------------------------------------------


def test_a_cut_connection_is_taken_up_where_it_broke(httpserver, region, paths, workbook, goal, sleeps):
    log = servers.Log(httpserver, URI, servers.sequence(servers.cut(workbook, 1000), servers.whole(workbook)))
    fetch_all.run(region, paths, "pts")
    assert goal.read_bytes() == workbook
    second = log.requests[1]
    assert (second.headers["Range"], second.headers["If-Range"]) == ("bytes=1000-", '"v1"')
    assert 1.0 in sleeps, "en paus före nästa försök"


def test_a_killed_run_is_taken_up_by_the_next(httpserver, region, paths, workbook, goal, capsys):
    log = servers.Log(httpserver, URI, lambda r: servers.cut(workbook, 1000))
    told = failed(region, paths, capsys)
    assert "Servern går inte att nå, eller bröt förbindelsen" in told
    assert len(log) == 3, "så många försök som konfigurationen säger"
    assert not goal.exists() and (goal.parent / f".hamtas/{NAME}.del").stat().st_size == 1000
    log.answer = servers.whole(workbook)
    fetch_all.run(region, paths, "pts")
    assert log.requests[-1].headers["Range"] == "bytes=1000-"
    assert goal.read_bytes() == workbook and not (goal.parent / ".hamtas").exists()


def test_a_file_that_changed_meanwhile_is_begun_anew(httpserver, region, paths, workbook, goal):
    log = servers.Log(
        httpserver, URI, servers.sequence(servers.cut(b"PK" + b"x" * 5000, 1000, '"old"'), servers.whole(workbook))
    )
    fetch_all.run(region, paths, "pts")
    assert log.requests[1].headers["If-Range"] == '"old"'
    assert goal.read_bytes() == workbook, "inget av den gamla filen i den nya"


def test_a_server_without_ranges(httpserver, region, paths, workbook, goal):
    log = servers.Log(
        httpserver, URI, servers.sequence(servers.cut(workbook, 1000, ""), lambda r: servers.body(workbook))
    )
    fetch_all.run(region, paths, "pts")
    assert "Range" not in log.requests[1].headers, "utan namn på versionen går den inte att fortsätta på"
    assert goal.read_bytes() == workbook


def test_a_weak_etag_is_no_ground_to_go_on(httpserver, region, paths, workbook, goal):
    log = servers.Log(
        httpserver, URI, servers.sequence(servers.cut(workbook, 1000, 'W/"v1"'), lambda r: servers.body(workbook))
    )
    fetch_all.run(region, paths, "pts")
    assert "Range" not in log.requests[1].headers and goal.read_bytes() == workbook


def test_a_server_that_answers_with_the_wrong_part(httpserver, region, paths, workbook, goal):
    def wrong(request):
        if "Range" in request.headers:
            return servers.body(
                workbook[500:], status=206, ETag='"v1"', Content_Range=f"bytes 500-{len(workbook) - 1}/{len(workbook)}"
            )
        return servers.body(workbook, ETag='"v1"')

    servers.Log(httpserver, URI, servers.sequence(servers.cut(workbook, 1000), wrong))
    fetch_all.run(region, paths, "pts")
    assert goal.read_bytes() == workbook


def test_busy_and_broken_servers_are_tried_again(httpserver, region, paths, workbook, goal, sleeps):
    busy, broken = servers.body("", status=429, Retry_After="13"), servers.body("", status=503)
    servers.Log(httpserver, URI, servers.sequence(busy, broken, servers.whole(workbook)))
    fetch_all.run(region, paths, "pts")
    assert goal.read_bytes() == workbook
    assert sleeps[0] == 13, "så länge som servern bad om"
    assert len(sleeps) == 2 and sleeps[1] > 0, "annars längre för varje gång"


def test_a_server_that_asks_for_too_long_a_wait(httpserver, region, paths, capsys, sleeps):
    log = servers.Log(httpserver, URI, lambda r: servers.body("", status=429, Retry_After="7200"))
    told = failed(region, paths, capsys)
    assert "Servern säger att vi frågar för ofta" in told and "7200 s" in told
    assert len(log) == 1 and sleeps == [], "ingen väntar i två timmar"


def test_questions_to_one_host_keep_their_distance(httpserver, region, paths, workbook, sleeps):
    servers.Log(httpserver, URI, servers.sequence(servers.cut(workbook, 10), servers.whole(workbook)))
    pts = region.hamta.pts.model_copy(update={"paus_s": 30.0})
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"pts": pts})})
    fetch_all.run(region, paths, "pts")
    assert any(28 < s <= 30 for s in sleeps)


def test_nothing_larger_than_allowed(httpserver, region, paths, workbook, goal, capsys):
    large = workbook + b"\0" * (2 << 20)
    log = servers.Log(httpserver, URI, lambda r: servers.cut(large, 500))
    small = region.model_copy(update={"hamta": region.hamta.model_copy(update={"storsta_mb": 1})})
    pieces = servers.Response(iter([large[: 1 << 19]] * 5))  # of a length that nobody tells
    for answer in (log.answer, lambda r: servers.body(large), lambda r: pieces):
        log.answer = answer
        told = failed(small, paths, capsys)
        assert "Filen är större än den får vara" in told and "högst 1 MB" in told
        assert not list(goal.parent.glob(".hamtas/*"))


def test_an_empty_answer(httpserver, region, paths, capsys):
    servers.Log(httpserver, URI, lambda r: servers.body(b"", "application/octet-stream"))
    told = failed(region, paths, capsys)
    assert "Svaret är inte av rätt slag" in told


def test_a_full_disk_leaves_the_earlier_file(httpserver, region, paths, workbook, goal, capsys, monkeypatch):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    log.answer = servers.whole(workbook + b"\0", '"v2"')

    class Full:
        def __init__(self, *a, **k): ...
        def __enter__(self):
            return self

        def __exit__(self, *a): ...
        def update(self, n):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "tqdm", Full)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "pts", "", "ja")
    told = capsys.readouterr().err
    assert "Det finns inte plats på disken" in told and "Den tidigare filen är kvar" in told
    assert goal.read_bytes() == workbook and not list(goal.parent.glob(".hamtas/*.del"))


def test_a_disk_without_room_is_known_before(httpserver, region, paths, workbook, goal, capsys, monkeypatch):
    servers.Log(httpserver, URI, servers.whole(workbook))
    monkeypatch.setattr(download, "SPARE", 1 << 62)
    told = failed(region, paths, capsys)
    assert "Det finns inte plats på disken" in told and "MB ledigt" in told and not goal.exists()


def test_a_server_that_is_not_there(region, paths, capsys, sleeps):
    pts = region.hamta.pts.model_copy(
        update={"filer": (region.hamta.pts.filer[0].model_copy(update={"url": f"http://127.0.0.1:9/{NAME}"}),)}
    )
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"pts": pts})})
    told = failed(region, paths, capsys)
    assert "Servern går inte att nå, eller bröt förbindelsen" in told


def test_a_spoiled_file_is_fetched_again(httpserver, region, paths, workbook, goal):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    goal.write_bytes(workbook[:-10])
    fetch_all.run(region, paths, "pts")
    assert goal.read_bytes() == workbook
    assert "If-None-Match" not in log.requests[-1].headers, "det som ligger där är inte det som hämtades"


# --- what the command says ------------------------------------------------------------------------------


def test_a_listing_fetches_nothing(httpserver, region, paths, workbook, goal, capsys):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts", "ja")
    assert f"pts/{NAME}: skulle hämtas" in capsys.readouterr().out
    assert len(log) == 0 and not goal.exists()


def test_the_end_says_what_remains(httpserver, region, paths, workbook, capsys):
    servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    said = capsys.readouterr().out
    assert said.startswith("  [1/1] ")
    assert "Kvar innan make coverage kan räkna på riktiga uppgifter" in said
    assert "Saknas: adresser" in said and "Saknas: befolkning" in said and "tabellbilaga teknik" not in said


@pytest.mark.parametrize(
    ("args", "said"),
    [(("nonsens",), "BARA anger något som inte finns"), (("", "kanske"), "VISA ska vara ja eller nej")],
)
def test_words_that_mean_nothing(region, paths, args, said):
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths, *args)
    assert said in str(e.value)


def test_the_demo_folder_is_never_fetched_into(region, paths):
    (paths.raw / "DEMO.json").write_text("{}")
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths)
    assert "Mappen är demoregionens" in str(e.value)


def test_one_failure_stops_no_other(httpserver, region, paths, workbook, goal, capsys):
    """Nothing but PTS answers: the workbook comes all the same, and every other publisher is told of."""
    servers.Log(httpserver, URI, servers.whole(workbook))
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths)
    assert goal.exists()
    assert "av hämtningarna lyckades inte" in str(e.value) and len(e.value.details) == 4


def test_an_inventory_passes_over_receipts_and_uses_them(httpserver, region, paths, workbook, goal):
    from pipelines.incoming import inventory

    servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    listed, unknown = inventory.list_inputs(paths.raw)
    assert [p for p, _ in listed] == [goal] and unknown == []
    item = inventory.describe(goal, listed[0][1], paths.raw)
    assert item["hamtad_fran"].endswith(URI) and item["referensdatum"] == "2025-10-01"
    goal.write_bytes(workbook + b"\0")
    assert "hamtad_fran" not in inventory.describe(goal, listed[0][1], paths.raw), "kvittot gäller en annan fil"
    body = json.loads(goal.with_name(goal.name + ".kalla.json").read_text())
    assert set(body) >= {"url", "hamtad", "sha256", "bytes", "licens", "referensdatum", "etag"}
