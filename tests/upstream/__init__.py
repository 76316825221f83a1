"""A scriptable OpenAI-compatible server, run in a process of its own."""

from tests.upstream.handle import State, Upstream
from tests.upstream.scenario import FAULTS, Scenario, refusing, saying
from tests.upstream.server import Seen
from tests.upstream.texts import FEEDBACK, MULTILINGUAL, REASONING, feedback_tokens, tokens_of

__all__ = [
    "FAULTS",
    "FEEDBACK",
    "MULTILINGUAL",
    "REASONING",
    "Scenario",
    "Seen",
    "State",
    "Upstream",
    "feedback_tokens",
    "refusing",
    "saying",
    "tokens_of",
]
