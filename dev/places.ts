import { port, readEnv } from '@puchi/platform/env'
import { z } from 'zod'
import { isFree } from './ports.ts'
import { subgraphs } from './subgraphs.ts'

/** Where a part of the stack listens. */
export type Place = {
  port: number
  /** 0 where it has none. */
  adminPort: number
}

type Listener = { part: string; variable: string; usual: number }

/** AUTH_PORT for `auth`, ORDER_HISTORY_PORT for `order-history`. */
export const variable = (part: string, what: string): string =>
  `${part.toUpperCase().replaceAll('-', '_')}_${what}`

const withAdmin = (part: string, usual: number): Listener[] => [
  { part, variable: variable(part, 'PORT'), usual },
  { part, variable: variable(part, 'ADMIN_PORT'), usual: usual + 100 },
]

/** Everything that listens, with its usual port: a subgraph's is the one of its URL in rover.yaml. */
const listeners = (): Listener[] => [
  ...withAdmin('router', 4000),
  ...subgraphs().flatMap(({ name, url }) => withAdmin(name, Number(new URL(url).port))),
  { part: 'identity', variable: 'IDENTITY_PORT', usual: 8900 },
  { part: 'learner', variable: 'LEARNER_PORT', usual: 4300 },
]

/** The port of each variable. Throws BadEnvironment where one is no port. */
function chosenPorts(env: NodeJS.ProcessEnv): Record<string, number> {
  const settings = Object.fromEntries(listeners().map((one) => [one.variable, port.default(one.usual)]))
  return readEnv(z.object(settings), env) as Record<string, number>
}

/** Where each part listens: the usual places, moved by <PART>_PORT and <PART>_ADMIN_PORT. */
export function placesIn(env: NodeJS.ProcessEnv): Record<string, Place> {
  const ports = chosenPorts(env)
  const parts = new Set(listeners().map(({ part }) => part))
  return Object.fromEntries(
    [...parts].map((part) => [
      part,
      { port: ports[variable(part, 'PORT')] ?? 0, adminPort: ports[variable(part, 'ADMIN_PORT')] ?? 0 },
    ]),
  )
}

/** Throws one sentence that names every port somebody else has, with the variable that moves it. */
export async function mustBeFree(env: NodeJS.ProcessEnv, host: string): Promise<void> {
  const ports = Object.entries(chosenPorts(env)).filter(([, number]) => number !== 0)
  const free = await Promise.all(ports.map(([, number]) => isFree(number, host)))
  const taken = ports.filter((_, index) => !free[index]).map(([name, number]) => `${number} (${name})`)
  if (taken.length === 0) return
  throw new Error(
    taken.length === 1
      ? `Port ${taken[0]} is taken: stop what listens there, or set that variable to another port.`
      : `Ports ${taken.join(', ')} are taken: stop what listens there, or set those variables to other ports.`,
  )
}
