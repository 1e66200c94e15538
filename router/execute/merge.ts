import { type Data, isObject } from './subgraph.ts'

/** Merges one answer into what is known already, object by object and element by element. */
export function merge(into: Data, from: Data): void {
  for (const key in from) {
    const value = from[key]
    const known = into[key]
    if (isObject(value) && isObject(known)) mergeValues(known, value)
    // An assignment to __proto__ would change the object's prototype.
    else if (value !== undefined && key !== '__proto__') into[key] = value
  }
}

function mergeValues(into: Data, from: Data): void {
  if (!Array.isArray(into) || !Array.isArray(from)) {
    merge(into, from)
    return
  }
  for (let index = 0; index < from.length; index++) {
    const value = from[index]
    const known = into[index]
    if (isObject(value) && isObject(known)) mergeValues(known, value)
    else into[index] = value
  }
}
