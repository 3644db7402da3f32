from __future__ import annotations

import pickle

import pytest

from salesgap import errors
from salesgap.errors import DataError, NotebookError, ParamsError, SalesgapError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SalesgapError)
]


def test_an_error_says_where_what_and_what_to_do_in_one_line():
    error = ParamsError("is not YAML\n  (line 3)", where="run.yml", do="mend\nit")
    assert str(error) == "run.yml: is not YAML (line 3) → mend it"
    assert str(DataError("nobody manages a team")) == "nobody manages a team"


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_the_way_between_processes(kind):
    error = kind("what", where="where", do="do")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (kind, str(error))


def test_a_bad_input_exits_with_2_and_a_failed_notebook_with_3():
    assert (DataError("x").exit_code, NotebookError("x").exit_code) == (2, 3)
