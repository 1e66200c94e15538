/** What a client says of its device. */
export type GivenDevice = {
  deviceName?: string | null | undefined
  deviceType?: string | null | undefined
  os?: string | null | undefined
}

export type Device = { deviceName: string | null; deviceType: string | null; os: string | null }

const systems: [RegExp, string][] = [
  [/iPhone|iPad|iPod/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]
const types: [RegExp, string][] = [
  [/iPad|Tablet|Android(?!.*Mobile)/, 'TABLET'],
  [/Mobi|iPhone|iPod/, 'MOBILE'],
  [/Windows|Macintosh|Linux|CrOS/, 'DESKTOP'],
]

const first = (known: [RegExp, string][], text: string): string | null =>
  known.find(([pattern]) => pattern.test(text))?.[1] ?? null

/** A device as its client names it, else as its user agent gives it away. */
export const device = (given: GivenDevice, userAgent: string | null): Device => ({
  deviceName: shortened(given.deviceName, 100),
  deviceType: shortened(given.deviceType, 20) ?? first(types, userAgent ?? ''),
  os: shortened(given.os, 50) ?? first(systems, userAgent ?? ''),
})

// No half of a character can be kept.
const shortened = (text: string | null | undefined, most: number): string | null =>
  text?.slice(0, most).toWellFormed() || null
