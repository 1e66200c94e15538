import { AsyncResource } from 'node:async_hooks'
import { after } from 'node:test'

const work: (() => Promise<unknown>)[] = []

async function undoAll(): Promise<void> {
  for (const undo of work.splice(0).reverse()) await undo().catch(() => {})
}

// Where this is loaded no test runs yet: bound to here, `after` is the whole file's. Inside a hook it would be the
// hook's own, and done when that has ended.
const afterTheFile = AsyncResource.bind(after)
let registered = false

/** Does it when the test file has ended, wherever in it this is called; the last one first. */
export function atEnd(undo: () => Promise<unknown>): void {
  work.push(undo)
  if (!registered) afterTheFile(undoAll)
  registered = true
}
