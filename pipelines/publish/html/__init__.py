"""What every published page shares: colours and type (``base.css``), the policy, and numbers in two languages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files as package_files


def stylesheet() -> str:
    """Return ``base.css``: colour variables (light, dark, print), type, banner, header, tables, footer."""
    return _read("base.css")


def sorting() -> str:
    """Return ``sortable.js``: tables that sort by their headings."""
    return _read("sortable.js")


@cache
def _read(name: str) -> str:
    return (package_files(__package__) / name).read_text(encoding="utf-8")


def policy(scripts: Iterable[str] = (), styles: Iterable[str] = (), images: str = "data: blob:") -> str:
    """Return a Content-Security-Policy that lets a page run what is in it, by hash, and ask nobody.

    Parameters
    ----------
    scripts, styles : iterable of str
        The bodies of every inline script that runs and every inline style.
    images : str
        Sources of images. A page has none from elsewhere unless its configuration says so.
    """
    allowed = {
        "script-src": " ".join(map(_hash, scripts)) or "'none'",
        "style-src": " ".join(map(_hash, styles)) or "'none'",
        "img-src": images,
        "connect-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "default-src 'none'; " + "; ".join(f"{name} {value}" for name, value in allowed.items())


def _hash(body: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode('utf-8')).digest()).decode('ascii')}'"
