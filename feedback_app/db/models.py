"""Every table. Ids are UUIDv7 text, times are UTC, money is whole micro-dollars.

They are defined in `tables/` by subject; import them from here, which makes sure that all of them
are registered.
"""

from feedback_app.db.columns import UtcDateTime as UtcDateTime
from feedback_app.db.tables.alerts import Alert as Alert
from feedback_app.db.tables.hiring import Candidate as Candidate
from feedback_app.db.tables.hiring import Competency as Competency
from feedback_app.db.tables.hiring import Interview as Interview
from feedback_app.db.tables.hiring import Job as Job
from feedback_app.db.tables.ledger import DISCARDED_TEXT_FOR as DISCARDED_TEXT_FOR
from feedback_app.db.tables.ledger import FEEDBACK as FEEDBACK
from feedback_app.db.tables.ledger import INTERVIEW as INTERVIEW
from feedback_app.db.tables.ledger import CallStatus as CallStatus
from feedback_app.db.tables.ledger import Draft as Draft
from feedback_app.db.tables.ledger import LlmCall as LlmCall
from feedback_app.db.tables.ledger import PriceOverride as PriceOverride
from feedback_app.db.tables.ledger import PriceRecalculation as PriceRecalculation
from feedback_app.db.tables.limits import LimitChange as LimitChange
from feedback_app.db.tables.limits import LimitValue as LimitValue
from feedback_app.db.tables.log import LOG_ROW_FAILED as LOG_ROW_FAILED
from feedback_app.db.tables.log import LogComponent as LogComponent
from feedback_app.db.tables.log import SystemLog as SystemLog
from feedback_app.db.tables.people import AccountLink as AccountLink
from feedback_app.db.tables.people import ApiKey as ApiKey
from feedback_app.db.tables.people import Company as Company
from feedback_app.db.tables.people import Department as Department
from feedback_app.db.tables.people import KnownDevice as KnownDevice
from feedback_app.db.tables.people import LinkKind as LinkKind
from feedback_app.db.tables.people import LoginSession as LoginSession
from feedback_app.db.tables.people import Role as Role
from feedback_app.db.tables.people import SessionKind as SessionKind
from feedback_app.db.tables.people import SignInAttempt as SignInAttempt
from feedback_app.db.tables.people import User as User
from feedback_app.db.tables.retention import PurgeRun as PurgeRun
from feedback_app.db.tables.retention import StopRequest as StopRequest
from feedback_app.db.tables.scorecards import CompetencyRating as CompetencyRating
from feedback_app.db.tables.scorecards import Scorecard as Scorecard
from feedback_app.db.tables.scorecards import ScorecardEvent as ScorecardEvent
from feedback_app.db.tables.scorecards import TextVersion as TextVersion
from feedback_app.db.tables.scorecards import VersionKind as VersionKind
from feedback_app.db.tables.usage import UsageDay as UsageDay
from feedback_app.db.tables.usage import UsageRollup as UsageRollup
