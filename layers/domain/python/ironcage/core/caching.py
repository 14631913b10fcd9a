"""A small cache in the memory of one environment: bounded in number and in age."""

from collections import OrderedDict
from contextlib import suppress

from ironcage.core.clock import Clock

type Moment = tuple[float, int]  # seconds of the monotonic clock, milliseconds of the other


class ExpiringCache[Key, Value]:
    """Values that are forgotten after some seconds, or when too many others were of use since.

    Age is measured on both clocks and the older answer wins: an environment that was frozen may
    find that its monotonic clock stood still, and a wall clock may be set back.

    What is promised to be known after some seconds must be kept with the moment before its read: a
    read may be slow, and what it found may have changed since.
    """

    def __init__(self, clock: Clock, *, seconds: float, size: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._size = size
        self._kept: OrderedDict[Key, tuple[float, int, Value]] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """Find a value that is not too old."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        with suppress(KeyError):  # another thread may have dropped it
            self._kept.move_to_end(key)
        monotonic, wall_ms, value = entry
        elapsed_ms = self._clock.now_ms() - wall_ms
        if self._clock.monotonic() - monotonic >= self._seconds:
            return None
        return value if 0 <= elapsed_ms < self._seconds * 1000 else None

    def moment(self) -> Moment:
        """Read both clocks."""
        return self._clock.monotonic(), self._clock.now_ms()

    def put(self, key: Key, value: Value, since: Moment | None = None) -> None:
        """Keep a value, in place of the one unused for longest when there are too many.

        Args:
            key: what it is found by.
            value: what to keep.
            since: when it was surely true, if that is not now.
        """
        self._kept[key] = (*(since or self.moment()), value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forget a value."""
        self._kept.pop(key, None)
