"""The HTTP and WebSocket API: everything under `/api`, told as JSON, errors included."""
