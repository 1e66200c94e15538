import { connect } from 'amqplib'

const patience = 1_000

/** The version that the RabbitMQ of an address greets with; undefined where none greets within a second. */
export async function serverVersion(url: string): Promise<string | undefined> {
  try {
    const model = await connect(url, { timeout: patience })
    model.on('error', () => {}) // without a listener it would end the process
    const { version } = model.connection.serverProperties
    await model.close()
    return version
  } catch {
    return undefined
  }
}
