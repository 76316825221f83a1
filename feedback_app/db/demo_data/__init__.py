"""The demo's prose: invented people at invented companies. `feedback_app.db.demo` stores it."""
