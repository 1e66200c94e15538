/** What an AMQP frame from the server says, as far as the proxy's tests ask: `20.11` is channel.open-ok. */
export const methodsIn = (chunk: Buffer): string[] => Array.from(frames(chunk))

function* frames(chunk: Buffer): Generator<string> {
  for (let at = 0; at + 11 < chunk.length; at += 8 + chunk.readUInt32BE(at + 3))
    if (chunk[at] === 1) yield `${chunk.readUInt16BE(at + 7)}.${chunk.readUInt16BE(at + 9)}`
}

/** basic.ack of a delivery that there never was: what a second acknowledgement looks like to the server. */
export function strayAck(channel: number): Buffer {
  const frame = Buffer.alloc(21)
  frame[0] = 1
  frame.writeUInt16BE(channel, 1)
  frame.writeUInt32BE(13, 3)
  frame.writeUInt16BE(60, 7)
  frame.writeUInt16BE(80, 9)
  frame.writeBigUInt64BE(999_999n, 11)
  frame[20] = 0xce
  return frame
}
