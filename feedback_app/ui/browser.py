"""What a browser says of itself and Reflex has no component for: the time zone.

Each fact only names properties of the browser, so the page's policy needs no exception for it. A
test holds that no other module does so. Use a fact where the page is live already: on the server
that builds the pages it would be that machine's.
"""

from typing import Any

from reflex.vars import FunctionVar, ObjectVar, StringVar, Var

_format = Var("Intl.DateTimeFormat").to(FunctionVar).call().to(ObjectVar, dict[str, Any])
_options = _format["resolvedOptions"].to(FunctionVar).call().to(ObjectVar, dict[str, Any])

TIME_ZONE: StringVar[str] = _options["timeZone"].to(str)
"""The IANA name of the zone of the browser's clock, such as `Europe/Berlin`."""

FACTS = {"time zone": TIME_ZONE}
