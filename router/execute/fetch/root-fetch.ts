import type { FetchNode } from '@apollo/query-planner'
import type { Path } from '../../plan/client-names.ts'
import type { Data } from '../data.ts'
import type { Run, Step } from '../run.ts'
import type { SubgraphAnswer } from '../subgraph.ts'
import { addErrors, addFailure } from './errors.ts'
import { merge } from './merge.ts'
import { certain, gather } from './places.ts'
import { type Compiling, keysToName, requestOf, variablesText } from './request.ts'
import { applyRewrites } from './rewrites.ts'

/** Compiles a fetch of root fields, for the whole answer or for a root type found at a path. */
export function compileRootFetch(fetch: FetchNode, path: Path, compiling: Compiling): Step {
  const origin = { subgraph: fetch.serviceName, path: certain(path), outer: compiling.names.outer }
  const keys = keysToName(fetch, compiling)
  const request = requestOf(fetch)

  const finish = (run: Run, targets: Data[], { data, errors }: SubgraphAnswer): void => {
    if (errors?.length) addErrors(run, origin, errors)
    if (!data) return
    applyRewrites(compiling.schema, fetch.outputRewrites, data)
    for (const target of targets) merge(target, data, compiling.schema)
  }
  return async (run) => {
    const targets: Data[] = []
    gather(run.data, path, targets)
    if (!targets.length) return
    try {
      finish(run, targets, await run.send(request(variablesText(fetch.variableUsages, run.variables))))
    } catch (error) {
      addFailure(run, origin, keys, error)
    }
  }
}
