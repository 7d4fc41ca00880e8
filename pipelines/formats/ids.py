"""One form of every id: the same address is the same text, however a file spells it.

A UUID is written in lower case with hyphens, whether it came in upper case, in braces, without hyphens, as
``urn:uuid:…`` or within quotes. An id that is no UUID is kept as it stands, but for space and quotes round it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_HEX = "[0-9a-fA-F]"
_DASH = "[-\u2010-\u2015\u2212_ ]?"
_UUID = r"^(?i:urn:)?(?i:uuid:)?[{(\[]?" + _DASH.join(f"({_HEX}{{{n}}})" for n in (8, 4, 4, 4, 12)) + r"[})\]]?$"
_CANONICAL = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_AROUND = "= \t\r\n\u00a0\u200b\u200e\u202f\ufeff\"'\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
"""What stands round an id and is no part of it: space, visible or not, quotes, and Excel's way to write ="text"."""
BY_EXCEL = r"^\s*[0-9]([.,][0-9]+)?[eE]\+[0-9]+\s*$"
"""A long number as Excel shows it, its last digits lost."""


def normal_ids(ids: pa.Array) -> pa.Array:
    """Return ids in their one form; null, and what is empty without space and quotes, is null.

    Parameters
    ----------
    ids : pyarrow string array, shape (n,)

    Returns
    -------
    pyarrow string array, shape (n,)

    Examples
    --------
    >>> import pyarrow as pa
    >>> normal_ids(pa.array(["{6611A2B1-4011-5F0C-BCD0-309E19A25D78}", " AB-7 ", "''"])).to_pylist()
    ['6611a2b1-4011-5f0c-bcd0-309e19a25d78', 'AB-7', None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(ids.type):
        ids = pc.cast(ids, pa.string())
    if pc.all(pc.match_substring_regex(ids, _CANONICAL), min_count=0).as_py():
        return ids  # as the publisher delivers them: nothing to rewrite
    bare = pc.utf8_trim(ids, _AROUND)
    uuid = pc.match_substring_regex(bare, _UUID)
    whole = pc.utf8_lower(pc.replace_substring_regex(bare, _UUID, r"\1-\2-\3-\4-\5"))
    known = pc.if_else(uuid, whole, bare)
    return pc.if_else(pc.equal(known, ""), pa.scalar(None, pa.string()), known)
