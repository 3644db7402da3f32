"""From an export, wherever it lies, to tables of text, and how a column is to be read."""
