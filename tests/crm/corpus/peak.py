"""Run the large inputs one after the other; print the process's peak memory after each, in bytes.

A process of its own, because the peak is that of all that ran in it before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import make_params
from corpus.folder import LARGE
from corpus.makers import Case, sound_export

from salesgap.crm.freeze import survey
from salesgap.errors import SalesgapError
from salesgap.validate.volume import peak_memory


def ended(case: Case, folder: Path) -> str:
    """How the input ended, in one of the corpus's three words, and that its reason is given."""
    sound_export(folder)
    case.make(folder)
    try:
        snapshot = survey(make_params({"folder": folder}))
    except SalesgapError as error:
        assert case.says in str(error), error
        return "refused"
    if snapshot.report.problems:
        assert case.says in snapshot.report.problems[0], snapshot.report.problems
        return "refused"
    entry = snapshot.report.table(case.table)
    assert (entry.rows_in, entry.accepted) == (case.keeps + case.loses, case.keeps), entry
    return "set aside" if case.loses else "accepted"


if __name__ == "__main__":
    peaks = {}
    for number, case in enumerate(LARGE):
        assert ended(case, Path(sys.argv[1], str(number))) == case.end, case.name
        peaks[case.name] = peak_memory()
    print(json.dumps(peaks))
