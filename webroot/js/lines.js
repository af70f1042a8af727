// SPDX-License-Identifier: EUPL-1.2
// Lines of a form are added, removed and moved without a reload: the form is asked for as its button would ask, and only the lines
// are exchanged. Where that fails the button does it.
if (!window.linesAreSent) {
  window.linesAreSent = true
  document.addEventListener('submit', (event) => {
    const { target: form, submitter: button } = event
    if (button?.name !== '_line' || button.dataset.plain) return
    event.preventDefault()
    event.stopPropagation()
    exchange(form, button).catch(() => { button.dataset.plain = '1'; button.click() })
  }, true)
}

async function exchange (form, button) {
  const lines = button.closest('.lines'), typed = new FormData(form), texts = new URLSearchParams()
  for (const [name, value] of typed) if (typeof value === 'string') texts.append(name, value) // files stay where they are
  if (!typed.has('_line')) texts.append('_line', button.value)
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: texts, headers: { Accept: 'text/html' } })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), fresh = page.getElementById(lines.id)
  if (!fresh) throw new Error('the answer has no such lines')
  lines.replaceWith(fresh)
  const next = fresh.querySelector('[autofocus]') ?? fresh.querySelector('[name="_line"]:not([disabled])')
  next.focus()
}
