import { connectionOf, pageOf } from '@puchi/platform/connection'
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

const seqOf = (key: string): number => (/^\d{1,15}$/.test(key) ? Number(key) : 0)

const filterOf = (filter: AuditFilterInput | null | undefined): AuditFilter => ({
  actor: filter?.userId ?? null,
  action: filter?.action ?? null,
  from: filter?.from ?? null,
  to: filter?.to ?? null,
})
