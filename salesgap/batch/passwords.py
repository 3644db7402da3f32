"""The passwords of encrypted packs: a CSV file that the analyst keeps, read and never written.

Its header is ``id,password``; the id is a manager's person_id, or a region's name for its summary.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from salesgap.errors import ParamsError

SHORTEST, LONGEST = 12, 127  # characters, and bytes in UTF-8: more than that AES-256 PDFs cut off
_LEAST_DIFFERENT = 6
_KEY = "report.encrypt"


def read_passwords(path: Path) -> dict[str, str]:
    """The password of each id. Raises ``ParamsError`` naming ids, never a password.

    Each is as a reader's keyboard may write it: composed, compatible characters (NFKC).
    """
    rows = _rows(path)
    found = {id: unicodedata.normalize("NFKC", password) for id, password in rows}
    if len(found) < len(rows):
        twice = sorted({id for id, _ in rows if [other for other, _ in rows].count(id) > 1})
        raise _fault(path, f"named twice: {', '.join(twice)}", "keep one line for each")
    weak = sorted(id for id, password in found.items() if _weak(id, password))
    if weak:
        do = f"{SHORTEST} characters or more, {_LEAST_DIFFERENT} of them different, without the id"
        raise _fault(path, f"too weak a password for {', '.join(weak)}", do)
    if shared := _shared(found):
        raise _fault(path, f"the same password for {', '.join(shared)}", "give each their own")
    return found


def require(passwords: Mapping[str, str], ids: Iterable[str], path: Path) -> None:
    """Raise ``ParamsError`` naming all of ``ids`` that have no password."""
    missing = sorted(set(ids) - set(passwords))
    if missing:
        raise _fault(path, f"no password for {', '.join(missing)}", "add a line for each")


def _rows(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if reader.fieldnames != ["id", "password"]:
                raise _fault(path, "its header is not id,password", "write that as its first line")
            lines = list(reader)
    except OSError as error:
        raise _fault(path, f"cannot be read ({error.strerror})", "check the path") from None
    except (UnicodeDecodeError, csv.Error):
        raise _fault(path, "is no CSV in UTF-8", "save it again as CSV UTF-8") from None
    for number, line in enumerate(lines, start=1):
        if None in line or None in line.values():
            raise _fault(
                path, f"entry {number} is not two cells", "put a password with a comma into quotes"
            )
    return [(line["id"], line["password"]) for line in lines]


def _weak(id: str, password: str) -> bool:
    short = len(password) < SHORTEST or len(set(password)) < _LEAST_DIFFERENT
    too_long = len(password.encode("utf-8", "replace")) > LONGEST
    return short or too_long or id.casefold() in password.casefold() or not password.isprintable()


def _shared(passwords: Mapping[str, str]) -> list[str]:
    by_password: dict[str, list[str]] = {}
    for id, password in passwords.items():
        by_password.setdefault(password, []).append(id)
    return sorted(id for ids in by_password.values() if len(ids) > 1 for id in ids)


def _fault(path: Path, what: str, do: str) -> ParamsError:
    return ParamsError(what, where=f"{_KEY}: {path}", do=do)
