import type { PrismaClient } from '@puchi/prisma/auth'
import type { UserList } from '../domain/user-list.ts'
import { type UserRow, userOf, userRows } from './users.ts'

export const userListIn = (prisma: PrismaClient): UserList => ({
  async page({ status = null, role = null, emailPrefix = null }, { first, after }) {
    const prefix = emailPrefix && `${emailPrefix.replace(/[\\%_]/g, '\\$&')}%`
    const rows = await prisma.$queryRaw<UserRow[]>`${userRows}
      WHERE (${after}::text IS NULL OR id > ${after}) AND (${status}::text IS NULL OR status::text = ${status})
        AND (${prefix}::text IS NULL OR email ILIKE ${prefix})
        AND (${role}::text IS NULL OR EXISTS (
          SELECT FROM user_roles WHERE user_id = users.id AND role_name = ${role}))
      ORDER BY id LIMIT ${first + 1}`
    return rows.map(userOf)
  },
})
