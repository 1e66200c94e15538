import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '@puchi/prisma/migrate'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../dev/postgres.ts'
import { atEnd } from './at-end.ts'

/** A server for tests: fast, and gone with its data afterwards. */
export async function startTestPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-test-'))
  const postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: false })
  const stop = async () => {
    await postgres.stop()
    for (const path of [postgres.dataDir, folder]) rmSync(path, { recursive: true, force: true })
  }
  return { ...postgres, stop }
}

const templates = new Map<string, Promise<string>>()
let own: Promise<Postgres> | undefined

/** The server of this test run, or, for a test file run by itself, one of its own. */
async function server(): Promise<string> {
  const shared = process.env['TEST_POSTGRES_URL']
  if (shared) return shared
  own ??= startTestPostgres().then((postgres) => {
    process.once('beforeExit', postgres.stop)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
    return postgres
  })
  return (await own).url('postgres')
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

const withDatabase = (server: string, name: string): string => {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

const snake = (service: string): string => service.replaceAll('-', '_')
const templateName = (service: string): string => `template_${snake(service)}`

/** Makes `template_<service>` with every migration applied. Several callers may ask for it at once. */
export async function makeTemplate(server: string, service: string): Promise<string> {
  const name = templateName(service)
  await query(server, `CREATE DATABASE ${name}`).catch(() => {})
  await deploy(service, withDatabase(server, name))
  return name
}

// The test run has made them already; to look into one while another file copies it would be in its way.
const templateOf = async (service: string, server: string): Promise<string> =>
  process.env['TEST_POSTGRES_URL'] ? templateName(service) : makeTemplate(server, service)

let made = 0

/** The URL of a fresh, migrated, empty database of a service. It is dropped when the test file ends. */
export async function databaseFor(service: string): Promise<string> {
  const postgres = await server()
  const template = templates.get(service) ?? templateOf(service, postgres)
  templates.set(service, template)
  made += 1
  const name = `test_${snake(service)}_${process.pid}_${made}`
  await query(postgres, `CREATE DATABASE ${name} TEMPLATE ${await template} STRATEGY FILE_COPY`)
  atEnd(() => query(postgres, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
  return withDatabase(postgres, name)
}
