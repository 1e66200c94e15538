// node dev/check-events.ts            exits 1 where an event's contract breaks what was released
// node dev/check-events.ts --release  writes today's contracts to schema/released/events.json
import { breaches, contracts } from './event-contracts.ts'
import { release, released } from './released.ts'

function check(): void {
  const { text, where } = released('events.json')
  const found = breaches(JSON.parse(text), contracts())
  for (const breach of found) console.error(breach)
  console.log(`${found.length === 0 ? 'No' : found.length} breaking changes since ${where}.`)
  process.exitCode = found.length === 0 ? 0 : 1
}

if (process.argv.includes('--release')) release('events.json', `${JSON.stringify(contracts(), null, 2)}\n`)
else check()
