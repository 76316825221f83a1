"""What the benchmarks make of what they saw: lag by token, bytes by var."""

import json

import pytest

from bench.browser import Frame, Sample
from bench.crowd_level import lags_ms
from bench.crowd_pages import Shown
from bench.crowd_script import letters, tokens_of
from bench.frames import breakdown
from bench.lag import token_lags

TOKENS = ("## Sum", "mary", "\n\n- **", "Calm", ":** yes")
SENT_AT = (1.0, 2.0, 3.0, 4.0, 5.0)


def samples(*shown: tuple[float, str]) -> list[Sample]:
    return [Sample(at, "streaming", text) for at, text in shown]


def test_a_token_counts_from_the_first_moment_its_last_letter_is_shown() -> None:
    seen = samples((1.5, "Su"), (2.5, "Summ"), (4.25, "SummaryCalm"), (5.5, "SummaryCalm: yes"))
    frames = [Frame(at, "") for at in (2.25, 4.125, 5.25)]
    lags = token_lags(TOKENS, SENT_AT, seen, frames)
    assert [lag.total for lag in lags] == [1.5, 2.25, 0.25, 0.5]
    assert [lag.in_browser for lag in lags] == [0.25, 0.125, 0.125, 0.25]


def test_text_the_model_never_sent_ends_the_measurement() -> None:
    with pytest.raises(RuntimeError, match="never sent"):
        token_lags(TOKENS, SENT_AT, samples((1.5, "Calm")), [Frame(1.2, "")])


def test_a_token_that_never_appears_ends_the_measurement() -> None:
    with pytest.raises(RuntimeError, match="never showed"):
        token_lags(TOKENS, SENT_AT, samples((1.5, "Summary")), [Frame(1.2, "")])


def test_every_byte_of_the_frames_is_in_the_breakdown() -> None:
    delta = {"delta": {"root.l": {"t_rx": "grün", "m_rx": ""}}}
    body = json.dumps(["event", delta], ensure_ascii=False, separators=(",", ":"))
    frames = [Frame(1.0, f"42/_event,{body}"), Frame(2.0, "2")]
    shares = dict(breakdown(frames))
    assert shares["root.l.t_rx"].size == len('"t_rx":"grün"'.encode())
    assert sum(share.size for share in shares.values()) == sum(frame.size for frame in frames)


def test_a_page_of_the_crowd_has_a_token_when_all_of_its_letters_came() -> None:
    first, marks, second, _ = (len(letters(token)) for token in tokens_of(7, 4))
    assert marks == 0
    arrivals = [(10.1, first), (10.2, first + second - 1), (10.5, 500)]
    lags = lags_ms(Shown(7, True, 3, 0, arrivals), [10.0, 10.0, 10.0, 10.25])
    assert [round(lag) for lag in lags] == [100, 500, 250]


def test_a_token_that_a_page_of_the_crowd_never_had_ends_the_measurement() -> None:
    with pytest.raises(RuntimeError, match="never showed"):
        lags_ms(Shown(7, True, 1, 0, [(10.1, 3)]), [10.0, 10.02])
