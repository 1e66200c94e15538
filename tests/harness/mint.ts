import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'

export type Mint = Awaited<ReturnType<typeof openMint>>
export type Coin = {
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  key?: CryptoKey
  now?: number
}

/** A token issuer that mints good tokens and, told so, any bad one. It counts what is fetched from it. */
export async function openMint() {
  let pair = await keyPair('ins_one')
  let published = [pair.jwk]
  let fetches = 0
  const server = createServer((_, response) => {
    fetches += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    fetches: () => fetches,
    publicPem: () => exportSPKI(pair.publicKey),
    /** A token of `user_lan`, changed as told; a claim of undefined is left out. */
    async token({
      claims = {},
      header = {},
      key = pair.privateKey,
      now = Date.now(),
    }: Coin = {}): Promise<string> {
      const iat = Math.floor(now / 1000)
      const sound = { iss: url, sub: 'user_lan', sid: 'sess_lan', iat, nbf: iat - 10, exp: iat + 60 }
      return new SignJWT({ ...sound, azp: 'http://localhost:3000', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: pair.jwk.kid, typ: 'JWT', ...header })
        .sign(key)
    },
    /** Signs with a new key from now on; `keep` goes on publishing the old one. */
    async rotate({ keep }: { keep: boolean }) {
      pair = await keyPair(`ins_${published.length}_${keep}`)
      published = keep ? [...published, pair.jwk] : [pair.jwk]
    },
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

async function keyPair(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } }
}
