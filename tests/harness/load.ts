import { setTimeout as pause } from 'node:timers/promises'

export type Sample = { status: number; codes: readonly string[]; ms: number; at: number }

/** Sends so many requests a second, whatever becomes of the earlier ones, for as long as told; what became of each. */
export async function load(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  send: (number: number) => Promise<{ status: number; codes: readonly string[] }>,
): Promise<Sample[]> {
  const began = performance.now()
  const samples: Promise<Sample>[] = []
  const timed = async (number: number): Promise<Sample> => {
    const at = performance.now()
    const gone = { status: 0, codes: ['GONE'] }
    const { status, codes } = await send(number).catch(() => gone)
    return { status, codes, ms: performance.now() - at, at: at - began }
  }
  const total = Math.round(perSecond * seconds)
  for (let number = 0; number < total; number += 1) {
    const due = began + (number * 1_000) / perSecond
    if (due > performance.now()) await pause(due - performance.now())
    samples.push(timed(number))
  }
  return Promise.all(samples)
}
