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
from collections.abc import Collection
from typing import Any, NoReturn

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
EXIT_SECONDS = 5.0  # a process that must exit has so long to give back what it holds
# Shares of STOP_GRACE_SECONDS: until then model calls may end by themselves; until then all is given back, and what
# still holds the process up is a broker that does not take its goodbye.
CANCEL_SHARE, LEAVE_SHARE = 0.5, 0.6

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

    def stop_claiming(self, *, cancel_seconds: float, leave_seconds: float) -> None:
        """Told to stop: when model calls under way are cancelled, and when the process leaves whatever holds it up."""
        leases.stopping.set()
        for seconds, then in ((cancel_seconds, llm.cancel_all), (leave_seconds, self._leave)):
            timer = threading.Timer(seconds, then)
            timer.daemon = True
            timer.start()

    def stop(self) -> None:
        """The last task is done: not a worker any more."""
        self._stopped.set()
        if self._keeper.is_alive():
            self._keeper.join(EXIT_SECONDS)  # else it might report a last time after the line below
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
        """A thread cannot be killed, a process can, and is started anew."""
        logger.critical("a thread hangs, exiting", extra={"worker": self.name, "items": len(hung)})
        self._exit(os.EX_SOFTWARE, without=hung)

    def _leave(self) -> None:
        logger.warning("could not stop in order, exiting", extra={"worker": self.name})
        self._exit(os.EX_OK)

    def _exit(self, code: int, *, without: Collection[Claim] = ()) -> NoReturn:
        """Gives back what is held, but for these claims, and ends the process, even if that hangs as well."""
        threading.Timer(EXIT_SECONDS, os._exit, [code]).start()
        try:
            for claim, item in leases.held().items():
                if claim not in without:
                    item.give_back()
            self.stop()
        finally:
            os._exit(code)


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
    grace: float = settings.STOP_GRACE_SECONDS
    process.stop_claiming(cancel_seconds=grace * CANCEL_SHARE, leave_seconds=grace * LEAVE_SHARE)


def stop_at_once(*args: Any) -> None:
    """In place of Celery's cold shutdown, which would kill tasks: threads cannot be, but they can give back at once."""
    process.stop_claiming(cancel_seconds=0, leave_seconds=EXIT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


@signals.worker_shutdown.connect
def stop_process(**kwargs: Any) -> None:
    process.stop()
