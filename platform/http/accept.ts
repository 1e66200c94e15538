export const json = 'application/json'
export const graphqlJson = 'application/graphql-response+json'

export type Media = typeof json | typeof graphqlJson

type Range = { type: string; parameters: string[]; quality: number; place: number }

/**
 * The media type of GraphQL over HTTP that an Accept header prefers (RFC 9110, 12.5.1): JSON where it has no
 * preference or is absent, null where it wants neither.
 */
export function negotiate(accept: string | undefined): Media | null {
  if (accept === undefined || accept.trim() === '') return json
  const ranges = rangesOf(accept)
  const [best] = [json, graphqlJson]
    .flatMap((media) => matchOf(media as Media, ranges) ?? [])
    .sort((a, b) => b.quality - a.quality || a.place - b.place)
  return best?.media ?? null
}

/** Whether an Accept header lets a type be answered; one that is absent lets any. */
export const accepts = (accept: string | undefined, type: string): boolean =>
  accept === undefined || accept.trim() === '' || matchOf(type, rangesOf(accept)) !== undefined

/** Whether an Accept header asks for a type by its own name, and with a parameter where one is given: `name=value`. */
export const names = (accept: string | undefined, type: string, parameter?: string): boolean =>
  rangesOf(accept ?? '').some(
    (range) =>
      range.type === type &&
      range.quality > 0 &&
      (parameter === undefined || range.parameters.includes(parameter)),
  )

const rangesOf = (accept: string): Range[] => accept.split(',').map(rangeOf)

function rangeOf(text: string, place: number): Range {
  const [type = '', ...parameters] = text
    .split(';')
    .map((part) => part.trim().toLowerCase().replaceAll('"', ''))
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return { type, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0, place }
}

// The most exact range that covers a type decides, even where a wider one has a higher quality.
function matchOf<Type extends string>(media: Type, ranges: Range[]) {
  const covers = [media, `${media.split('/')[0]}/*`, '*/*']
  const range = covers.flatMap((type) => ranges.find((one) => one.type === type) ?? [])[0]
  return range && range.quality > 0 ? { media, ...range } : undefined
}
