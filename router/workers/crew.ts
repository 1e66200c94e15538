import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@puchi/platform/log'
import { forkMember, type Member } from './member.ts'

export type CrewOptions = {
  /** Hears of a worker that is gone although nobody told it to go. */
  onDeath(member: Member): void
  log: Log
}

export type Crew = {
  /** Those that listen. */
  members: ReadonlySet<Member>
  /** Starts a worker; resolves with its port when it answers. Whenever it ends from then on, another one follows it. */
  add(): Promise<number>
  /** Asks every worker how it is, and waits a moment for what they say. */
  ask(): Promise<void>
  /** Tells everyone to go; resolves when the last one is gone. */
  close(): Promise<void>
}

const asking = 1_000
/** How long a worker may say nothing: nothing that ends takes this long. */
const silence = 30_000
/** A worker that ends sooner may do so again: the next one waits, each time twice as long. */
const shortLife = 10_000
const [firstPause, longestPause] = [100, 10_000]

/** Worker processes that replace one another. Each second each is asked how it is; one that is silent is killed. */
export function createCrew({ onDeath, log }: CrewOptions): Crew {
  const members = new Set<Member>()
  const alive = new Set<Member>()
  let closing = false
  const watching = watch(members)
  // Whoever is forced to go takes everyone along.
  process.on('exit', () => {
    for (const one of alive) one.process.kill('SIGKILL')
  })

  function hire(): Member {
    const member = forkMember()
    alive.add(member)
    member.listens.then(
      () => members.add(member),
      () => {},
    )
    member.gone.then(() => {
      alive.delete(member)
      members.delete(member)
    })
    return member
  }
  async function replaceFrom(first: Member): Promise<void> {
    let member = first
    for (let failures = 0; ; ) {
      const began = performance.now()
      const how = await member.gone
      if (closing) return
      log.warn({ worker: member.process.pid, how }, 'a worker is gone')
      onDeath(member)
      failures = performance.now() - began < shortLife ? failures + 1 : 0
      await pause(pauseAfter(failures))
      if (closing) return
      member = hire()
    }
  }
  return {
    members,
    async add() {
      const first = hire()
      const port = await first.listens
      void replaceFrom(first)
      return port
    },
    ask: () => askAll(members),
    async close() {
      closing = true
      for (const one of alive) one.tell('close')
      await Promise.all([...alive].map(({ gone }) => gone))
      clearInterval(watching)
    },
  }
}

/** Asks each how it is, every second, and kills who is silent. */
function watch(members: ReadonlySet<Member>): NodeJS.Timeout {
  return setInterval(() => {
    for (const one of members) {
      if (performance.now() - one.heard > silence) one.process.kill('SIGKILL')
      else one.tell('report')
    }
  }, asking)
}

async function askAll(members: ReadonlySet<Member>): Promise<void> {
  const asked = performance.now()
  for (const one of members) one.tell('report')
  const answered = () => [...members].every(({ heard }) => heard >= asked)
  while (!answered() && performance.now() - asked < asking) await pause(5)
}

const pauseAfter = (failures: number): number =>
  failures && Math.min(firstPause * 2 ** (failures - 1), longestPause)
