/** What happens: to everyone, or to each of some users. */
export type Happen = { field: 'everyone' | 'personal'; version: number; users?: string[] }

export const playerName = 'Lan Nguyen'
// So long that a frame has 134 bytes.
export const eventText = 'Goal'

/** Versions all have as many digits. */
export const firstVersion = 10_000

export const queries: Record<Happen['field'], string> = {
  everyone: 'subscription { everyone { version at text by { name } } }',
  personal: 'subscription P($user: ID!) { personal(user: $user) { version at text by { name } } }',
}

/** The frame that a router makes of an event. */
export const frameOf = (field: Happen['field'], version: number): string =>
  JSON.stringify({
    id: '1',
    type: 'next',
    payload: {
      data: { [field]: { version, at: Date.now(), text: eventText, by: { name: playerName } } },
    },
  })
