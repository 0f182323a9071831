# herolint as an image: docker run --rm -v "$PWD:/src:ro" herolint
FROM python:3.13-alpine AS build
WORKDIR /herolint
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY rules rules
RUN python -m venv /opt/herolint \
    && /opt/herolint/bin/python -m pip install --no-cache-dir --disable-pip-version-check . \
    && /opt/herolint/bin/python -m pip uninstall --yes --quiet --disable-pip-version-check pip

FROM python:3.13-alpine
# git lists what a push would send; herolint lets it run no program. Folders that are mounted belong to somebody else.
RUN apk add --no-cache git \
    && git config --system --add safe.directory '*' \
    && adduser -D -H -u 10001 herolint
COPY --from=build /opt/herolint /opt/herolint
ENV PATH=/opt/herolint/bin:$PATH HEROLINT_CACHE_DIR=/tmp/herolint PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /src
ENTRYPOINT ["herolint"]
CMD ["check", "."]
