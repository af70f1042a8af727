// SPDX-License-Identifier: EUPL-1.2
// Every button of the portal and the shop says what it did, and those that take something away ask first. All POST routes in the
// modules' tables are walked: one without a line here fails.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { codeOf } from '../support/codes.mjs'
import { formsIn, sent } from '../support/forms.mjs'
import { routes } from '../support/routes.mjs'
import { start, until } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost', SITE = 'acme.localhost', GOOD = 'trois mots inattendus'
const ANNA = 'anna@example.org', SAID = /role="status"/
const walked = new Set()
let stack, owner, guest

const allEnded = () => until('no operation is under way', async () => (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0', 20)
const linkIn = (address, word) => until(`a mail to ${address}`, async () => (await stack.mails()).findLast(({ to, html }) => to.includes(address) && html.includes(word))?.html.match(new RegExp(`href="http://[^/]+([^"]*${word}[^"]+)"`))[1], 20)

class Person {
  cookies = {}
  constructor (host) { this.host = host }
  async ask (url, options = {}) {
    const Cookie = Object.entries(this.cookies).map((pair) => pair.join('=')).join('; ')
    const answer = await stack.request(this.host, url, { ...options, headers: { 'Accept-Language': 'en', ...options.headers, ...(Cookie && { Cookie }) } })
    for (const line of answer.headers['set-cookie'] ?? []) { const [, name, value] = line.match(/^([^=]+)=([^;]*)/); this.cookies[name] = value }
    return answer
  }

  form (body, action) {
    const form = formsIn(body).find((one) => (action instanceof RegExp ? action.test(one.action) : one.action === action))
    assert.ok(form, `no form goes to ${action}: ${body.slice(body.indexOf('<main')).slice(0, 1500)}`)
    return form
  }

  async send ({ action, fields, multipart }) {
    if (!multipart) return this.ask(action, { form: fields })
    const parts = [...fields].map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    return this.ask(action, { method: 'POST', headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: `${parts.join('')}--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nname,price,sku\nLamp,12.00,L-9\n\r\n--b--\r\n` })
  }

  // Presses the button of the form on `page` that goes to `action`, answers the question where one `asks`, and reads what is said:
  // `says` where it is not a status.
  async press (page, action, changes = {}, { asks = false, says = SAID } = {}) {
    const { body } = await this.ask(page), form = this.form(body, action)
    walk(this.host, form.action)
    const send = (one, more) => {
      const fields = sent(one)
      for (const [name, value] of Object.entries(more)) fields.set(name, value)
      return this.send({ ...one, fields })
    }
    let answer = await send(form, changes)
    if (asks) {
      assert.equal(answer.status, 200, `${form.action} asks: ${answer.status}`)
      const question = formsIn(answer.body).find((one) => one.action === form.action)
      assert.equal(question?.fields.find(({ name }) => name === 'sure')?.value, '1', `${form.action} asks: ${answer.body.slice(answer.body.indexOf('<main')).slice(0, 800)}`)
      assert.match(answer.body, /<h1>[^]*\?<\/h1>/)
      answer = await send(question, {})
    }
    const { location } = answer.headers
    assert.ok(answer.status === 303 || answer.status === 200, `${form.action}: ${answer.status} ${answer.body.match(/class="errors"[^]*?<\/div>/)?.[0]}`)
    const shown = location ? await this.ask(new URL(location, `http://${this.host}`).pathname + new URL(location, `http://${this.host}`).search) : answer
    assert.match(shown.body, says, `${form.action} says nothing`)
    return { location, body: shown.body }
  }
}

const patterns = routes.filter(({ method, module }) => method === 'POST' && module !== 'guestbook').map((route) => ({ ...route, host: route.permission || route.open ? PORTAL : SITE,
  expression: new RegExp(`^(?:/(?:fr|nl|de|en))?/${route.module}${route.pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`) })).sort((a, b) => a.pattern.split('{').length - b.pattern.split('{').length)

function walk (host, url) {
  const route = patterns.find((one) => (one.host === SITE) === (host === SITE) && one.expression.test(url))
  assert.ok(route, url)
  walked.add(route)
}

before(async () => {
  stack = await start({ mail: true })
  for (const tenant of ['acme', 'beta']) await stack.cli('tenant', 'create', tenant, '--title', tenant === 'acme' ? 'Acme' : 'Beta', '--language', 'en', ...(tenant === 'acme' ? ['--operator'] : []))
  for (const tenant of ['acme', 'beta']) await stack.cli('module', 'install', 'shop', '--tenant', tenant)
  await until('the portal serves', async () => (await stack.request(PORTAL, '/portal/sign-in')).status === 200)
  owner = new Person(PORTAL)
  guest = new Person(SITE)
})
after(() => stack?.stop())

test('the ways in', async () => {
  const link = new URL((await stack.cli('login', 'acme', 'owner')).trim()).pathname
  const first = await owner.press(link, link, {}, { says: /Choose how you sign in/ })
  assert.equal(first.location, '/portal/account/password', 'who has no password is asked for one first')
  const page = '/portal/account/password'
  await owner.press(page, page, { name: 'Anna', mail: ANNA })
  const invitation = await linkIn(ANNA, '/portal/invitation/')
  const joined = await owner.press(invitation, invitation, { password: GOOD })
  assert.equal(joined.location, '/portal/account/second', 'then a second step is offered')
  assert.match(joined.body, /Welcome, Anna[^]*Not now/)
  await owner.press('/portal/account', '/portal/account/profile', { name: 'Anna' })
  await owner.press(page, page, { current: GOOD, password: 'quatre mots inattendus' })
  const secret = (await owner.ask('/portal/account/second')).body.match(/<strong class="num">([A-Z2-7]+)</)[1]
  const sealed = owner.form((await owner.ask('/portal/account/second')).body, '/portal/account/second')
  walk(PORTAL, sealed.action)
  const on = await owner.press('/portal/account/second', '/portal/account/second', { current: 'quatre mots inattendus', ...await codeFor() }, { says: /Two-step verification is on/ })
  assert.match(on.body, /class="codes"/)
  assert.ok(secret)
  const entering = new Person(PORTAL), { body } = await entering.press('/portal/sign-in', '/portal/sign-in', { mail: ANNA, password: 'quatre mots inattendus' }, { says: /authenticator app/ })
  const step = entering.form(body, '/portal/sign-in/second'), fields = sent(step)
  walk(PORTAL, step.action)
  fields.set('code', on.body.match(/<li class="num">([a-z2-7]+)</)[1])
  assert.equal((await entering.send({ ...step, fields })).headers.location, '/portal/', 'the first page says that one is in')
  await owner.press('/portal/account/second', '/portal/account/second/off', { current: 'quatre mots inattendus' })

  const session = (await owner.ask('/portal/account')).body.match(/\/portal\/account\/sessions\/[0-9a-f]{16}\/end/)[0]
  await owner.press('/portal/account', session, {}, { asks: true })
  await new Person(PORTAL).press('/portal/sign-in', '/portal/sign-in', { mail: ANNA, password: 'quatre mots inattendus' }, { says: /Hello, Anna/ })
  await owner.press('/portal/account', '/portal/account/sessions/end', {}, { asks: true })
  const stranger = new Person(PORTAL)
  await stranger.press('/portal/forgot', '/portal/forgot', { mail: ANNA }, { says: /has an account here, we have sent/ })
  const reset = await linkIn(ANNA, '/portal/reset/')
  await stranger.press(reset, reset, { password: GOOD })
  await stranger.press('/portal/sign-out', '/portal/sign-out', {}, { says: /Sign in to/ })
  owner.cookies.sid = (await stack.signIn('acme')).split('=')[1]
  await owner.press('/portal/as/owner', '/portal/as/owner', {}, { says: /Hello, Anna/ })

  // The code that the page's own secret makes: the form keeps it sealed, the page shows it.
  async function codeFor () {
    const { body } = await owner.ask('/portal/account/second'), form = owner.form(body, '/portal/account/second')
    return { secret: form.fields.find(({ name }) => name === 'secret').value, code: codeOf(body.match(/<strong class="num">([A-Z2-7]+)</)[1]) }
  }
})

test('members, roles and keys', async () => {
  await owner.press('/portal/members', '/portal/members', { name: 'Bart', mail: 'bart@example.org', role: 'merchant' })
  const bart = `/portal/members/${await stack.sql("SELECT id FROM t1.member WHERE mail = 'bart@example.org'")}`
  await owner.press(bart, `${bart}/invite`)
  await owner.press(bart, `${bart}/role`, { role: 'owner' })
  await owner.press(bart, `${bart}/remove`, {}, { asks: true })
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1.member WHERE mail = 'bart@example.org'"), '0')
  const { location } = await owner.press('/portal/roles', '/portal/roles', { title: 'Clerk' })
  await owner.press(location, location, { 'may.shop.orders': '1' })
  await owner.press(location, `${location}/remove`, {}, { asks: true })
  await owner.press('/portal/keys', '/portal/keys', { name: 'Till', days: '30', 'may.shop.orders': '1' })
  await owner.press('/portal/keys', /^\/portal\/keys\/\d+\/remove$/, {}, { asks: true })
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1.api_key'), '0')
})

test('background jobs', async () => {
  await stack.sql(`USE queue; INSERT INTO outbox (id, role, name, body, run_at) VALUES (900, 't1_shop', 'sweep', '{}', '2999-01-01');
    INSERT INTO dead (id, role, is_event, name, body, created, tries, error) VALUES (901, 't1_shop', 0, 'sweep', '{}', UTC_TIMESTAMP(3), 3, 'x'), (902, 't1_shop', 0, 'sweep', '{}', UTC_TIMESTAMP(3), 3, 'x')`)
  await owner.press('/portal/jobs', '/portal/jobs/900/cancel', {}, { asks: true })
  await owner.press('/portal/jobs', '/portal/jobs/901/replay')
  await owner.press('/portal/jobs', '/portal/jobs/902/drop', {}, { asks: true })
  await until('it is gone', async () => (await stack.sql('SELECT COUNT(*) FROM queue.dead WHERE id = 902')) === '0')
})

test('modules, of the own company and of one that is served', async () => {
  const settings = '/portal/modules/shop/settings'
  await owner.press(settings, settings)
  await owner.press('/portal/company', '/portal/company', { country: 'FR' })
  await allEnded()
  const paused = async (act) => { // while the installer stands still an operation stays under way
    process.kill(stack.service('installer'), 'SIGSTOP')
    try { await act() } finally { process.kill(stack.service('installer'), 'SIGCONT') }
    await allEnded()
  }
  for (const [page, list, form, served] of [['/portal/modules/guestbook', '/portal/modules', '/portal/modules/guestbook', ''], ['/portal/tenants/2/guestbook', '/portal/tenants/2', '/portal/tenants/2/guestbook', '/portal/tenants/2']]) {
    await owner.press(list, `${form}/install`)
    await allEnded()
    await owner.press(`${page}/disable`, `${form}/disable`)
    await allEnded()
    await owner.press(`${page}/remove`, `${form}/order`)
    await allEnded()
    await paused(async () => {
      await owner.press(page, `${form}/order`)
      await owner.press(page, new RegExp(`^${served || '/portal'}/orders/\\d+/cancel$`), {}, { asks: true })
    })
  }
  await stack.sql("UPDATE scopiton.package SET tariff_cents = 1500 WHERE module = 'guestbook'")
  const served = new Person('beta-portal.localhost')
  served.cookies.sid = (await stack.signIn('beta')).split('=')[1]
  await served.press('/portal/modules/guestbook', '/portal/modules/guestbook/ask')
  await allEnded()
  await owner.press('/portal/tenants/2/guestbook', '/portal/tenants/2/guestbook/decline', { words: 'No.' })
  await owner.press('/portal/tenants/2', '/portal/agreements/2', { amount: '10', address: 'hello@beta.example' })
  await owner.press('/portal/tenants/new', '/portal/tenants/new', { title: 'Gamma', name: 'gamma', owner_name: 'Gus', owner_mail: 'gus@example.org' })
  await allEnded()
  await paused(async () => {
    await owner.press('/portal/rollouts', '/portal/rollouts', { module: 'shop' }, { asks: true })
    await stack.sql("INSERT INTO scopiton.rollout (id, module, version, actor, scop) VALUES (77, 'shop', '9.9.9', 'Anna', 1); INSERT INTO scopiton.rollout_tenant (rollout, tenant, wave) VALUES (77, 2, 1)")
    await owner.press('/portal/rollouts/77', '/portal/rollouts/77/pause')
    await stack.sql("DELETE FROM scopiton.installer_order WHERE kind = 'rollout-pause'; UPDATE scopiton.rollout SET state = 'paused' WHERE id = 77")
    await owner.press('/portal/rollouts/77', '/portal/rollouts/77/resume')
    await stack.sql("DELETE FROM scopiton.installer_order WHERE kind = 'rollout-resume'; UPDATE scopiton.rollout SET state = 'done' WHERE id = 77")
  })
})

test('the merchant\'s shop', async () => {
  const page = '/shop/products', one = (await owner.press(`${page}/new`, `${page}/new`, { name: 'Bowl', price: '10', stock: '5' })).location
  await owner.press(one, one, { name: 'Blue bowl', published: '1' })
  const id = one.split('/').pop()
  await owner.press(page, page, { product: id, to: 'hide' })
  await owner.press(page, page, { product: id, to: 'publish' })
  await owner.press('/shop/settings', '/shop/settings', { beneficiary: 'Acme', iban: 'BE68 5390 0754 7034', scheme: 'national' })
  const importing = async () => {
    const { location } = await owner.press(`${page}/import`, `${page}/import`)
    await owner.press(location, location)
    await until('it is checked', async () => (await stack.sql(`SELECT state FROM t1_shop.import_run WHERE id = ${location.split('/').pop()}`)) === 'checked', 20)
    return location
  }
  const run = await importing()
  await owner.press(run, `${run}/start`)
  await until('it is done', async () => (await stack.sql(`SELECT state FROM t1_shop.import_run WHERE id = ${run.split('/').pop()}`)) === 'done', 20)
  await owner.press(run, `${run}/undo`, {}, { asks: true })
  await until('it is undone', async () => (await stack.sql(`SELECT COUNT(*) FROM t1_shop.import_run WHERE state = 'undoing'`)) === '0', 20)
  const other = await importing()
  await stack.sql(`INSERT INTO queue.outbox (id, role, name, body, run_at) VALUES (950, 't1_shop', 'sweep', '{}', '2999-01-01'); UPDATE t1_shop.import_run SET state = 'importing', job = 950 WHERE id = ${other.split('/').pop()}`)
  await owner.press(other, `${other}/cancel`)
})

test('a customer', async () => {
  await guest.press('/en/shop/p/bowl', /\/cart$/, { count: '1' })
  await guest.press('/en/shop/cart', /\/cart\/\d+$/, { count: '2' })
  await guest.press('/en/shop/order', '/en/shop/order', { name: 'Amélie', mail: 'amelie@example.be', street: 'rue Haute 1', postal_code: '5000', city: 'Namur', country: 'BE' }, { says: /Thank you/ })
  await guest.press('/en/shop/account', '/en/shop/account', { mail: 'amelie@example.be' }, { says: /We have sent a link to/ })
  const link = await linkIn('amelie@example.be', '/account/in/')
  await guest.press(link, link)
  await guest.press('/en/shop/account', '/en/shop/account/leave')
  const order = `/shop/orders/${await stack.sql('SELECT MAX(id) FROM t1_shop.shop_order')}`
  await owner.press('/shop/orders', '/shop/orders', { order: order.split('/').pop(), to: 'paid' })
  await owner.press(order, `${order}/state`, { state: 'shipped' }, { asks: true })
  await owner.press(order, `${order}/undo`)
})

test('no button was left out', () => {
  assert.deepEqual(patterns.filter((route) => !walked.has(route)).map(({ module, pattern }) => `/${module}${pattern}`), [])
})
