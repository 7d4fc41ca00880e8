"""``make fetch`` as a planner types it, and the two ways a text is cleaned of secrets."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from pipelines.config.fetching import HamtaKolada, HamtaPts
from pipelines.core.redact import HIDDEN, Redactor, clean_url
from tests.conftest import clean_environment

ROOT = Path(__file__).parents[2]


def make(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    given = [f"RAW={tmp_path}/raw", f"OUT={tmp_path}/out", f"MAPS={tmp_path}/maps", *words]
    return subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT), "fetch", *given],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=60,
    )


def test_make_says_what_may_be_fetched(tmp_path):
    result = make(tmp_path, "BARA=nonsens", "VISA=ja")
    assert result.returncode != 0
    assert "BARA anger något som inte finns" in result.stderr and "scb-tabeller, kolada" in result.stderr
    assert not (tmp_path / "raw").exists()


def test_fetching_is_no_part_of_the_whole_job():
    result = subprocess.run(
        ["make", "-n", "-C", str(ROOT), "coverage", "RAW=/nowhere"],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=60,
    )
    assert "pipelines fetch" not in result.stdout


def test_secrets_in_every_form_are_cleaned():
    secret = "a b/ö+&"
    clean = Redactor([secret])
    coded = base64.b64encode(secret.encode()).decode()
    for text in (f"x {secret} y", "x a%20b%2F%C3%B6%2B%26 y", f"Basic {coded}"):
        assert HIDDEN in clean(text)
        assert "b/ö" not in clean(text) and "b%2F" not in clean(text) and coded not in clean(text)
    assert clean("se https://u:p@host/a?token=zzz&x=1.") == f"se {clean_url('https://u:p@host/a?token=zzz&x=1.')}"
    assert "zzz" not in clean("https://host/?sig=zzz") and "u:p" not in clean("https://u:p@host/")


@pytest.mark.parametrize("url", ["ftp://a/b", "http://example.org/", "https://u:p@example.org/", "nonsens", ""])
def test_addresses_of_the_configuration_are_held_to_https_and_carry_no_login(url):
    with pytest.raises(ValueError, match=r"https://|inloggning|webbadress"):
        HamtaKolada(url=url)
    with pytest.raises(ValueError, match=r"https://|inloggning|webbadress"):
        HamtaPts(filer=({"innehall": "teknik", "url": url},))


def test_no_login_is_in_what_make_runs(tmp_path):
    """What make runs is what others on the machine see."""
    given = {
        "LANTMATERIET_ANVANDARE": "anna-namn",
        "LANTMATERIET_LOSENORD": "hemligt-l",
        "LANTMATERIET_HEMLIGHET": "hemligt-h",
    }
    for word in ("-n", "VISA=ja"):
        result = subprocess.run(
            ["make", "-C", str(ROOT), "fetch", word, "BARA=nonsens", f"RAW={tmp_path}/raw", f"OUT={tmp_path}/out"],
            capture_output=True,
            text=True,
            env=clean_environment() | given,
            timeout=60,
        )
        assert "hemligt" not in result.stdout + result.stderr and "anna-namn" not in result.stdout + result.stderr
