import { z } from 'zod'

const part = z.object({
  name: z.string(),
  /** `subgraph`, `database` … */
  kind: z.string(),
  /** For people: where it is. */
  where: z.string(),
  version: z.string().optional(),
  /** Where it can be asked how it is. */
  probe: z.url().optional(),
  /** Pages of it. */
  links: z.record(z.string(), z.url()).default({}),
})

/** What a development system tells its router of itself, for the page at `/`. */
const shape = z.object({
  parts: z.array(part).default([]),
  links: z.record(z.string(), z.url()).default({}),
  /** Demo learners, each with a token. */
  learners: z
    .array(z.object({ username: z.string(), roles: z.array(z.string()), token: z.string() }))
    .default([]),
})

export type StackPart = z.output<typeof part>
export type Stack = z.output<typeof shape>

/** The setting: JSON. */
export const stackSetting = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' })
      return z.NEVER
    }
  })
  .pipe(shape)
