"""A log file for schedulers: one line a pack, with its id and without anybody's name."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from salesgap.batch.manifest import Record
from salesgap.errors import OutputError

_FORMAT = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")


class RunLog:
    """Writes a line for each record. Made by :func:`run_log`."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def done(self, record: Record) -> None:
        """Made, or failed and why."""
        self._line(record, record.status, _cause(record))

    def unchanged(self, record: Record) -> None:
        """As it would be made now, or not asked for."""
        self._line(record.model_copy(update={"seconds": 0.0}), "unchanged")

    def removed(self, record: Record) -> None:
        """Of nobody in the data any more."""
        self._line(record.model_copy(update={"seconds": 0.0}), "removed")

    def _line(self, record: Record, status: str, why: str = "") -> None:
        text = f"{record.kind} {record.id} {status} {record.seconds:.2f} s {why}"
        self._logger.info("%s", " ".join(text.split()))


class _Strict(logging.FileHandler):
    """What cannot be written ends the batch, as anything else that cannot."""

    def handleError(self, record: logging.LogRecord) -> None:  # logging's name
        raise


@contextmanager
def run_log(path: Path | None) -> Iterator[RunLog]:
    """The log at ``path``, to which lines are added; without one, the lines go nowhere.

    Raises ``OutputError`` if it cannot be written.
    """
    logger = logging.Logger("salesgap.batch")  # of this batch alone: no other handler has a part
    if path is None:
        logger.addHandler(logging.NullHandler())
        yield RunLog(logger)
        return
    try:
        handler = _Strict(path, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})", where=str(path), do="choose another --log"
        ) from None
    handler.setFormatter(_FORMAT)
    logger.addHandler(handler)
    try:
        yield RunLog(logger)
    finally:
        handler.close()


def _cause(record: Record) -> str:
    """Where it failed and the class of the failure: a message may quote a name from the data."""
    place, _, rest = record.reason.partition(": ")
    if not record.error:  # a worker that died: our own words
        return record.reason
    if " cell " not in place:
        return record.error
    return f"{place}: {rest.partition(': ')[0]}"
