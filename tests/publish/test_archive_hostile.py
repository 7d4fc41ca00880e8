"""Packages from outside: what could write elsewhere or fill the disk is refused before a byte is unpacked."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from pipelines.core.errors import DataError
from pipelines.orders.archive.checks import unpack


def zipped(path: Path, *entries: tuple[str, bytes], **fields: int) -> Path:
    """Write a zip with names just as given; ``fields`` are set on each entry."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            entry = zipfile.ZipInfo("x")
            entry.filename = entry.orig_filename = name
            entry.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(entry, field, value)
            archive.writestr(entry, body)
    return path


def refused(package: Path, tmp_path: Path) -> str:
    goal = tmp_path / "goal"
    goal.mkdir()
    with pytest.raises(DataError) as error:
        unpack.unpacked(package, goal)
    assert list(goal.iterdir()) == [], "nothing has been unpacked"
    assert "Traceback" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "bag/../../evil.txt",
        "/etc/evil",
        "bag/./evil",
        "bag//evil",
        "bag\\..\\evil",
        "C:/evil",
        "bag/evil\x1b[31m",
        "bag/a\nb",
        "evil.txt",
        "bag/",
        "bag/ evil",
        "bag/e\N{COMBINING ACUTE ACCENT}",
        "bag/a*b",
        "..",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    package = zipped(tmp_path / "p.zip", ("bag/bagit.txt", b"x"), (name, b"x"))
    assert "avvisas" in refused(package, tmp_path)
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFDIR])
def test_a_link_or_device_is_refused(tmp_path, kind):
    package = zipped(tmp_path / "p.zip", ("bag/a", b"/etc/passwd"), external_attr=(kind | 0o777) << 16)
    assert "ingen vanlig fil" in refused(package, tmp_path)


@pytest.mark.parametrize("names", [("bag/a", "bag/a"), ("bag/a", "bag/A"), ("bag/a", "bag/a/b"), ("bag/a", "other/a")])
def test_names_that_collide_are_refused(tmp_path, names):
    with pytest.warns(UserWarning, match="Duplicate") if len(set(names)) == 1 else open(os.devnull):
        package = zipped(tmp_path / "p.zip", *((n, b"x") for n in names))
    assert "avvisas" in refused(package, tmp_path)


def test_a_bomb_is_refused(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a", bytes(unpack.SMALL + 1)))
    assert package.stat().st_size < 200_000
    assert "gånger så stort" in refused(package, tmp_path)


def test_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_FILES", 3)
    package = zipped(tmp_path / "p.zip", *((f"bag/{i}", b"") for i in range(4)))
    assert "1–3 filer" in refused(package, tmp_path)


def test_an_empty_zip_is_refused(tmp_path):
    assert "avvisas" in refused(zipped(tmp_path / "p.zip"), tmp_path)


def test_more_than_the_disk_has_room_for_is_refused(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a", b"12345678"))
    with zipfile.ZipFile(package) as archive:
        with pytest.raises(DataError, match="plats"):
            unpack.measured(package, archive, free=7)
        assert len(unpack.measured(package, archive, free=8)) == 1


def test_an_encrypted_file_is_refused(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a", b"x"))
    body = bytearray(package.read_bytes())
    body[body.index(b"PK\x01\x02") + 8] |= 1
    package.write_bytes(body)
    assert "krypterad" in refused(package, tmp_path)


def test_files_that_share_bytes_are_refused(tmp_path):
    """Ten directory entries that all point at the same large file: the zip stays small, the disk does not."""
    package = zipped(tmp_path / "p.zip", ("bag/00", os.urandom(50_000)))
    body = package.read_bytes()
    start, end = body.index(b"PK\x01\x02"), body.index(b"PK\x05\x06")
    one = body[start:end]
    many = b"".join(one.replace(b"bag/00", b"bag/%02d" % i) for i in range(10))
    tail = bytearray(body[end:])
    struct.pack_into("<HHL", tail, 8, 10, 10, len(many))
    package.write_bytes(body[:start] + many + tail)
    with zipfile.ZipFile(package) as archive:
        assert len(archive.infolist()) == 10
    assert "överlappar" in refused(package, tmp_path)


def test_a_file_that_says_it_is_smaller_than_it_is_is_refused(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a", bytes(1_000_000)))
    body = bytearray(package.read_bytes())
    struct.pack_into("<L", body, body.index(b"PK\x01\x02") + 24, 10)
    package.write_bytes(body)
    goal = tmp_path / "goal"
    goal.mkdir()
    with pytest.raises(DataError, match="skadat"):
        unpack.unpacked(package, goal)
    assert sum(p.stat().st_size for p in goal.rglob("*")) < 100_000


@pytest.mark.parametrize("body", [b"", b"no zip", b"PK\x05\x06", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_told(tmp_path, body):
    (tmp_path / "p.zip").write_bytes(body)
    assert "skadat" in refused(tmp_path / "p.zip", tmp_path)


def test_a_zip_cut_short_is_told(tmp_path):
    whole = zipped(tmp_path / "p.zip", ("bag/a", os.urandom(10_000))).read_bytes()
    (tmp_path / "p.zip").write_bytes(whole[:-50])
    assert "skadat" in refused(tmp_path / "p.zip", tmp_path)


def test_a_plain_zip_is_unpacked_as_it_is(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a.txt", b"a"), ("bag/data/åäö.txt", b"b"))
    goal = tmp_path / "goal"
    goal.mkdir()
    assert unpack.unpacked(package, goal) == goal / "bag"
    assert (goal / "bag/a.txt").read_bytes() == b"a"
    assert (goal / "bag/data/åäö.txt").read_bytes() == b"b"


@pytest.mark.parametrize("kind", ["file", "folder", "pipe"])
def test_a_link_or_pipe_in_a_folder_is_refused(tmp_path, kind):
    bag = tmp_path / "bag"
    (bag / "data").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    if kind == "pipe":
        os.mkfifo(bag / "data/x")
    else:
        target = tmp_path / "secret"
        if kind == "file":
            target = target / "a"
            target.write_text("hemligt")
        (bag / "data/x").symlink_to(target)
    with pytest.raises(DataError, match="avvisas"):
        unpack.folder(bag)


def test_the_names_in_an_error_are_safe_for_a_terminal(tmp_path):
    package = zipped(tmp_path / "p.zip", ("bag/a", b"x"), ("bag/\x1b]0;evil\x07", b"x"))
    said = refused(package, tmp_path)
    assert io.StringIO(said).read().isprintable() or all(c.isprintable() or c == "\n" for c in said)
