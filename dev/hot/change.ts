import { roomOf } from './modules.ts'

/** What changed files ask for. */
export type Reload = {
  /** Subgraphs whose schema is another. */
  schemas: string[]
  /** Whether a client's operations are others. */
  operations: boolean
  /** Rooms to load again. */
  rooms: string[]
  /** Parts to start again, in this order. */
  parts: string[]
  /** What only a start of everything takes up: a file of it. */
  whole?: string
}

const ignored = /(^|\/)(node_modules|generated|client|released|migrations\/\d+)(\/|$)|\.test\.ts$/
const wholly = /^(dev|prisma)\/.*\.(ts|prisma|sql)$|^rover\.yaml$/

/** Reads out of paths, as seen from the project's root, what is to be done. `names` are the subgraphs. */
export function reloadFor(paths: readonly string[], names: readonly string[]): Reload {
  const files = paths.filter((path) => !ignored.test(path))
  const whole = files.find((path) => wholly.test(path))
  const schemas = names.filter((name) => files.includes(`schema/${name}.graphql`))
  const code = files.filter((path) => path.endsWith('.ts')).flatMap((path) => roomOf(path) ?? [])
  const ground = code.includes('platform') || code.includes('schema')
  const touched = names.filter((name) => code.includes(`subgraphs/${name}`))
  const reloaded = ground ? [...names] : touched
  const router = ground || code.includes('router')
  return {
    schemas,
    operations: files.some((path) => /^schema\/operations\/[^/]+\.graphql$/.test(path)),
    rooms: [
      ...(ground ? ['platform', 'schema'] : []),
      ...reloaded.map((name) => `subgraphs/${name}`),
      ...(router ? ['router'] : []),
    ],
    parts: [...new Set([...reloaded, ...schemas]), ...(router ? ['router'] : [])],
    ...(whole !== undefined && { whole }),
  }
}
