import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Viewer } from './viewer.ts'

/** Where a call of our router goes and what it carries. */
export type SignedCall = { path: string; body: string | Buffer; viewer: Viewer | null }

/** How far the clocks of router and subgraph may be apart, in milliseconds. */
const freshness = 30_000

export const headerNames = {
  time: 'puchi-time',
  viewer: 'puchi-viewer',
  signature: 'puchi-signature',
} as const

const digest = (secret: string, time: string, viewer: string, { path, body }: SignedCall): Buffer =>
  createHmac('sha256', secret).update(`${time}\n${viewer}\n${path}\n`).update(body).digest()

/** The headers by which a subgraph knows our router and the viewer it speaks for. */
export function sign(secret: string, call: SignedCall, now: number = Date.now()): Record<string, string> {
  const time = String(now)
  const viewer = call.viewer ? Buffer.from(JSON.stringify(call.viewer)).toString('base64url') : 'anonymous'
  const signature = digest(secret, time, viewer, call).toString('base64url')
  return { [headerNames.time]: time, [headerNames.viewer]: viewer, [headerNames.signature]: signature }
}

type Proof = { headers: Record<string, unknown>; path: string; body: Buffer }

/** The viewer of a signed call; undefined where no secret signed exactly this within the last 30 s. */
export function signedViewer(
  secrets: readonly string[],
  proof: Proof,
  now: number = Date.now(),
): Viewer | null | undefined {
  const time = String(proof.headers[headerNames.time])
  const viewer = String(proof.headers[headerNames.viewer])
  const given = Buffer.from(String(proof.headers[headerNames.signature]), 'base64url')
  if (!(Math.abs(now - Number(time)) <= freshness)) return undefined
  const call = { path: proof.path, body: proof.body, viewer: null }
  if (!secrets.some((secret) => same(digest(secret, time, viewer, call), given))) return undefined
  return viewer === 'anonymous' ? null : (JSON.parse(Buffer.from(viewer, 'base64url').toString()) as Viewer)
}

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether one of `known` was given, compared without telling how far it matched. */
export const isOneOf = (known: readonly string[], given: string): boolean =>
  known.filter((one) => same(hash(one), hash(given))).length > 0
