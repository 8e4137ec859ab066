# graphkoc as the service `graphkoc` of docker-compose.yml runs it: `docker compose --profile schedule up -d --build`.
# The first stage makes the wheels of graphkoc and of all that it needs. The second one has these installed and no
# more: nothing is downloaded when a container starts. There is no browser in it, so reports are no PDF.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY graphkoc graphkoc
COPY cypher cypher
COPY loaders loaders
COPY examples examples
RUN pip wheel --no-cache-dir --disable-pip-version-check --wheel-dir /wheels ".[zh]"

FROM python:3.13-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --disable-pip-version-check --no-index --find-links /wheels "graphkoc[zh]"
# Whoever runs it is nobody in particular: docker-compose.yml names the owner of the folder.
RUN useradd --uid 1000 --create-home graphkoc && install --directory --owner graphkoc /work
USER graphkoc
WORKDIR /work
ENV PYTHONUNBUFFERED=1
# Whether the loop is at work, and its last refresh was: a start period, because the first sign of life takes a moment.
HEALTHCHECK --interval=1m --timeout=20s --start-period=30s --retries=3 CMD ["graphkoc", "schedule", "status", "--check"]
ENTRYPOINT ["graphkoc"]
CMD ["schedule", "run"]
