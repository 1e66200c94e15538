import { parseArgs } from 'node:util'
import { BadEnvironment } from '@puchi/platform/env'
import { type Ends, runProcess, type Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'

/** Whose tokens are good: those that these keys sign, of this issuer and for this audience where they are named. */
export type TokenFlags = { jwks: string; issuer?: string; audience?: string }

/** What the command line says; it wins over the environment. */
export type Flags = {
  anonymous?: boolean
  supergraph?: string
  port?: string
  adminPort?: string
  workers?: string
  /** Subgraph name to URL. */
  subgraphs?: Record<string, string>
  /** Subgraph name to the URL of its socket. */
  subscriptions?: Record<string, string>
  /** Names of clients' headers that go on to the subgraphs beside Authorization. */
  forwardHeaders?: string[]
  tokens?: TokenFlags
}

const help = `npm run router                      Puchi's stack: every setting comes from the environment
npm run router -- [options]

  --supergraph FILE        the supergraph to serve, watched for changes      (SUPERGRAPH_FILE)
  --port N                 the public port: /graphql /graphiql /sandbox      (ROUTER_PORT)
  --admin-port N           /livez /readyz /metrics; any free one unless told (ROUTER_ADMIN_PORT)
  --workers N              so many processes that share the ports, for a machine with several cores; 1 unless told
                           (ROUTER_WORKERS)
  --subgraph NAME=URL      where a subgraph is, instead of what the file says; may be repeated (SUBGRAPH_<NAME>_URL)
  --subscription NAME=URL  where its WebSocket is, if not at its own URL; may be repeated
  --anonymous              any supergraph, no environment needed: no token is verified, nothing is signed,
                           Authorization goes on to the subgraphs as it came. NODE_ENV is then "development"
                           unless told: pages and introspection are open
  --jwks FILE|URL          with --anonymous: Bearer tokens are verified by these keys, after all; their scopes count
                           for @requiresScopes, and a bad token is 401
  --issuer TEXT            with --jwks: what a token must say in "iss"
  --audience TEXT          with --jwks: what a token must say in "aud", among others
  --forward-header NAME    with --anonymous: a client's header that goes on too, "cookie" for one; may be repeated
  --help                   this`

const options = {
  anonymous: { type: 'boolean' },
  supergraph: { type: 'string' },
  port: { type: 'string' },
  'admin-port': { type: 'string' },
  workers: { type: 'string' },
  subgraph: { type: 'string', multiple: true },
  subscription: { type: 'string', multiple: true },
  jwks: { type: 'string' },
  issuer: { type: 'string' },
  audience: { type: 'string' },
  'forward-header': { type: 'string', multiple: true },
} as const

/** Reads a command line. Throws one sentence about what is wrong with it. */
export function parseFlags(args: string[]): Flags {
  const { values } = parsed(args)
  const { anonymous, supergraph, port, workers, subgraph = [], subscription = [] } = values
  const adminPort = values['admin-port']
  checkPort('--port', port)
  checkPort('--admin-port', adminPort)
  if (workers !== undefined && !(/^\d{1,2}$/.test(workers) && Number(workers) > 0))
    throw new BadEnvironment(`--workers needs a number from 1 to 99, not "${workers}".`)
  if (anonymous && !supergraph) throw new BadEnvironment('--anonymous needs --supergraph FILE.')
  if (anonymous && !port) throw new BadEnvironment('--anonymous needs --port N.')
  const tokens = tokensOf(values)
  return {
    ...(anonymous && { anonymous }),
    ...(supergraph && { supergraph }),
    ...(port && { port }),
    ...(adminPort && { adminPort }),
    ...(workers && { workers }),
    subgraphs: Object.fromEntries(subgraph.map(locationOf('--subgraph', /^https?:$/))),
    subscriptions: Object.fromEntries(subscription.map(locationOf('--subscription', /^(wss?|https?):$/))),
    ...(tokens && { tokens }),
    forwardHeaders: (values['forward-header'] ?? []).map((name) => headerOf(name, anonymous)),
  }
}

function tokensOf({ anonymous, jwks, issuer, audience }: Partial<TokenFlags> & { anonymous?: boolean }) {
  if (jwks && !anonymous) throw new BadEnvironment('--jwks needs --anonymous.')
  if (!jwks && (issuer ?? audience)) throw new BadEnvironment('--issuer and --audience need --jwks FILE|URL.')
  return jwks ? { jwks, ...(issuer && { issuer }), ...(audience && { audience }) } : undefined
}

// What the router says itself of its connection to a subgraph and of the request it makes.
const own =
  /^(accept|accept-encoding|connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|traceparent|x-request-id)$/

function headerOf(text: string, anonymous = false): string {
  const name = text.toLowerCase()
  if (!anonymous) throw new BadEnvironment('--forward-header needs --anonymous.')
  if (!/^[\w-]+$/.test(name)) throw new BadEnvironment(`--forward-header needs a name, not "${text}".`)
  if (own.test(name))
    throw new BadEnvironment(`--forward-header cannot be "${name}": the router writes that itself.`)
  return name
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options })
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ')
    throw new BadEnvironment(`${sentence?.replace(/\.$/, '')}; see --help.`)
  }
}

function checkPort(flag: string, text: string | undefined): void {
  if (text !== undefined && !(/^\d{1,5}$/.test(text) && Number(text) < 65_536))
    throw new BadEnvironment(`${flag} needs a port number, not "${text}".`)
}

const locationOf =
  (flag: string, schemes: RegExp) =>
  (text: string): [string, string] => {
    const at = text.indexOf('=')
    const name = text.slice(0, at)
    const url = URL.parse(text.slice(at + 1))
    if (url?.username || url?.password)
      throw new BadEnvironment(`${flag} ${name}: its URL holds credentials; the router sends none.`)
    if (at < 1 || !url || !schemes.test(url.protocol))
      throw new BadEnvironment(`${flag} needs NAME=URL, not "${text}".`)
    return [name, url.href]
  }

/** The environment with the flags written over it. */
export const withFlags = (env: NodeJS.ProcessEnv, flags: Flags): NodeJS.ProcessEnv => ({
  ...env,
  ...(flags.supergraph && { SUPERGRAPH_FILE: flags.supergraph }),
  ...(flags.port && { ROUTER_PORT: flags.port }),
  ...(flags.adminPort && { ROUTER_ADMIN_PORT: flags.adminPort }),
  ...(flags.workers && { ROUTER_WORKERS: flags.workers }),
})

/** Runs the process that the command line asks for. */
export async function fromCommandLine(
  start: (flags: Flags) => Promise<Pick<Service, 'close'>>,
  ends?: Ends,
): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return console.log(help)
  await runProcess(
    async () => start(parseFlags(args)),
    () => createLog('router', 'info'),
    ends,
  )
}
