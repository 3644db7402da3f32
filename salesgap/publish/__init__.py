"""From facts to pages: sections, display in JupyterLab, and PDF by Typst."""
