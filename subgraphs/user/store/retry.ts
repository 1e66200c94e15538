const transient = new Set(['40001', '40P01', 'P2034'])
const mostTries = 4

type Coded = { code?: unknown; meta?: { code?: unknown }; cause?: { originalCode?: unknown } }

/** Whether a transaction failed for nothing but bad timing: a deadlock, or a conflict with another one. */
function isTransient(error: unknown): boolean {
  const { code, meta, cause } = error as Coded
  return [code, meta?.code, cause?.originalCode].some((given) => transient.has(String(given)))
}

/** Runs a transaction, and again, at most three times, where only its timing was bad. */
export async function retrying<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction()
    } catch (error) {
      if (tries === mostTries || !isTransient(error)) throw error
    }
  }
}
