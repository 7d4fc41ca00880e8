"""What every published page shares: colours and type (``base.css``), the policy, and numbers in two languages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files as package_files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def stylesheet(*, demo: bool = False, intern: bool = False) -> str:
    """Return ``base.css``: colour variables (light, dark, print), type, banner, header, tables, footer.

    A page that is marked has its mark in the margin of every printed sheet, not on the first alone.
    """
    mark = " · ".join(word for word, marked in (("INTERN", intern), ("DEMO", demo)) if marked)
    margin = f'@page {{ @top-right {{ content: "{mark}"; font: 700 9pt sans-serif; }} }}\n' if mark else ""
    return text_of("pipelines.publish.words", "base.css") + margin


def sorting() -> str:
    """Return ``sortable.js``: tables that sort by their headings."""
    return text_of("pipelines.publish.words", "sortable.js")


@cache
def text_of(package: str, name: str) -> str:
    """Return a script, style sheet or table of texts that lies beside a page's code."""
    return (package_files(package) / name).read_text(encoding="utf-8")


@cache
def templates(package: str) -> Environment:
    """Return the templates beside a page's code: every value is escaped, and a missing one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


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
