import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  end,
  folder,
  type Gateway,
  nodeOptions,
  type Part,
  startGateway,
  usageOf,
} from '../router/gateways.ts'
import { firstVersion, type Happen } from './event.ts'

/** Who is measured: where clients subscribe, and how something is made to happen there. */
export type Server = Pick<Gateway, 'name' | 'usage' | 'close'> & {
  url: string
  happen(what: Omit<Happen, 'version'>): void
}

export const serverNames = ['bare', 'ours', 'hive'] as const
export type ServerName = (typeof serverNames)[number]

type Graph = { child: ChildProcess; supergraph: string; parts: Part[] }

const versions = () => {
  let version = firstVersion
  return () => {
    version += 1
    return version
  }
}

const collecting = ['--expose-gc']

export async function startServer(name: ServerName, { child, supergraph, parts }: Graph): Promise<Server> {
  const next = versions()
  if (name === 'bare') return startBare(next)
  const gateway = await startGateway(name, { supergraph, parts, flags: collecting })
  return {
    ...gateway,
    url: gateway.url.replace('http', 'ws'),
    happen: (what) => void child.send({ ...what, version: next() }),
  }
}

async function startBare(next: () => number): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'bare.ts'), {
    execArgv: [...collecting, '--import', join(folder, 'meter.mjs')],
    env: { ...process.env, ...nodeOptions },
  })
  const [url] = await once(child, 'message')
  return {
    name: 'bare',
    url,
    usage: (rest) => usageOf(child, rest),
    happen: (what) => void child.send({ ...what, version: next() }),
    close: () => end(child),
  }
}
