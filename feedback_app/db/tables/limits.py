"""The tables of limits: the values and who set them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from feedback_app.db.columns import id_, moment

_OF_A_COMPANY = text("user_id IS NULL")
_OF_A_PERSON = text("user_id IS NOT NULL")


class LimitValue(SQLModel, table=True):
    """A limit somebody set: a company's, or with `user_id` the exception for one person.

    `value` counts drafts, tokens or micro-dollars (`llm.admission.limits`); `None` means no limit.
    Without a row the next more general value applies: the company's, then the installation's
    default.
    """

    __tablename__ = "limit_value"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_limit_value_company",
            "company_id",
            "name",
            unique=True,
            sqlite_where=_OF_A_COMPANY,
            postgresql_where=_OF_A_COMPANY,
        ),
        Index(
            "uq_limit_value_person",
            "company_id",
            "user_id",
            "name",
            unique=True,
            sqlite_where=_OF_A_PERSON,
            postgresql_where=_OF_A_PERSON,
        ),
    )

    id: str = id_()
    company_id: str = Field(foreign_key="company.id")
    user_id: str | None = Field(default=None, foreign_key="app_user.id")
    name: str = Field(max_length=40)
    value: int | None = Field(default=None, sa_type=BigInteger)


class LimitChange(SQLModel, table=True):
    """The audit of limits: who set which value and when. Never changed, never deleted.

    `before` and `after` are in words, as the page showed them.
    """

    __tablename__ = "limit_change"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_limit_change_company_at", "company_id", "at"),)

    id: str = id_()
    company_id: str = Field(foreign_key="company.id")
    user_id: str | None = Field(default=None, foreign_key="app_user.id")
    name: str = Field(max_length=40)
    before: str = Field(max_length=80)
    after: str = Field(max_length=80)
    changed_by: str = Field(foreign_key="app_user.id")
    at: datetime = moment()
