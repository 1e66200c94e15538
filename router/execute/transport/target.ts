import { BadEnvironment } from '@puchi/platform/env'

/** Where a subgraph is. Throws where that is no http URL, or one whose credentials would not be sent. */
export function targetOf(name: string, url: string | undefined): URL {
  const target = URL.parse(url ?? '')
  if (target?.username || target?.password)
    throw new BadEnvironment(`The URL of the subgraph ${name} holds credentials; the router sends none.`)
  if (target && /^https?:$/.test(target.protocol)) return target
  throw new BadEnvironment(`The subgraph ${name} has no http URL; give one with --subgraph ${name}=URL.`)
}
