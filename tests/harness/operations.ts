import { globSync, readFileSync } from 'node:fs'
import { root } from '../../dev/subgraphs.ts'

const texts = globSync(`${root}/schema/operations/*.graphql`).map((file) => readFileSync(file, 'utf8'))

/** The text of one of the client's named operations. */
export function namedOperation(name: string): string {
  const text = texts.find((one) => new RegExp(`^(query|mutation|subscription) ${name}\\b`, 'm').test(one))
  if (text === undefined) throw new Error(`schema/operations has no ${name}`)
  return text
}
