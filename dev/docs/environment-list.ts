import { globSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { root, subgraphs } from '../subgraphs.ts'

/** One variable as `.env.example` tells it. */
export type Told = { name: string; section: string; example: string; meaning: string }

/** One variable as a service reads it; `usual` is what it is without a value, null where it must have one. */
export type Read = { service: string; name: string; usual: string | null }

/** What .env.example says, in its order. A comment holds for every line below it up to the next empty line or comment. */
export function toldVariables(text = readFileSync(`${root}/.env.example`, 'utf8')): Told[] {
  const told: Told[] = []
  let section = ''
  let meaning: string[] = []
  let open = false
  for (const line of text.split('\n')) {
    const title = /^# --- (.*?) -+$/.exec(line)?.[1]
    const comment = /^# (.*)$/.exec(line)?.[1]
    const [, name, example = ''] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
    if (title !== undefined) section = title
    if (name) told.push({ name, section, example, meaning: meaning.join(' ') })
    else if (comment !== undefined && title === undefined) meaning = open ? [...meaning, comment] : [comment]
    else meaning = []
    open = comment !== undefined && title === undefined
  }
  return told
}

const usualOf = (type: z.ZodType): string | null => {
  if (type instanceof z.ZodOptional) return ''
  if (!(type instanceof z.ZodDefault)) return null
  return [type.def.defaultValue].flat().join(',')
}

async function settingsOf(service: string, folder: string): Promise<Read[]> {
  const { settings }: { settings: z.ZodObject } = await import(`../../${folder}/settings.ts`)
  return Object.entries(settings.shape).map(([name, type]) => ({
    service,
    name,
    usual: usualOf(type as z.ZodType),
  }))
}

/** What the edge's files take from the environment: `${{NAME:=default}}`. */
function edgeVariables(): Read[] {
  const texts = globSync('apisix/*.yaml', { cwd: root }).map((file) =>
    readFileSync(`${root}/${file}`, 'utf8'),
  )
  const taken = texts.flatMap((text) => [...text.matchAll(/\$\{\{([A-Z][A-Z0-9_]*)(?::=([^}]*))?\}\}/g)])
  const usual = new Map(taken.map(([, name = '', given]) => [name, given ?? null]))
  return [...usual].map(([name, given]) => ({ service: 'edge', name, usual: given }))
}

/** What each service and the edge read, with the defaults that their settings have. */
export async function readVariables(): Promise<Read[]> {
  const services = subgraphs().map(({ name }) => settingsOf(name, `subgraphs/${name}`))
  const lists = [settingsOf('router', 'router'), ...services]
  return [...(await Promise.all(lists)).flat(), ...edgeVariables()]
}

// What npm, Node or CI set; what one part of a tool or a test tells another.
const others =
  /^(CI|PATH|INIT_CWD|NODE_TEST_CONTEXT|APOLLO_TELEMETRY_DISABLED|BROKER_FOLDER|TEST_(POSTGRES_URL|NEEDS|LOG_LEVEL|RABBITMQ_METRICS_URL)|RABBITMQ_ADMIN_URL)$/

/** Every variable that a source file takes from `process.env` by its name, with the file. */
export const namedVariables = (): { name: string; file: string }[] =>
  globSync('{platform,router,subgraphs,prisma,dev,tests}/**/*.{ts,mjs}', { cwd: root })
    .filter((file) => !/node_modules|\.test\.ts$|\/(client|generated)\//.test(file))
    .sort()
    .flatMap((file) =>
      [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/process\.env(?:\.|\[')([A-Z][A-Z0-9_]+)/g)].map(
        ([, name = '']) => ({ name, file }),
      ),
    )
    .filter(({ name }) => !others.test(name))
