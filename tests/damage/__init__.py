"""Damaged returns with Excel's semantics, and an oracle of what a person sees on the paper.

``python -m tests.damage --count N --seed S`` makes N damaged workbooks, has the tool read them and
compares what was read with the paper. Nothing here asks the tool's reader where a field stands:
only the layout of an untouched form is taken from it.
"""
