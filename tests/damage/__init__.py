"""Damaged returns with Excel's semantics, and an oracle of what a person sees on the paper.

``python -m tests.damage --count N --seed S`` makes N damaged workbooks, has the tool read them and
compares what was read with the paper. Nothing here asks the tool's reader where a field stands:
only the layout of an untouched form is taken from it.

What the oracle holds to, where one could think otherwise: a row of 取組内容 is the one whose number
is printed beside it (the first of a year has one always); an added row without number may be told,
joined to the text above or read as the next row while that is blank; several texts in one field's
place may be joined or told; an error value is a text; letters as white as the paper, words in a
page's head or foot, lines drawn over the form and a ② of another year are seen as a person sees
them, though the contract does not name them. A text below a deleted heading keeps its place.
"""
