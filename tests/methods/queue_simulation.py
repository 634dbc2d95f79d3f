"""Queues simulated event by event: an oracle for the formulas."""

from __future__ import annotations

import heapq

import numpy as np


def share_lost(
    offered: float, servers: int, *, rng: np.random.Generator, service: np.ndarray
) -> float:
    """Return the share of Poisson arrivals that find all servers busy; mean service time is 1."""
    arrivals = np.cumsum(rng.exponential(1 / offered, len(service)))
    busy: list[float] = []
    lost = 0
    for now, time in zip(arrivals, service, strict=True):
        while busy and busy[0] <= now:
            heapq.heappop(busy)
        if len(busy) == servers:
            lost += 1
        else:
            heapq.heappush(busy, now + time)
    return lost / len(service)


def waits_in_order(arrivals: np.ndarray, service: np.ndarray, servers: int) -> np.ndarray:
    """Return the wait of each arrival, served in order of arrival by the first free server."""
    free = [0.0] * servers
    waits = np.empty(len(arrivals))
    for at, (now, time) in enumerate(zip(arrivals, service, strict=True)):
        start = max(now, heapq.heappop(free))
        waits[at] = start - now
        heapq.heappush(free, start + time)
    return waits
