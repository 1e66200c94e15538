import type { Account } from '../domain/account.ts'

export type UserModel = Account
