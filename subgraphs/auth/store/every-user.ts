import type { PrismaClient } from '@puchi/prisma/auth'

const page = 500

/** The id of every user, deleted ones too, in the order of ids; read by pages, so that who comes meanwhile may be missed. */
export async function* everyUserId(prisma: PrismaClient): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const found = await prisma.user.findMany({
      select: { id: true },
      where: { id: { gt: after } },
      orderBy: { id: 'asc' },
      take: page,
    })
    for (const { id } of found) yield id
    if (found.length < page) return
    after = found.at(-1)?.id ?? after
  }
}
