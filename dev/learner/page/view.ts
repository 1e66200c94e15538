/** An element with its properties and children. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: Node[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

export const fill = (selector: string, ...children: Node[]): void =>
  document.querySelector(selector)?.replaceChildren(...children)

/** Says something at the foot of the page, also to those who do not see it. */
export function tell(what: unknown): void {
  const told = document.querySelector<HTMLElement>('[role=status]')
  if (!told) return
  told.textContent = what instanceof Error ? what.message : String(what)
}
