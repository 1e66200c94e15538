import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'

/** Every metric of one process, with its values. */
export type Families = MetricObjectWithValues<MetricValue<string>>[]

/** Gauges that are a state, not an amount: how they speak for all. */
export const states: Record<string, 'min' | 'max'> = {
  broker_connected: 'min',
  broker_blocked: 'max',
  subgraph_breaker_open: 'max',
}

export type Sum = {
  /** The metrics of all as one text. */
  text(all: readonly Families[]): Promise<string>
  /** Keeps what a process has counted that is gone: a sum that sank would read as a restart. */
  bury(last: Families): void
}

/** Adds up what processes that are one service have counted. Of an average, such as lag, it tells the worst. */
export function createSum(): Sum {
  let buried: Families = []
  return {
    text: (all) => added([...all.map(spoken), buried]).metrics(),
    bury(last) {
      const kept = last.filter(({ type }) => grows.has(String(type)))
      buried = added([buried, kept]).getMetricsAsArray() as unknown as Families
    },
  }
}

const grows = new Set(['counter', 'histogram'])

// A copy is made by the registry: what is given stays as it is.
const added = (all: Families[]): Registry => AggregatorRegistry.aggregate(all)

const spoken = (families: Families): Families => families.map((one) => ({ ...one, aggregator: wayOf(one) }))

const wayOf = ({ name, aggregator }: Families[number]) =>
  states[name] ?? (aggregator === 'average' ? 'max' : aggregator)
