"""Memory that large frames free and need again at once stays with the process meanwhile."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

# Parameters of glibc's mallopt: above which size pages are mapped for one object alone, above how
# much free memory goes back to the system, and how many heaps there are (0: as many as it likes).
_MAPPED_ABOVE, _GIVEN_BACK_ABOVE, _HEAPS = -3, -1, -8
_KEEP = {_MAPPED_ABOVE: 2**31 - 1, _GIVEN_BACK_ABOVE: 2**31 - 1, _HEAPS: 1}
_USUAL = {_MAPPED_ABOVE: 32 << 20, _GIVEN_BACK_ABOVE: 64 << 20, _HEAPS: 0}


@contextmanager
def memory_kept() -> Iterator[None]:
    """Until the end of the block, freed memory is kept; then it is given back.

    Arrow and NumPy otherwise have every column of millions of rows mapped and zeroed anew: a third
    of the time that reading and checking takes. Does nothing where the C library is not glibc.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is None or not hasattr(libc, "mallopt"):
        yield
        return
    usual = pa.default_memory_pool()
    _set(libc, _KEEP)
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)
        _set(libc, _USUAL)
        libc.malloc_trim(0)


def _set(libc: ctypes.CDLL, options: dict[int, int]) -> None:
    for option, value in options.items():
        libc.mallopt(option, value)
