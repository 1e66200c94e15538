/** A subgraph gave no usable answer. What it said stays out of the message. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly code: 'SUBGRAPH_TIMEOUT' | 'SUBGRAPH_UNAVAILABLE'
  /** Whether it is the connection that failed, and not what was said over it. */
  readonly broken: boolean
  /** Whether it tells of this one request, and not of the subgraph: a token of its caller's, more than it may ask for. */
  readonly refused: boolean

  constructor(code: NoAnswer['code'], why: string, { broken = false, refused = false } = {}) {
    super(why)
    this.code = code
    this.broken = broken
    this.refused = refused
  }
}
