// npm run seed  stores the demo learners in every migrated database; repeating it changes nothing
import { migrateUrl, migrateVariable, services } from './migrate.ts'

type Seed = { seed(url: string): Promise<void> }

/** Seeds one service's database, which must be migrated. */
export async function seed(service: string, url: string): Promise<void> {
  const own: Seed = await import(`./${service}/seed.ts`)
  await own.seed(url)
}

async function main(): Promise<void> {
  const missing = services().filter((service) => !migrateUrl(service))
  if (missing.length > 0) throw new Error(`Set ${missing.map(migrateVariable).join(' and ')} first.`)
  for (const service of services()) {
    await seed(service, migrateUrl(service) ?? '')
    console.log(`${service}: the demo learners are there`)
  }
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    console.error(error.message || String(error))
    process.exitCode = 1
  })
}
