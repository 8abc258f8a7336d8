"""What operators' machines are told."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from enrichment.models import Worker


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_ready_takes_the_database_alone_and_tells_of_the_rest(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "down"}
    Worker.objects.seen("w1", capacity=4, active=0)
    assert client.get("/readyz").json()["worker"] == "ok"
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["broker"] == "down"


@pytest.mark.django_db
def test_a_worker_that_fell_silent_is_down(client: Client) -> None:
    silent = timezone.now() - timedelta(seconds=settings.WORKER_SILENT_SECONDS + 1)
    Worker.objects.create(name="w1", capacity=4, seen_at=silent)
    assert client.get("/readyz").json()["worker"] == "down"


def test_a_database_that_does_not_answer_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "down", "broker": "ok", "worker": "down"}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lacks_a_migration_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = 'older' WHERE app = 'training' AND name = '0001_initial'")
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = '0001_initial' WHERE name = 'older'")


@pytest.mark.django_db
def test_metrics_are_the_queues_stats_in_prometheus_text(client: Client) -> None:
    Worker.objects.create(name="w1", capacity=4, seen_at=Now())
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert "secondwind_queue_pending 0.0" in lines
    assert 'secondwind_queue_pending_by_priority{priority="1"} 0.0' in lines
    assert 'secondwind_queue_pending_by_coach{coach="force"} 0.0' in lines
    assert "secondwind_queue_capacity 4.0" in lines
    assert not [line for line in lines if "None" in line]


def test_admin_needs_no_slash(client: Client) -> None:
    assert client.get("/admin")["Location"] == "/admin/"
