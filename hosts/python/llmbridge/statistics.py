"""What a bridge has done and is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from ._library import STATS_COUNTERS, NativeEvent, NativeStats, library
from ._status import INTERNAL

BREAKERS = ("closed", "open", "half_open")
WORKER_NONE = 0


@dataclass(frozen=True)
class Worker:
    state: str
    calls: int
    pid: int
    served: int
    ready_ms: float


@dataclass(frozen=True)
class Statistics:
    """Counters that only grow, and states of the moment. `calls_ended` counts by status name; `total_ms` and
    `first_token_ms` are histograms: pairs of an upper bound and the calls below it."""

    breaker: str
    calls_active: int
    calls_queued: int
    calls_started: int
    calls_refused: int
    calls_ended: Dict[str, int]
    calls_moved: int
    calls_repeated: int
    calls_resumed: int
    prompt_tokens: int
    completion_tokens: int
    engines_started: int
    engines_ready: int
    engines_retired: int
    engines_crashed: int
    engines_hung: int
    engines_broken: int
    engines_refused: int
    total_ms_sum: float
    first_token_ms_sum: float
    total_ms: List[Tuple[float, int]]
    first_token_ms: List[Tuple[float, int]]
    workers: List[Worker]

    @classmethod
    def of(cls, stats: NativeStats) -> Statistics:
        plain = ("calls_active", "calls_queued", "calls_started", "calls_refused", "total_ms_sum", "first_token_ms_sum")
        return cls(
            breaker=BREAKERS[stats.breaker],
            calls_ended={_status_name(i, len(stats.calls_ended)): n for i, n in enumerate(stats.calls_ended) if n > 0},
            total_ms=_histogram(stats.total_ms),
            first_token_ms=_histogram(stats.first_token_ms),
            workers=[
                Worker(_name(library().llmb_worker_state_name, worker.state), worker.calls, worker.pid, worker.served, worker.ready_ms)
                for worker in stats.workers if worker.state != WORKER_NONE],
            **{name: getattr(stats, name) for name in (*plain, *STATS_COUNTERS)},
        )


@dataclass(frozen=True)
class Event:
    """One thing that happened to a bridge; `time_ns` is on `time.monotonic_ns`'s clock. Holds no prompt and no answer."""

    sequence: int
    time_ns: int
    kind: str
    status: Optional[str]
    pid: int
    call_id: int
    text: str

    @classmethod
    def of(cls, event: NativeEvent) -> Event:
        status = _name(library().llmb_status_name, event.status) if event.status != 0 else None
        kind = _name(library().llmb_event_kind_name, event.kind)
        return cls(event.sequence, event.time_ns, kind, status, event.pid, event.call_id, event.text.decode("utf-8", "replace"))


def _name(function: object, number: int) -> str:
    return function(number).decode()  # type: ignore[operator]


def _status_name(index: int, count: int) -> str:
    return _name(library().llmb_status_name, INTERNAL if index == count - 1 else index)


def _histogram(counts: object) -> List[Tuple[float, int]]:
    return [(library().llmb_stats_bucket_ms(i), count) for i, count in enumerate(counts) if count > 0]  # type: ignore[arg-type]
