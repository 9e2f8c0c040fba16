"""Checks on several machines: one hands out hosts whose sources are due, workers check them.

The queue lives in the PostgreSQL server that is the store, and is made by Procrastinate. A job is a
host: its lock lets one worker at a time have the host, so that no source is checked twice at once,
and its queueing lock lets the host wait in the queue once. Jobs are worth nothing: what is due
stands in the store, and a queue that is thrown away fills again within a tick.

The extra `scale` brings what this needs; nothing else imports it.
"""

from monitor.queue.dispatch import Dispatch
from monitor.queue.jobs import Jobs, QueueStanding, open_jobs
from monitor.queue.turns import SharedTurns
from monitor.queue.worker import Orders, Worker

__all__ = ["Dispatch", "Jobs", "Orders", "QueueStanding", "SharedTurns", "Worker", "open_jobs"]
