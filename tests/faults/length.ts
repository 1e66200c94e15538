/** True for `npm run faults`: the full form of each row instead of the short one. */
export const isFull = process.env['FAULTS'] === 'full'
