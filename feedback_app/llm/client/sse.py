"""Reads server-sent events from bytes, however the network has cut them."""

MAX_EVENT_BYTES = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SSEDecoder:
    """Collects bytes and returns the data of each event as soon as it is complete.

    Lines end only where the standard says (LF, CRLF, CR): a U+2028 or U+0085 inside an answer
    is text, although `str.splitlines` and HTTP clients' line iterators cut there. Comments and
    fields other than `data` are dropped.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._data_bytes = 0
        """The bytes of the unfinished event, each line including its line end."""
        self._after_cr = False
        self._at_start = True

    def feed(self, data: bytes) -> list[bytes]:
        """The data of every event these bytes complete.

        Raises `ValueError` for an event that grows beyond `MAX_EVENT_BYTES`.
        """
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if not data:
            return []
        self._after_cr = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = self._take(lines)
        if len(self._rest) + self._data_bytes > MAX_EVENT_BYTES:
            raise ValueError("an event without an end")
        return events

    def close(self) -> list[bytes]:
        """The data of a last event that was not ended by a blank line."""
        rest, self._rest = self._rest, b""
        return self._take([rest, b""])

    def _take(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        for line in lines:
            if self._at_start:
                line = line.removeprefix(_BYTE_ORDER_MARK)
                self._at_start = False
            if not line:
                if self._data:
                    events.append(b"\n".join(self._data))
                    self._data, self._data_bytes = [], 0
            elif line.startswith(b"data:"):
                self._add(line[5:].removeprefix(b" "))
            elif line == b"data":
                self._add(b"")
        return events

    def _add(self, line: bytes) -> None:
        self._data.append(line)
        self._data_bytes += len(line) + 1
