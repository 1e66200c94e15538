import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Found } from '../harness/tools.ts'

/** pg_dump reads no server that is newer than itself. */
const oldest = 18
/** Where Debian has one, and what that stands on. */
const release = 'forky'
const keys = '/usr/share/keyrings/debian-archive-keyring.gpg'
const packages =
  `postgresql-client-18 libpq5 libc6 libssl3t64 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0
  libcom-err2 libkeyutils1 libldap2 libsasl2-2 zlib1g libzstd1 liblz4-1 libgcc-s1`.split(/\s+/)

const majorOf = (pgDump: string): number =>
  Number(/\d+/.exec(spawnSync(pgDump, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0])

/** The folder of a pg_dump and a pg_restore for our server: this machine's, else Debian's, laid into a folder of its own. */
export function needPgClient(): Found {
  if (majorOf('pg_dump') >= oldest) return { path: '/usr/bin', skip: false }
  const folder = join(tmpdir(), `puchi-pg-client-${oldest}`)
  if (existsSync(folder) || fetched(folder)) return { path: join(folder, 'bin'), skip: false }
  if (process.env['CI'] === 'true')
    throw new Error(`This test needs pg_dump ${oldest}: install postgresql-client-${oldest}.`)
  return { path: '', skip: `needs pg_dump ${oldest}` }
}

// The system's own packages stay as they are: another release's would take its C library with them.
function fetched(folder: string): boolean {
  if (!existsSync(keys)) return false
  const work = `${folder}.${process.pid}`
  try {
    for (const part of ['lists/partial', 'cache/archives/partial', 'root', 'bin'])
      mkdirSync(join(work, part), { recursive: true })
    const source = `deb [signed-by=${keys}] http://deb.debian.org/debian ${release} main\n`
    writeFileSync(join(work, 'sources.list'), source)
    const options = {
      'Dir::Etc::sourcelist': join(work, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(work, 'lists'),
      'Dir::Cache': join(work, 'cache'),
      'APT::Sandbox::User': 'root',
    }
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const apt = (...args: string[]) =>
      spawnSync('apt-get', ['-qq', ...flags, ...args], { cwd: work, timeout: 120_000 }).status === 0
    if (!apt('update') || !apt('download', ...packages)) return false
    for (const file of globSync('*.deb', { cwd: work }))
      spawnSync('dpkg', ['-x', file, 'root'], { cwd: work })
    for (const name of ['pg_dump', 'pg_restore']) wrap(work, folder, name)
    renameSync(work, folder)
    return majorOf(join(folder, 'bin/pg_dump')) >= oldest
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A command that runs a program with the libraries that were laid beside it. */
function wrap(work: string, folder: string, name: string): void {
  const [loader = ''] = globSync('root/**/ld-linux*.so.*', { cwd: work })
  const libraries = globSync('root/{usr/,}lib/*-linux-gnu', { cwd: work }).map((path) => join(folder, path))
  const program = join(folder, `root/usr/lib/postgresql/${oldest}/bin/${name}`)
  const file = join(work, 'bin', name)
  writeFileSync(
    file,
    `#!/bin/sh\nexec ${join(folder, loader)} --library-path ${libraries.join(':')} ${program} "$@"\n`,
  )
  chmodSync(file, 0o755)
}
