import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { credentialHeader } from '@puchi/platform/identity/caller'
import { sign } from '@puchi/platform/identity/signature'
import { bareViewer, type Viewer } from '@puchi/platform/identity/viewer'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'

/** Whoever mints session tokens, as far as a subgraph needs them: a key set, and tokens that it proves. */
export type Issuer = {
  url: string
  /** Its public key in PEM. */
  pem: string
  token(userId: string, life?: string): Promise<string>
  close(): Promise<void>
}

export async function openIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }]
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    pem: await exportSPKI(publicKey),
    token: (userId, life = '1m') =>
      new SignJWT({ sid: 'sess_test' })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(url)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(life)
        .sign(privateKey),
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

export const routerSecret = 's'.repeat(32)
export const routerCredential = 'c'.repeat(32)

/** What every subgraph is told of its callers. */
export const callerEnv = (issuerUrl: string): NodeJS.ProcessEnv => ({
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  CLERK_ISSUER: issuerUrl,
  CLERK_JWKS_URL: issuerUrl,
  CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
  ROUTER_SECRETS: routerSecret,
  ROUTER_CREDENTIALS: routerCredential,
  RABBITMQ_URL: 'amqp://127.0.0.1:9', // nobody there
})

export const viewerOf = (userId: string, ...permissions: string[]): Viewer => ({
  ...bareViewer({ userId, sessionId: 'sess_test' }),
  permissions,
})

export type Operation = { query: string; variables?: Record<string, unknown> }

/** The body and headers of a call that our router signs. */
export function signedCall(asked: Operation, viewer: Viewer | null = null, now = Date.now()) {
  const body = JSON.stringify(asked)
  return { body, headers: sign(routerSecret, { viewer }, { path: '/graphql', body, now }) }
}

/** The body and headers of a call by another router, for the user of a token. */
export const credentialCall = (asked: Operation, token?: string) => ({
  body: JSON.stringify(asked),
  headers: {
    [credentialHeader]: routerCredential,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  },
})

/** Sends a body to a subgraph's door as it is. */
export async function send(url: string, call: { body: string; headers?: Record<string, string> }) {
  const response = await fetch(url, {
    method: 'POST',
    body: call.body,
    headers: { 'content-type': 'application/json', ...call.headers },
  })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) }
}
