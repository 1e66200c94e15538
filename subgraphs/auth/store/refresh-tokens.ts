import type { PrismaClient } from '@puchi/prisma/auth'
import type { Outcome } from '../domain/outcome.ts'
import type { RefreshTokens } from '../domain/refresh.ts'
import { inTransaction } from './record.ts'

export const refreshTokensIn = (prisma: PrismaClient): RefreshTokens => ({
  find: (hash) => prisma.refreshToken.findUnique({ where: { hash }, include: { session: true } }),
  rotate: ({ hash, session }, by, successor) =>
    inTransaction(prisma, by, async (tx) => {
      // Held until the end, so that a session is not ended meanwhile.
      const live = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM sessions WHERE id = ${session.id} AND revoked_at IS NULL FOR SHARE`
      if (live.length === 0) return { result: false, outcome: {} }
      const now = new Date()
      const { count } = await tx.refreshToken.updateMany({
        where: { hash, rotatedAt: null },
        data: { rotatedAt: now },
      })
      const next = { ...successor, sessionId: session.id, createdAt: now }
      await tx.refreshToken.createMany({ data: next, skipDuplicates: true })
      return { result: true, outcome: count > 0 ? rotated(session.id) : {} }
    }),
})

const rotated = (sessionId: string): Outcome => ({
  audit: [{ action: 'auth.refresh', resource: 'session', resourceId: sessionId }],
})
