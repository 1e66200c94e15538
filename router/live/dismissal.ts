/** Why a socket is not let in: the code and the reason that close it. */
export type Dismissal = { code: number; reason: string }

export const forbidden: Dismissal = { code: 4403, reason: 'Forbidden' }
/** The router goes away; the client is to come again. */
export const away: Dismissal = { code: 1001, reason: 'Going away' }
export const broken: Dismissal = { code: 4500, reason: 'Internal server error' }
