"""The HTTP and WebSocket API: everything under `/api`, in JSON, errors included."""
