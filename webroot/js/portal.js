// What the portal's pages do beyond htmx: a tile that gets no answer says so, an upload shows how far it is.
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

// A dialog opens by the button that names it; without this the button's own link does.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]')
  const dialog = opener && document.getElementById(opener.dataset.dialog)
  if (!dialog?.showModal) return
  event.preventDefault()
  dialog.showModal()
})
