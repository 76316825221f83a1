"""The guard around Reflex's socket: who may open one, what it may send and leave unread."""
