import type { World } from './world.ts'
import { accountsWorld } from './worlds/accounts.ts'
import { context } from './worlds/context.ts'
import { faulty } from './worlds/faulty.ts'
import { league } from './worlds/league.ts'
import { mediaWorld } from './worlds/media.ts'
import { shop } from './worlds/shop.ts'

export const worlds: World[] = [shop, accountsWorld, faulty, context, mediaWorld, league]
