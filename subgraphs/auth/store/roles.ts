import type { PrismaClient } from '@puchi/prisma/auth'
import type { Happened } from '../domain/outcome.ts'
import { type Role, type Roles, roleIsHeld } from '../domain/roles.ts'
import { inTransaction, type Tx, unlessLost } from './record.ts'

export const rolesIn = (prisma: PrismaClient): Roles => ({
  all: async () => (await prisma.role.findMany({ ...withPermissions, orderBy: { name: 'asc' } })).map(roleOf),
  permissions: () => prisma.permission.findMany({ orderBy: { name: 'asc' } }),
  change: (name, by, decide) =>
    inTransaction(prisma, by, async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(7003, hashtext(${name}))::text`
      const row = await tx.role.findUnique({ where: { name }, ...withPermissions })
      const before = row && roleOf(row)
      const known = await tx.permission.findMany()
      const standing = {
        holders: await tx.userRole.count({ where: { roleName: name } }),
        known: new Set(known.map((one) => one.name)),
      }
      const change = decide(before, standing)
      const happened = await write(tx, name, before, change.role)
      return { result: change.role, outcome: { ...change, happened } }
    }),
})

const withPermissions = { include: { permissions: { orderBy: { permissionName: 'asc' } } } } as const

type Row = Omit<Role, 'permissions'> & { permissions: { permissionName: string }[] }

const roleOf = ({ name, description, system, permissions }: Row): Role => ({
  name,
  description,
  system,
  permissions: permissions.map(({ permissionName }) => permissionName),
})

async function write(tx: Tx, name: string, before: Role | null, role: Role | null): Promise<Happened[]> {
  if (!role) {
    await unlessLost(tx.role.delete({ where: { name } }), roleIsHeld)
    return []
  }
  const { permissions, ...columns } = role
  await tx.role.upsert({ where: { name }, create: columns, update: columns })
  await tx.rolePermission.deleteMany({ where: { roleName: name } })
  const data = permissions.map((permissionName) => ({ roleName: name, permissionName }))
  await tx.rolePermission.createMany({ data })
  return before ? regrade(tx, name) : []
}

/** Who holds the role may do something else now: told for the first thousand, the rest find out within a minute. */
async function regrade(tx: Tx, role: string): Promise<Happened[]> {
  const holders = await tx.$queryRaw<{ id: string; version: number }[]>`
    UPDATE users SET permission_version = permission_version + 1
    WHERE id IN (SELECT user_id FROM user_roles WHERE role_name = ${role} ORDER BY user_id LIMIT 1000)
    RETURNING id, permission_version AS version`
  return holders.map(({ id, version }) => ({
    type: 'role.granted',
    userId: id,
    role,
    permissionVersion: version,
  }))
}
