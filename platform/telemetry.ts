import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Telemetry = ReturnType<typeof createTelemetry>

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** One registry a service, so that several can live in one process. */
export function createTelemetry(service: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    counter: <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Counter<L>({ name, help, labelNames, registers }),
    gauge: <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Gauge<L>({ name, help, labelNames, registers }),
    /** A gauge that asks for its value each time it is read. */
    asked: (name: string, help: string, value: () => Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await value())
        },
      }),
    /** Seconds, from a millisecond to ten seconds. */
    seconds: <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      new Histogram<L>({ name, help, labelNames, registers, buckets }),
  }
}

/** Keeps a label's values few: the known ones and the first `room` others by name, the rest as "other". */
export function boundedLabel(
  known: Iterable<string> = [],
  room = 50,
): (value: string | null | undefined) => string {
  const names = new Set(known)
  const most = names.size + room
  return (value) => {
    if (!value) return 'anonymous'
    if (!names.has(value) && names.size < most && value.length <= 64) names.add(value)
    return names.has(value) ? value : 'other'
  }
}
