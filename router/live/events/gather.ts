import type {
  Representations,
  RequestContext,
  SubgraphAnswer,
  SubgraphError,
  SubgraphFetch,
  SubgraphRequest,
} from '../../execute/subgraph.ts'
import { keyOf } from '../../execute/transport/in-flight.ts'

type Fetch = SubgraphFetch

/** A request for entities, and whoever waits for its answer. */
type Waiting = {
  request: SubgraphRequest & { representations: Representations }
  context: RequestContext
  resolve(answer: SubgraphAnswer): void
  reject(error: unknown): void
}

type Batch = { fetch: Fetch; waiting: Waiting[]; count: number }

// What stands around the representations at the end of a body.
const tail = ']}}'
/** Entities in one request; what a subgraph is asked at once has an end. */
const most = 200

/**
 * Lets the events of one turn of the loop share their entity fetches: those that ask the same of one subgraph for the
 * same caller become one request. A subgraph decides by its caller what it shows, so no two callers ever share one.
 */
export function gathering(gathered: (requests: number) => void): (fetch: Fetch) => Fetch {
  const batches = new Map<string, Batch>()

  function add(fetch: Fetch, one: Waiting): void {
    const key = batchOf(one)
    const { count } = one.request.representations
    const open = batches.get(key)
    if (open && open.fetch === fetch && open.count + count <= most) {
      open.waiting.push(one)
      open.count += count
      return
    }
    const batch = { fetch, waiting: [one], count }
    batches.set(key, batch)
    setImmediate(() => {
      if (batches.get(key) === batch) batches.delete(key)
      gathered(batch.waiting.length)
      void send(batch)
    })
  }
  return (fetch) => (request, context) => {
    const { representations } = request
    if (!representations || request.kind !== 'query') return fetch(request, context)
    return new Promise((resolve, reject) => {
      add(fetch, { request: { ...request, representations }, context, resolve, reject })
    })
  }
}

const headOf = ({ body, representations }: Waiting['request']): string =>
  body.slice(0, body.length - tail.length - representations.text.length)

// Wherever a viewer's sockets come from, their events may share a request.
const batchOf = ({ request, context: { viewer, headers } }: Waiting): string =>
  keyOf({ viewer, headers }, `${request.subgraph} ${headOf(request)}`)

async function send({ fetch, waiting }: Batch): Promise<void> {
  const [first] = waiting
  if (!first) return
  try {
    if (waiting.length === 1) return first.resolve(await fetch(first.request, first.context))
    const text = waiting.map(({ request }) => request.representations.text).join()
    const body = `${headOf(first.request)}${text}${tail}`
    share(await fetch({ ...first.request, body }, first.context), waiting)
  } catch (error) {
    for (const one of waiting) one.reject(error)
  }
}

/** Gives each its own part of the entities, and the errors that are about them or about all. */
function share({ data, errors = [] }: SubgraphAnswer, waiting: readonly Waiting[]): void {
  const entities = data?.['_entities']
  const count = waiting.reduce((sum, { request }) => sum + request.representations.count, 0)
  // Of a list that is too short nobody knows whose entities are missing: then all are.
  const whole = Array.isArray(entities) && entities.length === count ? entities : []
  let from = 0
  for (const { request, resolve } of waiting) {
    const to = from + request.representations.count
    resolve({
      data: Array.isArray(entities) ? { _entities: whole.slice(from, to) } : data,
      errors: errors.flatMap((error) => own(error, from, to)),
    })
    from = to
  }
}

function own(error: SubgraphError, from: number, to: number): SubgraphError[] {
  const [field, entity, ...rest] = error.path ?? []
  if (typeof entity !== 'number') return [error]
  if (entity < from || entity >= to) return []
  return [{ ...error, path: [field ?? '_entities', entity - from, ...rest] }]
}
