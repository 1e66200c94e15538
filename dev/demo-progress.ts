// npm run demo:progress [-- --times N]  records progress as puchiuser in the lesson that `npm start` shows, once a second
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { runCommand } from '@puchi/platform/run-command'
import { dataFolder } from './data-folder.ts'
import { demoLesson } from './demo-lesson.ts'
import { runningPlaces, runningToken } from './running.ts'

const usage = 'Use: npm run demo:progress [-- --times N]'
const notRunning = 'Nothing runs here that could record progress: start the system with `npm start` first.'
const query = `mutation DemoProgress($input: RecordProgressInput!) {
  recordProgress(input: $input) { xpAwarded progress { status percent } }
}`
const step = 2

type Recorded = { xpAwarded: number; progress: { status: string; percent: number } }
type Answer = { data?: { recordProgress: Recorded | null }; errors?: { message: string }[] }

function times(): number {
  const { values } = parseArgs({ options: { times: { type: 'string', default: '20' } } })
  const count = Number(values.times)
  if (!Number.isInteger(count) || count < 1) throw new Error(usage)
  return count
}

async function record(url: string, token: string, lessonId: string, percent: number): Promise<Recorded> {
  const input = { lessonId, percent, correct: 4, total: 5, seconds: 30, idempotencyKey: randomUUID() }
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data, errors } = (await response.json()) as Answer
  if (!data?.recordProgress)
    throw new Error(errors?.[0]?.message ?? `The router answered ${response.status}.`)
  return data.recordProgress
}

async function main(): Promise<void> {
  const count = times()
  const folder = dataFolder()
  const lessonId = demoLesson(folder)
  if (!lessonId) throw new Error(notRunning)
  const token = await runningToken(folder, { username: 'puchiuser', seconds: 3_600, notRunning })
  const url = `http://127.0.0.1:${runningPlaces(folder)['router']?.port}/graphql`
  let percent = 0
  for (let n = 0; n < count && percent < 100; n += 1) {
    if (n > 0) await pause(1_000)
    const { xpAwarded, progress } = await record(url, token, lessonId, Math.min(100, percent + step))
    percent = progress.percent
    console.log(`${lessonId}: ${percent} %, ${xpAwarded} XP`)
  }
  if (percent === 100) console.log('The lesson is complete; the next `npm start` shows another one.')
}

await runCommand(main, { usage })
