"""workbook-tools: a city's yearly plan evaluation, out to Excel sheets and back.

What another program may import; everything else may change from version to version.

- ``workspace.Workspace(root)``: the folder; ``plan_master``, ``inbox``, ``outbox`` are paths.
- ``register.round.open_round(workspace, year, now)``: a ``Round`` with the plan
  of that round (``year`` None: the plan master's; ``now`` an ISO time with offset). Raises
  :class:`~findings.UserError`, whose text is one Japanese sentence, where there is no such round.
- ``register.standing.standing(round)``: per practice whether it is accepted, faulty or missing.
- ``consolidate.consolidate.gather_contents(round).data``: every figure of the round, and
  ``figures.formats.FORMATS``: ``FORMATS["json"].write(data, now)`` gives file name → bytes.

>>> from pathlib import Path
>>> from workbook_tools.outbox import put
>>> from workbook_tools.plan.read_master import sample
>>> from workbook_tools.plan.write_master import master
>>> from workbook_tools.register.round import open_round
>>> from workbook_tools.register.standing import standing
>>> from workbook_tools.workspace import Workspace
>>> workspace = Workspace(Path())
>>> _ = put(workspace.plan_master, master(sample()))
>>> held = open_round(workspace, None, "2022-05-20T09:00:00+09:00")
>>> str(held.year), len(standing(held))
('R3', 66)
"""

__version__ = "0.1.0"
