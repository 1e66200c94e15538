import { momentGiven } from '@puchi/platform/graphql/date-time'
import { connectionOf, pageOf, partOf, type Word, word } from '@puchi/platform/pagination'
import type { AuditFilter } from '../domain/audit.ts'
import type { AuditFilter as AuditFilterInput, QueryResolvers } from '../generated/resolvers.ts'

export const Query: QueryResolvers = {
  me: (_, __, { viewer, account }) => viewer && account(viewer.userId),
  roles: (_, __, { roles }) => roles.all(),
  permissions: (_, __, { roles }) => roles.permissions(),
  async users(_, { filter, ...args }, { userList, shown }) {
    const page = pageOf('users', args, [word])
    const [after = null] = page.after ?? []
    const rows = await userList.page(filter ?? {}, { first: page.first, after })
    const part = partOf(rows, page, (node) => ({ node, place: [node.id] }))
    return connectionOf('users', page, part, shown)
  },
  async auditLog(_, { filter, ...args }, { audit }) {
    const page = pageOf('audit', args, [seq])
    const [after] = page.after ?? []
    const rows = await audit.page(filterOf(filter), {
      first: page.first,
      after: after ? Number(after) : null,
    })
    const part = partOf(rows, page, (node) => ({ node, place: [String(node.seq)] }))
    return connectionOf('audit', page, part, (row) => row)
  },
}

const seq: Word = (text) => /^\d{1,15}$/.test(text)

const filterOf = (filter: AuditFilterInput | null | undefined): AuditFilter => ({
  actor: filter?.userId ?? null,
  action: filter?.action ?? null,
  from: momentGiven('filter.from', filter?.from),
  to: momentGiven('filter.to', filter?.to),
})
