"""Reflex's configuration of the naive app: the same plugins and switches, the port it is given."""

import os

import reflex as rx

_PORT = int(os.environ["BENCH_PORT"])

config = rx.Config(
    app_name="naive",
    frontend_port=_PORT,
    backend_port=_PORT,
    backend_host="127.0.0.1",
    api_url=f"http://localhost:{_PORT}",
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
