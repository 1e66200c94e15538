// npm run audit:verify                  checks the whole audit log of AUTH_DATABASE_URL; exits 1 naming the row where it breaks
// npm run audit:verify -- --anchor FILE … against the heads kept in FILE, and adds the present one to it
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readEnv } from '@puchi/platform/env'
import { createLog } from '@puchi/platform/log'
import { runCommand } from '@puchi/platform/run-command'
import type { Anchor, Break } from '../domain/audit.ts'
import { settings } from '../settings.ts'
import { checkedAudit } from '../store/audit-log.ts'
import { openDatabase } from '../store/database.ts'

/** Checks the chain of a database against anchors. Answers where it breaks, or its head. */
export async function verifyAudit(url: string, anchors: readonly Anchor[]): Promise<Break | Anchor> {
  const { prisma, close } = openDatabase(url, createLog('audit', 'error'))
  try {
    return await checkedAudit(prisma, anchors)
  } finally {
    await close()
  }
}

/** The heads kept in a file: a line each, number and hash. */
const anchorsIn = (file: string): Anchor[] =>
  existsSync(file)
    ? [...readFileSync(file, 'utf8').matchAll(/^(\d+) ([0-9a-f]{64})\b/gm)].map(([, seq, hash = '']) => ({
        seq: Number(seq),
        hash,
      }))
    : []

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { anchor: { type: 'string' } } })
  const { AUTH_DATABASE_URL: url } = readEnv(settings.pick({ AUTH_DATABASE_URL: true }))
  const found = await verifyAudit(url, values.anchor ? anchorsIn(values.anchor) : [])
  if ('why' in found) throw new Error(`The audit log breaks at row ${found.seq}: it is ${found.why}.`)
  if (values.anchor && found.seq > 0)
    appendFileSync(values.anchor, `${found.seq} ${found.hash} ${new Date().toISOString()}\n`)
  console.log(`The audit log holds: ${found.seq} rows.`)
}

if (import.meta.main) await runCommand(main)
