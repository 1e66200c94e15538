import type { PrismaClient } from '@puchi/prisma/auth'

type Row = { id: string; permissions: string[] }

/** What the roles of each user allow together, in alphabetical order; one statement for all. */
export const permissionsIn =
  (prisma: PrismaClient) =>
  async (userIds: readonly string[]): Promise<string[][]> => {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT user_id AS id, array_agg(DISTINCT permission_name ORDER BY permission_name) AS permissions
      FROM user_roles JOIN role_permissions USING (role_name) WHERE user_id = ANY(${userIds}) GROUP BY user_id`
    const found = new Map(rows.map(({ id, permissions }) => [id, permissions]))
    return userIds.map((id) => found.get(id) ?? [])
  }
