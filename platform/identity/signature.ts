import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Client, Viewer } from './viewer.ts'

/** Where a call goes and what it carries. */
export type Text = { path: string; body: string | Buffer }

/** For whom our router makes a call, and where their own request came from. */
export type Asker = { readonly viewer: Viewer | null; readonly client?: Client }

/** For whom and from where a call is made. */
export type Caller = {
  viewer: Viewer | null
  client: Client
  /** When the token that it was let in by ends, in milliseconds since 1970; our router sees to that itself. */
  expiresAt?: number
}

export const nowhere: Client = { ip: null, userAgent: null }

/** How far the clocks of router and subgraph may be apart, in milliseconds. */
const freshness = 30_000

export const headerNames = {
  time: 'puchi-time',
  caller: 'puchi-caller',
  signature: 'puchi-signature',
} as const

const keys = new Map<string, KeyObject>()

function keyOf(secret: string): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret, 'utf8')
  keys.set(secret, key)
  return key
}

const askers = new WeakMap<Asker, string>()

// Once for all the calls that one request becomes.
function nameOf(asker: Asker): string {
  const { viewer, client = nowhere } = asker
  const name =
    askers.get(asker) ??
    Buffer.from(JSON.stringify({ viewer, client } satisfies Caller)).toString('base64url')
  askers.set(asker, name)
  return name
}

const digest = (secret: string, head: string, { path, body }: Text): Buffer =>
  createHmac('sha256', keyOf(secret)).update(`${head}\n${path}\n`).update(body).digest()

/** The headers by which a subgraph knows our router and the viewer it speaks for. */
export function sign(secret: string, asker: Asker, call: Text & { now?: number }): Record<string, string> {
  const time = String(call.now ?? Date.now())
  const caller = nameOf(asker)
  const signature = digest(secret, `${time}\n${caller}`, call).toString('base64url')
  return { [headerNames.time]: time, [headerNames.caller]: caller, [headerNames.signature]: signature }
}

type Subscribed = {
  query: string
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | null | undefined
}

/** What is signed of a subscription, which is sent over a socket and so without a body of its own. */
export const bodyOf = ({ query, operationName = null, variables = null }: Subscribed): string =>
  JSON.stringify([query, operationName, variables])

type Proof = { headers: Record<string, unknown>; path: string; body: Buffer }

/** The caller of a signed call; undefined where no secret signed exactly this within the last 30 s. */
export function signedCaller(secrets: readonly string[], proof: Proof): Caller | undefined {
  const time = String(proof.headers[headerNames.time])
  const caller = String(proof.headers[headerNames.caller])
  const given = Buffer.from(String(proof.headers[headerNames.signature]), 'base64url')
  if (!(Math.abs(Date.now() - Number(time)) <= freshness)) return undefined
  if (!secrets.some((secret) => same(digest(secret, `${time}\n${caller}`, proof), given))) return undefined
  return JSON.parse(Buffer.from(caller, 'base64url').toString()) as Caller
}

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether one of `known` was given, compared without telling how far it matched. */
export const isOneOf = (known: readonly string[], given: string): boolean =>
  known.filter((one) => same(hash(one), hash(given))).length > 0
