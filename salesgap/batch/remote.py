"""An output folder elsewhere, such as ``s3://bucket/run``: worked on here, and followed there.

Object stores know no rename, but show a file only when it is whole. So the batch works in a folder
of this machine as ever, and what it publishes is uploaded as it goes: a pack's files, and then the
manifest that names them. What is due was told as waiting before. So a batch that is killed at any
moment leaves there what a killed batch leaves here.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from salesgap.batch import scratch
from salesgap.batch.execute import printable
from salesgap.batch.files import sha256
from salesgap.batch.folder import DATA, LOCK, QUARANTINE
from salesgap.batch.manifest import NAME, Manifest
from salesgap.errors import OutputError, SalesgapError

_SECONDS_BETWEEN_MANIFESTS = 5.0


def is_remote(output: str | Path) -> bool:
    """Whether ``output`` is a URL: any that fsspec knows."""
    return isinstance(output, str) and "://" in output


class Mirror:
    """A folder here (``here``) that is followed at a URL. Made by :func:`mirrored`."""

    def __init__(self, url: str, here: Path) -> None:
        import fsspec

        self.here = here
        self._url = printable(url.rstrip("/"))
        options = {"auto_mkdir": True} if url.startswith(("file://", "local://")) else {}
        with self._answering():
            self._system, self._root = fsspec.core.url_to_fs(url.rstrip("/"), **options)
            self._system.invalidate_cache()
            self._there = {name for name in self._names() if ".." not in PurePosixPath(name).parts}
        self._fetched: dict[str, str] = {}
        self._manifest_told = 0.0

    def refuse_others(self) -> None:
        """Raise ``OutputError`` if there are files that are not of an earlier run."""
        if self._there - {LOCK} and NAME not in self._there:
            raise OutputError(
                "holds files that are not of an earlier run",
                where=self._url,
                do="name a new or empty folder",
            )

    def fetch(self, *, teams: bool) -> None:
        """Bring the manifest and the files that it names, and with ``teams`` the prepared ones."""
        if NAME not in self._there:
            return
        self._get([NAME])
        manifest = Manifest.read(self.here)
        assert manifest is not None
        named = {name for record in manifest.records for name in record.files}
        self._get(sorted(named & self._there))
        if teams:
            prepared = [name for name in self._there if name.startswith(f"{DATA}/")]
            self._get(prepared)
            self._fetched = {name: sha256(self.here / name) for name in prepared}

    def update(self, written: Sequence[str] = (), removed: Iterable[str] = ()) -> None:
        """Follow: files written, the manifest that names them, files removed; in that order.

        The manifest alone may be some seconds late: it is large where packs are many.
        """
        removed = self._there.intersection(removed)
        self._put(written)
        if not written or time.monotonic() > self._manifest_told + _SECONDS_BETWEEN_MANIFESTS:
            self._put([NAME])
            self._manifest_told = time.monotonic()
        self._remove(removed)

    def finish(self) -> None:
        """Follow with the manifest, the prepared teams, and what was set aside."""
        self._put([NAME])
        for folder in (DATA, QUARANTINE):
            files = [path for path in (self.here / folder).rglob("*") if path.is_file()]
            names = {path.relative_to(self.here).as_posix() for path in files}
            self._put(n for n in sorted(names) if self._fetched.get(n) != sha256(self.here / n))
            self._remove({n for n in self._there if n.startswith(f"{folder}/")} - names)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder there. Raises ``OutputError`` if another batch does, or seems to."""
        owner = f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}"
        since = datetime.now(UTC).isoformat(timespec="seconds")
        mine = json.dumps({"owner": owner, "since": since, "key": secrets.token_hex(8)}).encode()
        lock = self._path(LOCK)
        try:
            with self._answering():
                if self._system.exists(lock):  # not every store can create and not replace
                    raise FileExistsError
                self._system.pipe_file(lock, mine, mode="create")
        except FileExistsError:
            raise self._held() from None
        try:
            yield
        finally:
            with suppress(Exception):  # the batch's own error is the one to tell
                if self._system.cat_file(lock) == mine:
                    self._system.rm_file(lock)

    def _held(self) -> OutputError:
        with self._answering():
            try:
                told = json.loads(self._system.cat_file(self._path(LOCK)))
                owner = f"of {told['owner']}, since {told['since']}"
            except (FileNotFoundError, ValueError, TypeError, KeyError):
                owner = "of somebody unknown"
        return OutputError(
            f"another batch is at work here ({owner})",
            where=self._url,
            do=f"wait for it; if it was killed, delete {self._url}/{LOCK}",
        )

    def _names(self) -> Iterator[str]:
        with suppress(FileNotFoundError):
            for path in self._system.find(self._root):
                yield path.removeprefix(self._root).lstrip("/")

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _get(self, names: Iterable[str]) -> None:
        names = list(names)
        with self._answering():
            for folder in {(self.here / name).parent for name in names}:
                folder.mkdir(parents=True, exist_ok=True)
            if names:
                here = [str(self.here / name) for name in names]
                self._system.get([self._path(name) for name in names], here)

    def _put(self, names: Iterable[str]) -> None:
        names = list(names)
        with self._answering():
            if names:
                here = [str(self.here / name) for name in names]
                self._system.put(here, [self._path(name) for name in names])
        self._there.update(names)

    def _remove(self, names: set[str]) -> None:
        with self._answering():
            if names:
                self._system.rm([self._path(name) for name in sorted(names)])
        self._there -= names

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """What goes wrong in the block is the store's fault, whose errors are of many kinds."""
        try:
            yield
        except (SalesgapError, FileExistsError):
            raise
        except ImportError as error:
            raise OutputError(
                f"needs a package that is not installed ({error})",
                where=self._url,
                do="install it, such as s3fs for s3://",
            ) from None
        except Exception as error:
            raise OutputError(
                f"cannot be used ({type(error).__name__}: {printable(str(error))})",
                where=self._url,
                do="check the address and the rights, then --resume",
            ) from error


@contextmanager
def mirrored(url: str, *, lock: bool = True) -> Iterator[Mirror]:
    """``url`` and an empty folder here that will follow it; held, unless only looked at."""
    scratch.sweep()
    with scratch.held_folder() as folder:
        mirror = Mirror(url, folder / "run")
        mirror.refuse_others()
        if not lock:
            yield mirror
            return
        with mirror.locked():
            yield mirror
