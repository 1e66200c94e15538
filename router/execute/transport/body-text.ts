import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib'
import { responseLimit } from './pools.ts'

type Unpack = (body: Buffer, options: Pick<ZlibOptions, 'maxOutputLength'>) => Buffer

// Some servers leave zlib's header out of what they call deflate (RFC 9110, 8.4.1.2).
const inflate: Unpack = (body, options) =>
  ((body[0] ?? 0) & 0x0f) === 8 ? inflateSync(body, options) : inflateRawSync(body, options)

const unpackers = new Map<string, Unpack>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflate],
  ['br', brotliDecompressSync],
])

/** What a body says; some subgraphs pack it although nobody asked them to. */
export function bodyText(chunks: readonly Buffer[], coding = ''): string {
  const [first] = chunks
  const body = first && chunks.length === 1 ? first : Buffer.concat(chunks)
  const unpack = unpackers.get(coding.toLowerCase())
  const text = String(unpack ? unpack(body, { maxOutputLength: responseLimit }) : body)
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
