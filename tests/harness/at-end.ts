import { after } from 'node:test'

const work: (() => Promise<unknown>)[] = []

async function undoAll(): Promise<void> {
  for (const undo of work.splice(0).reverse()) await undo().catch(() => {})
}

// Registered while a test file is loaded, and so for the whole of it: inside a hook `after` would be the hook's own.
// The runner loads this too, and has no tests.
if (process.env['NODE_TEST_CONTEXT']) after(undoAll)

/** Does it when the test file has ended, wherever in it this is called. */
export const atEnd = (undo: () => Promise<unknown>): void => void work.push(undo)
