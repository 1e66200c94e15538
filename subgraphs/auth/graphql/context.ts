import type { Viewer } from '@puchi/platform/viewer'
import DataLoader from 'dataloader'
import { type Account, accountFor } from '../domain/account.ts'
import type { Users } from '../domain/user.ts'

/** What every resolver may reach. Built anew for each request. */
export type Context = {
  viewer: Viewer | null
  /** The account as the viewer may see it; gathers the ids of one request into a single query. */
  account(id: string): Promise<Account>
}

export function contextFor(users: Users, viewer: Viewer | null): Context {
  const loader = new DataLoader(users.byIds)
  return {
    viewer,
    account: async (id) => accountFor(viewer?.userId, id, await loader.load(id)),
  }
}
