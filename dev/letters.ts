import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Broker, DeadLetter } from '@puchi/platform/broker'

/** The dead letters of a broker: to read, and to put back. */
export type Letters = Pick<Broker, 'dead' | 'replay'>

// A path of its own for each data folder; short, since a socket's may have about 100 characters.
function socketOf(folder: string): string {
  const name = `puchi-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
}

/** Throws one sentence where that cannot be: a folder that is missing or closed, or whose name is too long for a socket. */
async function listenAt(server: Server, path: string): Promise<void> {
  try {
    if (process.platform !== 'win32') rmSync(path, { force: true })
    await once(server.listen(path), 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(
      `The folder for temporary files, ${tmpdir()}, cannot take a socket (${code}): set TMPDIR to another, then start again.`,
    )
  }
}

/** Lets `npm run events` reach the dead letters of the broker inside this process. */
export async function serveLetters(folder: string, letters: Letters): Promise<{ close(): Promise<void> }> {
  const server = createServer(async ({ method, url }, response) => {
    const [, service = '', id = ''] = (url ?? '').split('/').map(decodeURIComponent)
    const answer = method === 'POST' ? letters.replay(service, id) : letters.dead(service)
    await answer.then(
      (found) => response.end(JSON.stringify(found)),
      (error: Error) => response.writeHead(500).end(JSON.stringify(error.message)),
    )
  })
  await listenAt(server, socketOf(folder))
  return {
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** The dead letters of the broker inside the `npm start` that runs on a data folder; undefined where none runs. */
export async function runningLetters(folder: string): Promise<Letters | undefined> {
  const socketPath = socketOf(folder)
  const ask = async (method: string, path: string): Promise<unknown> => {
    const asked = request({ socketPath, method, path }).end()
    const [response] = await once(asked, 'response')
    const answer = JSON.parse(await text(response))
    if (response.statusCode !== 200) throw new Error(answer)
    return answer
  }
  const letters: Letters = {
    async dead(service) {
      const found = (await ask('GET', `/${encodeURIComponent(service)}`)) as (DeadLetter & { body: object })[]
      return found.map((letter) => ({ ...letter, body: Buffer.from(letter.body) }))
    },
    replay: async (service, id) =>
      (await ask('POST', `/${encodeURIComponent(service)}/${encodeURIComponent(id)}`)) === true,
  }
  return letters.dead('').then(
    () => letters,
    () => undefined,
  )
}
