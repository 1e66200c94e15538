import { setTimeout as pause } from 'node:timers/promises'
import { type Postgres, startPostgres } from '../../dev/postgres.ts'
import type { RabbitNode } from '../../dev/rabbit-node.ts'
import { type CarrierOptions, endOf, killed, startCarrier } from './carriers.ts'

export type Fault = { name: string; happen(): Promise<void> }

const between = (least: number, most: number) => least + Math.random() * (most - least)

/** Two processes that carry events, either of which can be killed; a new one takes its place at once. */
export function createCarriers(options: CarrierOptions) {
  const carriers = [startCarrier(options), startCarrier(options)]
  const replace = async (failpoint?: CarrierOptions['failpoint']): Promise<void> => {
    const place = Math.floor(Math.random() * carriers.length)
    const old = carriers[place]
    if (old) await killed(old)
    if (failpoint) {
      // It dies at the failpoint; after some seconds without work it is killed anyway.
      const doomed = startCarrier({ ...options, failpoint })
      await Promise.race([endOf(doomed), pause(4_000)])
      await killed(doomed)
    }
    carriers[place] = startCarrier(options)
  }
  return { replace, close: () => Promise.all(carriers.map(killed)) }
}

/** A server whose every process can be stopped at once, as pg_ctl -m immediate does, and started on the same data. */
export async function createCrashing(dataDir: string, directory: () => Promise<number>) {
  let server: Postgres = await startPostgres({ dataDir, durable: true })
  const { port } = server
  return {
    url: () => server.url('postgres'),
    ensureDatabase: (name: string) => server.ensureDatabase(name),
    async crash(): Promise<void> {
      process.kill(await directory(), 'SIGQUIT')
      await pause(between(500, 2_000))
      server = await startPostgres({ dataDir, port, durable: true })
    },
    stop: () => server.stop(),
  }
}

export function faultsOf(
  rabbit: RabbitNode,
  crash: () => Promise<void>,
  replace: ReturnType<typeof createCarriers>['replace'],
): Fault[] {
  return [
    { name: 'carrier killed', happen: () => replace() },
    { name: 'carrier killed after its commit (R8)', happen: () => replace('after-commit') },
    { name: 'carrier killed before its commit (R9)', happen: () => replace('before-commit') },
    { name: 'carrier killed after a confirm (R21)', happen: () => replace('after-confirm') },
    {
      name: 'broker killed (R1)',
      async happen() {
        await rabbit.kill()
        await pause(between(500, 3_000))
        await rabbit.start()
      },
    },
    {
      name: 'broker frozen (R4)',
      async happen() {
        rabbit.freeze()
        await pause(between(1_000, 6_000))
        rabbit.thaw()
      },
    },
    { name: 'database stopped at once (D1)', happen: crash },
  ]
}
