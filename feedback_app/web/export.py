"""The export of the ledger over HTTP: `/admin/usage/export.csv` and `.jsonl`.

Both take the parameters of the usage page's address.
"""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from feedback_app import routes
from feedback_app.auth.guards import user_from_request
from feedback_app.usage.export.service import Format, export
from feedback_app.usage.filters import filter_from
from feedback_app.web.api.reading import answered


async def export_csv(request: Request) -> Response:
    """Answer administrators with the calls as CSV."""
    return await _answer(request, "csv")


async def export_jsonl(request: Request) -> Response:
    """Answer administrators with the calls as one JSON object per line."""
    return await _answer(request, "jsonl")


async def _answer(request: Request, kind: Format) -> Response:
    user = await user_from_request(request)
    made = await export(user, filter_from(request.query_params), kind)
    return StreamingResponse(
        made.parts,
        headers={
            "Content-Type": made.media_type,
            "Content-Disposition": f'attachment; filename="{made.file_name}"',
            "Cache-Control": "no-store",
        },
    )


EXPORT_ROUTES = [
    Route(routes.ADMIN_USAGE_CSV, answered(export_csv), methods=["GET"]),
    Route(routes.ADMIN_USAGE_JSONL, answered(export_jsonl), methods=["GET"]),
]
