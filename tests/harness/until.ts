import { setTimeout as pause } from 'node:timers/promises'

/** Waits for a condition; a test that waits in vain fails with its name. Answers how long it took, in milliseconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 10_000,
): Promise<number> {
  const begin = performance.now()
  while (!(await holds())) {
    if (performance.now() - begin > ms) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await pause(10)
  }
  return performance.now() - begin
}
