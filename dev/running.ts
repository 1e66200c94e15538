import { readFileSync, writeFileSync } from 'node:fs'
import { demoToken, type TokenRequest } from './demo-token.ts'
import { type Place, placesIn } from './places.ts'
import { readSecrets } from './secrets.ts'

const fileIn = (folder: string): string => `${folder}/places.json`

/** Tells the tools beside it where the system listens that keeps its data in a folder. */
export const noteRunning = (folder: string, places: Record<string, Place>): void =>
  writeFileSync(fileIn(folder), JSON.stringify(places))

/** Where the parts listen of the system that was started last on a folder; the usual places where none was. */
export function runningPlaces(folder: string): Record<string, Place> {
  try {
    return JSON.parse(readFileSync(fileIn(folder), 'utf8'))
  } catch {
    return placesIn(process.env)
  }
}

type Asking = Pick<TokenRequest, 'username' | 'seconds'> & {
  /** What is said where nothing runs. */
  notRunning: string
}

/** A demo learner's token of the system that runs on a folder. Throws one sentence. */
export async function runningToken(folder: string, { notRunning, ...asked }: Asking): Promise<string> {
  const secrets = readSecrets(folder)
  if (!secrets) throw new Error(notRunning)
  const apiUrl = `http://127.0.0.1:${runningPlaces(folder)['identity']?.port}`
  const token = demoToken({ apiUrl, secretKey: secrets.clerkSecretKey, ...asked })
  return token.catch((error: Error) => {
    // fetch says so of an address where nobody listens.
    throw error.message === 'fetch failed' ? new Error(notRunning) : error
  })
}
