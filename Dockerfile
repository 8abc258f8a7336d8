FROM python:3.13-slim

# TLS to the model's provider.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/secondwind secondwind

WORKDIR /srv/secondwind
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY . .

# The key is for this step alone: collecting files signs nothing.
RUN SECRET_KEY=collectstatic SECONDWIND_HOME=/tmp/collectstatic python manage.py collectstatic --no-input \
    && rm -rf /tmp/collectstatic

ENV SECONDWIND_HOME=/var/lib/secondwind PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000
USER secondwind
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "on", \
     "--no-access-log", "--timeout-graceful-shutdown", "3"]
