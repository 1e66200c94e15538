import type { Viewer } from '@puchi/platform/viewer'
import DataLoader from 'dataloader'
import type { Learner, Learners } from '../domain/learner.ts'

/** What every resolver may reach. Built anew for each request. */
export type Context = {
  viewer: Viewer | null
  learners: Learners
  /** Gathers the ids of one request into a single query. */
  learnerById: { load(id: string): Promise<Learner | null> }
}

export const contextFor = (learners: Learners, viewer: Viewer | null): Context => ({
  viewer,
  learners,
  learnerById: new DataLoader(learners.byIds),
})
