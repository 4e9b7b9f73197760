# Two stages: the first installs what the locks name, hash by hash, and compiles it; the second
# holds Python and the result, and no tools to build with.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore UV_NO_CACHE=1 UV_LINK_MODE=copy
RUN python -m venv --without-pip /opt/tools && python -m venv --without-pip /opt/simsessions
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m pip --python /opt/tools/bin/python install --no-compile --require-hashes -r requirements-build.lock
RUN /opt/tools/bin/uv pip install --python /opt/simsessions --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot bot
COPY handlers handlers
RUN /opt/tools/bin/uv build --wheel --no-build-isolation --python /opt/tools/bin/python --out-dir dist
RUN /opt/tools/bin/uv pip install --python /opt/simsessions --no-deps --no-index --find-links dist simsessions
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
