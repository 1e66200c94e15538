import type { PrismaClient } from '@puchi/prisma/auth'
import type { SessionChange, Sessions } from '../domain/session.ts'
import { inTransaction, type Tx } from './record.ts'

export const sessionsIn = (prisma: PrismaClient): Sessions => ({
  async liveOf(userIds) {
    const where = { userId: { in: [...userIds] }, revokedAt: null, expiresAt: { gt: new Date() } }
    const found = await prisma.session.findMany({ where, orderBy: { lastUsedAt: 'desc' } })
    const byUser = Map.groupBy(found, ({ userId }) => userId)
    return userIds.map((id) => byUser.get(id) ?? [])
  },
  async endedOf(userId) {
    const where = { userId, revokedAt: { not: null }, expiresAt: { gt: new Date() } }
    const found = await prisma.session.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } })
    return found.map(({ id }) => id)
  },
  change: (id, by, decide) =>
    inTransaction(prisma, by, async (tx) => {
      // The user stands for all their sessions, recorded or not: of twenty at once each sees what the one before did.
      await tx.$queryRaw`SELECT FROM users WHERE id = ${by.userId} FOR UPDATE`
      const before = await tx.session.findUnique({ where: { id } })
      const change = decide(before)
      if (change.session !== before) await write(tx, change)
      return { result: change.session, outcome: change }
    }),
})

async function write(tx: Tx, { session, issues, signsIn }: SessionChange): Promise<void> {
  const { id, userId, lastUsedAt } = session
  await tx.session.upsert({ where: { id }, create: session, update: session })
  if (issues) await tx.refreshToken.create({ data: { ...issues, sessionId: id, createdAt: lastUsedAt } })
  if (signsIn) await tx.user.update({ where: { id: userId }, data: { lastSignInAt: lastUsedAt } })
}
