/** What a username is made from: `a-z 0-9` of an e-mail's local part, 30 at most; too few: `puchi_user`. */
export function usernameBase(email: string): string {
  const local = email.slice(0, 320).split('@', 1)[0] ?? ''
  const base = local
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 30)
  return base.length >= 3 ? base : 'puchi_user'
}
