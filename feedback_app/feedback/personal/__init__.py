"""What is about the person and not the work: found in notes, and taken out of them.

Word lists by ground and language (`words/`) say what counts as a remark; `rules` explains how they
are written. Whoever passes notes on, to a draft or to a model, passes `without_remarks` of them,
and shows the writer `find_remarks`.
"""

from feedback_app.feedback.personal.finding import find_remarks, without_remarks
from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.remark import Remark, remark_key

__all__ = ["Ground", "Remark", "find_remarks", "remark_key", "without_remarks"]
