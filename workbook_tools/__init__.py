"""workbook-tools: a city's yearly plan evaluation, out to Excel sheets and back."""

__version__ = "0.1.0"
