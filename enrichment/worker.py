"""What a worker process does beside its tasks: reports itself, keeps its leases, and stops in good order.

A worker counts as live when it has really consumed a short while ago: so every process sends itself a `pulse` through
the broker, on a queue of its own, and consumes it by the same loop and threads as any task. Where all threads are busy
with items whose leases are being renewed, that too is life.
"""

import logging
import os
import threading
from typing import Any

from celery import signals
from django.conf import settings
from django.db import DatabaseError, connection

from enrichment import dispatch
from enrichment.leases import leases
from enrichment.models import Worker
from training import llm

PULSE_SECONDS = 5.0
FIRST_PULSE_SECONDS = 0.5  # until it has consumed for the first time: somebody may be waiting for a worker

logger = logging.getLogger(__name__)


class Process:
    """This worker process: its name, its threads, and when it last consumed."""

    def __init__(self) -> None:
        self.name = ""
        self._capacity = 0
        self._consumed = threading.Event()
        self._stopped = threading.Event()

    def start(self, name: str, capacity: int) -> None:
        """From now on pulses, renews and reports in a thread of its own."""
        self.name, self._capacity = name, capacity
        threading.Thread(target=self._keep, name="keeper", daemon=True).start()

    def consumed(self) -> None:
        """A message has come through the broker."""
        self._consumed.set()

    def stop_claiming(self) -> None:
        """Told to stop: what is under way has half of the grace to finish, then its model calls are cancelled."""
        leases.stopping.set()
        timer = threading.Timer(settings.STOP_GRACE_SECONDS / 2, llm.cancel_all)
        timer.daemon = True
        timer.start()

    def stop(self) -> None:
        """The last task is done: not a worker any more."""
        self._stopped.set()
        Worker.objects.filter(name=self.name).delete()
        connection.close()

    def _keep(self) -> None:
        every = FIRST_PULSE_SECONDS
        while not self._stopped.wait(every):
            try:
                leases.renew()
                if hung := leases.hung():
                    self._give_up(hung)
                if self._consumed.is_set() or leases.held():
                    self._consumed.clear()
                    every = min(PULSE_SECONDS, settings.LEASE_SECONDS / 3)
                    Worker.objects.seen(self.name, capacity=self._capacity, active=len(leases.held()))
            except DatabaseError as error:
                logger.warning("worker cannot report", extra={"worker": self.name, "error": type(error).__name__})
            finally:
                connection.close()
            if not leases.stopping.is_set():
                dispatch.pulse(self.name)

    def _give_up(self, hung: list[Any]) -> None:
        """A thread cannot be killed, a process can: it gives back the rest, exits, and is started anew."""
        for item in leases.held():
            if item not in hung:
                item.give_back()
        logger.critical("a thread hangs past its deadline, exiting", extra={"items": len(hung)})
        os._exit(os.EX_SOFTWARE)


process = Process()


@signals.celeryd_after_setup.connect
def consume_own_pulse(sender: str, instance: Any, **kwargs: Any) -> None:
    """An enrichment worker also consumes the queue that only it is sent pulses on."""
    queues = instance.app.amqp.queues
    if dispatch.QUEUE in queues.consume_from:
        queues.select_add(dispatch.pulse_queue(sender))


@signals.worker_ready.connect
def start_process(sender: Any, **kwargs: Any) -> None:
    if dispatch.QUEUE in sender.app.amqp.queues.consume_from:
        process.start(sender.hostname, sender.pool.num_processes)


@signals.worker_shutting_down.connect
def stop_claiming(**kwargs: Any) -> None:
    process.stop_claiming()


@signals.worker_shutdown.connect
def stop_process(**kwargs: Any) -> None:
    process.stop()
