from __future__ import annotations

from salesgap.resources import workbook_folder


def test_the_workbook_holds_what_a_pack_is_made_with() -> None:
    folder = workbook_folder()

    assert folder.joinpath("notebooks", "coaching_pack.ipynb").is_file()
    assert folder.joinpath("templates", "coaching-pack", "index.typ.j2").is_file()
    assert folder.joinpath("templates", "lib", "salesgap.typ").is_file()
