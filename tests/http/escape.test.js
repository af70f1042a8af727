// SPDX-License-Identifier: EUPL-1.2
// Scripts, holes and formulas in every text: each form that a crawl finds is sent with them in each of its fields, and they are text
// wherever they come out again: on all pages, in mails, and in files for a spreadsheet.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { formsIn, links, sent } from '../support/forms.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost'
const TEXT = `=1+1"><script>alert(1)</script>{{x}}&amp;'`, ESCAPED = '=1+1&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{x}}&amp;amp;&#39;'
const NEVER = /sign-out|sessions|remove|disable|uninstall|purge|\/(modules|tenants\/\d+)\/[^/]+\/order$|leave|cancel|second\/off|drop|\/_\//
const PAGES_MAX = 250, ROUNDS = 3
// Valid values of fields that accept no arbitrary text.
const SOUND = { mail: 'zoe@example.org', owner_mail: 'zoe@example.org', postal_code: '5000', country: 'BE', iban: 'BE68 5390 0754 7034', price: '5', new_price: '5', zone: 'Europe/Brussels', up_to_grams: '1000', count: '1', state: 'paid', days: '30' }
const OWN = ['name', 'title', 'text', 'message'] // of fields that are free
let stack, cookies

async function ask (host, url, options = {}) {
  const Cookie = Object.entries(cookies[host]).map((pair) => pair.join('=')).join('; ')
  const answer = await stack.request(host, url, { ...options, headers: { ...options.headers, ...(Cookie && { Cookie }) } })
  for (const line of answer.headers['set-cookie'] ?? []) { const [name, value] = line.split(';')[0].split('='); cookies[host][name] = value }
  return answer
}

const wrong = new Set(), seen = new Set(), taken = new Map(), tried = new Map()
const kindOf = (url) => url.replace(/\?.*/, '').replace(/\/(\d+|[0-9a-z-]{25,})(?=\/|$)/g, '/1').replace(/\/(roles|p|c)\/[^/]+/, '/$1/1')

// How the text appears in HTML.
function look (where, body) {
  if (/<script>alert/i.test(body)) wrong.add(`${where}: the script is one`)
  for (const [found] of body.matchAll(/=1\+1.{0,70}/g)) {
    if (found.startsWith(ESCAPED)) seen.add(where)
    else if (found.length > 8 && !ESCAPED.startsWith(found.replace(/(…|<|"| – | · ).*$/, ''))) wrong.add(`${where}: ${found}`)
  }
}

function lookAtFile (where, body) {
  for (const line of body.split('\r\n')) for (const field of line.split(/[;,\t]/)) if (/^"?\s*=1\+1/.test(field)) wrong.add(`${where}: a formula, ${field}`)
  if (body.includes(`'${TEXT.replaceAll('"', '""')}`)) seen.add(where)
}

const isFree = ({ name, type, value }) => ['text', 'textarea', 'search'].includes(type) && name !== '_key'
// All texts at once; if that is refused, each by itself, together with valid values.
async function send (host, page, form) {
  const free = form.fields.filter(isFree), kind = `${host} ${kindOf(form.action)}`
  if (NEVER.test(form.action) || (free.length === 0 && host !== SITE) || (tried.get(kind) ?? 0) >= 2) return []
  tried.set(kind, (tried.get(kind) ?? 0) + 1)
  const found = []
  for (const only of [null, ...free.map(({ name }) => name)]) {
    const fresh = formsIn((await ask(host, page)).body).find(({ action }) => action === form.action)
    if (!fresh) break
    const fields = sent(fresh, (field) => isFree(field) && (only === null ? OWN.includes(field.name) || !(field.name in SOUND) : only === field.name) ? TEXT
      : field.type === 'checkbox' ? field.value || '1' : field.type === 'hidden' ? undefined : field.value || SOUND[field.name] || (['number'].includes(field.type) ? '1' : isFree(field) ? 'Zoé' : undefined))
    const { status, body, headers } = await ask(host, form.action, { form: fields })
    look(`${kind} (${status})`, body)
    if (status >= 500) wrong.add(`${kind}: ${status}`)
    if (status === 303) { taken.set(kind, (taken.get(kind) ?? 0) + 1); found.push(new URL(headers.location, `http://${host}`).pathname) }
    if (only === null && (status === 303 || status === 200)) break
  }
  return found
}

async function crawl (host, starts, forms) {
  const queue = [...starts], known = new Set(queue), kinds = new Map()
  for (let pages = 0; queue.length && pages < PAGES_MAX; pages++) {
    const url = queue.shift(), kind = kindOf(url)
    if (NEVER.test(url) || (kinds.get(kind) ?? 0) >= 6) continue
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    const { status, body, headers } = await ask(host, url)
    if (status >= 500) wrong.add(`${host}${url}: ${status}`)
    if (/text\/csv/.test(headers['content-type'])) lookAtFile(`${host} ${kind}`, body)
    else look(`${host} ${kind}`, body)
    const next = [...links(body), ...[...body.matchAll(/hx-get="([^"]+)"/g)].map(([, link]) => link), headers.location ?? '']
    if (forms) for (const form of formsIn(body)) next.push(...await send(host, url, form))
    for (const link of next) if (link.startsWith('/') && !known.has(link)) { known.add(link); queue.push(link) }
  }
}

async function upload (name, bytes) {
  const url = '/shop/products/import', [form] = formsIn((await ask(PORTAL, url)).body).filter(({ multipart }) => multipart), _key = form.fields.find(({ name }) => name === '_key').value
  return ask(PORTAL, url, { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=b' }, body: `--b\r\nContent-Disposition: form-data; name="_key"\r\n\r\n${_key}\r\n` +
    `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n${bytes}\r\n--b--\r\n` })
}

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', TEXT, '--language', 'en', '--operator')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  const file = path.join(stack.folder, 'articles.csv'), quoted = `"${TEXT.replaceAll('"', '""')}"`
  fs.writeFileSync(file, `product,name,category,description,sku,option1_name,option1,price,stock\nbowl,${quoted},Lampes,,${quoted},${quoted},${quoted},5,50\n`)
  await stack.cli('import', 'shop', 'products', file, '--tenant', 'acme')
  await until('it serves', async () => (await stack.request(SITE, '/en/')).status === 200)
  const [name, value] = (await stack.signIn('acme')).split('=')
  cookies = { [SITE]: {}, [PORTAL]: { [name]: value } }
})
after(() => stack?.stop())

test('scripts, holes and formulas in every field of every form come out as text: on pages, in mails, in files', async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    await crawl(SITE, ['/en/', '/en/p/bowl', '/en/guestbook/', '/en/cart', '/en/order', '/en/account'], true)
    await crawl(PORTAL, ['/portal/'], true)
    if (round === 0) {
      const { status, body } = await upload('=1+1<script>alert(1)</script>.csv', `"${TEXT.replaceAll('"', '""')}",price\r\n"${TEXT.replaceAll('"', '""')}",x\r\n`)
      assert.ok([303, 422].includes(status), String(status))
      look('the file that was sent', body)
    }
  }
  for (const { to, subject, html } of await until('mails have come', async () => { const mails = await stack.mails(); return mails.length >= 2 && mails }, 5)) look(`the mail '${subject}' to ${to}`, html)
  for (const language of ['fr', 'nl', 'de', 'en']) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    await crawl(PORTAL, ['/portal/'], false)
    await crawl(SITE, [`/${language}/`, `/${language}/guestbook/`], false)
  }
  t.diagnostic(`${tried.size} forms, of which ${taken.size} took it; it was seen in ${seen.size} places`)
  assert.deepEqual([...wrong], [])
  assert.ok(taken.size >= 15 && seen.size >= 60, `${[...taken.keys()]} took it, seen in ${[...seen]}`)
  for (const place of [/\/shop\/products\/file$/, /\/shop\/orders\/file$/, /the mail 'Your order/, /\/portal\/audit$/, /\/shop\/orders\/1$/, /\/portal\/mails\/1$/]) assert.ok([...seen].some((one) => place.test(one.replace(/' to .*/, ''))), `${place}: ${[...seen].filter((one) => /file|mail|orders/.test(one)).join(', ')} ${[...taken.keys()]}`)
})
