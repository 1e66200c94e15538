/** Runs `act` at once and then at most once in so many milliseconds, the last time after the last call. */
export function throttle(milliseconds: number, act: () => void): () => void {
  let resting = false
  let again = false
  const run = () => {
    resting = true
    again = false
    act()
    setTimeout(() => {
      resting = false
      if (again) run()
    }, milliseconds).unref()
  }
  return () => {
    if (resting) again = true
    else run()
  }
}
