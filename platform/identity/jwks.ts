import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import { Refusal } from '../errors.ts'

type KeyFinder = (header: JWSHeaderParameters) => Promise<CryptoKey>

const refreshAfter = 240_000
const coolDown = { afterSuccess: 30_000, afterFailure: 3_000 }
const patience = 2_000
const longest = 1024 * 1024

/**
 * An issuer's public keys, fetched from `url` when first needed and again every four minutes. An unknown key id
 * fetches at most once in 30 s, and while the issuer is away the keys last seen go on serving.
 */
export function remoteKeys(url: string, now: () => number = Date.now): KeyFinder {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined
  let notBefore = Number.NEGATIVE_INFINITY
  let fetched = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined

  async function load(): Promise<void> {
    notBefore = now() + coolDown.afterFailure
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'error' })
    if (!answer.ok) throw new Error(`the key set answered ${answer.status}`)
    keys = createLocalJWKSet(await setIn(answer))
    fetched = now()
    notBefore = fetched + coolDown.afterSuccess
  }
  const refresh = () => {
    running ??= load()
      .catch(() => {})
      .finally(() => {
        running = undefined
      })
    return running
  }
  const mayTry = () => running !== undefined || now() >= notBefore

  return async (header) => {
    if (!keys && mayTry()) await refresh()
    if (!keys)
      throw new Refusal('SERVICE_UNAVAILABLE', 'The keys of the token issuer cannot be reached.', {
        retryAfter: coolDown.afterFailure / 1000,
      })
    if (now() - fetched >= refreshAfter && mayTry()) refresh()
    try {
      return await keys(header)
    } catch (error) {
      if (!mayTry()) throw error
      await refresh()
      return keys(header)
    }
  }
}

/** The key set of an answer. Throws at one without keys, which an issuer has at no time: what comes is then no set of its. */
async function setIn({ body }: Response): Promise<JSONWebKeySet> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > longest) throw new Error('the key set is too long')
    chunks.push(chunk)
  }
  const set = JSON.parse(Buffer.concat(chunks).toString()) as JSONWebKeySet
  if (set.keys.length === 0) throw new Error('the key set is empty')
  return set
}
