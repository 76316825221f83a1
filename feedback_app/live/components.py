"""Draws a draft from its blocks as runs of text only: there is no HTML to run."""

from typing import Any

import reflex as rx

from feedback_app.live.settled import WireGroup
from feedback_app.live.text import LiveText
from feedback_app.live.view import SLOTS, WireBlock


def _run(text: Any, marks: Any) -> rx.Component:
    return rx.el.span(text, custom_attrs={"data-marks": marks})


def _span(span: Any) -> rx.Component:
    text, marks, href = span[0], span[1], span[2]
    return rx.cond(
        href != "",
        rx.cond(
            href.startswith("#"),
            rx.el.a(text, href=href, class_name="cite", custom_attrs={"data-marks": marks}),
            rx.el.a(text, href=href, target="_blank", rel="noopener noreferrer nofollow"),
        ),
        _run(text, marks),
    )


def _element(kind: Any, marker: Any, *runs: rx.Component) -> rx.Component:
    look = {"class_name": kind, "custom_attrs": {"data-marker": marker}, "dir": "auto"}
    return rx.cond(
        kind.startswith("heading"),
        rx.el.h3(*runs, **look),
        rx.cond(
            kind == "code0",
            rx.el.pre(*runs, **look),
            rx.cond(
                kind.startswith("bullet") | kind.startswith("ordered"),
                rx.el.ul(rx.el.li(*runs, **look)),
                rx.el.p(*runs, **look),
            ),
        ),
    )


def _block(block: Any) -> rx.Component:
    return _element(block[0], block[1], rx.foreach(block[2], _span))


@rx.memo
def draft_blocks(blocks: rx.Var[list[WireBlock]]) -> rx.Component:
    """One slot; redrawn only when that slot changes."""
    return rx.fragment(rx.foreach(blocks, _block))


def draft_text(state: type[LiveText]) -> rx.Component:
    """The current draft in `state`: settled slots, then the block that is being written."""
    return rx.fragment(
        *(draft_blocks(blocks=getattr(state, f"b{number}")) for number in range(SLOTS)),
        draft_blocks(blocks=state.o),
        rx.cond(
            state.k != "",
            _element(
                state.k,
                state.n,
                rx.foreach(state.h0, _span),
                rx.foreach(state.h1, _span),
                rx.foreach(state.h2, _span),
                rx.foreach(state.h3, _span),
                _run(state.t, state.m),
            ),
        ),
    )


def settled_text(groups: rx.Var[list[WireGroup]]) -> rx.Component:
    """A finished text, for reading."""
    return rx.fragment(rx.foreach(groups, _group))


def _group(group: Any) -> Any:
    kind, items = group[0], group[1]
    one = items[0]
    runs = rx.foreach(one[1], _span)
    return rx.match(
        kind,
        ("ul", rx.el.ul(rx.foreach(items, _item))),
        ("ol", rx.el.ol(rx.foreach(items, _item))),
        ("heading", rx.el.h3(runs, dir="auto")),
        ("quote", rx.el.blockquote(runs, dir="auto")),
        ("code", rx.el.pre(runs)),
        ("rule", rx.el.hr()),
        rx.el.p(runs, dir="auto"),
    )


def _item(item: Any) -> rx.Component:
    return rx.el.li(rx.foreach(item[1], _span), class_name=item[0], dir="auto")
