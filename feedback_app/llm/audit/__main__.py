"""`python -m feedback_app.llm.audit`: the same as `python -m feedback_app audit`."""

import runpy
import sys

if __name__ == "__main__":
    # By name: the operations' checks are in packages above this one, and are loaded that way.
    sys.argv = ["feedback_app", "audit"]
    runpy.run_module("feedback_app", run_name="__main__", alter_sys=True)
