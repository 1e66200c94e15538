// Changes roles and sessions of its own users, several at a time, until it is killed: DATABASE_URL, WRITER
import { commandsOf } from '@puchi/auth/domain/commands'
import { welcome } from '@puchi/auth/domain/first-sight'
import { openDatabase } from '@puchi/auth/store/database'
import { portsIn } from '@puchi/auth/store/ports'
import { agreeableClerk } from '../harness/auth-database.ts'
import { by } from '../harness/users.ts'
import { quiet } from './ground.ts'

const { DATABASE_URL = '', WRITER = '' } = process.env
const ports = portsIn(openDatabase(DATABASE_URL, quiet), agreeableClerk)
const commands = commandsOf({ ...ports, keys: ['k'.repeat(32)] })

async function work(userId: string): Promise<never> {
  await welcome(ports.users, userId)
  const grant = { userId, role: 'teacher' }
  const name = userId.slice('user_'.length)
  for (let i = 0; ; i += 1) {
    await commands.login(by(userId, `sess_${name}_${i}`), {})
    await commands.assignRole(by('user_root'), grant)
    await commands.revokeRole(by('user_root'), grant)
    await commands.revokeSession(by(userId), `sess_${name}_${i}`)
    process.send?.('went round')
  }
}
await Promise.all(Array.from({ length: 4 }, (_, n) => work(`user_${WRITER}x${n}`)))
