"""Reflex's configuration, made from the app's own settings; a wrong setting ends the start here."""

import reflex as rx

from feedback_app.core.settings import get_settings
from feedback_app.ui.bundles import FewFiles
from feedback_app.ui.prerendering import PrerenderedPages
from feedback_app.ui.radix import RadixStyles
from feedback_app.ui.theme import InterFont, theme

settings = get_settings()

config = rx.Config(
    app_name="feedback_app",
    frontend_port=settings.PORT,
    backend_port=settings.PORT,
    backend_host=settings.HOST,
    api_url=settings.socket_address,
    deploy_url=settings.address,
    cors_allowed_origins=list(settings.origins),
    trusted_proxy_hops=settings.TRUSTED_PROXY_HOPS,
    redis_url=settings.REDIS_URL,
    state_manager_mode=rx.constants.StateManagerMode.REDIS
    if settings.REDIS_URL
    else rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    plugins=[RadixStyles(theme=theme()), InterFont(), PrerenderedPages(), FewFiles()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
