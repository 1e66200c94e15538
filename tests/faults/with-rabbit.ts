// node tests/faults/with-rabbit.ts SCRIPT …  runs a script with RABBITMQ_URL set: to yours, or to a node started for it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startTestRabbit } from '../harness/rabbit.ts'

const rabbit = await startTestRabbit()
const env = { ...process.env, RABBITMQ_URL: rabbit.url }
const script = spawn(process.execPath, process.argv.slice(2), { env, stdio: 'inherit' })
process.on('SIGINT', () => {})
const [code] = await once(script, 'exit')
await rabbit.stop()
process.exitCode = code ?? 1
