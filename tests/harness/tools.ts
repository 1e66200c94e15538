import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

type Tool = { commands: string[]; package: string }

const tools = {
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium' },
  rabbitmq: { commands: ['rabbitmq-server'], package: 'rabbitmq-server' },
  redis: { commands: ['redis-server', 'valkey-server'], package: 'redis-server' },
  prometheus: { commands: ['prometheus'], package: 'prometheus' },
  promtool: { commands: ['promtool'], package: 'prometheus' },
  psql: { commands: ['psql'], package: 'postgresql-client' },
  openssl: { commands: ['openssl'], package: 'openssl' },
  buildah: { commands: ['buildah'], package: 'buildah' },
} satisfies Record<string, Tool>

export type ToolName = keyof typeof tools

/** Where a native tool is, or why the tests that need it are skipped. */
export type Found = { path: string; skip: false } | { path: ''; skip: `needs ${string}` }

/**
 * Finds a native tool, or installs it by apt where we are root. Absent, it throws when CI=true, and else answers the
 * reason to skip by: `test(title, { skip: tool.skip }, …)`.
 */
export function need(name: ToolName): Found {
  const path = find(tools[name]) ?? (install(tools[name]) ? find(tools[name]) : undefined)
  if (path) return { path, skip: false }
  if (process.env['CI'] === 'true')
    throw new Error(`This test needs ${name}, which cannot be installed here.`)
  return { path: '', skip: `needs ${name}` }
}

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

function find({ commands }: Tool): string | undefined {
  const places = commands.flatMap((command) => folders.map((folder) => join(folder, command)))
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function install({ package: name }: Tool): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 240_000,
    }).status === 0
  return apt('install', '-y', name) || (apt('update') && apt('install', '-y', name))
}
