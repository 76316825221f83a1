"""Stages are shown for a frame each, and hold nothing else up."""

from typing import Any

import pytest

from feedback_app.core import clock
from feedback_app.live.stages import ONE_FRAME_S, Stages


def stage(name: str) -> dict[str, Any]:
    return {"phase": name, "message": f"{name}…"}


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock on by so many seconds."""
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def test_text_within_a_frame_after_a_stage_is_shown_without_its_own_stage(wait: Any) -> None:
    stages = Stages()
    assert stages.pace(stage("generating"), []) == stage("generating")
    wait(0.001)
    assert stages.pace({**stage("streaming"), "t": "She"}, []) == {"t": "She"}
    assert stages.are_waiting
    assert stages.wait_s(1.0) == pytest.approx(ONE_FRAME_S - 0.001)
    assert stages.pace({"t": "She drew"}, []) == {"t": "She drew"}
    wait(ONE_FRAME_S)
    assert stages.pace({"t": "She drew it"}, []) == {**stage("streaming"), "t": "She drew it"}
    assert (stages.are_waiting, stages.wait_s(1.0)) == (False, 1.0)


def test_stages_that_come_together_are_shown_one_by_one_in_their_order(wait: Any) -> None:
    stages = Stages()
    names = ["thinking", "analyzing", "generating", "streaming"]
    first, *later = map(stage, names)
    shown = [stages.pace({**first, "t": "She"}, later)]
    while stages.are_waiting:
        assert stages.pace({}, []) == {}, "its frame is not over"
        wait(stages.wait_s(1.0))
        shown.append(stages.pace({}, []))
    assert [one["phase"] for one in shown] == names
    assert shown[0]["t"] == "She"


def test_nothing_is_shown_twice_and_nothing_is_lost(wait: Any) -> None:
    stages = Stages()
    stages.pace(stage("thinking"), [])
    assert stages.pace({"progress": 3}, []) == {"progress": 3}
    wait(1.0)
    assert stages.pace({}, []) == {}
    assert stages.pace(stage("analyzing"), []) == stage("analyzing")
