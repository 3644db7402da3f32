"""The CRM room: exports in, a frozen snapshot and the book as of a date out."""
