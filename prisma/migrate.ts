// npm run migrate          applies what is pending in every database
// npm run migrate -- auth  … in auth's alone
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type pg from 'pg'
import { connected } from './connected.ts'

export type Migration = { name: string; sql: string; checksum: string }

const folder = import.meta.dirname

/** The services that keep something: the folders of prisma/ with a schema.prisma. */
export const services = (): string[] => globSync('*/schema.prisma', { cwd: folder }).map(dirname).sort()

/** Where a service's schema is owned, from <SERVICE>_MIGRATE_URL; undefined where that is not set. */
export const migrateUrl = (service: string): string | undefined => process.env[migrateVariable(service)]

export const migrateVariable = (service: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_MIGRATE_URL`

/** A service's migrations, oldest first. */
export const migrations = (service: string): Migration[] =>
  globSync(`${service}/migrations/*/migration.sql`, { cwd: folder })
    .sort()
    .map((file) => {
      const sql = readFileSync(`${folder}/${file}`, 'utf8')
      const checksum = createHash('sha256').update(sql).digest('hex')
      return { name: basename(dirname(file)), sql, checksum }
    })

// The table and the lock are Prisma's own, so that `prisma migrate` may be used on the same database.
const history = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`
const prismaLock = 72_707_369

/** Applies what is pending and answers its names. Of two callers at once, one waits and has nothing to do. */
export async function deploy(service: string, url: string): Promise<string[]> {
  mustKnow(service)
  return connected(url, async (db) => {
    await db.query('SELECT pg_advisory_lock($1)', [prismaLock])
    await db.query(history)
    const applied = await appliedTo(db)
    const pending = migrations(service).filter((migration) => !isApplied(migration, applied))
    for (const migration of pending) await apply(db, migration)
    return pending.map(({ name }) => name)
  })
}

type Applied = { migration_name: string; checksum: string; finished_at: Date | null }

async function appliedTo(db: pg.Client): Promise<Map<string, Applied>> {
  const { rows } = await db.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  return new Map(rows.map((row) => [row.migration_name, row]))
}

function isApplied({ name, checksum }: Migration, applied: Map<string, Applied>): boolean {
  const row = applied.get(name)
  if (!row) return false
  if (!row.finished_at)
    throw new Error(`${name} failed earlier under another tool; repair it and mark it as rolled back.`)
  if (row.checksum !== checksum) console.warn(`Warning: ${name} was edited after it was applied.`)
  return true
}

/** One transaction for the migration and its row: one that fails leaves nothing behind. */
async function apply(db: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const remember = `INSERT INTO _prisma_migrations
    (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, clock_timestamp(), 1)`
  try {
    await db.query('BEGIN')
    await db.query(sql)
    await db.query(remember, [randomUUID(), checksum, name])
    await db.query('COMMIT')
  } catch (error) {
    await db.query('ROLLBACK').catch(() => {}) // a connection that is lost has done that
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** Throws one clear sentence where prisma/ has no such service. */
export function mustKnow(service: string | undefined): asserts service is string {
  if (service && existsSync(`${folder}/${service}/schema.prisma`)) return
  throw new Error(`Unknown service ${service ?? '(none given)'}; prisma/ has ${services().join(', ')}.`)
}

async function main([command, ...names]: string[]): Promise<void> {
  if (command !== 'deploy') throw new Error('Use: node prisma/migrate.ts deploy [service …]')
  const chosen = names.length > 0 ? names : services()
  chosen.forEach(mustKnow)
  const missing = chosen.filter((service) => !migrateUrl(service)).map(migrateVariable)
  if (missing.length > 0) throw new Error(`Set ${missing.join(' and ')} first.`)
  for (const service of chosen) {
    const applied = await deploy(service, migrateUrl(service) ?? '')
    console.log(`${service}: ${applied.length > 0 ? `applied ${applied.join(', ')}` : 'nothing to apply'}`)
  }
}

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message || String(error))
    process.exitCode = 1
  })
}
