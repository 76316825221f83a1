"""Asking the model for one word as an operation of the core: limited, logged and paid as any."""

from feedback_app.llm.client.completion import Message
from feedback_app.llm.operation import Brief, Operation, declare

OPERATION = declare(
    Operation(
        name="model_check",
        subject_kind="company",
        prompt_version="model-check-1",
        noun="check",
        target_tokens=1,
        offline=None,
        max_output_tokens=50,
        is_shared=True,
    )
)


def brief() -> Brief:
    """The shortest question there is."""
    return Brief(messages=(Message("user", "Answer with the one word: ready"),), facts=None)
