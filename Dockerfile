# syntax=docker/dockerfile:1
# The digest holds the image still; a pull request of Dependabot moves it.
FROM node:24-bookworm-slim@sha256:2fe369e969550cde8e867afc3fe370b260140cab4a23d467074295b42163d553 AS base
WORKDIR /app

# What compiles: everything of package-lock.json, then dist.
FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
RUN npm run build
# It needs a compiler, which the image has not.
RUN npm run pergola -- sdk build
# The volume takes its owner from this folder.
RUN mkdir data

# What runs: nothing that is for development only.
FROM base AS production
COPY package.json package-lock.json .npmrc ./
# `npm ci --omit=dev` would keep Prisma's command line, which is a peer of its client. The lock holds the versions.
RUN npm pkg delete devDependencies && npm install --omit=peer --no-save
# Compilers of queries for databases that Pergola does not speak.
RUN rm node_modules/@prisma/client/runtime/*.cockroachdb.* node_modules/@prisma/client/runtime/*.sqlserver.*

FROM base
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    DATABASE_URL=file:/data/pergola.db \
    PERGOLA_SDK_FOLDER=/data/sdk
COPY package.json LICENSE ./
COPY api.graphql policy.lock ./
COPY prisma ./prisma
COPY scripts/pergola.mjs scripts/root.mjs ./scripts/
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/src/sdk/dist ./src/sdk/dist
COPY --from=build --chown=node:node /app/data /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
# No npm and no shell in between: the server gets SIGTERM itself, and finishes what is under way.
CMD ["node", "dist/main.js"]
