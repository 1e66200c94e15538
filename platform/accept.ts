export const json = 'application/json'
export const graphqlJson = 'application/graphql-response+json'

export type Media = typeof json | typeof graphqlJson

type Range = { type: string; quality: number; place: number }

/**
 * The media type of GraphQL over HTTP that an Accept header prefers (RFC 9110, 12.5.1): JSON where it has no
 * preference or is absent, null where it wants neither.
 */
export function negotiate(accept: string | undefined): Media | null {
  if (accept === undefined || accept.trim() === '') return json
  const ranges = accept.split(',').map(rangeOf)
  const [best] = [json, graphqlJson]
    .flatMap((media) => matchOf(media as Media, ranges) ?? [])
    .sort((a, b) => b.quality - a.quality || a.place - b.place)
  return best?.media ?? null
}

function rangeOf(text: string, place: number): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const given = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0, place }
}

// The most exact range that covers a type decides, even where a wider one has a higher quality.
function matchOf(media: Media, ranges: Range[]) {
  const covers = [media, 'application/*', '*/*']
  const range = covers.flatMap((type) => ranges.find((one) => one.type === type) ?? [])[0]
  return range && range.quality > 0 ? { media, ...range } : undefined
}
