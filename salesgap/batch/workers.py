"""Worker processes, one job at a time in each; a worker that dies takes its own job only."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Any, Protocol

from salesgap.batch import scratch, warm
from salesgap.batch.execute import Job, execute, failed
from salesgap.batch.manifest import Record

_CONTEXT: Any = multiprocessing.get_context("forkserver" if warm.FORKS else "spawn")
_SECONDS_TO_LEAVE = 5.0
if warm.FORKS:
    _CONTEXT.set_forkserver_preload(list(warm.IMPORTED))


@dataclass(frozen=True, slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection

    def ask_to_leave(self) -> None:
        """It ends its kernel, too."""
        self.connection.close()
        self.process.terminate()

    def see_off(self) -> None:
        """Wait until it is gone; one that stays is killed."""
        self.process.join(_SECONDS_TO_LEAVE)
        self.process.kill()
        self.process.join()


class Crew(Protocol):
    """Whoever makes packs: :class:`Workers` here, or those of a cluster."""

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """The record of each job, in the order in which they end; a failure is a record too."""
        ...


class Workers:
    """Up to ``count`` processes that run jobs side by side. Made by :func:`workers`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, Job]] = {}

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """The record of each job, in the order in which they end."""
        waiting = deque(jobs)
        while waiting or self._busy:
            while waiting and len(self._busy) < self._count:
                self._begin(waiting.popleft())
            for connection in wait(list(self._busy)):
                assert isinstance(connection, Connection)
                yield self._end(connection)

    def stop(self) -> None:
        """End every worker, busy or not."""
        everybody = (*self._idle, *(worker for worker, _ in self._busy.values()))
        for worker in everybody:
            worker.ask_to_leave()
        for worker in everybody:
            worker.see_off()

    def _begin(self, job: Job) -> None:
        worker = self._idle.pop() if self._idle else _start_worker()
        with suppress(BrokenPipeError):  # it died idle: its end of the pipe reads as closed
            worker.connection.send(job)
        self._busy[worker.connection] = worker, job

    def _end(self, connection: Connection) -> Record:
        worker, job = self._busy.pop(connection)
        try:
            record: Record = connection.recv()
        except (EOFError, ConnectionResetError):
            worker.ask_to_leave()
            worker.see_off()
            return failed(job, f"its worker process died (exit code {worker.process.exitcode})")
        self._idle.append(worker)
        return record


@contextmanager
def workers(count: int) -> Iterator[Workers]:
    """Workers that are gone when the block ends, also when it is interrupted or terminated."""
    scratch.sweep()
    crew = Workers(count)
    with unwinding_at_sigterm():
        try:
            yield crew
        finally:
            crew.stop()
            scratch.sweep()


@contextmanager
def unwinding_at_sigterm() -> Iterator[None]:
    """A request to end raises ``SystemExit`` in the block, so that it cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _start_worker() -> _Worker:
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
    with ctrl_c_held(), warm.environment(), scratch.until_exit():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Ctrl-C waits until the block ends; a process started in it leaves Ctrl-C waiting too."""
    if os.name != "posix":
        yield
        return
    ensure_running()  # starting a process would start it, and let Ctrl-C through after that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection) -> None:
    """What a worker does: execute jobs until the other end of the pipe is gone."""
    if os.name == "posix":
        os.setpgid(0, 0)  # Ctrl-C is for the batch, which then stops its workers
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # also one that came while this one started
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    logging.disable()  # whatever there is to say is in the record, and names belong in no log
    warnings.simplefilter("ignore")  # nor does what libraries leave undone when they are stopped
    with warm.nursery(connection), scratch.private_folder():
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        try:
            with suppress(EOFError, BrokenPipeError):
                while True:
                    connection.send(execute(connection.recv()))
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is leaving already


def _leave(*_: object) -> None:
    """Unwind from wherever it is, so that kernels end and private folders are removed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise SystemExit(128 + signal.SIGTERM)


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
