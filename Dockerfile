# The mock as an image: `docker build -t mock-cis2 .`, then `docker run --rm -p 8585:8585 mock-cis2` (docs/docker.md).
# It builds with BuildKit and without.

# Node’s current LTS; another Node, a digest or a mirror by --build-arg NODE_IMAGE=…
ARG NODE_IMAGE=node:24-bookworm-slim

# What runs, and nothing else: its layer is made anew only when package-lock.json changes. Then all that nothing loads
# goes: types, source maps and manuals, half of it. Licences stay.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund \
  && find node_modules -type f \
    \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' -o -name '*.tsbuildinfo' \) \
    ! -iname '*licen[cs]e*' ! -iname '*notice*' -delete

# The tools, from the cache of the stage before where they are the same; then the build.
FROM dependencies AS build
RUN npm ci --no-audit --no-fund
COPY LICENSE tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY assets assets
COPY views views
COPY fixtures fixtures
COPY src src
RUN npm run --silent build \
  && find dist -type f \( -name '*.map' -o -name '*.d.ts' -o -name .tsbuildinfo \) -delete

FROM ${NODE_IMAGE}
WORKDIR /app
# The one folder that is written to, by TLS=auto or where SIGNING_KEYS says so. Mount a volume here to keep it.
RUN mkdir .mock-cis2 && chown 1000:1000 .mock-cis2
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY scripts/healthcheck.mjs scripts/
COPY --from=build /app/views views
COPY --from=build /app/fixtures fixtures
COPY --from=build /app/dist dist
ENV NODE_ENV=production HOST=0.0.0.0
# The user `node` of the base image, by number: Kubernetes’ runAsNonRoot asks for that.
USER 1000:1000
EXPOSE 8585
# Soon after the start, and patient afterwards: a machine under load has a minute for one answer out of five. Without
# --start-interval, which engines before 25 do not know.
HEALTHCHECK --interval=2s --timeout=10s --start-period=30s --retries=5 CMD ["node", "scripts/healthcheck.mjs"]
# Node itself is process 1, so that it gets SIGTERM. What follows the image’s name is a command: check, --help.
ENTRYPOINT ["node", "dist/main.js"]

# Last, since a label that changes makes every layer after it anew.
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="mock-cis2" \
  org.opencontainers.image.description="Mock NHS CIS2 Authentication service with an NHSmail (NHS.net Connect) authenticator simulation" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
