// Our router as Puchi's stack runs it, over a broker in its own process: every token checked, every fetch signed.

import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { start } from '@puchi/router/main'

const hub = createEmbeddedHub({ folder: process.env['BROKER_FOLDER'] ?? '' })
await start(process.env, (asked) => createEmbeddedBroker({ ...asked, hub }))
