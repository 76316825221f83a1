"""The composition root: pages, HTTP routes, middleware, lifespan; nothing else."""

import reflex as rx
from reflex.utils.prerequisites import get_web_dir
from reflex_base.constants import Dirs
from starlette.applications import Starlette
from starlette.types import ASGIApp

from feedback_app import routes
from feedback_app.admin.alerts.page import alerts_page
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.admin.limits.page import limits_page
from feedback_app.admin.limits.state import LimitsState
from feedback_app.admin.logs.page import logs_page
from feedback_app.admin.logs.state import LogsState
from feedback_app.auth.components import on_load
from feedback_app.auth.page import sign_in_page
from feedback_app.auth.routes import AUTH_ROUTES
from feedback_app.auth.state import SignInState
from feedback_app.core.settings import get_settings
from feedback_app.hiring import pages as hiring_pages
from feedback_app.interviews import tab
from feedback_app.interviews.adding.state import AddingState
from feedback_app.interviews.calendar import CALENDAR_ROUTES
from feedback_app.interviews.inbox.page import interviews_page
from feedback_app.interviews.inbox.state import InterviewListState
from feedback_app.interviews.page import interview_page
from feedback_app.interviews.state import InterviewState
from feedback_app.lifespan import lifespan
from feedback_app.people.account.page import account_page
from feedback_app.people.account.state import AccountState
from feedback_app.people.checklist.state import ChecklistState
from feedback_app.people.company.page import company_page
from feedback_app.people.company.state import CompanyState
from feedback_app.people.link_pages import invite_page, reset_page, setup_page
from feedback_app.people.link_state import AccountLinkState
from feedback_app.people.page import people_page
from feedback_app.people.routes import PEOPLE_ROUTES
from feedback_app.people.state import PeopleState
from feedback_app.ui.layout import connection_banner, missing_page
from feedback_app.ui.theme import STYLESHEETS
from feedback_app.usage.mine.page import my_usage_page
from feedback_app.usage.mine.state import MyUsageState
from feedback_app.usage.page import usage_page
from feedback_app.usage.prices.page import prices_page
from feedback_app.usage.prices.state import PricesState
from feedback_app.usage.state import UsageState
from feedback_app.usage.trace.page import call_page
from feedback_app.usage.trace.state import TraceState
from feedback_app.web.api.app import Api
from feedback_app.web.bodies import Deadlines
from feedback_app.web.caching import CacheHeaders
from feedback_app.web.export import EXPORT_ROUTES
from feedback_app.web.faults import PageFaults, log_page_fault, show_fault
from feedback_app.web.health import HEALTH_ROUTES
from feedback_app.web.listeners import give_up_what_is_unread
from feedback_app.web.page_paths import PagePaths
from feedback_app.web.page_sockets.gate import SocketGate
from feedback_app.web.page_sockets.queue import count_what_is_unread
from feedback_app.web.page_sockets.watch import watch_sockets
from feedback_app.web.request_log import RequestLog
from feedback_app.web.security import SecurityHeaders
from feedback_app.web.session_header import SessionHeader
from feedback_app.web.shortcuts import SHORTCUT_ROUTES
from feedback_app.web.ui_events import OwnState, UiEventRows


def _request_log(inner: ASGIApp) -> ASGIApp:
    return RequestLog(inner, page_router=app.router)


def _page_paths(inner: ASGIApp) -> ASGIApp:
    return PagePaths(inner, page_router=app.router)


def _security_headers(inner: ASGIApp) -> ASGIApp:
    return SecurityHeaders(inner, settings=get_settings(), html_root=get_web_dir() / Dirs.STATIC)


app = rx.App(
    stylesheets=STYLESHEETS,
    html_lang="en",
    head_components=[rx.el.link(rel="icon", type="image/svg+xml", href="/favicon.svg")],
    toaster=None,
    backend_exception_handler=show_fault,
    frontend_exception_handler=log_page_fault,
    api_transformer=[
        Starlette(
            routes=[
                *AUTH_ROUTES,
                *PEOPLE_ROUTES,
                *CALENDAR_ROUTES,
                *EXPORT_ROUTES,
                *HEALTH_ROUTES,
                *SHORTCUT_ROUTES,
            ]
        ),
        Api,
        SessionHeader,
        SocketGate,
        Deadlines,
        _page_paths,
        CacheHeaders,
        _request_log,
        _security_headers,
    ],
)
# A fragment, because Reflex puts the rest of the page inside of what a wrap returns.
app.app_wraps[(5, "Overlay")] = lambda _stateful: rx.fragment(rx.memo(connection_banner)())
app.add_middleware(OwnState(), index=0)
app.add_middleware(UiEventRows())
app.add_middleware(PageFaults())
app.register_lifespan_task(lifespan)
app.register_lifespan_task(watch_sockets)
app.register_lifespan_task(give_up_what_is_unread)
count_what_is_unread(app)


app.add_page(sign_in_page, route=routes.LOGIN, title="Sign in · Debrief", on_load=SignInState.load)
app.add_page(
    setup_page, route=routes.SETUP, title="Set up · Debrief", on_load=AccountLinkState.load
)
app.add_page(
    invite_page, route=routes.INVITE, title="Invitation · Debrief", on_load=AccountLinkState.load
)
app.add_page(
    reset_page, route=routes.RESET, title="New password · Debrief", on_load=AccountLinkState.load
)
app.add_page(
    interviews_page,
    route=routes.INTERVIEWS,
    title=InterviewListState.title,
    on_load=on_load(AddingState.load, ChecklistState.load, InterviewListState.load),
)
app.add_page(
    interview_page,
    route=routes.INTERVIEW,
    title=tab.title(),
    on_load=on_load(InterviewState.load),
)
for hiring_page in hiring_pages.PAGES:
    app.add_page(
        hiring_page.draw,
        route=hiring_page.route,
        title=f"{hiring_page.title} · Debrief",
        on_load=on_load(hiring_page.load),
    )
app.add_page(
    account_page,
    route=routes.MY_ACCOUNT,
    title="Account · Debrief",
    on_load=on_load(AccountState.load),
)
app.add_page(
    people_page,
    route=routes.ADMIN_PEOPLE,
    title="People · Debrief",
    on_load=on_load(PeopleState.load),
)
app.add_page(
    company_page,
    route=routes.ADMIN_COMPANY,
    title="Company · Debrief",
    on_load=on_load(CompanyState.load),
)
app.add_page(
    usage_page,
    route=routes.ADMIN_USAGE,
    title="Usage · Debrief",
    on_load=on_load(UsageState.load),
)
app.add_page(
    call_page,
    route=routes.ADMIN_CALL,
    title="Call · Debrief",
    on_load=on_load(TraceState.load),
)
app.add_page(
    prices_page,
    route=routes.ADMIN_PRICES,
    title="Prices · Debrief",
    on_load=on_load(PricesState.load),
)
app.add_page(
    limits_page,
    route=routes.ADMIN_LIMITS,
    title="Limits · Debrief",
    on_load=on_load(LimitsState.load),
)
app.add_page(
    logs_page,
    route=routes.ADMIN_LOGS,
    title="System log · Debrief",
    on_load=on_load(LogsState.load),
)
app.add_page(
    alerts_page,
    route=routes.ADMIN_ALERTS,
    title="Alerts · Debrief",
    on_load=on_load(AlertsState.load),
)
app.add_page(
    my_usage_page,
    route=routes.MY_USAGE,
    title="My usage · Debrief",
    on_load=on_load(MyUsageState.load),
)
app.add_page(missing_page, route="404", title="Not found · Debrief")
