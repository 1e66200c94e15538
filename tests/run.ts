// npm test            every **/*.test.ts
// npm test -- FILE …  those of some files or folders
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { root } from '../dev/subgraphs.ts'
import { needs } from './needs.ts'
import { createReport } from './report.ts'
import { runFile } from './run-file.ts'

/** The test files that are meant; all when none are named. Those of the whole system take longest: they come first. */
function chosen(names: string[]): string[] {
  const from = process.env['INIT_CWD'] ?? process.cwd() // where the npm command was typed
  const places = names.length > 0 ? names.map((name) => resolve(from, name)) : [root]
  const missing = places.find((place) => !existsSync(place))
  if (missing) throw new Error(`There is no ${missing}.`)
  const inside = { cwd: root, exclude: ['**/node_modules/**', '**/.data/**'] }
  const all = globSync('**/*.test.ts', inside).map((file) => resolve(root, file))
  return places
    .flatMap((place) =>
      statSync(place).isFile() ? place : all.filter((file) => file.startsWith(`${place}/`)),
    )
    .sort()
    .reverse()
}

async function main(stopped: AbortSignal): Promise<boolean> {
  const waiting = chosen(process.argv.slice(2))
  await using held = new AsyncDisposableStack()
  const env = { ...process.env }
  const started = await Promise.allSettled(env['TEST_NEEDS'] === 'none' ? [] : needs.map((need) => need()))
  for (const one of started)
    if (one.status === 'fulfilled') {
      held.defer(one.value.close)
      Object.assign(env, one.value.env)
    }
  for (const one of started) if (one.status === 'rejected') throw one.reason
  const folder = mkdtempSync(join(tmpdir(), 'puchi-tests-'))
  held.defer(async () => rmSync(folder, { recursive: true }))
  env['NODE_COMPILE_CACHE'] ??= join(folder, 'compiled') // every file loads much the same code
  const report = createReport((file) => relative(root, file))
  const worker = async () => {
    for (let file = waiting.shift(); file && !stopped.aborted; file = waiting.shift())
      report.take(await runFile(file, { folder, env, stopped }))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return report.close() && !stopped.aborted
}

const stop = new AbortController()
const abort = () => stop.abort()
process.on('SIGINT', abort).on('SIGTERM', abort).once('disconnect', abort)
try {
  process.exitCode = (await main(stop.signal)) ? 0 : 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
// The channel to whoever started this is no reason to stay.
if (process.connected) process.disconnect()
