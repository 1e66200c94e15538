import type { AskViewer } from '@puchi/platform/identity/viewers'
import type { PrismaClient } from '@puchi/prisma/auth'
import type { Status } from '../domain/user.ts'

type Row = { status: Status; permissions: string[]; revoked: boolean }

/** What a session's user may do, in one statement that also notes its use, once a minute at most. */
export const viewersIn =
  (prisma: PrismaClient): AskViewer =>
  async ({ userId, sessionId }) => {
    const [row] = await prisma.$queryRaw<Row[]>`
      WITH used AS (UPDATE sessions SET last_used_at = now()
        WHERE id = ${sessionId} AND user_id = ${userId} AND last_used_at < now() - interval '1 minute')
      SELECT status::text, ARRAY(SELECT DISTINCT permission_name FROM user_roles
          JOIN role_permissions USING (role_name) WHERE user_id = users.id ORDER BY 1) AS permissions,
        EXISTS (SELECT FROM sessions WHERE sessions.id = ${sessionId} AND revoked_at IS NOT NULL) AS revoked
      FROM users WHERE users.id = ${userId}`
    if (!row || row.revoked) return null
    const { status, permissions } = row
    return { userId, sessionId, status, permissions }
  }
