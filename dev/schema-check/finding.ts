/** One thing that the check has to say about one line. */
export type Finding = {
  level: 'error' | 'warning' | 'safe'
  /** `file:line`, seen from the project's folder. */
  place: string
  text: string
}
