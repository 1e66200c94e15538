import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: './schema.prisma',
  migrations: { path: './migrations', seed: 'node ./seed.ts' },
  datasource: { url: process.env['AUTH_MIGRATE_URL'] ?? '' },
})
