"""One notebook, one private kernel: Papermill with a wall-clock limit and unmixable sockets.

Two things differ from Papermill's own engine. The kernel talks over Unix sockets in a folder of
its own, because kernels that start side by side race for TCP ports. And the limit holds for the
whole notebook: when it is reached, the kernel's process group is killed, children included.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

from salesgap.errors import NotebookError

ENGINE = "salesgap"
_LONGEST_SOCKET_PATH = 90  # of some 104 bytes that the strictest system allows


def run_notebook(
    notebook: Path, parameters: dict[str, str], *, scratch: Path, timeout_s: float
) -> NotebookNode:
    """Execute ``notebook`` in a kernel of its own and return it with its outputs.

    ``scratch`` is an empty private folder: the kernel's working directory and its sockets.
    Raises ``NotebookError`` naming the cell when a parameter is unknown, a cell raises, the kernel
    dies, or ``timeout_s`` seconds have passed.
    """
    _check_parameters(notebook, parameters)
    try:
        executed: NotebookNode = papermill.execute_notebook(
            _literal(notebook),
            None,
            parameters,
            engine_name=ENGINE,
            kernel_name="python3",
            progress_bar=False,
            scratch=scratch,
            timeout_s=timeout_s,
        )
    except _Stopped as stopped:
        raise NotebookError(stopped.reason, where=f"{notebook.name} {stopped.cell}") from None
    return executed


class _Stopped(Exception):
    """The notebook ended before its last cell did."""

    def __init__(self, reason: str, cell: str) -> None:
        super().__init__(reason, cell)
        self.reason = reason
        self.cell = cell


class _PrivateKernelEngine(NBClientEngine):  # type: ignore[misc]  # Papermill ships no types
    """Papermill's engine, with a kernel that is private, limited, and killed at the end."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, scratch: Path, timeout_s: float, **_: Any
    ) -> None:
        kernel = _private_kernel(kernel_name, scratch)
        client = PapermillNotebookClient(
            nb_man,
            km=kernel,
            timeout=None,
            startup_timeout=timeout_s,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(scratch)}},
        )
        with _limit(kernel, timeout_s) as reached:
            try:
                client.execute(cleanup_kc=True, stdout=DEVNULL, stderr=DEVNULL)
            except (DeadKernelError, RuntimeError):
                late = f"took longer than {timeout_s:g} s"
                reason = late if reached.is_set() else "the kernel died"
                raise _Stopped(reason, _last_begun(nb_man.nb)) from None
        _raise_for_errors(nb_man.nb)


papermill_engines.register(ENGINE, _PrivateKernelEngine)


def _private_kernel(kernel_name: str, scratch: Path) -> AsyncKernelManager:
    kernel = AsyncKernelManager(
        kernel_name=kernel_name, connection_file=str(scratch / "kernel.json")
    )
    if os.name == "posix" and len(os.fsencode(scratch)) < _LONGEST_SOCKET_PATH:
        kernel.transport = "ipc"
        kernel.ip = str(scratch / "k")
    return kernel


@contextmanager
def _limit(kernel: AsyncKernelManager, timeout_s: float) -> Iterator[threading.Event]:
    """Kill ``kernel`` when the time is up; the event tells that it was so."""
    reached = threading.Event()

    def expire() -> None:
        reached.set()
        _kill(kernel)

    timer = threading.Timer(timeout_s, expire)
    timer.daemon = True
    timer.start()
    try:
        yield reached
    finally:
        timer.cancel()


def _kill(kernel: AsyncKernelManager) -> None:
    group = getattr(kernel.provisioner, "pgid", None)
    if group is not None:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _raise_for_errors(notebook: NotebookNode) -> None:
    for name, cell in _named_cells(notebook):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise _Stopped(f"{output.ename}: {output.evalue}", name)


def _last_begun(notebook: NotebookNode) -> str:
    begun = [
        name
        for name, cell in _named_cells(notebook)
        if cell.metadata.get("papermill", {}).get("start_time")
    ]
    return begun[-1] if begun else "before its first cell"


def _named_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Each cell, numbered as in the notebook that was given: Papermill adds one of its own."""
    number = 0
    for cell in notebook.cells:
        number += "injected-parameters" not in cell.metadata.get("tags", [])
        yield f"cell {number}", cell


def _check_parameters(notebook: Path, parameters: dict[str, str]) -> None:
    known = papermill.inspect_notebook(_literal(notebook))
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise NotebookError(
            f"has no parameter {', '.join(unknown)}",
            where=notebook.name,
            do="add it to the cell tagged 'parameters'",
        )


def _literal(path: Path) -> str:
    """Papermill formats paths; braces in a folder's name are no fields."""
    return str(path).replace("{", "{{").replace("}", "}}")
