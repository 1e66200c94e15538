import { isIP } from 'node:net'
import type { Caller } from './identity.ts'

export type Bound = 'user' | 'address'

/** Whose limits a caller counts towards: its user's, or without one those of the network it comes from. */
export const ownerOf = ({ viewer, client }: Caller): { bound: Bound; name: string | undefined } =>
  viewer?.userId
    ? { bound: 'user', name: viewer.userId }
    : { bound: 'address', name: client?.ip ? networkOf(client.ip) : undefined }

/** The same as one text. */
export function ownerKey(caller: Caller): string {
  const { bound, name = '' } = ownerOf(caller)
  return `${bound} ${name}`
}

/** An IPv4 address as it is; the /64 of an IPv6 address, which one customer has whole. */
export function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const [plain = ''] = ip.split('%')
  // A URL writes an address in one way, whatever way it came.
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`
}
