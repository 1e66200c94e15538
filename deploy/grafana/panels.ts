/** What a chart shows: PromQL by what each line is called. `{{label}}` stands for a label's value. */
export type Chart = { title: string; unit: string; lines: Record<string, string> }
export type Dashboard = { title: string; charts: Chart[] }

type Unit = 'reqps' | 's' | 'ms' | 'short' | 'bytes' | 'Bps' | 'percentunit' | 'cps' | 'bool'

export const chart = (title: string, unit: Unit, lines: Record<string, string>): Chart => ({
  title,
  unit,
  lines,
})

/** Events of a counter in a second, summed by labels. */
export const rate = (counter: string, ...by: string[]): string =>
  `sum${by.length > 0 ? ` by (${by.join(', ')})` : ''} (rate(${counter}[$__rate_interval]))`

/** How long the median and the slow ones take, of a histogram, by a label where one is given. */
export function times(histogram: string, by?: string): Record<string, string> {
  const [metric = '', labels = ''] = histogram.split('{')
  const series = `${metric}_bucket${labels && `{${labels}`}`
  const quantile = (part: number) =>
    `histogram_quantile(${part}, sum by (le${by ? `, ${by}` : ''}) (rate(${series}[$__rate_interval])))`
  const of = by ? ` {{${by}}}` : ''
  return { [`p50${of}`]: quantile(0.5), [`p95${of}`]: quantile(0.95), [`p99${of}`]: quantile(0.99) }
}

const source = { type: 'prometheus', uid: 'prometheus' }
const columns = 2

const panelOf = ({ title, unit, lines }: Chart, index: number) => ({
  id: index + 1,
  title,
  type: 'timeseries',
  datasource: source,
  gridPos: { x: (index % columns) * 12, y: Math.floor(index / columns) * 8, w: 12, h: 8 },
  fieldConfig: {
    defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } },
    overrides: [],
  },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
  targets: Object.entries(lines).map(([legendFormat, expr], line) => ({
    refId: String.fromCharCode(65 + line),
    datasource: source,
    expr,
    legendFormat,
  })),
})

/** A dashboard as Grafana reads it. */
export const dashboardJson = (name: string, { title, charts }: Dashboard) => ({
  uid: `puchi-${name}`,
  title,
  tags: ['puchi'],
  schemaVersion: 41,
  editable: false,
  timezone: 'browser',
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  panels: charts.map(panelOf),
})
