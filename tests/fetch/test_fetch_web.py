"""The way out to the network: each fault on it has a Swedish text of its own, and what to do about it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import fetch_servers as servers
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from pipelines.config.fetching import Hamta
from pipelines.core.errors import DataError
from pipelines.fetch import web

# A certificate that nobody has signed but itself, for localhost until 2126, and its key: of no other use.
KEY = """MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg29Ic0oSBI11Hs6PI
K4Mzmo+VJAXGfI8PtRrrNUUmgTihRANCAASSPAi8VNRSwlIA1IMWkHxjjoAzJX/A
cPmGpaN6oRbtMkJPJJtiMHtARv4mD2YMaIaNodyBZ7TmJ63FcXkutvbm"""
CERTIFICATE = """MIIBljCCATugAwIBAgIUM9UiW2E2y7RDgFOdFNSoMxrYh1EwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzA3NTAzMVoYDzIxMjYxMTAz
MDc1MDMxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASSPAi8VNRSwlIA1IMWkHxjjoAzJX/AcPmGpaN6oRbtMkJPJJtiMHtA
Rv4mD2YMaIaNodyBZ7TmJ63FcXkutvbmo2kwZzAdBgNVHQ4EFgQUfndbdPh1z+lq
mhDu4mKIluB80YMwHwYDVR0jBBgwFoAUfndbdPh1z+lqmhDu4mKIluB80YMwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAIiixCcnfWte1M0pOsEcGJggxSglxPADNTUi6/uxBWSyAiEA+h/IHOr7
Hg4nvGEVGvltLDi8+U7vtCLH1WYUAamy11Y="""


def out(**settings) -> web.Web:
    return web.Web(Hamta(**{"forsok": 2, "svarstid_s": 0.2, "langsta_vantan_s": 60, **settings}))


def fails(url: str, **settings) -> str:
    with pytest.raises(DataError) as e:
        out(**settings).text(url)
    return str(e.value)


@pytest.fixture
def https(tmp_path):
    """A server on https that nobody vouches for."""
    path = tmp_path / "localhost.pem"
    path.write_text(
        "".join(
            f"-----BEGIN {n}-----\n{b}\n-----END {n}-----\n"
            for n, b in (("PRIVATE KEY", KEY), ("CERTIFICATE", CERTIFICATE))
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with HTTPServer(ssl_context=context) as server:
        yield server


def test_a_text_as_large_as_allowed_and_one_byte_more(httpserver, monkeypatch):
    monkeypatch.setattr(web, "MAX_TEXT", 1 << 20)
    log = servers.Log(httpserver, "/lista", lambda r: servers.body("å" * (1 << 19), "text/plain"))
    assert out().text(httpserver.url_for("/lista")) == "å" * (1 << 19)
    log.answer = lambda r: servers.body("x" * ((1 << 20) + 1), "text/plain")
    told = fails(httpserver.url_for("/lista"))
    assert "Svaret är orimligt stort" in told and "högst 1 MB" in told and "[hamta]" in told


def test_a_certificate_nobody_vouches_for(https):
    log = servers.Log(https, "/a", lambda r: servers.body("x"))
    told = fails(https.url_for("/a"))
    assert "Serverns certifikat går inte att lita på" in told
    assert "REQUESTS_CA_BUNDLE" in told and "Stäng aldrig av kontrollen" in told
    assert len(log) == 0, "inget skickades"


def test_plain_http_where_https_was_asked_for(httpserver):
    told = fails(httpserver.url_for("/a").replace("http://", "https://"))
    assert "Servern svarar inte på https så som den ska" in told and "proxy" in told
    assert "certifikat" not in told


def test_a_redirect_that_never_ends(httpserver):
    log = servers.Log(httpserver, "/a", lambda r: servers.body("", status=302, Location=httpserver.url_for("/a")))
    told = fails(httpserver.url_for("/a"))
    assert "Servern skickar oss runt i cirkel" in told and "Försök igen senare" in told
    assert 2 < len(log) < 100


@pytest.mark.parametrize("url", ["http://statistik.example.org/a", "https://statistik.example.org/a"])
def test_a_proxy_that_is_not_there(monkeypatch, url):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://anna:hemligt@127.0.0.1:9")
    told = fails(url)
    assert "Proxyn släpper inte igenom anropet" in told and "HTTPS_PROXY" in told
    assert "hemligt" not in told


@pytest.mark.parametrize("begun", [False, True], ids=["aldrig", "halvvägs"])
def test_a_server_that_keeps_silent(httpserver, begun):
    released = threading.Event()

    def rest():
        yield b"x" * 70_000
        released.wait(30)
        yield b"y"

    def answer(request):
        if begun:
            return Response(rest(), content_type="text/plain")
        released.wait(30)
        return servers.body("x")

    servers.Log(httpserver, "/a", answer)
    try:
        told = fails(httpserver.url_for("/a"))
    finally:
        released.set()
    assert "Servern svarade inte i tid" in told and "Försök igen senare" in told
    assert "bröt förbindelsen" not in told


def test_a_server_that_never_takes_the_call():
    """Its queue is full, so nobody answers: the system goes on calling until the time is up."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        told = fails(f"http://127.0.0.1:{full.getsockname()[1]}/a")
    assert "Servern svarade inte i tid" in told


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "Servern vägrar"),
        (403, "Servern vägrar"),
        (410, "Filen finns inte på adressen"),
        (501, "Servern har ett fel hos sig"),
    ],
)
def test_a_refusal_says_which(httpserver, status, said):
    servers.Log(httpserver, "/a", lambda r: servers.body("nej", status=status))
    told = fails(httpserver.url_for("/a"))
    assert said in told and f"Fick: HTTP {status}" in told


@pytest.mark.parametrize("asked", ["nonsens", "-5", "Mon, 99 Foo 2026"])
def test_a_wait_that_cannot_be_read_is_as_none(httpserver, sleeps, asked):
    busy = servers.body("", status=503, Retry_After=asked)
    log = servers.Log(httpserver, "/a", servers.sequence(busy, servers.body("till slut")))
    assert out().text(httpserver.url_for("/a")) == "till slut"
    assert len(log) == 2 and all(s <= 60 for s in sleeps)
