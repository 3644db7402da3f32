"""An export that lies elsewhere, such as ``s3://bucket/export``: copied here before it is read."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from salesgap.crm.reading.read import DATA_FILES
from salesgap.errors import SourceError
from salesgap.params import Source

_LOGIN = re.compile(r"//[^/@]*@")


@contextmanager
def at_hand(source: Source) -> Iterator[Source]:
    """The source as it is; one whose folder is a URL with a copy that goes when the block ends.

    Raises ``SourceError`` if there is no such folder or it cannot be read.
    """
    if not isinstance(source.folder, str):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir()
        with _answering(_LOGIN.sub("//…@", source.folder)):
            _fetch(source.folder, folder)
        yield source.model_copy(update={"folder": folder})


def _fetch(url: str, folder: Path) -> None:
    """Copy the data files of ``url``, any that fsspec knows, into ``folder``."""
    import fsspec

    system, root = fsspec.core.url_to_fs(url)
    for entry in system.ls(root, detail=True):
        name = PurePosixPath(entry["name"]).name
        if PurePosixPath(name).suffix.lower() not in DATA_FILES or entry["type"] == "directory":
            continue
        if entry["type"] == "link" or entry.get("islink"):
            raise SourceError("is a link", where=name, do="copy the file itself")
        system.get_file(entry["name"], str(folder / name))


@contextmanager
def _answering(where: str) -> Iterator[None]:
    """What goes wrong in the block is the store's, whose errors are of many kinds.

    Their text may hold a key: it is not quoted.
    """
    try:
        yield
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(
            "no such folder", where=where, do="correct source.folder in the params"
        ) from None
    except ImportError as error:
        raise SourceError(
            f"needs a package that is not installed ({error})",
            where=where,
            do="install it, such as s3fs for s3://",
        ) from None
    except Exception as error:
        what, do = f"cannot be read ({type(error).__name__})", "check the address and the rights"
        raise SourceError(what, where=where, do=do) from error
