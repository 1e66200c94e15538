import { bareViewer } from '@puchi/platform/identity/viewer'
import type { News } from '../news.ts'

/** What a router hears that has no broker. */
export const noNews: News = {
  ended: { has: () => false },
  changed: { since: () => false },
  viewerOf: async ({ identity }) => bareViewer(identity),
  denied: () => {},
  degraded: () => [],
  close: async () => {},
}
