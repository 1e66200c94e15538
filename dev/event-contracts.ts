import { isDeepStrictEqual } from 'node:util'
import { eventKinds } from '@puchi/schema/events'
import { envelope } from '@puchi/schema/events/envelope'
import { z } from 'zod'

type Json = { [key: string]: unknown; properties?: Record<string, Json>; required?: string[] }

export type Contract = { version: number; data: Json }

/** Contracts as they are kept when released: by key, the envelope's under `envelope`. */
export type Contracts = Record<string, Contract>

const schemaOf = (type: z.ZodType): Json => z.toJSONSchema(type, { io: 'input' }) as Json

/** The contracts as they are now. */
export const contracts = (): Contracts => ({
  envelope: { version: 1, data: schemaOf(envelope) },
  ...Object.fromEntries(eventKinds.map(({ key, version, data }) => [key, { version, data: schemaOf(data) }])),
})

/**
 * What breaks a reader of released contracts, or a reader of today who meets a message from then. Free without a new
 * version: new events, new optional fields, descriptions.
 */
export const breaches = (released: Contracts, now: Contracts): string[] =>
  Object.entries(released).flatMap(([key, old]) => {
    const current = now[key]
    if (!current) return [`${key} is gone: keep it while anybody may read it`]
    if (current.version > old.version) return []
    if (current.version < old.version) return [`${key} went back from version ${old.version}`]
    return changes(old.data, current.data).map(
      (change) =>
        `${key}: ${change}; raise its version above ${old.version} and read the old one in \`older\``,
    )
  })

function changes(old: Json, now: Json, path = ''): string[] {
  if (!old.properties || !now.properties)
    return isSame(old, now) ? [] : [`${path || 'the data'} has another type`]
  const removed = Object.entries(old.properties).flatMap(([name, field]) => {
    const here = path ? `${path}.${name}` : name
    const current = now.properties?.[name]
    const wasRequired = isRequired(old, name)
    if (!current) return wasRequired ? [`the required field ${here} is gone`] : []
    if (wasRequired && !isRequired(now, name)) return [`${here} is not required any more`]
    if (!wasRequired && isRequired(now, name)) return [`${here} is required now`]
    return changes(field, current, here)
  })
  const added = Object.keys(now.properties).filter((name) => !old.properties?.[name] && isRequired(now, name))
  return [...removed, ...added.map((name) => `the new field ${path ? `${path}.` : ''}${name} is required`)]
}

const isRequired = ({ required = [] }: Json, name: string): boolean => required.includes(name)

const isSame = (old: Json, now: Json): boolean => isDeepStrictEqual(undescribed(old), undescribed(now))

const undescribed = (schema: Json): unknown =>
  JSON.parse(JSON.stringify(schema, (key, value) => (key === 'description' ? undefined : value)))
