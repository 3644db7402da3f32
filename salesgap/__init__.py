"""A coaching workbook: from a CRM export to one pack per sales manager."""

__version__ = "0.1.0"
