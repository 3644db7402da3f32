"""Many packs in one run: fan-out over processes, private kernels, a manifest of what happened.

Start at :func:`salesgap.batch.run.run_batch`; a worker process imports
:mod:`salesgap.batch.execute` alone.
"""
