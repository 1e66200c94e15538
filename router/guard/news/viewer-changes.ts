import type { Viewers } from '@puchi/platform/identity/viewers'
import { sessionRevoked } from '@puchi/schema/events'
import type { Event } from '@puchi/schema/events/envelope'

/** Lets kept viewers go as soon as an event says that they are not what they were. */
export const hearingOf = (viewers: Viewers) => ({
  hear({ type, data }: Pick<Event, 'type' | 'data'>): void {
    if (type === sessionRevoked.key && 'sessionId' in data) viewers.revoke(String(data['sessionId']))
    else viewers.forget(data.userId)
  },
})
