import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { type Client, userAgentIn } from '@puchi/platform/identity/viewer'

export type ClientOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => Client

/**
 * Tells where a request comes from. X-Forwarded-For counts as far as trusted proxies wrote it: the nearest address
 * that is none of theirs is the client's.
 */
export function clientBehind(proxies: readonly string[] = []): ClientOf {
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return ({ socket, headers }) => {
    let ip = plain(socket.remoteAddress ?? '')
    const said = proxies.length > 0 ? String(headers['x-forwarded-for'] ?? '').split(',') : []
    for (let at = said.length - 1; at >= 0 && isTrusted(ip); at--) {
      const next = plain(said[at]?.trim() ?? '')
      if (isIP(next) === 0) break
      ip = next
    }
    return { ip: ip || null, userAgent: userAgentIn(headers['user-agent']) }
  }
}

const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/, '')
