"""What a worker process does beside its tasks: reports itself, keeps its leases, and stops in good order.

A worker counts as live when it has really consumed a short while ago: so an idle process sends itself a `pulse` through
the broker, on a queue of its own, and consumes it by the same loop and threads as any task. Where threads are busy with
items whose leases are being renewed, that too is life.
"""

import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from celery import platforms, signals
from django.conf import settings
from django.db import Error, connection

from enrichment import dispatch
from enrichment.leases import is_hung, leases
from enrichment.limits import limits_fit
from enrichment.models import Claim, EnrichmentItem, Worker
from training import llm

PULSE_SECONDS = 5.0
FIRST_PULSE_SECONDS = 0.5  # until it has consumed for the first time: somebody may be waiting for a worker
WATCH_SECONDS = 1.0
GIVE_UP_SECONDS = 5.0  # a process with a hung thread has so long to give back the rest

logger = logging.getLogger(__name__)


class Process:
    """This worker process: its name, its threads, and when it last consumed."""

    def __init__(self) -> None:
        self.name = ""
        self._capacity = 0
        self._consumed = threading.Event()
        self._stopped = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._kept_at = 0.0

    def start(self, name: str, capacity: int) -> None:
        """From now on pulses, renews and reports in a thread of its own, watched by another."""
        self.name, self._capacity, self._kept_at = name, capacity, time.monotonic()
        self._keeper.start()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def consumed(self) -> None:
        """A message has come through the broker."""
        self._consumed.set()

    def stop_claiming(self, grace_seconds: float) -> None:
        """Told to stop: what is under way has this long to finish, then its model calls are cancelled."""
        leases.stopping.set()
        timer = threading.Timer(grace_seconds, llm.cancel_all)
        timer.daemon = True
        timer.start()

    def stop(self) -> None:
        """The last task is done: not a worker any more."""
        self._stopped.set()
        if self._keeper.is_alive():
            self._keeper.join(GIVE_UP_SECONDS)  # else it might report a last time after the line below
        Worker.objects.filter(name=self.name).delete()
        connection.close()

    def _keep(self) -> None:
        every = FIRST_PULSE_SECONDS
        while not self._stopped.wait(every):
            self._kept_at = time.monotonic()
            try:
                held = leases.held()
                EnrichmentItem.objects.renew(held.keys())
                if self._consumed.is_set() or held:
                    self._consumed.clear()
                    every = min(PULSE_SECONDS, settings.LEASE_SECONDS / 3)
                    Worker.objects.seen(self.name, capacity=self._capacity, active=len(held))
                if not held and not leases.stopping.is_set():  # behind a backlog pulses would only pile up
                    dispatch.pulse(self.name)
            except Error as error:
                logger.warning("worker cannot report", extra={"worker": self.name, "error": type(error).__name__})
            except Exception:  # whatever it is: without its keeper a process loses every lease
                logger.exception("worker cannot report", extra={"worker": self.name})
            finally:
                connection.close()

    def _watch(self) -> None:
        """Touches neither database nor broker: a server that answers no more would hang this thread, too."""
        while not self._stopped.wait(WATCH_SECONDS):
            hung = leases.hung()
            if hung or is_hung(self._kept_at):
                self._give_up(hung)

    def _give_up(self, hung: set[Claim]) -> None:
        """A thread cannot be killed, a process can: it gives back the rest, exits, and is started anew."""
        logger.critical("a thread hangs, exiting", extra={"worker": self.name, "items": len(hung)})
        # What holds up that thread may hold up giving back as well.
        threading.Timer(GIVE_UP_SECONDS, os._exit, [os.EX_SOFTWARE]).start()
        try:
            for claim, item in leases.held().items():
                if claim not in hung:
                    item.give_back()
        finally:
            os._exit(os.EX_SOFTWARE)


process = Process()


@signals.worker_init.connect
def refuse_limits_that_do_not_fit(**kwargs: Any) -> None:
    """Celery runs Django's checks and heeds none of their answers."""
    if errors := limits_fit(None):
        sys.exit("\n".join(error.msg for error in errors))


@signals.celeryd_after_setup.connect
def consume_own_pulse(sender: str, instance: Any, **kwargs: Any) -> None:
    """An enrichment worker also consumes the queue that only it is sent pulses on."""
    queues = instance.app.amqp.queues
    if dispatch.QUEUE in queues.consume_from:
        queues.select_add(dispatch.pulse_queue(sender))


@signals.worker_ready.connect
def start_process(sender: Any, **kwargs: Any) -> None:
    platforms.signals["SIGQUIT"] = stop_at_once
    if dispatch.QUEUE in sender.app.amqp.queues.consume_from:
        process.start(sender.hostname, sender.pool.num_processes)


@signals.worker_shutting_down.connect
def stop_claiming(**kwargs: Any) -> None:
    platforms.signals["SIGINT"] = stop_at_once  # the second Ctrl-C
    process.stop_claiming(settings.STOP_GRACE_SECONDS / 2)


def stop_at_once(*args: Any) -> None:
    """In place of Celery's cold shutdown, which would kill tasks: threads cannot be, but they can give back at once."""
    process.stop_claiming(0)
    os.kill(os.getpid(), signal.SIGTERM)


@signals.worker_shutdown.connect
def stop_process(**kwargs: Any) -> None:
    process.stop()
