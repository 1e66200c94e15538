import type { ConfirmChannel } from 'amqplib'

/** Repeats work on a channel until it closes. What fails closes the channel, and whoever keeps it begins anew. */
export function whileOpen(channel: ConfirmChannel, ms: number, work: () => Promise<unknown>): void {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await work().catch(() => {})
    busy = false
  }, ms)
  channel.once('close', () => clearInterval(timer))
}
