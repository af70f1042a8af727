// SPDX-License-Identifier: EUPL-1.2
// Error messages for users, in each of the four languages: every form that links lead to is sent empty and with values that nothing
// accepts, and refusals that need more than one form are provoked by hand. A sentence that stays the same in
// another language than English has escaped translation.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formsIn, links, sent } from '../support/forms.mjs'
import { start, until } from '../support/stack.mjs'

const LANGUAGES = ['en', 'fr', 'nl', 'de'], PORTAL = 'acme-portal.localhost', SITE = 'acme.localhost'
const GOOD = 'trois mots inattendus', PAGES_MAX = 120
let stack, owner

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'La Boucle', '--operator')
  for (const module of ['shop', 'guestbook']) await stack.cli('module', 'install', module, '--tenant', 'acme', ...(module === 'shop' ? ['--root'] : []))
  await stack.sql("INSERT INTO t1_shop.product (slug, code, name, description, published) VALUES ('lampe', 'lampe', 'Lampe', '', 1); INSERT INTO t1_shop.variant (product, code, price_cents, stock) VALUES (1, 'a', 100, 5)")
  await until('the shop serves', async () => (await stack.request(SITE, '/en/')).status === 200)
  owner = await stack.signIn('acme')
  await stack.setUp(PORTAL, owner, 'anna@example.org', GOOD)
})
after(() => stack?.stop())

const text = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()

// Each sentence of a page that reports an error: errors above and next to fields, notices, and the text of an error page.
function told (body) {
  const parts = [...body.matchAll(/<div class="errors"[^]*?<\/div>|<p class="error">[^]*?<\/p>|<div class="notice[^]*?<\/div>/g)].map(([part]) => part)
  // but for the detail that is for programmers, and is shown while developing alone
  if (/class="message"/.test(body)) parts.push(body.match(/class="message"[^]*?<\/main>/)[0].replace(/<p class="quiet">[^<]*<\/p>/, ''))
  return parts.flatMap((part) => part.split(/<\/(?:li|p|h1|h2|strong)>/)).map(text).filter((line) => line.split(' ').length > 2)
}

const speak = (language) => stack.sql(`UPDATE t1.member SET language = '${language}'`)
const headersOf = (cookie, language) => ({ 'Accept-Language': language, ...(cookie && { Cookie: cookie }) })

// A form without inputs cannot be refused for its input: it would be carried out.
const isTyped = (form) => form.fields.some(({ type }) => !['hidden', 'button'].includes(type))

// The forms that are reached by links from `first`, one of a kind.
async function formsFrom (host, first, cookie, language) {
  const found = new Map(), seen = new Set(), queue = [first].flat()

  while (queue.length && seen.size < PAGES_MAX) {
    const url = queue.shift(), kind = url.replace(/\/\d+(?=\/|$)/g, '/1').replace(/\?.*/, '')
    if (seen.has(kind) || !url.startsWith('/') || /sign-out|\.csv|\/csv|\/_/.test(url) || (host === SITE && !url.startsWith(`/${language}/`))) continue
    seen.add(kind)
    const { status, body, headers } = await stack.request(host, url, { headers: headersOf(cookie, language) })
    if (status !== 200 || !/html/.test(headers['content-type'])) continue
    for (const form of formsIn(body).filter(isTyped)) found.set(form.action.replace(/\/\d+(?=\/|$)/g, '/1'), { page: url, action: form.action })
    queue.push(...links(body).map((link) => link.replace(/^https?:\/\/[^/]+/, '')))
  }
  return [...found.values()]
}

const wrongs = {
  empty: () => '',
  nonsense: ({ type, most }) => type === 'select' ? 'nonsense' : type === 'checkbox' ? 'x' : 'é'.repeat(Math.min((most ?? 200) + 1, 3000)),
  odd: ({ type }) => type === 'select' ? undefined : '-1,2,3'
}

// The answer of each form to each kind of invalid input.
async function refusalsOf (host, forms, cookie, language) {
  const all = []
  for (const { page, action } of forms) {
    const { body } = await stack.request(host, page, { headers: headersOf(cookie, language) })
    for (const wrong of Object.values(wrongs)) {
      const form = formsIn(body).find((one) => one.action === action && isTyped(one))
      if (!form) continue
      const answer = await stack.request(host, action, { headers: headersOf(cookie, language), form: sent(form, (field) => field.type === 'hidden' ? undefined : wrong(field)) })
      if (answer.status >= 400) all.push(...told(answer.body).map((line) => ({ line, action })))
    }
  }
  return all
}

function compare (by) {
  const english = new Set(by.en.map(({ line }) => line)), wrong = []
  assert.ok(english.size > 5, `${english.size} refusals are told`)
  for (const language of LANGUAGES.slice(1)) {
    assert.ok(by[language].length > by.en.length / 2, `${language}: as much is told`)
    for (const { line, action } of by[language]) if (english.has(line)) wrong.push(`${language}: ${action}: ${line}`)
  }
  assert.deepEqual([...new Set(wrong)], [])
}

test('no form of the public side refuses in English in another language', async () => {
  const by = {}
  for (const language of LANGUAGES) {
    const product = `/${language}/p/lampe`, form = formsIn((await stack.request(SITE, product)).body).find(({ action }) => action === `${product}/cart`)
    const bought = await stack.request(SITE, form.action, { form: sent(form) })
    assert.equal(bought.status, 303, told(bought.body).join())
    const cookie = bought.headers['set-cookie'][0].split(';')[0], pages = ['p/lampe', 'cart', 'order', 'account', 'guestbook/'].map((page) => `/${language}/${page}`)
    by[language] = await refusalsOf(SITE, await formsFrom(SITE, pages, cookie, language), cookie, language)
  }
  compare(by)
})

test('no form of the portal refuses in English in another language', async () => {
  const by = {}
  const forms = await formsFrom(PORTAL, '/', owner, 'en')
  assert.ok(forms.length > 12, `${forms.length} forms are found: ${forms.map(({ action }) => action)}`)
  for (const language of LANGUAGES) {
    await speak(language)
    by[language] = await refusalsOf(PORTAL, forms, owner, language)
  }
  compare(by)
})

test('signing in, a forgotten password and error pages speak the visitor\'s language', async () => {
  const by = {}
  const ask = async (url, language, options = {}) => told((await stack.request(PORTAL, url, { ...options, headers: headersOf(undefined, language) })).body)
  const post = async (page, action, language, form) => ask(action, language, { form: { _key: await stack.key(PORTAL, page, headersOf(undefined, language), action), ...form } })
  const links = async () => (await stack.mails()).flatMap(({ html }) => html.match(/\/portal\/reset\/[a-z2-7]+/g) ?? [])
  const signIn = (language, form) => post('/portal/sign-in', '/portal/sign-in', language, form)

  for (const language of LANGUAGES) {
    const lines = []
    lines.push(await signIn(language, { mail: 'anna@example.org', password: 'wrong' }))
    await stack.sql("INSERT INTO account.failure (sender, mail) SELECT sender, mail FROM account.failure; ".repeat(3))
    lines.push(await signIn(language, { mail: 'anna@example.org', password: 'wrong' }))
    await stack.sql("UPDATE account.failure SET sender = REPEAT('f', 64); DELETE FROM account.place; " + 'INSERT INTO account.failure (sender, mail) SELECT sender, mail FROM account.failure; '.repeat(3))
    lines.push(await signIn(language, { mail: 'anna@example.org', password: 'wrong' }))
    await stack.sql('DELETE FROM account.failure')
    lines.forEach((line, i) => assert.ok(line.length > 0, `${language}: sign-in ${i} tells nothing`))
    const known = await links()
    await post('/portal/forgot', '/portal/forgot', language, { mail: 'anna@example.org' })
    const reset = await until('a link', async () => (await links()).find((link) => !known.includes(link)), 20)
    lines.push(await post(reset, reset, language, { password: 'aaaaaaaaaaaa' }), await post(reset, reset, language, { password: 'x' }))
    await stack.sql('DELETE FROM account.reset')
    for (const url of [reset, '/portal/invitation/none', '/portal/sign-in/none', '/portal/nothing', '/portal/account']) lines.push(await ask(url, language))
    const foreign = await stack.request(PORTAL, '/portal/sign-in', { headers: { ...headersOf(undefined, language), Origin: 'http://elsewhere.example' }, form: { mail: 'a@example.org' } })
    assert.equal(foreign.status, 403)
    lines.push(told(foreign.body))
    for (const [body, type] of [['{', 'application/json'], ['--b', 'multipart/form-data; boundary=b']]) {
      const answer = await stack.request(PORTAL, '/portal/sign-in', { method: 'POST', headers: { ...headersOf(undefined, language), 'Content-Type': type }, body })
      assert.equal(answer.status, 400)
      lines.push(told(answer.body))
    }
    by[language] = lines.flat().map((line) => ({ line, action: 'ways in' }))
  }
  compare(by)
})

test('members, roles and the account refuse in the member\'s language', async () => {
  const by = {}
  const post = async (page, action, language, form) => {
    const { status, body } = await stack.request(PORTAL, action, { headers: headersOf(owner, language), form: { _key: await stack.key(PORTAL, page, { Cookie: owner }, action), ...form } })
    assert.equal(status, 422, `${language}: ${action} ${body.slice(0, 300)}`)
    return told(body)
  }

  await stack.sql("INSERT INTO t1.member (name, mail, language) VALUES ('Bart', 'bart@example.org', 'fr')")
  const me = await stack.sql("SELECT member FROM t1.member_role WHERE role = 'owner' LIMIT 1")
  for (const language of LANGUAGES) {
    await speak(language)
    const lines = [
      await post('/portal/account/password', '/portal/account/password', language, { current: 'wrong', password: GOOD }),
      await post('/portal/account/password', '/portal/account/password', language, { current: GOOD, password: 'aaaaaaaaaaaa' }),
      await post('/portal/account/password', '/portal/account/password', language, { current: GOOD, password: 'boucle2026' }), // a word of the company's name
      await post('/portal/account', '/portal/account/profile', language, { name: 'A', language, zone: 'Mars/Base' }),
      await post('/portal/members', '/portal/members', language, { name: 'B', mail: 'bart@example.org', role: 'merchant' }),
      await post('/portal/members', '/portal/members', language, { name: 'B', mail: 'b@example.org', role: 'emperor' }),
      await post(`/portal/members/${me}`, `/portal/members/${me}/role`, language, { role: 'merchant' }),
      await post('/portal/modules/guestbook/remove', '/portal/modules/guestbook/order', language, { kind: 'purge', confirmed: 'wrong' }),
      await post('/portal/keys', '/portal/keys', language, { name: 'x', days: '30' })
    ]
    lines.forEach((line, i) => assert.ok(line.length > 0, `${language}: refusal ${i} tells nothing`))
    by[language] = lines.flat().map((line) => ({ line, action: 'by hand' }))
  }
  compare(by)
})

test('why a job failed is told in the reader\'s language', async () => {
  const by = {}
  await stack.sql("INSERT INTO queue.dead (id, role, is_event, name, body, created, tries, error) VALUES (1, 't1_shop', 0, 'x', '{}', UTC_TIMESTAMP(), 1, 'its worker ended before it was done')")
  for (const language of LANGUAGES) {
    await speak(language)
    const { body } = await stack.request(PORTAL, '/portal/jobs', { headers: { Cookie: owner } })
    by[language] = body.match(/state-bad">([^<]+)</)[1]
  }
  assert.equal(by.en, 'Its worker ended before it was done')
  assert.equal(new Set(Object.values(by)).size, 4, JSON.stringify(by))
})
