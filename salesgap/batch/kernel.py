"""One notebook, one private kernel: Papermill with limits of our own and unmixable sockets.

Three things differ from Papermill's own engine. The kernel starts warm where it can. It talks over
Unix sockets in a folder of its own, because kernels that start side by side race for TCP ports.
And the limits hold for the whole notebook: when one is reached, the kernel's process group is
killed, children included.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from typing import Any

import papermill
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from salesgap.batch.limits import Limits, watch
from salesgap.batch.warm import ENVIRONMENT, Provisioner
from salesgap.errors import NotebookError

_KERNEL = "python3"
_LONGEST_SOCKET_PATH = 90  # of some 104 bytes that the strictest system allows


def run_notebook(
    notebook: Path, parameters: dict[str, str], *, scratch: Path, limits: Limits
) -> NotebookNode:
    """Execute ``notebook`` in a kernel of its own and return it with its outputs.

    ``scratch`` is an empty private folder: the kernel's working directory and its sockets.
    Raises ``NotebookError`` naming the cell when a parameter is unknown, a cell raises, the kernel
    dies, or a limit is reached.
    """
    _check_parameters(notebook, parameters)
    prepared = papermill.execute_notebook(
        _literal(notebook), None, parameters, kernel_name=_KERNEL, prepare_only=True
    )
    try:
        executed: NotebookNode = _PrivateKernelEngine.execute_notebook(
            prepared, _KERNEL, progress_bar=False, scratch=scratch, limits=limits
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
        cls, nb_man: Any, kernel_name: str, *, scratch: Path, limits: Limits, **_: Any
    ) -> None:
        kernel, provisioner = _private_kernel(kernel_name, scratch)
        client = PapermillNotebookClient(
            nb_man,
            km=kernel,
            timeout=None,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(scratch)}},
        )
        environment = {**os.environ, **ENVIRONMENT, "TMPDIR": str(scratch)}
        with watch(lambda: provisioner.pid, limits) as watching:
            try:
                client.execute(cleanup_kc=True, stdout=DEVNULL, stderr=DEVNULL, env=environment)
            except (DeadKernelError, RuntimeError):
                reason = watching.reason or f"the kernel died ({_how(provisioner)})"
                raise _Stopped(reason, _last_begun(nb_man.nb)) from None
            finally:
                provisioner.end()
        _raise_for_errors(nb_man.nb, limits)


class _Client(AsyncKernelClient):
    """A client that is ready as soon as the kernel answers and its output is heard.

    The library's own then waits for 0.2 s of silence.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        while await self._async_is_alive():
            self.kernel_info()
            with suppress(Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
                return
        raise DeadKernelError("before it was ready")


def _private_kernel(kernel_name: str, scratch: Path) -> tuple[AsyncKernelManager, Provisioner]:
    kernel = AsyncKernelManager(
        kernel_name=kernel_name,
        connection_file=str(scratch / "kernel.json"),
        client_factory=_Client,
    )
    provisioner = Provisioner(kernel_spec=kernel.kernel_spec, parent=kernel)
    kernel.provisioner = provisioner
    if os.name == "posix" and len(os.fsencode(scratch)) < _LONGEST_SOCKET_PATH:
        kernel.transport = "ipc"
        kernel.ip = str(scratch / "k")
    return kernel, provisioner


def _how(provisioner: Provisioner) -> str:
    """How a kernel ended: the signal that ended it, or its exit code."""
    code = provisioner.process.poll() if provisioner.process else None
    if code is None:
        return "it does not answer"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _raise_for_errors(notebook: NotebookNode, limits: Limits) -> None:
    for name, cell in _named_cells(notebook):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                too_large = output.ename.endswith("MemoryError")
                reason = limits.large if too_large else f"{output.ename}: {output.evalue}"
                raise _Stopped(reason, name)


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
