const light =
  'color-scheme:light; --c0:#c2410c; --c1:#1d6fa5; --c2:#2b7a3d; --c3:#8a3ffc; --c4:#b0246a; --c5:#6b6a12'
const dark = '--c0:#ff9b6a; --c1:#7cc4f0; --c2:#83d69a; --c3:#c3a3ff; --c4:#f793c0; --c5:#d8d46f'

export const style = `
:root { ${light}; --paper:#fbf9f6; --card:#fff; --ink:#23201c; --soft:#6a635b; --line:#e4ded6; --good:#2b7a3d; --warn:#a05a00; --bad:#b3261e;
  font:16px/1.5 system-ui,sans-serif }
@media (prefers-color-scheme: dark) { :root { color-scheme:dark; ${dark}; --paper:#171614; --card:#211f1c; --ink:#f1ede7; --soft:#aaa297;
  --line:#3a3631; --good:#83d69a; --warn:#f0b862; --bad:#ff9a91 } }
.c0 { --c:var(--c0) } .c1 { --c:var(--c1) } .c2 { --c:var(--c2) } .c3 { --c:var(--c3) } .c4 { --c:var(--c4) } .c5 { --c:var(--c5) }
* { box-sizing:border-box }
body { margin:0 auto; max-width:72rem; padding:1.5rem 1rem 3rem; background:var(--paper); color:var(--ink) }
h1 { margin:0; font-size:clamp(1.6rem,5vw,2.3rem); letter-spacing:-.02em; line-height:1.2 }
h2 { margin:0 0 .8rem; font-size:1.1rem }
a { color:inherit; text-underline-offset:.2em }
:focus-visible { outline:2px solid var(--c0); outline-offset:2px }
.soft { color:var(--soft) } .small-print { color:var(--soft); font-size:.85rem; margin:.4rem 0 0 }
nav { display:grid; grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr)); gap:.6rem; margin:1.2rem 0 2rem }
nav a { text-decoration:none; background:var(--card); border:1px solid var(--line); border-radius:.8rem; padding:.7rem .9rem }
nav a:hover { border-color:var(--c0) } nav b { display:block } nav span { color:var(--soft); font-size:.82rem }
main, .side { display:grid; gap:2rem; align-content:start } main section { min-width:0 }
@media (max-width:60rem) { .side { display:contents } .ask { order:1 } .people { order:0 } }
@media (min-width:60rem) { main { grid-template-columns:minmax(0,1fr) minmax(0,1fr) } .side { min-width:0 } }
ul { list-style:none; margin:0; padding:0 }
.card { background:var(--card); border:1px solid var(--line); border-radius:1rem }
.card > li { display:grid; grid-template-columns:auto 1fr auto; gap:.1rem .7rem; align-items:baseline; padding:.65rem 1rem }
.card.people > li { grid-template-columns:1fr auto }
.card > li + li { border-top:1px solid var(--line) }
.where { grid-column:2/-1; color:var(--soft); font-size:.82rem; overflow-wrap:anywhere }
.state { font-size:.85rem } .state::before { content:''; display:inline-block; width:.6rem; height:.6rem; border-radius:50%; margin-right:.45rem; background:currentColor }
.up, .inside { color:var(--good) } .degraded { color:var(--warn) } .down { color:var(--bad) }
.lamp { width:.65rem; height:.65rem; border-radius:50%; background:currentColor; align-self:center }
.graph figure { margin:0; padding:clamp(.6rem,2.5vw,1rem) } .graph svg { display:block; width:100%; height:auto } figcaption { margin-top:.8rem } figcaption p { margin:.3rem 0 }
.line { fill:none; stroke:var(--c); opacity:.65 } .subgraph { fill:var(--paper); stroke:var(--c); stroke-width:2 }
.entity { fill:var(--paper); stroke:var(--line) } .dot { fill:var(--c) }
svg text { font:13px system-ui,sans-serif; fill:var(--ink) } svg .name { font-weight:650; font-size:15px } svg .of { fill:var(--c); font-weight:600 }
svg .small { font-size:12px; fill:var(--soft) } svg .key { text-anchor:end }
button { font:inherit; font-size:.85rem; color:inherit; background:var(--paper); border:1px solid var(--line); border-radius:.6rem; padding:.3rem .7rem; min-height:2rem; cursor:pointer }
button:hover { border-color:var(--c0) }
pre { margin:0; padding:.9rem 1rem; overflow:auto; font-size:.82rem } code { font-family:ui-monospace,monospace }
`

/** Copies tokens, and shows every few seconds how things stand while somebody looks. */
export const script = `
addEventListener('click', async ({ target }) => {
  const button = target.closest('button[data-token]')
  if (!button) return
  await navigator.clipboard.writeText(button.dataset.token)
  document.getElementById('told').textContent = 'The token of ' + button.dataset.username + ' is copied.'
  button.textContent = 'Copied'
  setTimeout(() => { button.textContent = 'Copy token' }, 2000)
})
const renew = (now, id) => {
  const [old, fresh] = [document, now].map((page) => page.getElementById(id))
  if (old && fresh && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML
}
const look = async () => {
  if (document.hidden) return
  const text = await fetch('/').then((response) => response.text()).catch(() => null)
  document.getElementById('away').hidden = text !== null
  if (text === null) return
  const now = new DOMParser().parseFromString(text, 'text/html')
  for (const id of ['running', 'graph', 'versions']) renew(now, id)
}
setInterval(look, 3000)
`
