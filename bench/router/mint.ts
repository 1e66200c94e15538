import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export type Mint = { url: string; jwksUrl: string; tokens: readonly string[]; close(): void }

/** An issuer of session tokens of as many learners, good for longer than the bench takes. */
export async function openMint(count: number): Promise<Mint> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }]
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const iat = Math.floor(Date.now() / 1_000)
  const mint = (index: number) =>
    new SignJWT({ sub: `user_${index}`, sid: `sess_${index}`, azp: 'http://localhost:3000' })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(url)
      .setIssuedAt(iat)
      .setExpirationTime(iat + 3_600)
      .sign(privateKey)
  const tokens = await Promise.all(Array.from({ length: count }, (_, index) => mint(index)))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url, jwksUrl: `${url}/jwks`, tokens, close }
}
