// npm run migrate:new -- auth add_sessions  writes the migration that schema.prisma asks for
// npm run migrate:check                     exits 2 where a schema.prisma says what its migrations do not
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@puchi/platform/run-command'
import { drift, writeMigration } from '@puchi/prisma/drift'
import { migrateUrl, mustKnow, services } from '@puchi/prisma/migrate'
import { startPostgres } from './postgres.ts'

/** Lends `work` the server where the service's schema is owned, or, where none is set, one of its own. */
async function onServer<T>(service: string, work: (server: string) => Promise<T>): Promise<T> {
  const set = migrateUrl(service)
  if (set) return work(set)
  const folder = mkdtempSync(join(tmpdir(), 'puchi-migrate-'))
  chmodSync(folder, 0o755) // under root the server runs as somebody else, who must get in
  const postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: false })
  return work(postgres.url('postgres')).finally(async () => {
    await postgres.stop()
    for (const path of [postgres.dataDir, folder]) rmSync(path, { recursive: true, force: true })
  })
}

async function check(names: string[]): Promise<void> {
  const chosen = names.length > 0 ? names : services()
  chosen.forEach(mustKnow)
  for (const service of chosen) {
    const difference = await onServer(service, (server) => drift(service, server))
    const found = difference ? `schema.prisma has what no migration says:\n${difference}` : 'in step'
    console.log(`${service}: ${found}`)
    if (difference) process.exitCode = 2
  }
}

async function write([service, name = '']: string[]): Promise<void> {
  mustKnow(service)
  const folder = await onServer(service, (server) => writeMigration(service, name, server))
  console.log(folder ? `Wrote ${folder}. Read it before you commit it.` : `${service}: nothing changed.`)
}

async function main([command, ...rest]: string[]): Promise<void> {
  const run = { new: write, check }[command ?? '']
  if (!run) throw new Error('Use: node dev/migrate.ts new SERVICE NAME | check [SERVICE …]')
  await run(rest)
}

if (import.meta.main) await runCommand(() => main(process.argv.slice(2)))
