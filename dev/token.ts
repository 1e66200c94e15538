// npm run --silent token -- USERNAME [--ttl SECONDS]  prints a session token of a demo learner of the running system
import { parseArgs } from 'node:util'
import { runCommand } from '@puchi/platform/run-command'
import { dataFolder } from './data-folder.ts'
import { runningToken } from './running.ts'

const usage = 'Use: npm run --silent token -- USERNAME [--ttl SECONDS]'
const notRunning = 'Nothing runs here that could give a token: start the system with `npm start` first.'
/** What the embedded system accepts, in seconds. */
const longest = 86_400

function asked(): { username: string; seconds: number } {
  const options = { ttl: { type: 'string', default: '60' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [username, ...more] = positionals
  const seconds = Number(values.ttl)
  if (!username || more.length > 0) throw new Error(usage)
  if (!Number.isInteger(seconds) || seconds < 30 || seconds > longest)
    throw new Error(`--ttl takes whole seconds from 30 to ${longest}.`)
  return { username, seconds }
}

async function main(): Promise<void> {
  console.log(await runningToken(dataFolder(), { ...asked(), notRunning }))
}

await runCommand(main, { usage })
