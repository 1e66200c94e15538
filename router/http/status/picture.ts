import { escapeHtml } from '../page.ts'
import type { Entity, Graph, Part, Share } from './graph.ts'

const width = 400
const box = { width: 124, height: 64, gap: 20 }
const card = { x: 172, width: width - 172, head: 40, row: 42, gap: 20, foot: 8 }
/** Letters of a line in a card. */
const room = 31
/** Colours that the page's style knows. */
const colours = 6

/** The supergraph as SVG, drawn for a narrow screen: subgraphs left, entities right, a line for each that serves fields. */
export function picture({ subgraphs, entities }: Graph): string {
  const colour = new Map(subgraphs.map(({ name }, index) => [name, `c${index % colours}`]))
  const cards = stack(entities, ({ shares }) => card.head + shares.length * card.row + card.foot, card.gap)
  const boxes = stack(subgraphs, () => box.height, box.gap)
  const height = Math.max(cards.height, boxes.height, box.height)
  const down = (height - boxes.height) / 2
  const across = (height - cards.height) / 2
  const middle = new Map(boxes.placed.map(({ item, y }) => [item.name, y + down + box.height / 2]))
  const lines = cards.placed.flatMap(({ item: { shares }, y }) =>
    shares.map((share, row) => {
      const to = y + across + card.head + (row + 0.5) * card.row
      return line(middle.get(share.subgraph) ?? 0, to, share, colour.get(share.subgraph) ?? '')
    }),
  )
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="graph-title">`,
    `<title id="graph-title">${escapeHtml(spoken(subgraphs, entities))}</title>`,
    ...lines,
    ...boxes.placed.map(({ item, y }) => subgraphBox(item, y + down, colour.get(item.name) ?? '')),
    ...cards.placed.map(({ item, y }) => entityCard(item, y + across, colour)),
    '</svg>',
  ].join('\n')
}

/** One sentence for each entity: who serves what of it, and how they are joined. */
export const sentences = ({ entities }: Graph): string[] =>
  entities.map(({ name, keys, shares }) => {
    const by = keys.join(' or ')
    const serving = shares.filter(({ refers }) => !refers)
    const pointing = shares.filter(({ refers }) => refers).map(({ subgraph }) => subgraph)
    const points = pointing.length > 0 ? `${listed(pointing)} points at it by ${by}` : ''
    if (serving.length === 0) return `${name}: ${points}; no subgraph serves more of it yet.`
    const parts = serving.map(({ subgraph, fields }) => `${subgraph} (${count(fields.length, 'field')})`)
    const joined = serving.length > 1 ? `, joined by ${by}` : `, found by ${by}`
    return `${name}: served by ${listed(parts)}${joined}${points ? `; ${points}` : ''}.`
  })

const spoken = (subgraphs: readonly Part[], entities: readonly Entity[]): string =>
  `The supergraph: ${count(subgraphs.length, 'subgraph')} left, ${count(entities.length, 'entity', 'entities')} right.`

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
const listed = (words: readonly string[]): string => new Intl.ListFormat('en').format(words)

/** Puts things under each other. */
function stack<T>(items: readonly T[], heightOf: (item: T) => number, gap: number) {
  let y = 0
  const placed = items.map((item) => {
    const at = y
    y += heightOf(item) + gap
    return { item, y: at }
  })
  return { placed, height: Math.max(0, y - gap) }
}

function line(from: number, to: number, { refers, fields }: Share, colour: string): string {
  const bend = (box.width + card.x) / 2
  const thick = refers ? 1.5 : Math.min(2 + fields.length / 6, 7)
  const dashes = refers ? ' stroke-dasharray="4 4"' : ''
  const path = `M${box.width} ${from} C${bend} ${from} ${bend} ${to} ${card.x} ${to}`
  return `<path class="line ${colour}" d="${path}" stroke-width="${thick}"${dashes}/>`
}

function subgraphBox({ name, queries, mutations, subscriptions }: Part, y: number, colour: string): string {
  const roots = [`${count(queries, 'query', 'queries')}`, `${mutations} mut. · ${subscriptions} live`]
  return `<g class="${colour}"><rect class="subgraph" x="1" y="${y + 1}" width="${box.width - 2}" height="${box.height - 2}" rx="12"/>
<text class="name" x="14" y="${y + 24}">${shortened(name, 14)}</text>
<text class="small" x="14" y="${y + 40}">${roots[0]}</text><text class="small" x="14" y="${y + 54}">${roots[1]}</text></g>`
}

function entityCard({ name, keys, shares }: Entity, y: number, colour: ReadonlyMap<string, string>): string {
  const height = card.head + shares.length * card.row + card.foot
  const x = card.x + 14
  const rows = shares.map((share, index) => {
    const top = y + card.head + index * card.row
    const says = share.refers ? 'points at it' : count(share.fields.length, 'field')
    const fields = share.fields.join(', ') || 'its fields are served elsewhere'
    return `<g class="${colour.get(share.subgraph)}"><title>${escapeHtml(fields)}</title><circle class="dot" cx="${card.x}" cy="${top + card.row / 2}" r="5"/>
<text class="of" x="${x}" y="${top + 16}">${shortened(share.subgraph, 20)} · ${says}</text>
<text class="small" x="${x}" y="${top + 31}">${shortened(fields, room)}</text></g>`
  })
  return `<g><rect class="entity" x="${card.x}" y="${y + 1}" width="${card.width - 1}" height="${height - 2}" rx="12"/>
<text class="name" x="${x}" y="${y + 26}">${shortened(name, 16)}</text>
<text class="small key" x="${width - 14}" y="${y + 26}">${shortened(`by ${keys.join(', ')}`, 22)}</text>
${rows.join('\n')}</g>`
}

const shortened = (text: string, most: number): string =>
  escapeHtml(text.length > most ? `${text.slice(0, most - 1).replace(/[, ]+$/, '')} …` : text)
