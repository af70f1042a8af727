// SPDX-License-Identifier: EUPL-1.2
// Additions to htmx on the portal's pages: a tile that gets no answer says so, an upload shows its progress, and
// the focus is kept.
document.addEventListener('htmx:responseError', broken)
document.addEventListener('htmx:sendError', broken)
document.addEventListener('htmx:timeout', broken)

function broken (event) {
  const words = event.target.querySelector?.('.tile-broken')
  if (!words) return
  for (const other of event.target.children) other.hidden = other !== words
  words.hidden = false
}

document.addEventListener('htmx:xhr:progress', (event) => {
  const bar = event.target.querySelector?.('progress')
  if (!bar || !event.detail.lengthComputable) return
  bar.hidden = false
  bar.max = event.detail.total
  bar.value = event.detail.loaded
})

let left = null // what had the focus in what was replaced
const said = (part) => part.textContent.replace(/\s+/g, ' ')

// A part that follows something is asked for every second: as long as it says the same it stays, with what is focused and chosen in it.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { target, serverResponse } = event.detail
  const fresh = target.id && new DOMParser().parseFromString(serverResponse, 'text/html').getElementById(target.id)
  if (fresh && said(fresh) === said(target)) event.detail.shouldSwap = false
  else left = target.contains(document.activeElement) ? document.activeElement : null
})

// Moves the keyboard focus to the first error, to the previously focused element, or to the start of the new content.
document.addEventListener('htmx:afterSettle', () => {
  if (!left || document.activeElement !== document.body) return
  const same = [...document.querySelectorAll(left.tagName)].find((one) => said(one) === said(left) && one.href === left.href && one.form?.action === left.form?.action)
  const next = document.querySelector('.errors') ?? same ?? document.getElementById('main')
  next.focus()
})

// A dialog opens by the button that names it; without this the button's own link does.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]')
  const dialog = opener && document.getElementById(opener.dataset.dialog)
  if (!dialog?.showModal) return
  event.preventDefault()
  dialog.showModal()
})

// Enter on a box of a list would press the form's first button: "They are paid".
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.matches?.('td input[type=checkbox]')) event.preventDefault()
})

// A box that ticks all of a list's; it is there only where this runs, for nothing else would answer it.
for (const part of document.querySelectorAll('[data-choose-all]')) {
  const all = part.querySelector('input'), boxes = () => [...part.closest('form').querySelectorAll('.choose input[type=checkbox]')]
  const agree = () => {
    const ticked = boxes().filter((box) => box.checked).length
    all.checked = ticked > 0 && ticked === boxes().length
    all.indeterminate = ticked > 0 && !all.checked
  }
  part.hidden = false
  all.addEventListener('change', () => { for (const box of boxes()) box.checked = all.checked })
  part.closest('form').addEventListener('change', agree)
  agree()
}
