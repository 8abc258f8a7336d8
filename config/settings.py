"""Every setting of Second Wind, read from the environment; units are in the names.

The README has the table of those a deployment relies on.
"""

import contextlib
import json
import secrets
from datetime import timedelta
from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- where this checkout keeps its data, and the servers `manage.py up` started there ---
SECONDWIND_HOME = Path(env("SECONDWIND_HOME", default=str(BASE_DIR / ".local"))).resolve()
PORT = env.int("PORT", default=8000)


def running_stack() -> dict[str, str]:
    """The URLs that a running `manage.py up` left in SECONDWIND_HOME; empty where none runs."""
    try:
        return dict(json.loads((SECONDWIND_HOME / "stack.json").read_text()))
    except (OSError, ValueError):
        return {}


def secret_key() -> str:
    """The key of this SECONDWIND_HOME, made at the first start. Many machines share one by SECRET_KEY."""
    path = SECONDWIND_HOME / "secret_key"
    if not path.exists():
        SECONDWIND_HOME.mkdir(parents=True, exist_ok=True)
        fresh = SECONDWIND_HOME / f"secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):  # of two first starts one wins, and both read its key
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text()


_stack = running_stack()
DATABASE_URL = env("DATABASE_URL", default=_stack.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/secondwind"))
REDIS_URL = env("REDIS_URL", default=_stack.get("REDIS_URL", "redis://127.0.0.1:6379/0"))

# --- Django ---
SECRET_KEY = env("SECRET_KEY", default="") or secret_key()
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_EXPOSE_HEADERS = ["Location", "ETag", "Retry-After", "Idempotent-Replayed", "Content-Disposition"]
CORS_ALLOW_HEADERS = [
    "accept", "accept-language", "authorization", "content-type", "idempotency-key", "if-none-match", "last-event-id",
    "x-csrftoken",
]  # fmt: skip
CORS_URLS_REGEX = r"^/api/"

INSTALLED_APPS = [
    "config",
    "training",
    "enrichment",
    "web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "django_celery_results",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.csp.ContentSecurityPolicyMiddleware",
    "config.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.http.LocaleMiddleware",
    "config.http.DatabaseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
# A POST without its final slash is a 404, not a redirect that drops the body.
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SESSION_ENGINE = "config.logins"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]  # first: a sentence of ours wins over a library's
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Without collectstatic (a laptop), files are served from the packages themselves.
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# HTTPS=true where TLS ends before `web`: cookies, redirects and HSTS follow.
HTTPS = env.bool("HTTPS", default=False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked inside the cluster, without TLS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],  # data: the icons inside the style sheets of the admin and of the API's page
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# --- e-mail: a forgotten password is its one occasion ---
# smtp+tls://user:password@host:587; the default prints what it would send.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Second Wind <second-wind@localhost>")

# --- database ---
# How long to wait for a connection: for a free one of the pool, and for a server that is away. `config.asgi` sets less.
DATABASE_POOL_TIMEOUT_SECONDS = env.float("DATABASE_POOL_TIMEOUT_SECONDS", default=30)
_database = env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **_database,
        # The pool keeps connections, Django none: 0.6 ms a task instead of 5 ms for a new connection.
        "CONN_MAX_AGE": 0,
        # A restarted server stays invisible: a dead connection is replaced before it is used.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,  # an address that swallows packets is as good as a refusal
            # A machine that vanishes closes no connection: noticed after 25 s, not after the system's two hours.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,  # milliseconds: the same of what was sent and never acknowledged
            **_database.get("OPTIONS", {}),  # ?sslmode=require of the URL
            "pool": {
                "min_size": 1,
                "max_size": env.int("DATABASE_POOL_SIZE", default=10),
                "timeout": DATABASE_POOL_TIMEOUT_SECONDS,
                # The pool knocks at ever longer intervals, by default up to five minutes: a server that is back would
                # stay unseen for as long as it was away. Given up, it knocks again for the next who asks.
                "reconnect_timeout": DATABASE_POOL_TIMEOUT_SECONDS,
            },
        },
    }
}

# --- language models ---
OPENAI_API_KEY = env("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env("OPENAI_BASE_URL", default="") or None  # None: the provider's own address
# chat: for servers that speak no other
OPENAI_API = env.str("OPENAI_API", default="responses", choices=("responses", "chat"))
# In order of preference: an unknown or retired model moves on to the next (gpt-5-mini ends on 2026-12-11).
FAST_MODELS = env.list("FAST_MODELS", default=["gpt-5-mini", "gpt-5.6-luna", "gpt-6-luna"])
ENRICHMENT_MODELS = env.list("ENRICHMENT_MODELS", default=["gpt-5-mini", "gpt-5.6-luna", "gpt-6-luna"])
LLM_TIMEOUT_SECONDS = env.float("LLM_TIMEOUT_SECONDS", default=30)
FAST_DEADLINE_SECONDS = env.float("FAST_DEADLINE_SECONDS", default=25)
FULL_DEADLINE_SECONDS = env.float("FULL_DEADLINE_SECONDS", default=120)

# --- the enrichment queue ---
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=32)
MAX_ATTEMPTS = env.int("MAX_ATTEMPTS", default=3)
LEASE_SECONDS = env.float("LEASE_SECONDS", default=60)
ITEM_DEADLINE_SECONDS = env.float("ITEM_DEADLINE_SECONDS", default=120)
ITEM_EXPECTED_SECONDS = env.float("ITEM_EXPECTED_SECONDS", default=30)
RETRY_BACKOFF_SECONDS = env.float("RETRY_BACKOFF_SECONDS", default=2)
RESCUE_INTERVAL_SECONDS = env.float("RESCUE_INTERVAL_SECONDS", default=5)
PROMOTE_AFTER_SECONDS = env.float("PROMOTE_AFTER_SECONDS", default=600)
MAX_WAIT_SECONDS = env.float("MAX_WAIT_SECONDS", default=86400)
STOP_GRACE_SECONDS = env.float("STOP_GRACE_SECONDS", default=20)
WORKER_SILENT_SECONDS = 15  # the contract: a worker is one that has really consumed within 15 s
STATS_WINDOW_SECONDS = 3600

# --- Celery ---
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True  # the admin shows an attempt's name, arguments, worker and times
CELERY_RESULT_EXPIRES = None  # `prune` deletes task results after 7 days, in one place with the rest
CELERY_TASK_DEFAULT_QUEUE = "enrichment"
CELERY_TASK_ROUTES = {"enrichment.rescue": {"queue": "maintenance"}, "enrichment.prune": {"queue": "maintenance"}}
CELERY_TASK_ACKS_LATE = True  # a message is done when its task is, not when it was taken
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # more, and lesser tasks taken early run before an urgent late one
CELERY_WORKER_POOL = "threads"  # 1,000 calls of 5 s: 36 s in 137 MB; prefork of 8 needed 660 s and 915 MB
CELERY_WORKER_CONCURRENCY = WORKER_CONCURRENCY
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for as long as it likes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "priority_steps": list(range(10)),
    "sep": ":",
    "queue_order_strategy": "priority",  # strict at pop time, over all ten lists
    # A message of a killed worker comes back after this long. Longer than an item may take, or work would be repeated.
    "visibility_timeout": ITEM_DEADLINE_SECONDS + 60,
    # A broker's machine that vanishes closes no connection: without these, who waits for it then waits for ever.
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 5,  # of those who wait for messages; a lost one is noticed within a second more
    # Without these two a lost message comes back about 100 s late.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE = {
    "rescue": {
        "task": "enrichment.rescue",
        "schedule": RESCUE_INTERVAL_SECONDS,
        # A backlog of rescues is of no use: each is as good as the next. But the message expires by the clock of the
        # machine that consumes it: with one interval, a clock 5 s ahead of beat's would drop every rescue.
        "options": {"queue": "maintenance", "expires": max(60.0, RESCUE_INTERVAL_SECONDS)},
    },
    "prune": {
        "task": "enrichment.prune",
        "schedule": 3600.0,
        "options": {"queue": "maintenance", "expires": 3600.0},
    },
}

# --- the API ---
THROTTLE_GENERATE = env("THROTTLE_GENERATE", default="120/min")
THROTTLE_READ = env("THROTTLE_READ", default="1200/min")
# Attempts at a password, for each name and address: more than a person needs, and too few to guess one.
THROTTLE_SIGN_IN = env("THROTTLE_SIGN_IN", default="30/hour")
MAX_BODY_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
KNOX_TOKEN_MODEL = "config.Token"
# knox's own migrations would leave a table that no model owns, and TRUNCATE auth_user would fail on it.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {
    "TOKEN_MODEL": KNOX_TOKEN_MODEL,
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_PREFIX": "sw_",
    "TOKEN_TTL": timedelta(days=90),
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.http.TokenAuthentication",  # first: its challenge makes a missing token a 401, not a 403
        "config.http.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.negotiation.Negotiation",
    "DEFAULT_METADATA_CLASS": "config.metadata.Metadata",
    "DEFAULT_PARSER_CLASSES": ["config.http.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["config.throttle.Throttle"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.http.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.http.problem_response",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Second Wind",
    "DESCRIPTION": "Training sessions at once, their second wind after.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.schema.with_problems"],
    "ENUM_NAME_OVERRIDES": {
        "EnrichmentStatus": "training.models.EnrichmentStatus.choices",
        "ItemStatus": "enrichment.models.Status.choices",
    },
}

# --- logs: one structured line an outcome ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "httpx2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        # Every scanner sends foreign hosts: the caller's 400 is enough, a traceback each fills the log.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "celery.app.trace": {"level": "WARNING"},  # the outcome's own line says it better
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},  # a line every RESCUE_INTERVAL_SECONDS would say nothing
    },
}
