import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { within } from '@puchi/platform/within'
import type { ToClients } from './clients.ts'
import type { Happen } from './event.ts'

export type Subscribers = ReturnType<typeof startSubscribers>
type Came = { times: number[]; bytes: number }
type Told = { did?: string; answer?: unknown; error?: string }

/** What an answer takes on its way. */
const grace = 15_000

/** Starts the process in which all subscribers live. */
export function startSubscribers() {
  const child: ChildProcess = fork(join(import.meta.dirname, 'clients.ts'), { execArgv: [] })
  let complained = false
  const tell = (told: ToClients): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const hear = ({ did, answer, error }: Told) => {
      if (error && !complained) console.error(`a subscriber: ${error}`)
      complained ||= Boolean(error)
      if (did === told.do) resolve(answer)
    }
    child.on('message', hear)
    child.send(told)
    const patience = grace + ('within' in told ? told.within : 0)
    return within(patience, `“${told.do}” of the subscribers`, promise).finally(() =>
      child.off('message', hear),
    )
  }
  return {
    /** How many have subscribed after so many milliseconds at most. */
    open: async (asked: { url: string; count: number; field: Happen['field']; within: number }) =>
      (await tell({ do: 'open', ...asked })) as number,
    frames: async (count: number, { within, quiet }: { within: number; quiet: number }) =>
      (await tell({ do: 'frames', count, within, quiet })) as Came,
    unheard: async () => (await tell({ do: 'unheard' })) as number[],
    close: () => tell({ do: 'close' }),
    stop: () => void child.kill(),
  }
}
