import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitionsOf } from '../../platform/broker/definitions.ts'
import { services } from './services.ts'

export const definitionsFile = join(import.meta.dirname, 'definitions.json')

/** No secret stands in the file: `${AUTH_SVC_PASSWORD}` is filled in where RabbitMQ starts (start.sh). */
export const placeholderOf = (user: string): string =>
  `\${${user.toUpperCase().replaceAll('-', '_')}_PASSWORD}`

export function definitionsText(): string {
  const definitions = definitionsOf({ vhost: '/', admin: 'admin', services, passwordOf: placeholderOf })
  return `${JSON.stringify(definitions, null, 2)}\n`
}

if (import.meta.main) writeFileSync(definitionsFile, definitionsText())
