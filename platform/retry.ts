import { isClash } from './database/outage.ts'

const mostTries = 4

/** Runs a transaction, and again, at most three times, where the database gave it up for the sake of another one. */
export async function retrying<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction()
    } catch (error) {
      if (tries === mostTries || !isClash(error)) throw error
    }
  }
}
