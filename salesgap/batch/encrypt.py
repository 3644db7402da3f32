"""A password on a PDF: AES-256, with the calendar inside, since nothing readable lies beside it."""

from __future__ import annotations

import io
import secrets

CALENDAR = "coaching-calendar.ics"


def encrypted(pdf: bytes, password: str, calendar: bytes | None = None) -> bytes:
    """``pdf`` as only ``password`` opens it; whoever has it may print, copy and read aloud.

    ``calendar`` is attached. Metadata are encrypted too, and stay but for the claim to be PDF/A,
    which an encrypted document cannot be.
    """
    import pikepdf  # only where a password is asked for

    with pikepdf.open(io.BytesIO(pdf)) as document:
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as told:
            for claim in ("pdfaid:part", "pdfaid:conformance"):
                if claim in told:
                    del told[claim]
        if calendar is not None:
            document.attachments[CALENDAR] = pikepdf.AttachedFileSpec(
                document,
                calendar,
                filename=CALENDAR,
                mime_type="text/calendar",
                description="Coaching calendar",
                creation_date="",
                mod_date="",
            )
        out = io.BytesIO()
        lock = pikepdf.Encryption(owner=secrets.token_urlsafe(), user=password, R=6)
        document.save(out, encryption=lock)
    return out.getvalue()


def opens(pdf: bytes, password: str) -> bool:
    """Whether ``password``, and nothing less, opens ``pdf``."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf), password=password) as document:
            return document.is_encrypted
    except (pikepdf.PasswordError, pikepdf.PdfError):  # another password, or no PDF
        return False
