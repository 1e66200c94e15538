// npm run migrate:new -- auth add_sessions  writes the migration that schema.prisma asks for
// npm run migrate:check                     exits 2 where a schema.prisma says what its migrations do not
import { drift, writeMigration } from '@puchi/prisma/drift'
import { migrateUrl, migrateVariable, mustKnow, services } from '@puchi/prisma/migrate'

/** A PostgreSQL server to compare on: the one that is set, for a scratch database of its own. */
function serverOf(service: string): string {
  const url = migrateUrl(service)
  if (!url) throw new Error(`Set ${migrateVariable(service)} first.`)
  return url
}

async function check(names: string[]): Promise<void> {
  const chosen = names.length > 0 ? names : services()
  chosen.forEach(mustKnow)
  for (const service of chosen) {
    const difference = await drift(service, serverOf(service))
    console.log(
      `${service}: ${difference ? `schema.prisma has what no migration says:\n${difference}` : 'in step'}`,
    )
    if (difference) process.exitCode = 2
  }
}

async function write([service, name = '']: string[]): Promise<void> {
  mustKnow(service)
  const folder = await writeMigration(service, name, serverOf(service))
  console.log(folder ? `Wrote ${folder}. Read it before you commit it.` : `${service}: nothing changed.`)
}

if (import.meta.main) {
  const [command, ...rest] = process.argv.slice(2)
  const run = { new: write, check }[command ?? '']
  const usage = () =>
    Promise.reject(new Error('Use: node dev/migrate.ts new SERVICE NAME | check [SERVICE …]'))
  await (run ?? usage)(rest).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
