"""The API's documentation as one plain HTML page: no script, nothing fetched from elsewhere."""

import json
import re
from functools import lru_cache
from html import escape
from typing import Any

from feedback_app import routes
from feedback_app.web.api import openapi
from feedback_app.web.api.api_routes import API_ROUTES, ApiRoute

_CODE = re.compile(r"`([^`]+)`")
_STYLE = """
:root { color-scheme: light dark; --text: #1c2024; --quiet: #60646c; --line: #d9d9e0;
  --page: #f9f9fb; --card: #fff; --code: #f0f0f3; --accent: #5753c6; }
@media (prefers-color-scheme: dark) { :root { --text: #edeef0; --quiet: #b0b4ba; --line: #363a3f;
  --page: #111113; --card: #18191b; --code: #212225; --accent: #b1a9ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 40px 20px 80px; }
h1 { font-size: 30px; margin: 0 0 8px; } h2 { font-size: 19px; margin: 0; }
h3 { font-size: 13px; margin: 20px 0 6px; color: var(--quiet); }
p { margin: 8px 0; } a { color: var(--accent); }
a:focus-visible, .wide:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: 4px; padding: 1px 5px; overflow-wrap: anywhere; }
nav ul { list-style: none; padding: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 22px; margin-top: 20px; }
.method { display: inline-block; min-width: 52px; text-align: center; font-weight: 600;
  font-size: 12px; color: var(--accent); border: 1px solid; border-radius: 5px; padding: 1px 6px; }
.path { background: none; padding: 0 4px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { text-align: left; color: var(--quiet); font-weight: 500; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td code { white-space: nowrap; }
.fields th:first-child { width: 13rem; }
"""


@lru_cache(maxsize=1)
def page() -> str:
    """The whole page."""
    document = openapi.document()
    contents = "".join(
        f'<li><span class="method">{o.method}</span> '
        f'<a href="#{o.endpoint.__name__}">{escape(o.summary)}</a></li>'
        for o in API_ROUTES
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · Debrief</title>
<link rel="icon" type="image/svg+xml" href="/favicon.svg">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Debrief API</h1>
<p>{_text(document["info"]["description"])}</p>
<p>Send a token as <code>Authorization: Bearer …</code>. The same as a document for tools:
<a href="{routes.API_OPENAPI}">openapi.json</a>.
<a href="{routes.INTERVIEWS}">Back to Debrief</a></p>
<nav aria-label="Operations"><ul>{contents}</ul></nav>
{"".join(_section(operation, document) for operation in API_ROUTES)}
</main>
</body>
</html>
"""


def _section(operation: ApiRoute, document: dict[str, Any]) -> str:
    method = "get" if operation.method == "WS" else operation.method.lower()
    described = document["paths"][operation.path][method]
    parts = [
        f'<section id="{operation.endpoint.__name__}" '
        f'aria-labelledby="{operation.endpoint.__name__}-title">',
        f'<h2 id="{operation.endpoint.__name__}-title">{escape(operation.summary)}</h2>',
        f'<p><span class="method">{operation.method}</span> '
        f'<code class="path">{escape(operation.path)}</code></p>',
        f"<p>{_text(operation.description)}</p>",
    ]
    if not operation.needs_token:
        parts.append("<p>Needs no token.</p>")
    if parameters := described.get("parameters"):
        rows = [
            (p["name"], f"{_kind(p['schema'])}, in the {p['in']}{_note(p['schema'])}")
            for p in parameters
        ]
        parts.append(_table("Parameters", ("Name", "What"), rows))
    if body := described.get("requestBody"):
        title = "Body" if body["required"] else "Body (optional)"
        parts.append(_fields(title, _schema_in(body), document))
    for status, response in described["responses"].items():
        if status == "101":
            events = _schema_in(response)["oneOf"]
            parts.extend(_fields(_name(event), event, document) for event in events)
        elif status == "200":
            parts.append(_fields("Answer", _schema_in(response), document))
        elif status == "204":
            parts.append("<p>Answers 204, without a body.</p>")
    errors = [
        (str(error.status), error.code, error.sentence, "yes" if error.retryable else "no")
        for error in openapi.error_codes(operation.errors)
    ]
    parts.append(_table("Errors", ("Status", "Code", "Message", "Retryable"), errors))
    return "\n".join([*parts, "</section>"])


def _schema_in(content: dict[str, Any]) -> dict[str, Any]:
    return content["content"]["application/json"]["schema"]


def _fields(title: str, schema: dict[str, Any], document: dict[str, Any]) -> str:
    """The fields of a schema, and those of the things it lists."""
    described = document["components"]["schemas"][_name(schema)]
    properties: dict[str, Any] = described["properties"]
    rows = [(name, _kind(field) + _note(field)) for name, field in properties.items()]
    drawn = _table(title, ("Field", "Type"), rows)
    if "$ref" in (items := properties.get("items", {}).get("items", {})):
        drawn += _fields("Each item", items, document)
    return drawn


def _name(schema: dict[str, Any]) -> str:
    return schema["$ref"].rpartition("/")[2]


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    kind = schema.get("format") or schema.get("type", "anything")
    if kind == "array":
        kind = f"list of {_kind(schema['items'])}"
    if "maximum" in schema:
        kind = f"{kind} from {schema['minimum']} to {schema['maximum']}"
    default = schema.get("default")
    return kind if default is None else f"{kind}, {json.dumps(default)} by default"


def _note(schema: dict[str, Any]) -> str:
    return f". {schema['description']}" if "description" in schema else ""


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    kind = ' class="fields"' if heads[0] in {"Name", "Field"} else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{_cell(text, name)}</td>" for name, text in zip(heads, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<h3>{escape(title)}</h3><div class="wide" tabindex="0" role="region" '
        f'aria-label="{escape(title)}"><table{kind}><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(text: str, head: str) -> str:
    return f"<code>{escape(text)}</code>" if head in {"Name", "Field", "Code"} else _text(text)


def _text(text: str) -> str:
    """The text escaped, with parts between backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))
