"""Pages out: one self-contained HTML file that says what the scores say, and how surely.

Floor 7. `view` turns scores into plain values; `templates` lay them out; no number is computed
in the template, and nothing on the page needs a script or another file.
"""

from coqs.report.report import write_report

__all__ = ["write_report"]
