/** A person of the demonstration, as every service that seeds or signs in needs to know them. */
export type DemoLearner = {
  /** `user_` and the username. */
  id: string
  username: string
  email: string
  firstName: string
  lastName: string
  bio: string | null
  /** Every one has `user` too. */
  roles: string[]
}

const learner = (username: string, firstName: string, lastName: string, bio: string | null): DemoLearner => ({
  id: `user_${username}`,
  username,
  email: `${username}@example.com`,
  firstName,
  lastName,
  bio,
  roles: ['student', 'user'],
})

/** Nobody real: the accounts that a fresh stack begins with. */
export const learners: readonly DemoLearner[] = [
  learner('minhnguyen', 'Minh', 'Nguyễn', 'Ôn lại tiếng Việt cùng các con.'),
  learner('thutran', 'Thu', 'Trần', 'Sinh ra ở Huế, lớn lên ở Lyon.'),
  learner('anpham', 'An', 'Phạm', null),
  learner('linhvo', 'Linh', 'Võ', 'Cà phê sữa đá, please.'),
  learner('quangdo', 'Quang', 'Đỗ', null),
  learner('huongle', 'Hương', 'Lê', 'Learning to write to my grandmother.'),
  learner('tuanbui', 'Tuấn', 'Bùi', null),
  learner('puchiuser', 'Puchi', 'User', 'Trying Puchi out.'),
  { ...learner('puchiadmin', 'Puchi', 'Admin', null), roles: ['admin', 'user'] },
]
