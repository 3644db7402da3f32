"""Warm kernels: forked from a process that has imported what a notebook needs, and done no more.

    batch ──▶ fork server ──▶ worker ──▶ nursery ──▶ kernel, one at a time

The fork server is the standard library's; its worker's first act is to fork a nursery, while both
are still without threads, event loop or sockets. A kernel is forked from the nursery, with the
imports done and everything else of its own: session, working directory, standard streams, random
state. It runs one notebook. The nursery ends whatever a kernel leaves behind in its process group,
and when its worker is gone it ends the kernel and leaves.

Where forking is unsafe, and where a notebook asks for another Python, kernels start cold.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe, current_process
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, cast

import numpy as np
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from salesgap.batch.limits import kill_group
from salesgap.publish.fonts import covered

_LONGEST_FOLDER = 60  # for temporary files: the path of the fork server's socket has 45 bytes more

FORKS = sys.platform == "linux" and len(os.fsencode(tempfile.gettempdir())) < _LONGEST_FOLDER
"""Whether kernels start warm here."""

IMPORTED = (
    # for a notebook's cells
    "salesgap.pack",
    "salesgap.prepare",
    "salesgap.region",
    "salesgap.publish.sections",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    # for its kernel, which would import these as it starts
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.extensions.storemagic",
    "matplotlib_inline.backend_inline",
    "tornado.platform.asyncio",
    # for the worker
    "salesgap.batch.execute",
    "salesgap.batch.kernel",
    "salesgap.publish.exporter",
    "fontTools.ttLib",
    "typst",
)
"""What the fork server imports once for all workers and kernels; importing starts no thread."""

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the order of a set is the same in every kernel
    "OMP_NUM_THREADS": "1",  # as many packs at once as cores: each has one
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # or importing Arrow starts a thread
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # or importing the debugger prints a line
}

_LAUNCHER = "ipykernel_launcher"


class _Order(NamedTuple):
    """A kernel to start."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]


class _Kernel:
    """A forked kernel, as far as ``LocalProvisioner`` knows a ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, order: _Order, nursery: Connection) -> None:
        self._nursery = nursery
        self._code: int | None = None
        nursery.send(order)
        self.pid: int = nursery.recv()

    def poll(self) -> int | None:
        return self.wait() if self._code is None and self._nursery.poll() else self._code

    def wait(self) -> int:
        if self._code is None:
            try:
                self._code = int(self._nursery.recv())
            except EOFError:  # somebody killed the nursery
                kill_group(self.pid)
                self._code = -signal.SIGKILL
        return self._code

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended, and the nursery is about to say so
                os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Provisioner(LocalProvisioner):
    """Starts a kernel from this process's nursery if there is one that suits it, else cold."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """As the base class does, which runs ``cmd``."""
        if _nursery is None or cmd[0] != sys.executable or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index(_LAUNCHER) + 1 :]
        try:
            kernel = _Kernel(_Order(arguments, kwargs["cwd"], kwargs["env"]), _nursery)
        except (EOFError, OSError):  # somebody killed the nursery
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast("subprocess.Popen[Any]", kernel)
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel's process group, and see it gone: the manager would ask every 0.1 s."""
        self.end()

    def end(self) -> None:
        """End the kernel, if it has not ended yet, and what it started."""
        kill_group(self.pid)
        if self.process:
            self.process.kill()
            self.process.wait()


@contextmanager
def environment() -> Iterator[None]:
    """What is started in the block, and forked from that, has :data:`ENVIRONMENT`."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_nursery: Connection | None = None


@contextmanager
def nursery(not_its_own: Connection) -> Iterator[None]:
    """Kernels of this process start warm in the block, if forking is safe.

    The process must have no threads yet. ``not_its_own`` is closed in what is forked from it.
    """
    global _nursery
    if not FORKS:
        yield
        return
    _nursery, theirs = Pipe()
    pid = os.fork()
    if pid == 0:
        _nursery.close()
        not_its_own.close()
        _in_child(_tend, theirs)
    theirs.close()
    try:
        yield
    finally:
        _nursery.close()
        _nursery = None
        os.waitpid(pid, 0)


def _tend(worker: Connection) -> None:
    """What a nursery does: one kernel after another, until the worker is gone."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it leaves after its kernel, never before
    current_process().daemon = False  # a cell may start processes of its own
    sys.path[:] = _path_of_a_new_python()  # it has the batch's
    covered()  # every kernel asks what the typefaces can show; reading them takes a while
    gc.freeze()  # what is shared stays untouched, and so shared
    with suppress(EOFError, BrokenPipeError):
        while True:
            _grow(worker.recv(), worker)


def _path_of_a_new_python() -> list[str]:
    tell = "import sys; print(*sys.path, sep=chr(0), end='')"
    return subprocess.check_output([sys.executable, "-P", "-c", tell], text=True).split("\0")


def _grow(order: _Order, worker: Connection) -> None:
    """One kernel, from its start until all that it started is gone."""
    pid = os.fork()
    if pid == 0:
        worker.close()
        _in_child(_become_kernel, order)
    ended = os.pidfd_open(pid)
    try:
        worker.send(pid)
        wait([worker, ended])
    finally:
        os.close(ended)
        kill_group(pid)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    worker.send(code)


def _become_kernel(order: _Order) -> None:
    """Run the kernel in this process, with nothing shared that a cold one would not share."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    tempfile.tempdir = None
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    np.random.seed()
    IPKernelApp.launch_instance([*order.arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def _in_child(work: Callable[[Any], None], argument: Any) -> None:
    """Do ``work`` and leave: nothing of the process that was forked may run here."""
    code = 1
    try:
        work(argument)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        os._exit(code)
