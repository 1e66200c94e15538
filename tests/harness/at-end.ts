import { AsyncResource } from 'node:async_hooks'
import { after } from 'node:test'

const work: (() => Promise<unknown>)[] = []

async function undoAll(): Promise<void> {
  for (const undo of work.splice(0).reverse()) await undo().catch(() => {})
}

// Asked for within a hook or a test, `after` is its own, and done when that has ended: asked for from where the process
// began (1 to async_hooks), it is the file's.
const outside = new AsyncResource('the whole file', { triggerAsyncId: 1 })
let registered = false

/** Does it when the test file has ended, wherever in it this is called; the last one first. */
export function atEnd(undo: () => Promise<unknown>): void {
  work.push(undo)
  if (!registered) outside.runInAsyncScope(after, undefined, undoAll)
  registered = true
}
