"""Remarks about the person and not their work: found in notes, and removed from them.

Word lists by ground and language (`words/`) say what counts as a remark; `rules` explains their
format. Code that passes notes on, to a draft or to a model, passes the result of `without_remarks`,
and shows the writer that of `find_remarks`.
"""

from feedback_app.feedback.personal.finding import find_remarks, without_remarks
from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.remark import Remark, remark_key

__all__ = ["Ground", "Remark", "find_remarks", "remark_key", "without_remarks"]
