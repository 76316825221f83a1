"""Histograms as databases count them, against the Python that writes them."""

from collections import Counter
from collections.abc import Iterable

import pytest
from sqlalchemy import Integer, SQLColumnExpression, String, cast, literal, null, select

from feedback_app.db import histogram
from feedback_app.db.histogram_sql import entries_of, entry_of
from feedback_app.db.session import Database

pytestmark = pytest.mark.unaudited(reason="there are no calls")


async def counted(database: Database, numbers: Iterable[SQLColumnExpression[int]]) -> list[int]:
    async with database.read() as session:
        connection = await session.connection()
        return [(await connection.execute(select(number))).scalar_one() for number in numbers]


async def test_a_duration_is_in_the_bucket_that_python_puts_it_in(database: Database) -> None:
    edges = [bound + near for bound in histogram.BOUNDS for near in (-1, 0, 1)]
    durations = [literal(edge, Integer) for edge in edges]
    found = await counted(database, (entry_of(duration, 3) for duration in durations))
    assert found == [(histogram.index_of(edge) + 3) ** 3 for edge in edges]
    none = cast(null(), Integer)
    assert await counted(database, [entry_of(none, 3)]) == [0]


async def test_a_histogram_counts_as_its_durations_do_however_it_is_written(
    database: Database,
) -> None:
    texts = ["", "0 ", "7 ", "7*3 ", "7 7 7 ", "244 ", "9*12 8 9 10*2 ", "9 " * 40]
    found = await counted(database, (entries_of(literal(text, String), 3) for text in texts))
    assert found == [_sum(histogram.merged([text])) for text in texts]


def _sum(counts: Counter[int]) -> int:
    return sum(count * (bucket + 3) ** 3 for bucket, count in counts.items())
