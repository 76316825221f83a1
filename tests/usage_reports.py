"""Recorded usage reports and what each costs, worked out by hand.

`usd` are the published list prices (or those a company has set) per million tokens, which is
micro-dollars per token: uncached input, cached input, output, cache writes. `microusd` is their
sum over the tokens, written out beside each case and rounded half up.
"""

from dataclasses import dataclass
from datetime import datetime

from feedback_app.db.models import PriceOverride
from feedback_app.llm.completion import Usage

FREE_MODELS = "qwen3:8b, phi-4"


@dataclass(frozen=True, slots=True)
class Report:
    """A call's usage as reported, the prices it must be charged at, and its cost."""

    model: str
    at: str
    """UTC."""
    usage: Usage
    usd: tuple[str, ...] | None
    """Input, cached input and output, then cache writes where they cost other than input; `None`
    where no price is known."""
    microusd: int | None
    source: str
    answered_by: str | None = None
    provider: str = "openai"

    @property
    def started_at(self) -> datetime:
        return datetime.fromisoformat(f"{self.at}+00:00")

    @property
    def id(self) -> str:
        return f"{self.model} {self.at}"


def overrides(company_id: str, user_id: str) -> list[PriceOverride]:
    """The prices that the reports' company has set."""

    def set_price(model: str, day: str, *microusd: int, withdrawn: bool = False) -> PriceOverride:
        paid_in, cached, paid_out, *rest = microusd
        at = datetime.fromisoformat(f"{day}T00:00:00+00:00")
        return PriceOverride(
            id=f"{model}@{day}",
            company_id=company_id,
            model=model,
            starts_at=at,
            input_microusd_per_mtok=paid_in,
            cached_microusd_per_mtok=cached,
            output_microusd_per_mtok=paid_out,
            cache_write_microusd_per_mtok=rest[0] if rest else paid_in,
            set_by=user_id,
            withdrawn_at=at if withdrawn else None,
        )

    return [
        set_price("house-7b", "2026-05-01", 333_333, 100_000, 999_999),
        set_price("house-7b", "2026-03-01", 200_000, 50_000, 800_000),
        set_price("gpt-4o-mini", "2026-04-01", 120_000, 60_000, 480_000),
        set_price("house-13b", "2026-07-01", 200_000, 20_000, 800_000, 250_000),
        set_price("local-llama", "2026-01-01", 0, 0, 0),
        set_price("phi-4", "2026-04-01", 70_000, 70_000, 140_000),
        set_price("mistral-large-latest", "2025-01-01", 10_000, 10_000, 10_000, withdrawn=True),
    ]


def _genai(model: str) -> str:
    return f"genai-prices:{model}"


_GPT_4O_MINI = ("0.15", "0.075", "0.60")
_O3_LATER = ("2", "0.5", "8")
_NOTHING = ("0", "0", "0")

REPORTS = (
    # 900 * 0.15 + 334 * 0.60 = 135 + 200.4
    Report("gpt-4o-mini", "2025-06-01T09:00:00", Usage(900, 334), _GPT_4O_MINI, 335,
           _genai("openai/gpt-4o-mini")),
    # 1,024 * 0.15 + 1,024 * 0.075 + 500 * 0.60 = 153.6 + 76.8 + 300
    Report("gpt-4o-mini", "2025-06-01T09:01:00", Usage(2048, 500, cached_tokens=1024),
           _GPT_4O_MINI, 530, _genai("openai/gpt-4o-mini")),
    # 10 * 0.15 = 1.5
    Report("gpt-4o-mini", "2025-06-01T09:02:00", Usage(10, 0), _GPT_4O_MINI, 2,
           _genai("openai/gpt-4o-mini")),
    # 1,000 * 0.15 + 100 * 0.60 = 150 + 60
    Report("gpt-4o-mini", "2025-06-01T09:03:00", Usage(1000, 100), _GPT_4O_MINI, 210,
           _genai("openai/gpt-4o-mini"), answered_by="gpt-4o-mini-2024-07-18"),
    # 553 * 2.50 + 1,280 * 1.25 + 417 * 10 = 1,382.5 + 1,600 + 4,170
    Report("gpt-4o", "2025-01-15T12:00:00", Usage(1833, 417, cached_tokens=1280),
           ("2.50", "1.25", "10"), 7153, _genai("openai/gpt-4o")),
    # 12,001 * 2 + 350 * 8 = 24,002 + 2,800
    Report("gpt-4.1", "2025-07-01T12:00:00", Usage(12_001, 350), ("2", "0.5", "8"), 26_802,
           _genai("openai/gpt-4.1")),
    # 265 * 0.10 + 512 * 0.025 + 123 * 0.40 = 26.5 + 12.8 + 49.2
    Report("gpt-4.1-nano", "2025-07-01T12:00:00", Usage(777, 123, cached_tokens=512),
           ("0.10", "0.025", "0.40"), 89, _genai("openai/gpt-4.1-nano")),
    # 266 * 1.25 + 2,944 * 0.125 + 1,920 * 10 = 332.5 + 368 + 19,200
    Report("gpt-5", "2025-10-01T12:00:00", Usage(3210, 1920, 1600, 2944),
           ("1.25", "0.125", "10"), 19_901, _genai("openai/gpt-5")),
    # 4,097 * 0.25 + 811 * 2 = 1,024.25 + 1,622
    Report("gpt-5-mini", "2025-10-01T12:00:00", Usage(4097, 811, reasoning_tokens=640),
           ("0.25", "0.025", "2"), 2646, _genai("openai/gpt-5-mini")),
    # 1,293 * 0.10 + 3,207 * 0.125 + 410 * 0.50 = 129.3 + 400.875 + 205
    Report("gpt-6-luna", "2026-11-01T12:00:00", Usage(4500, 410, cache_write_tokens=3207),
           ("0.10", "0.01", "0.50", "0.125"), 735, _genai("openai/gpt-6-luna")),
    # 1,293 * 0.10 + 3,207 * 0.01 + 410 * 0.50 = 129.3 + 32.07 + 205: the same, now read
    Report("gpt-6-luna", "2026-11-01T12:01:00", Usage(4500, 410, cached_tokens=3207),
           ("0.10", "0.01", "0.50", "0.125"), 366, _genai("openai/gpt-6-luna")),
    # 1,000 * 0.20 + 300,000 * 0.25 + 10 * 0.75: above 272,000 everything costs more
    Report("gpt-6-luna", "2026-11-01T12:02:00", Usage(301_000, 10, cache_write_tokens=300_000),
           ("0.20", "0.02", "0.75", "0.25"), 75_208, _genai("openai/gpt-6-luna")),
    # 1,200 * 15 + 2,500 * 60 = 18,000 + 150,000
    Report("o1", "2025-03-01T12:00:00", Usage(1200, 2500, reasoning_tokens=2048),
           ("15", "7.5", "60"), 168_000, _genai("openai/o1")),
    # 1,000 * 10 + 300 * 40 = 10,000 + 12,000, the day before the price fell
    Report("o3", "2025-06-09T23:59:59", Usage(1000, 300, reasoning_tokens=256),
           ("10", "0.5", "40"), 22_000, _genai("openai/o3")),
    # 1,000 * 2 + 300 * 8 = 2,000 + 2,400, the day it fell
    Report("o3", "2025-06-10T00:00:00", Usage(1000, 300, reasoning_tokens=256),
           _O3_LATER, 4400, _genai("openai/o3")),
    # 800 * 2 + 200 * 0.5 + 300 * 8 = 1,600 + 100 + 2,400
    Report("o3", "2025-08-01T12:00:00", Usage(1000, 300, 256, 200), _O3_LATER, 4100,
           _genai("openai/o3")),
    # 743 * 1.10 + 256 * 0.275 + 333 * 4.40 = 817.3 + 70.4 + 1,465.2
    Report("o4-mini", "2025-07-01T12:00:00", Usage(999, 333, cached_tokens=256),
           ("1.10", "0.275", "4.40"), 2353, _genai("openai/o4-mini")),
    # 1,500 * 10 + 400 * 30 = 15,000 + 12,000
    Report("gpt-4-turbo", "2024-11-01T12:00:00", Usage(1500, 400), ("10", "10", "30"), 27_000,
           _genai("openai/gpt-4-turbo")),
    # 500 * 3 + 2,000 * 0.30 + 700 * 15 = 1,500 + 600 + 10,500
    Report("claude-3-5-sonnet-20241022", "2025-02-01T12:00:00",
           Usage(2500, 700, cached_tokens=2000), ("3", "0.30", "15", "3.75"), 12_600,
           _genai("anthropic/claude-3-5-sonnet")),
    # 388 * 1 + 64 * 0.10 + 2,048 * 1.25 + 99 * 5 = 388 + 6.4 + 2,560 + 495
    Report("claude-haiku-4-5", "2025-12-01T12:01:00", Usage(2500, 99, 0, 64, 2048),
           ("1", "0.10", "5", "1.25"), 3449, _genai("anthropic/claude-haiku-4-5")),
    # 1,111 * 0.25 + 222 * 1.25 = 277.75 + 277.5
    Report("claude-3-haiku-20240307", "2024-09-01T12:00:00", Usage(1111, 222),
           ("0.25", "0.03", "1.25", "0.30"), 555, _genai("anthropic/claude-3-haiku")),
    # 332 * 1 + 3,001 * 0.10 + 99 * 5 = 332 + 300.1 + 495
    Report("claude-haiku-4-5", "2025-12-01T12:00:00", Usage(3333, 99, cached_tokens=3001),
           ("1", "0.10", "5", "1.25"), 1127, _genai("anthropic/claude-haiku-4-5")),
    # 801 * 15 + 57 * 75 = 12,015 + 4,275
    Report("claude-opus-4-1", "2025-09-01T12:00:00", Usage(801, 57),
           ("15", "1.50", "75", "18.75"), 16_290, _genai("anthropic/claude-opus-4-1")),
    # 200,000 * 3 + 10 * 15 = 600,000 + 150: the dearer tier begins above 200,000
    Report("claude-sonnet-4-5", "2025-12-01T12:00:00", Usage(200_000, 10),
           ("3", "0.30", "15", "3.75"), 600_150, _genai("anthropic/claude-sonnet-4-5")),
    # 200,001 * 6 + 10 * 22.50 = 1,200,006 + 225
    Report("claude-sonnet-4-5", "2025-12-01T12:01:00", Usage(200_001, 10),
           ("6", "0.60", "22.50", "7.50"), 1_200_231, _genai("anthropic/claude-sonnet-4-5")),
    # 150,000 * 6 + 100,000 * 0.60 + 1,000 * 22.50 = 900,000 + 60,000 + 22,500
    Report("claude-sonnet-4-6", "2026-03-12T12:00:00", Usage(250_000, 1000, 0, 100_000),
           ("6", "0.60", "22.50", "7.50"), 982_500, _genai("anthropic/claude-sonnet-4-6")),
    # 150,000 * 3 + 100,000 * 0.30 + 1,000 * 15 = 450,000 + 30,000 + 15,000: the tier was dropped
    Report("claude-sonnet-4-6", "2026-03-13T12:00:00", Usage(250_000, 1000, 0, 100_000),
           ("3", "0.30", "15", "3.75"), 495_000, _genai("anthropic/claude-sonnet-4-6")),
    # 5,001 * 1.25 + 432 * 10 = 6,251.25 + 4,320
    Report("gemini-2.5-pro", "2025-08-01T12:00:00", Usage(5001, 432), ("1.25", "0.125", "10"),
           10_571, _genai("google/gemini-2.5-pro")),
    # 1,024 * 0.30 + 1,025 * 0.03 + 301 * 2.50 = 307.2 + 30.75 + 752.5
    Report("gemini-2.5-flash", "2025-08-01T12:00:00", Usage(2049, 301, 200, 1025),
           ("0.30", "0.03", "2.50"), 1090, _genai("google/gemini-2.5-flash")),
    # 15 * 0.10 + 5 * 0.40 = 1.5 + 2
    Report("gemini-2.0-flash", "2025-04-01T12:00:00", Usage(15, 5), ("0.10", "0.025", "0.40"), 4,
           _genai("google/gemini-2.0-flash")),
    # 1,000 * 2 + 250 * 6 = 2,000 + 1,500: no price for cached input, and a withdrawn one of ours
    Report("mistral-large-latest", "2025-06-01T12:00:00", Usage(1000, 250, cached_tokens=300),
           ("2", "2", "6"), 3500, _genai("mistral/mistral-large")),
    # 2,500 * 0.10 + 640 * 0.30 = 250 + 192, the day before the price rose
    Report("mistral-small-latest", "2026-03-15T12:00:00", Usage(2500, 640),
           ("0.10", "0.10", "0.30"), 442, _genai("mistral/mistral-small-latest")),
    # 2,000 * 0.15 + 500 * 0.015 + 640 * 0.60 = 300 + 7.5 + 384
    Report("mistral-small-latest", "2026-03-16T12:00:00", Usage(2500, 640, cached_tokens=500),
           ("0.15", "0.015", "0.60"), 692, _genai("mistral/mistral-small-latest")),
    # 1,300 tokens, 64 of them cached, by day: 333.72 + 4.48 + 462
    Report("deepseek-chat", "2025-06-01T12:00:00", Usage(1300, 420, cached_tokens=64),
           ("0.27", "0.07", "1.10"), 800, _genai("deepseek/deepseek-chat")),
    # The same at the discount of the night: 166.86 + 2.24 + 231
    Report("deepseek-chat", "2025-06-01T20:00:00", Usage(1300, 420, cached_tokens=64),
           ("0.135", "0.035", "0.55"), 400, _genai("deepseek/deepseek-chat")),
    # 1,000 * 0.55 + 1,500 * 2.19 = 550 + 3,285
    Report("deepseek-reasoner", "2025-06-01T12:00:00", Usage(1000, 1500, reasoning_tokens=1100),
           ("0.55", "0.14", "2.19"), 3835, _genai("deepseek/deepseek-reasoner")),
    # Nobody has set a price yet.
    Report("house-7b", "2026-02-28T23:59:59", Usage(1234, 321), None, None, ""),
    # 1,000 * 0.20 + 234 * 0.05 + 321 * 0.80 = 200 + 11.7 + 256.8
    Report("house-7b", "2026-03-01T00:00:00", Usage(1234, 321, cached_tokens=234),
           ("0.20", "0.05", "0.80"), 469, "override:house-7b@2026-03-01"),
    # 1,000 * 0.333333 + 1,000 * 0.999999 = 333.333 + 999.999
    Report("house-7b", "2026-06-01T12:00:00", Usage(1000, 1000), ("0.333333", "0.1", "0.999999"),
           1333, "override:house-7b@2026-05-01"),
    # 1,000 * 0.15 + 1,000 * 0.60, the day before the company's own price
    Report("gpt-4o-mini", "2026-03-31T23:59:59", Usage(1000, 1000), _GPT_4O_MINI, 750,
           _genai("openai/gpt-4o-mini"), answered_by="gpt-4o-mini-2024-07-18"),
    # 1,000 * 0.12 + 1,000 * 0.48; a price for the name that was asked for counts as well
    Report("gpt-4o-mini", "2026-04-01T00:00:00", Usage(1000, 1000), ("0.12", "0.06", "0.48"), 600,
           "override:gpt-4o-mini@2026-04-01", answered_by="gpt-4o-mini-2024-07-18"),
    Report("local-llama", "2026-06-01T12:00:00", Usage(9000, 3000), _NOTHING, 0,
           "override:local-llama@2026-01-01"),
    Report("qwen3:8b", "2026-06-01T12:00:00", Usage(9000, 3000), _NOTHING, 0, "LLM_FREE_MODELS"),
    # 1,000 * 0.07 + 1,000 * 0.14: what an administrator sets counts before the setting
    Report("phi-4", "2026-06-01T12:00:00", Usage(1000, 1000), ("0.07", "0.07", "0.14"), 210,
           "override:phi-4@2026-04-01"),
    # 100 * 0.20 + 900 * 0.25 + 10 * 0.80 = 20 + 225 + 8
    Report("house-13b", "2026-07-01T12:00:00", Usage(1000, 10, cache_write_tokens=900),
           ("0.20", "0.02", "0.80", "0.25"), 253, "override:house-13b@2026-07-01"),
    # 1,000 * 0.12 + 1,000 * 0.48: this company pays for writes as for other input
    Report("gpt-4o-mini", "2026-07-01T12:00:00", Usage(1000, 1000, cache_write_tokens=900),
           ("0.12", "0.06", "0.48"), 600, "override:gpt-4o-mini@2026-04-01"),
    Report("house-13b", "2026-06-01T12:00:00", Usage(1000, 1000), None, None, ""),
    Report("offline-drafter", "2026-06-01T12:00:00", Usage(1000, 1000), _NOTHING, 0, "offline",
           provider="offline"),
)  # fmt: skip
"""In the order of providers: OpenAI, Anthropic, Google, Mistral, DeepSeek, our own, none."""
