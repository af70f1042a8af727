// SPDX-License-Identifier: EUPL-1.2
// Forms of a page, as a browser sees them: the target of each, and what it would send unchanged.
const decode = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|nbsp));/gi, (_, dec, hex, name) =>
  name ? { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }[name.toLowerCase()] : String.fromCodePoint(dec ? Number(dec) : parseInt(hex, 16)))
const of = (tag, name) => { const found = tag.match(new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>])`)); return found && decode(found[1] ?? '') }

function fieldsIn (html) {
  const inputs = [...html.matchAll(/<input\s[^>]*>/g)].map(([tag]) => ({ name: of(tag, 'name'), type: of(tag, 'type') ?? 'text', value: of(tag, 'value') ?? '', on: of(tag, 'checked') !== null, most: Number(of(tag, 'maxlength')) || undefined }))
  const areas = [...html.matchAll(/(<textarea\s[^>]*>)([^]*?)<\/textarea>/g)].map(([, tag, text]) => ({ name: of(tag, 'name'), type: 'textarea', value: decode(text), most: Number(of(tag, 'maxlength')) || undefined }))
  const selects = [...html.matchAll(/(<select\s[^>]*>)([^]*?)<\/select>/g)].map(([, tag, options]) => {
    const all = [...options.matchAll(/<option[^>]*>/g)].map(([option]) => ({ value: of(option, 'value') ?? '', chosen: /\sselected/.test(option) }))
    return { name: of(tag, 'name'), type: 'select', value: (all.find(({ chosen }) => chosen) ?? all[0])?.value ?? '' }
  })
  const buttons = [...html.matchAll(/<button\s[^>]*>/g)].map(([tag]) => ({ name: of(tag, 'name'), type: 'button', value: of(tag, 'value') ?? '' }))
  return [...inputs, ...areas, ...selects, ...buttons].filter(({ name, type }) => name && type !== 'submit')
}

// The forms that a page posts.
export function formsIn (body) {
  return [...body.matchAll(/(<form\s[^>]*>)([^]*?)<\/form>/g)].filter(([, tag]) => of(tag, 'method') === 'post').map(([, tag, html]) =>
    ({ action: of(tag, 'action'), multipart: of(tag, 'enctype') === 'multipart/form-data', fields: fieldsIn(html) }))
}

// The fields that the form would send: a radio button or button of a name once, no unticked checkbox; `change` sets another value for a
// field.
export function sent (form, change = () => undefined) {
  const out = new URLSearchParams()
  for (const field of form.fields) {
    if (['radio', 'button'].includes(field.type) && out.has(field.name)) continue
    const value = change(field) ?? (field.type === 'checkbox' && !field.on ? undefined : field.value)
    if (value !== undefined && field.type !== 'file') out.append(field.name, value)
  }
  return out
}

export const links = (body) => [...body.matchAll(/<a\s[^>]*?href="([^"#]*)/g)].map(([, url]) => decode(url))
