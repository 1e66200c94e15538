import type { ApolloClient } from '@apollo/client'
import {
  MyProgressDocument,
  ProgressUpdatedDocument,
  RecordProgressDocument,
  type RecordProgressInput,
  TopBarDocument,
} from '../../../schema/client/documents.ts'
import { createApi } from './client.ts'
import { type Lesson, lessons } from './lessons.ts'
import { learners, type Session, session, signIn, signOut, tokensOf } from './session.ts'
import { el, fill, tell } from './view.ts'

/** A lesson takes four steps here. */
const step = 25

const now = session()
if (now) learn(now)
else await choose()

/** Who are you? */
async function choose(): Promise<void> {
  const buttons = (await learners()).map((username) =>
    el('button', { textContent: username, onclick: () => enter(username) }),
  )
  fill('main', el('h1', { textContent: 'Who learns today?' }), el('div', { className: 'cards' }, ...buttons))
}

async function enter(username: string): Promise<void> {
  await signIn(username).then(() => location.reload(), tell)
}

/** The learner's screen: TopBar, lessons, and what moves them. */
function learn(who: Session): void {
  const leave = el('button', {
    textContent: 'Sign out',
    onclick() {
      signOut()
      location.reload()
    },
  })
  const light = el('span', { className: 'light waiting', textContent: '● connecting' })
  const bar = el('div', { className: 'stats' })
  fill('header', el('b', { className: 'name', textContent: who.username }), bar, light, leave)
  const api = createApi({
    api: document.documentElement.dataset['api'] ?? '',
    getToken: tokensOf(who),
    connected(state) {
      light.className = `light ${state}`
      light.textContent = `● ${state}`
    },
  })
  showStats(api, bar)
  const cards = new Map(lessons.map((lesson) => [lesson.id, cardOf(api, lesson)]))
  const heading = el('h1', { textContent: 'Greetings' })
  fill('main', heading, el('div', { className: 'cards' }, ...[...cards.values()].map(({ card }) => card)))
  for (const [id, { show }] of cards) follow(api, id, show)
  known(api, (id, percent) => cards.get(id)?.show(percent)).catch(tell)
}

/** Whatever changes the learner in the cache, an answer or an event, shows here. */
function showStats(api: ApolloClient, bar: HTMLElement): void {
  api.watchQuery({ query: TopBarDocument }).subscribe({
    next({ data }) {
      const stats = data?.me?.stats
      if (!stats) return
      const { hearts, gems, currentStreak, level, currentXp = 0, xpToNextLevel = 0 } = stats
      const figures = [
        `♥ ${hearts}`,
        `◆ ${gems}`,
        `${currentStreak} days`,
        `Level ${level}`,
        `${currentXp} XP`,
      ]
      const meter = el('progress', { max: currentXp + xpToNextLevel, value: currentXp, ariaLabel: 'Level' })
      bar.replaceChildren(...figures.map((textContent) => el('span', { textContent })), meter)
    },
    error: tell,
  })
}

type Show = (percent: number) => void

async function known(api: ApolloClient, show: (id: string, percent: number) => void): Promise<void> {
  const { data } = await api.query({ query: MyProgressDocument, variables: { first: 100 } })
  for (const { node } of data?.me?.progress?.edges ?? []) show(node.lesson.id, node.percent)
}

function follow(api: ApolloClient, lessonId: string, show: Show): void {
  api.subscribe({ query: ProgressUpdatedDocument, variables: { lessonId } }).subscribe({
    next: ({ data, error }) => (error ? tell(error) : show(data?.progressUpdated?.percent ?? 0)),
    error: tell,
  })
}

function cardOf(api: ApolloClient, { id, says, means }: Lesson): { card: HTMLElement; show: Show } {
  let reached = 0
  const bar = el('progress', { max: 100, value: 0, ariaLabel: says })
  const percent = el('output', { textContent: '0 %' })
  const practise = el('button', { className: 'practise', textContent: 'Practise' })
  const show: Show = (next) => {
    reached = Math.max(reached, next)
    bar.value = reached
    percent.textContent = `${reached} %`
    practise.textContent = reached === 100 ? 'Again' : 'Practise'
    card.classList.toggle('done', reached === 100)
  }
  practise.onclick = async () => {
    practise.disabled = true
    const next = Math.min(100, reached + step)
    await report(api, { lessonId: id, percent: next, ...answers(next) }).catch(tell)
    practise.disabled = false
  }
  const words = el('div', {}, el('b', { lang: 'vi', textContent: says }), el('span', { textContent: means }))
  const card = el('section', { className: 'lesson' }, words, bar, percent, practise)
  card.dataset['lesson'] = id
  return { card, show }
}

/** As if one question were answered for each step, all right. */
const answers = (percent: number) => ({ correct: percent / step, total: 100 / step, seconds: 30 })

async function report(api: ApolloClient, given: Omit<RecordProgressInput, 'idempotencyKey'>): Promise<void> {
  const input = { ...given, idempotencyKey: crypto.randomUUID() }
  const { data } = await api.mutate({ mutation: RecordProgressDocument, variables: { input } })
  const { xpAwarded = 0, levelReached, achievements = [] } = data?.recordProgress ?? {}
  const won = achievements.map(({ title }) => `Achievement: ${title}!`)
  tell([`+${xpAwarded} XP`, ...(levelReached ? [`Level ${levelReached}!`] : []), ...won].join(' · '))
}
