import { deploy, migrateUrl, services } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import { variable } from '../places.ts'
import { startPostgres } from '../postgres.ts'
import { serviceLogin } from './service-login.ts'

export type Databases = {
  /** By service. */
  urls: Record<string, string>
  /** For people: where the data is. */
  where: string
  close(): Promise<void>
}

/** The database of each service: the one that its variable names, else one of a PostgreSQL started over `folder`. */
export async function openDatabases(folder: string): Promise<Databases> {
  const given = Object.fromEntries(
    services().map((name) => [name, process.env[variable(name, 'DATABASE_URL')]]),
  )
  const missing = services().filter((name) => !given[name])
  if (missing.length === 0) return open(given as Record<string, string>, 'as your variables say')
  const postgres = await startPostgres({ dataDir: folder })
  try {
    const owned = await Promise.all(missing.map(async (name) => [name, await postgres.ensureDatabase(name)]))
    const opened = await open(
      { ...(given as Record<string, string>), ...Object.fromEntries(owned) },
      `127.0.0.1:${postgres.port}, data in ${postgres.dataDir}`,
    )
    const logins = await Promise.all(
      missing.map(async (name) => [name, await serviceLogin(name, opened.urls[name] ?? '')]),
    )
    return { ...opened, urls: { ...opened.urls, ...Object.fromEntries(logins) }, close: postgres.stop }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** Migrates every database and stores the demo learners in it. */
async function open(urls: Record<string, string>, where: string): Promise<Databases> {
  await Promise.all(Object.entries(urls).map(([name, url]) => prepare(name, migrateUrl(name) || url)))
  return { urls, where, close: async () => {} }
}

async function prepare(name: string, url: string): Promise<void> {
  try {
    await deploy(name, url)
    await seed(name, url)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const { host, pathname } = new URL(url)
    throw new Error(`The database of ${name} (${host}${pathname}) cannot be used: ${message || code}.`)
  }
}
