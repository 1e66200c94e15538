// npm run advisories   known faults of what runs in production
// 0: none is high. 1: one is, and is named. 77: the registry does not say, so the check could not be made.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Severity = 'info' | 'low' | 'moderate' | 'high' | 'critical'
type Fault = {
  name: string
  severity: Severity
  range: string
  via: (string | { title: string; url: string })[]
}
/** What `npm audit --json` prints: a report, or why there is none. */
type Printed = { vulnerabilities?: Record<string, Fault>; message?: string; error?: { summary?: string } }

const notMade = 77
const root = fileURLToPath(new URL('..', import.meta.url))

function audit(): Printed {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=20000']
  const { stdout, error } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  })
  if (error) return { message: error.message }
  try {
    return JSON.parse(stdout)
  } catch {
    return { message: 'npm audit printed no report' }
  }
}

const told = ({ name, range, severity, via }: Fault): string => {
  const why = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} (${one.url})`))
  return `${name} ${range}, ${severity}: ${why.join('; ')}`
}

const { vulnerabilities, message, error } = audit()
if (vulnerabilities === undefined) {
  console.log(
    `Not checked, the registry tells no advisories: ${message ?? error?.summary ?? 'it does not say why'}`,
  )
  process.exitCode = notMade
} else {
  const all = Object.values(vulnerabilities)
  const high = all.filter(({ severity }) => severity === 'high' || severity === 'critical')
  for (const fault of high) console.error(told(fault))
  console.log(
    `${high.length} high advisories and ${all.length - high.length} lower ones in what runs in production.`,
  )
  process.exitCode = high.length > 0 ? 1 : 0
}
