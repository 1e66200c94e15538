import { connectionOf, pageOf } from '@puchi/platform/connection'
import { momentGiven } from '@puchi/platform/date-time'
import { badInput } from '@puchi/platform/errors'
import type { AuditFilter } from '../domain/audit.ts'
import type { AuditFilter as AuditFilterInput, QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  me: (_, __, { viewer, account }) => viewer && account(viewer.userId),
  roles: (_, __, { roles }) => roles.all(),
  permissions: (_, __, { roles }) => roles.permissions(),
  async users(_, { filter, ...args }, { userList, shown }) {
    const page = pageOf(args)
    return connectionOf(await userList.page(filter ?? {}, page), page, { key: ({ id }) => id, node: shown })
  },
  async auditLog(_, { filter, ...args }, { audit }) {
    const page = pageOf(args)
    const rows = await audit.page(filterOf(filter), {
      first: page.first,
      after: page.after === null ? null : seqOf(page.after),
    })
    return connectionOf(rows, page, { key: ({ seq }) => seq, node: (row) => row })
  },
}

function seqOf(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw badInput({ field: 'after', message: 'must be a cursor' })
  return Number(key)
}

const filterOf = (filter: AuditFilterInput | null | undefined): AuditFilter => ({
  actor: filter?.userId ?? null,
  action: filter?.action ?? null,
  from: momentGiven('filter.from', filter?.from),
  to: momentGiven('filter.to', filter?.to),
})
