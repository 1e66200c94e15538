import type { Status, User } from './user.ts'

export type UserFilter = {
  status?: Status | null | undefined
  role?: string | null | undefined
  emailPrefix?: string | null | undefined
}

/** Users in the order of their ids. */
export type UserList = {
  /** One more than asked for where there are more. `after`: an id. */
  page(filter: UserFilter, page: { first: number; after: string | null }): Promise<User[]>
}
