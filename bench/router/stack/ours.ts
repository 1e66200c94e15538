// Router, auth and user in one process, as `npm start` has them.
import { embeddedBroker } from '../../../dev/broker.ts'
import { startServices } from '../../../dev/services.ts'

const broker = embeddedBroker(process.env['BROKER_FOLDER'] ?? '')
const { router } = await startServices(process.env, broker.connect)
process.send?.({ url: router.url })
