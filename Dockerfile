# Two stages: the first installs what the locks name, hash by hash, and compiles it; the second
# holds Python and the result, and no tools to build with.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/tools && python -m venv --without-pip /opt/simsessions
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN /opt/tools/bin/python -m pip install --require-hashes -r requirements-build.lock
RUN /opt/tools/bin/python -m pip --python /opt/simsessions/bin/python install --no-compile --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot bot
COPY handlers handlers
RUN /opt/tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .
RUN /opt/tools/bin/python -m pip --python /opt/simsessions/bin/python install --no-compile --no-deps --no-index --find-links dist simsessions
RUN /opt/simsessions/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/simsessions/lib

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin simsessions \
    && install --directory --owner=simsessions --group=simsessions --mode=0700 /data
COPY --from=build /opt/simsessions /opt/simsessions
ENV PATH=/opt/simsessions/bin:$PATH PYTHONUNBUFFERED=1 SIMSESSIONS_HOST=0.0.0.0 SIMSESSIONS_DATA_DIR=/data
VOLUME /data
USER simsessions
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["simsessions", "health"]
ENTRYPOINT ["simsessions"]
CMD ["run"]
