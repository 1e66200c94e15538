import type { Learner } from '../domain/learner.ts'

export type UserModel = Learner
