"""The packs of a batch on a Dask cluster. A job travels there with its files, and the files that it
makes come back: the batch alone writes the output, and its machines need no disk in common.

A worker that dies gives its pack to another one; Dask does that, a few times (its setting
``distributed.scheduler.allowed-failures``). Kernels start cold there.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesgap.batch import scratch, warm
from salesgap.batch.execute import Job, execute, failed, printable, raised
from salesgap.batch.files import publish_all, writing
from salesgap.batch.inputs import software, versions
from salesgap.batch.manifest import Record
from salesgap.batch.parcel import Files, Parcel, Sender, unpacked
from salesgap.batch.workers import ctrl_c_held, unwinding_at_sigterm
from salesgap.errors import ClusterError, ParamsError
from salesgap.params import Params

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local:"
_SECONDS_TO_ANSWER = 30
_SECONDS_TO_LOOK = 5
_AHEAD = 2  # jobs for each thread: one to run, one that has arrived by the time it ends
_RESUME = "mend it, then run the batch again with --resume"

_at_work = threading.Lock()


class Cluster:
    """Runs jobs on a cluster. Made by :func:`cluster`."""

    def __init__(self, client: Client, executor: Executor, sender: Sender) -> None:
        self._client = client
        self._executor = executor
        self._sender = sender

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """The record of each job, in the order in which they end. Raises ``ClusterError`` if the
        cluster goes away, and ``OutputError`` if what comes back cannot be written."""
        waiting = iter(jobs)
        running: dict[Future[tuple[Record, Files]], Job] = {}
        while True:
            for job in islice(waiting, max(0, self._room() - len(running))):
                running[self._executor.submit(work, self._sender.parcel(job))] = job
            if not running:
                return
            done = wait(running, timeout=_SECONDS_TO_LOOK, return_when=FIRST_COMPLETED).done
            for future in done:  # none, and the next look tells whether the cluster is there
                yield _ended(future, running.pop(future))

    def _room(self) -> int:
        """How many jobs may be there at once: as the cluster grows, so does this."""
        with _answering():
            threads: dict[str, int] = self._client.nthreads()
        return _AHEAD * max(1, sum(threads.values()))


@contextmanager
def cluster(address: str, params: Params) -> Iterator[Cluster]:
    """The cluster at ``tcp://host:port`` (or another address that Dask knows), or ``local:N``: one
    of N processes on this machine, gone when the block ends.

    Raises ``ClusterError`` if it does not answer or has other versions, and ``ParamsError`` if the
    address is none or Dask is not installed.
    """
    with unwinding_at_sigterm(), _client(address) as client:
        _require_alike(client)
        executor = client.get_executor(pure=False)
        try:
            yield Cluster(client, executor, Sender(params))
        finally:
            executor.shutdown(wait=False)


def work(parcel: Parcel) -> tuple[Record, Files]:
    """What a worker does: the record of a job, and the files made. It raises nothing.

    One at a time in a process, since fonts and template are shared in it.
    """
    try:
        if parcel.software != software():
            raise ClusterError("its worker has other versions than the batch")
        scratch.sweep()
        with _at_work, scratch.held_folder() as folder:
            job = unpacked(parcel, folder)
            record = execute(job, folder)
            names = (*record.files, job.keep) if record.made else ()
            return record, {name: (job.output / name).read_bytes() for name in names}
    except Exception as error:
        return raised(parcel.job, error), {}


def _ended(future: Future[tuple[Record, Files]], job: Job) -> Record:
    """The record of a job whose files, if it made any, have their names by now."""
    from distributed import KilledWorker

    try:
        record, files = future.result()
    except KilledWorker as killed:
        return failed(job, f"the workers that tried it died, {killed.allowed_failures + 1} of them")
    except CancelledError:
        raise ClusterError("it gave up what it was asked for", do=_RESUME) from None
    except Exception as error:  # of Dask itself
        return raised(job, error)
    with (
        writing(job.output),
        tempfile.TemporaryDirectory(dir=job.output / job.staging) as staging,
    ):
        publish_all(files, job.output, Path(staging))
    return record


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Of a cluster that is there, or of one made for the block."""
    try:
        from distributed import Client
    except ImportError:
        raise ParamsError(
            "needs Dask, which is not installed",
            where="--cluster",
            do="pip install 'salesgap[cluster]'",
        ) from None
    if address.startswith(LOCAL):
        with _local(_count(address)) as scheduler, Client(scheduler) as client:
            yield client
        return
    if "://" not in address:
        raise _no_address(address)
    with _answering():
        client = Client(address, timeout=_SECONDS_TO_ANSWER)
    with client:
        yield client


@contextmanager
def _local(count: int) -> Iterator[Any]:
    """Its processes keep their temporary files in a folder that goes with them."""
    import dask
    from distributed import LocalCluster

    scratch.sweep()
    with scratch.held_folder() as folder, ExitStack() as stack:
        stack.enter_context(dask.config.set({"temporary-directory": str(folder)}))
        with ctrl_c_held():  # Ctrl-C is for the batch, which then ends its workers
            here = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                memory_limit=0,  # kernels have limits of their own
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # no page, but a port
                silence_logs=logging.ERROR,
                local_directory=str(folder),
                env={**warm.ENVIRONMENT, "TMPDIR": str(folder)},
            )
        yield stack.enter_context(here)


def _count(address: str) -> int:
    digits = address.removeprefix(LOCAL)
    if not digits.isdecimal() or int(digits) < 1:
        raise _no_address(address)
    return int(digits)


def _no_address(address: str) -> ParamsError:
    return ParamsError(
        f"{address!r} is no cluster",
        where="--cluster",
        do="give tcp://HOST:PORT of a Dask scheduler, or local:N",
    )


def _require_alike(client: Client) -> None:
    """Raise ``ClusterError`` if there is no worker, or one with other versions than are here."""
    with _answering():
        client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
        told: dict[str, dict[str, str]] = client.run(versions)
    here = versions()
    for worker, there in sorted(told.items()):
        names = [name for name in here if here[name] != there.get(name)]
        if names:
            lines = (f"{n} {there.get(n, 'none')[:16]} for {here[n][:16]}" for n in names)
            raise ClusterError(
                f"its worker {worker} has other versions: {', '.join(lines)}",
                do="install the same there as here",
            )


@contextmanager
def _answering() -> Iterator[None]:
    """What goes wrong in the block is the cluster's fault."""
    try:
        yield
    except Exception as error:
        raise ClusterError(
            f"cannot be used ({type(error).__name__}: {printable(str(error))})",
            where="--cluster",
            do="check its address and that its workers have salesgap, then --resume",
        ) from error
