"""Write the golden workbooks anew, after a change that was meant: ``python -m tests.golden``."""

from tests.test_golden import BOOKS, HERE

for name, make in BOOKS.items():
    (HERE / name).write_bytes(make())
