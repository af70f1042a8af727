// SPDX-License-Identifier: EUPL-1.2
// A tenant's own space: the first page and its tiles, modules' settings, roles of one's own, API keys, sessions, the own profile, and
// the view of an operator over all tenants.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost'
let stack, packages, owner

const see = (url, Cookie = owner, host = PORTAL) => stack.request(host, url, { headers: { Cookie } })
const post = async (page, action, form, Cookie = owner, host = PORTAL) => stack.request(host, action,
  { headers: { Cookie }, form: { _key: await stack.key(host, page, { Cookie }, action), ...form } })
const hidden = (body, name) => body.match(new RegExp(`name="${name}" value="([^"]*)"`))[1]
const member = async (role) => stack.signIn('acme', role)

before(async () => {
  packages = new Packages('portal', 'shop', 'guestbook', 'crasheach', 'knobs')
  packages.edit('crasheach', 'module.xml', (text) => text.replace('</module>',
    '<permission name="crasheach.see"><title>x</title></permission>' +
    '<role name="watcher"><title>watcher</title><may permission="crasheach.see"/></role><tile path="/" permission="crasheach.see" place="1"><title>Broken</title></tile></module>'))
  stack = await start({ modules: packages.folder, mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('tenant', 'create', 'scop', '--title', 'La Scop', '--operator')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  owner = await stack.signIn('acme')
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('the first page has a tile for each module that the member may see, filled by the module itself', async () => {
  const { body } = await see('/portal/')
  assert.match(body, /hx-get="\/shop\/tile"/)
  assert.match(body, /hx-get="\/portal\/tile"/)
  const tile = await stack.request(PORTAL, '/shop/tile', { headers: { Cookie: owner, 'HX-Request': 'true' } })
  assert.doesNotMatch(tile.body, /<html/)
  assert.match(tile.body, /<rect /)
  const clerk = await member('merchant')
  const theirs = (await see('/portal/', clerk)).body
  assert.match(theirs, /\/shop\/tile/)
  assert.doesNotMatch(theirs, /\/portal\/tile/)
})

test('settings are drawn from the manifest, checked by their types, and tell the second of two who change them', async () => {
  const page = '/portal/modules/shop/settings', { body } = await see(page)
  assert.match(body, /Avertir la boutique de chaque commande/)
  assert.match(body, /id="set\.few"[^>]*type="number"[^>]*value="3" min="1" max="1000"/)
  const seen = hidden(body, 'seen')
  for (const few of ['0', '1001', 'drei', '-1', '1e3', '']) {
    const { status, body } = await post(page, page, { seen, 'set.tell_shop': '0', 'set.few': few })
    assert.equal(status, 422, few)
    assert.match(body, /#set\.few/)
  }
  assert.equal((await post(page, page, { seen, 'set.tell_shop': '0', 'set.few': '7', 'set.unknown': 'x' })).status, 303)
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(name, '=', value ORDER BY name) FROM t1.setting"), 'few=7,tell_shop=0,undo_minutes=10')
  assert.equal(await stack.sql('SELECT name, what, about FROM t1.audit ORDER BY id DESC LIMIT 1'), '\x02Owner\tChanged settings\tShop, Write to the shop for each order: no; “Few left” from this stock on: 7', 'who changed what, to what')
  const second = await post(page, page, { seen, 'set.tell_shop': '1', 'set.few': '9' })
  assert.equal(second.status, 422, 'the other tab has saved meanwhile')
  assert.match(second.body, /Quelqu(&#39;|')un a modifié ceci/)
  assert.equal(await stack.sql("SELECT value FROM t1.setting WHERE name = 'few'"), '7')
  assert.equal((await see('/portal/modules/guestbook/settings')).status, 404)
  assert.equal((await see('/portal/modules/nothing/settings')).status, 404)
})

test('a module reads its settings: the shop is written to for each order, unless it does not want to be', async () => {
  await stack.sql("UPDATE t1_shop.selling SET mail = 'boutique@acme.example'; INSERT INTO t1_shop.product (slug, code, name, description, published) VALUES ('a', 'a', 'A', '', 1); INSERT INTO t1_shop.variant (product, code, price_cents) VALUES (1, 'a', 100)")
  const buy = async (mail) => {
    const key = await stack.key('acme.localhost', '/fr/p/a')
    const { headers } = await stack.request('acme.localhost', '/fr/p/a/cart', { form: { _key: key, variant: '1' } })
    const Cookie = headers['set-cookie'][0].split(';')[0], { body } = await stack.request('acme.localhost', '/fr/order', { headers: { Cookie } })
    return stack.request('acme.localhost', '/fr/order', { headers: { Cookie }, form: { _key: hidden(body, '_key'), seen: hidden(body, 'seen'), name: 'A', mail, street: 'x 1', postal_code: '1000', city: 'B', country: 'BE' } })
  }
  const to = async (who) => (await stack.mails()).filter((mail) => mail.to.includes(who)).length
  assert.equal((await buy('one@example.org')).status, 303)
  await until('the customer is written to', async () => await to('one@example.org') === 1, 20)
  assert.equal(await to('boutique@'), 0)
  const page = '/portal/modules/shop/settings', { body } = await see(page)
  await post(page, page, { seen: hidden(body, 'seen'), 'set.tell_shop': '1' })
  assert.equal((await see(`/portal/mails/${await stack.sql("SELECT MIN(id) FROM queue.mail WHERE secret = 0")}`)).headers['cache-control'], 'no-store')
  await buy('two@example.org')
  await until('the shop is written to', async () => await to('boutique@') === 1, 20)
})

// ---- settings of every type ----

const KNOBS = '/portal/modules/knobs/settings'
const knobs = async (form) => { const { body } = await see(KNOBS); return post(KNOBS, KNOBS, { seen: hidden(body, 'seen'), ...form }) }
// The settings as the module itself reads them.
const asSeen = async () => {
  const { body } = await stack.request('acme.localhost', '/en/knobs/', { headers: { Accept: 'application/json' } })
  const { greeting, places, fee, open, colour } = JSON.parse(body)
  return { greeting, places, fee, open, colour }
}
const decoded = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name])
// The fields that a browser would send from the unchanged form.
const shown = (body) => Object.fromEntries([...[...body.matchAll(/<input [^>]*name="(set\.[a-z]+)"[^>]* value="([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]),
  ...[...body.matchAll(/<select [^>]*name="(set\.[a-z]+)"[^>]*>([^]*?)<\/select>/g)].map(([, name, options]) => [name, options.match(/value="([^"]*)" selected/)?.[1]])])

test('settings of each type are drawn with their standard, and the module sees them as what they are', async () => {
  await stack.cli('module', 'install', 'knobs', '--tenant', 'acme')
  await until('it serves', async () => (await stack.request('acme.localhost', '/en/knobs/')).status === 200)
  const standard = await asSeen()
  assert.deepEqual({ ...standard, fee: undefined }, { greeting: 'Hello', places: 3, fee: undefined, open: true, colour: 'red' })
  const { body } = await see(KNOBS)
  assert.deepEqual(shown(body), { 'set.greeting': 'Hello', 'set.places': '3', 'set.fee': '12,50', 'set.open': '1', 'set.colour': 'red' })
  assert.match(body, /<option value="deep_blue">Bleu profond<\/option>/)
  assert.match((await stack.request('acme.localhost', '/fr/knobs/')).body, /id="seen">Hello\|3\|12,50\s€\|true\|red</)
})

test('a setting that its type does not allow is told beside what was typed, and none of the form is stored', async () => {
  const bad = {
    greeting: ['', 'x', 'x'.repeat(11), 'é'.repeat(11), 'x'.repeat(501), 'x'.repeat(100000)],
    places: ['', '0', '21', '-1', '2.5', '2,0', '1e1', '0x10', ' ', 'trois', '99999999999999999999', '18446744073709551617'],
    fee: ['', '5000,01', '-5', '-0,50', '12,345', '12.5.5', '1,2,3', 'douze', '1e3', ',', '.', '+5', '12,50 3', '99999999999999999999', '184467440737095517'],
    open: [], // anything but a yes is a no
    colour: ['', 'green', 'RED', 'red\tRouge', 'red\nblue', 'Rouge', 'deep', 'deep_blue2', "red' OR '1", 'x'.repeat(501)]
  }
  const before = await asSeen(), wrong = []
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const { status, body } = await knobs({ 'set.greeting': 'Salut', 'set.places': '4', 'set.fee': '20', 'set.open': '0', 'set.colour': 'deep_blue', [`set.${name}`]: value })
      const words = `${name} '${value.slice(0, 20)}' (${value.length})`
      if (status !== 422 || !body.includes(`<a href="#set.${name}">`)) wrong.push(`${words}: ${status}`)
      else if (!['colour'].includes(name) && value.length <= 100 && shown(body)[`set.${name}`] !== value.trim()) wrong.push(`${words} is not kept, but ${shown(body)[`set.${name}`]}`)
    }
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(await asSeen(), before)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1.setting WHERE module = 'knobs'"), '0')
})

test('a setting that is refused is listed under its title, with what would be right', async () => {
  const listed = async (form) => [...(await knobs(form)).body.match(/<div class="errors"[^]*?<\/div>/)[0].matchAll(/<li><a href="#set\.[a-z]+">([^<]*)</g)].map(([, text]) => text.replaceAll(/\s/g, ' '))
  assert.deepEqual(await listed({ 'set.greeting': 'x', 'set.places': '21', 'set.fee': '5000,01', 'set.colour': 'green' }), ['Greeting : C&#39;est trop court : 2 caractères au moins.',
    'Places : Veuillez indiquer une valeur de 1 à 20.', 'Fee : Veuillez indiquer une valeur de 0,00 à 5 000,00.', 'Colour : Choisissez dans la liste.'])
  assert.deepEqual(await listed({ 'set.greeting': 'x'.repeat(11), 'set.places': '', 'set.fee': 'douze' }), ['Greeting : C&#39;est trop long : 10 caractères au plus.', 'Places : À remplir.', 'Fee : Ce n&#39;est pas un nombre.'])
})

test('settings as people write them are taken, seen by the module, and saved again as they are shown', async () => {
  for (const [typed, cents] of [['12,5', 1250], ['12.5', 1250], ['7', 700], ['1', 100], ['0001,00', 100], ['0', 0], [',5', 50],  ['5000', 500000], ['5000,00', 500000], ['1234,56', 123456]]) {
    assert.equal((await knobs({ 'set.fee': typed })).status, 303, typed)
    assert.equal(await stack.sql("SELECT value FROM t1.setting WHERE module = 'knobs' AND name = 'fee'"), String(cents), typed)
  }
  assert.equal((await knobs({ 'set.greeting': 'é'.repeat(10), 'set.places': '20', 'set.open': '0', 'set.colour': 'deep_blue' })).status, 303)
  assert.match((await stack.request('acme.localhost', '/en/knobs/')).body, /id="seen">é{10}\|20\|€1,234\.56\|false\|deep_blue</)
  assert.equal((await knobs({ 'set.greeting': '<b>&"' })).status, 303)
  assert.equal((await asSeen()).greeting, '<b>&"')
  const was = await asSeen()
  for (const language of ['fr', 'nl', 'de', 'en']) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    const form = shown((await see(KNOBS)).body), { status, body } = await knobs(form)
    assert.equal(status, 303, `${language}: ${JSON.stringify(form)} ${body.match(/role="alert"[^]*?<\/div>/)?.[0]}`)
    assert.deepEqual(await asSeen(), was, language)
  }
  await stack.sql("UPDATE t1.member SET language = 'fr'")
})

// Home, account and sign-out are for every member, whatever their role.
async function entersAndLeaves (cookie, who) {
  for (const url of ['/', '/portal/', '/portal/account', '/portal/modules', '/portal/sign-out']) assert.equal((await see(url, cookie)).status, 200, `${who}: ${url}`)
  const named = await post('/portal/account', '/portal/account/profile', { name: `The ${who}`, language: 'fr', zone: '' }, cookie)
  assert.equal(named.status, 303, who)
  const out = await post('/portal/sign-out', '/portal/sign-out', {}, cookie)
  assert.equal(out.headers.location, '/portal/sign-in', who)
  assert.equal((await see('/', cookie)).status, 401, who)
}

test('whoever is a member enters, has an account page and signs out: with the role of a module, one of one\'s own, one without any permission', async () => {
  const joined = async (role) => {
    assert.equal((await post('/portal/members', '/portal/members', { name: 'Nora', mail: `${role}@example.org`, role })).status, 303, role)
    const mail = await until(`a mail to ${role}`, async () => (await stack.mails()).find(({ to }) => to.includes(`${role}@example.org`)), 20)
    const link = mail.html.match(/\/portal\/invitation\/[a-z2-7]+/)[0]
    const { status, headers } = await stack.request(PORTAL, link, { form: { _key: await stack.key(PORTAL, link), password: 'trois mots inattendus' } })
    assert.equal(status, 303, role)
    return headers['set-cookie'][0].split(';')[0]
  }
  await stack.cli('module', 'install', 'crasheach', '--tenant', 'acme')
  const own = (await post('/portal/roles', '/portal/roles', { title: 'Vide' })).headers.location.split('/').pop()
  const merchant = await joined('merchant'), watcher = await joined('watcher'), empty = await joined(own)
  assert.match((await see('/', merchant)).body, /hx-get="\/shop\/tile"/)
  assert.match((await see('/', merchant)).body, /aria-label="Menu"[^]*\/shop\/orders/)
  assert.match((await see('/', watcher)).body, /hx-get="\/crasheach\/"/)
  const nothing = (await see('/', empty)).body
  assert.match(nothing, /ne donne encore accès à aucune page/)
  assert.doesNotMatch(nothing, /\/portal\/modules/, 'no menu entry that leads to nothing')
  await stack.sql(`INSERT INTO t1.role_permission (role, permission) VALUES ('${own}', 'portal.keys')`)
  assert.match((await see('/', empty)).body, /<ul class="page-links">[^]*href="\/portal\/keys"/)
  for (const [who, cookie] of Object.entries({ merchant, watcher, empty })) await entersAndLeaves(cookie, who)
  await stack.cli('module', 'uninstall', 'crasheach', '--tenant', 'acme')
})

test('a role of one\'s own gives what was chosen, and nobody gives more than they have', async () => {
  const { headers } = await post('/portal/roles', '/portal/roles', { title: 'Comptable <b>' })
  const page = headers.location
  await post(page, page, { 'may.shop.orders': '1', 'may.nothing.at_all': '1' })
  const name = page.split('/').pop()
  assert.equal(await stack.sql(`SELECT GROUP_CONCAT(permission ORDER BY permission) FROM t1.role_permission WHERE role = '${name}'`), 'shop.orders')
  const clerk = await member(name)
  assert.equal((await see('/shop/orders', clerk)).status, 200)
  assert.equal((await see('/shop/products', clerk)).status, 403)
  assert.match((await see('/portal/roles')).body, /Comptable &lt;b&gt;/)
  const removed = await post(page, `${page}/remove`, {})
  assert.equal(removed.status, 422, 'somebody has it')
  assert.equal((await post('/portal/roles/merchant', '/portal/roles/merchant', {})).status, 303)
  assert.equal((await see('/portal/roles/owner')).body.includes('type="checkbox"'), false)
  await stack.sql(`INSERT INTO t1.role_permission (role, permission) VALUES ('${name}', 'portal.members')`)
  const more = await post(page, page, { 'may.shop.orders': '1', 'may.shop.settings': '1', 'may.portal.members': '1' }, clerk)
  assert.equal(more.status, 422)
  assert.match(more.body, /que vous n(?:&#39;|')avez pas vous-même/)
  const invited = await post('/portal/members', '/portal/members', { name: 'X', mail: 'x@example.org', role: 'owner' }, clerk)
  assert.equal(invited.status, 422, 'nor makes an owner')
  const strong = (await post('/portal/roles', '/portal/roles', { title: 'Chef' })).headers.location
  await post(strong, strong, { 'may.shop.settings': '1' })
  assert.equal((await post(strong, strong, { 'may.shop.orders': '1' }, clerk)).status, 422, 'nor takes from who has more')
  assert.equal(await stack.sql(`SELECT GROUP_CONCAT(permission) FROM t1.role_permission WHERE role = '${strong.split('/').pop()}'`), 'shop.settings')
})

test('of two tabs with the same role, or the same member, the second is told; the trail says what was changed', async () => {
  const role = '/portal/roles/merchant', seen = hidden((await see(role)).body, 'seen')
  assert.equal((await post(role, role, { seen, 'may.shop.orders': '1', 'may.shop.products': '1' })).status, 303)
  assert.equal(await stack.sql("SELECT what, about FROM t1.audit ORDER BY id DESC LIMIT 1"), 'Changed a role\tMerchant, + See the orders; + Manage the articles')
  assert.match((await see('/portal/audit')).body, /Commerçant, \+ Voir les commandes; \+ Gérer les articles</, 'to each reader in their language')
  const second = await post(role, role, { seen, 'may.shop.settings': '1' })
  assert.equal(second.status, 422)
  assert.match(second.body, /Quelqu(&#39;|')un a modifié ceci/)
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(permission ORDER BY permission) FROM t1.role_permission WHERE role = 'merchant'"), 'shop.orders,shop.products')
  assert.equal((await post(role, role, { seen: hidden(second.body, 'seen'), 'may.shop.orders': '1' })).status, 303, 'what is shown then can be saved')
  assert.match(await stack.sql("SELECT about FROM t1.audit ORDER BY id DESC LIMIT 1"), /, - Manage the articles$/)

  await member('merchant')
  const page = `/portal/members/${await stack.sql("SELECT MAX(member) FROM t1.member_role WHERE role = 'merchant'")}`, shown = hidden((await see(page)).body, 'seen')
  const give = (given, as) => post(page, `${page}/role`, { role: given, seen: as })
  assert.equal((await give('owner', shown)).status, 303)
  assert.equal((await give('merchant', shown)).status, 422, 'as the second tab, which still shows the former')
  assert.equal(await stack.sql(`SELECT role FROM t1.member_role WHERE member = ${page.split('/').pop()}`), 'owner')
  assert.equal((await give('merchant', hidden((await see(page)).body, 'seen'))).status, 303)
})

test('a permission that is taken away counts at once, for a member who is working', async () => {
  const [role] = (await stack.sql("SELECT name FROM t1.role WHERE title LIKE 'Comptable%'")).split('\n'), clerk = await member(role)
  assert.equal((await see('/shop/orders', clerk)).status, 200)
  await stack.sql(`DELETE FROM t1.role_permission WHERE role = '${role}' AND permission = 'shop.orders'`)
  assert.equal((await see('/shop/orders', clerk)).status, 403)
})

test('an API key may what it lists, until its day or until it is taken back; it needs no form key and is stored as a hash', async () => {
  assert.equal((await post('/portal/keys', '/portal/keys', { name: 'none', days: '30' })).status, 422, 'it may nothing')
  assert.equal((await post('/portal/keys', '/portal/keys', { name: 'portal', days: '30', 'may.portal.members': '1' })).status, 422, 'the portal is for persons')
  const made = await post('/portal/keys', '/portal/keys', { name: 'Compta', days: '30', 'may.shop.orders': '1', 'may.shop.process': '1' })
  const token = made.body.match(/scop_[a-z2-7]{40}/)[0]
  assert.doesNotMatch((await see('/portal/keys')).body, /scop_[a-z2-7]{40}/, 'it is shown once')
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM t1.api_key WHERE token_hash LIKE '%${token.slice(5, 20)}%'`), '0')
  const program = (url, more = {}) => stack.request(PORTAL, url, { ...more, headers: { Authorization: `Bearer ${token}`, Accept: 'application/json', ...more.headers } })
  const list = await program('/shop/orders')
  assert.equal(list.status, 200)
  const [order] = JSON.parse(list.body).orders
  assert.equal(order.state, 'placed')
  for (const url of ['/portal/', '/portal/members', '/portal/keys', '/portal/account', '/portal/modules', '/shop/settings', '/shop/products']) assert.equal((await program(url)).status, 403, url)
  const change = (key) => program(`/shop/orders/${order.id}/state`, { form: { state: 'paid' }, headers: { 'Idempotency-Key': key } })
  assert.deepEqual([(await change('a')).status, (await change('a')).status, (await change('b')).status], [303, 303, 422], 'the same key again is the same answer')
  const [other] = (await stack.sql(`SELECT id FROM t1_shop.shop_order WHERE state = 'placed'`)).split('\n')
  assert.equal((await program(`/shop/orders/${other}/state`, { form: { state: 'cancelled', sure: '1' }, headers: { 'Idempotency-Key': 'a' } })).status, 303)
  assert.equal(await stack.sql(`SELECT state FROM t1_shop.shop_order WHERE id = ${other}`), 'cancelled', 'another address is another request')
  assert.match(await stack.sql(`SELECT by_name FROM t1_shop.order_change WHERE shop_order = ${order.id}`), /Compta/)
  for (const wrong of ['', 'x', `${token}x`, token.slice(0, -1), 'a'.repeat(5000)]) assert.equal((await program('/shop/orders', { headers: { Authorization: `Bearer ${wrong}` } })).status, 401)
  assert.equal((await stack.request('scop-portal.localhost', '/shop/orders', { headers: { Authorization: `Bearer ${token}` } })).status, 404, 'another tenant has no shop')
  assert.equal((await stack.request('scop-portal.localhost', '/portal/jobs', { headers: { Authorization: `Bearer ${token}` } })).status, 401)
  await stack.sql('UPDATE t1.api_key SET expires = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND')
  assert.equal((await program('/shop/orders')).status, 401)
  const [id] = (await stack.sql('SELECT id FROM t1.api_key')).split('\n')
  await stack.sql('UPDATE t1.api_key SET expires = UTC_TIMESTAMP(6) + INTERVAL 1 DAY')
  await post('/portal/keys', `/portal/keys/${id}/remove`, { sure: '1' })
  assert.equal((await program('/shop/orders')).status, 401)
  assert.match((await see('/portal/audit')).body, /A révoqué une clé d(&#39;|')API <span class="detail">Compta/)
})

test('an API key ends with its maker\'s membership, and shrinks with the role; one of the company goes on', async () => {
  await stack.sql("INSERT INTO t1.role (name, title) VALUES ('keymaker', 'Keymaker'); INSERT INTO t1.role_permission (role, permission) VALUES ('keymaker', 'portal.keys'), ('keymaker', 'shop.orders'), ('keymaker', 'portal.audit')")
  const maker = await member('keymaker')
  const make = async (name, more = {}) => (await post('/portal/keys', '/portal/keys', { name, days: '30', 'may.shop.orders': '1', 'may.portal.audit': '1', ...more }, maker)).body.match(/scop_[a-z2-7]{40}/)[0]
  const [own, ours] = [await make('Own'), await make('Ours', { company: '1' })]
  const ask = async (token, url) => (await stack.request(PORTAL, url, { headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' } })).status
  const all = async () => [await ask(own, '/shop/orders'), await ask(own, '/portal/audit'), await ask(ours, '/shop/orders'), await ask(ours, '/portal/audit')]
  assert.deepEqual(await all(), [200, 200, 200, 200])
  await stack.sql("DELETE FROM t1.role_permission WHERE role = 'keymaker' AND permission = 'portal.audit'")
  assert.deepEqual(await all(), [200, 403, 200, 200])
  const id = await stack.sql("SELECT member FROM t1.member_role WHERE role = 'keymaker'")
  assert.match((await post(`/portal/members/${id}`, `/portal/members/${id}/remove`, {})).body, /Les clés d(&#39;|')API de ce membre/)
  assert.equal((await post(`/portal/members/${id}`, `/portal/members/${id}/remove`, { sure: '1' })).status, 303)
  assert.deepEqual(await all(), [401, 401, 200, 200])
  const page = (await see('/portal/keys')).body
  assert.match(page, /Own<[^]*?Ne fonctionne plus/)
  assert.match(page, /Ours<[^]*?clé de l(&#39;|')entreprise/)
  assert.match((await see('/portal/audit')).body, /A créé une clé d(&#39;|')API de l(&#39;|')entreprise <span class="detail">Ours/)
  await stack.sql('DELETE FROM t1.api_key')
})

test('sessions are listed, and each is ended by itself', async () => {
  const signIn = async (agent) => {
    const link = new URL((await stack.cli('login', 'acme', 'owner')).trim())
    const form = { _key: await stack.key(link.host, link.pathname) }
    const { headers } = await stack.request(link.host, link.pathname, { form, headers: { 'User-Agent': agent } })
    return headers['set-cookie'][0].split(';')[0]
  }
  assert.match((await (async () => { await signIn(''); return see('/portal/account') })()).body, /Navigateur inconnu/)
  const phone = await signIn('Phone <script>alert(1)</script>'), tablet = await signIn('Tablet\u00e9')
  const { body } = await see('/portal/account')
  assert.match(body, /Phone &lt;script&gt;/)
  const row = body.slice(body.indexOf('Phone &lt;')), action = row.match(/action="(\/portal\/account\/sessions\/[0-9a-f]{16}\/end)"/)[1]
  await post('/portal/account', action, { sure: '1' })
  assert.equal((await see('/portal/', phone)).status, 401)
  assert.equal((await see('/portal/', tablet)).status, 200)
  await post('/portal/account', '/portal/account/sessions/end', { sure: '1' })
  assert.equal((await see('/portal/', tablet)).status, 401)
  assert.equal((await see('/portal/')).status, 200)
})

test('the own profile: a name, a language and a zone, in which times are then shown', async () => {
  const save = (form) => post('/portal/account', '/portal/account/profile', form)
  const saved = await save({ name: 'Élise <i>', language: 'nl', zone: 'Pacific/Noumea' })
  assert.equal(saved.status, 303)
  const page = (await see('/portal/audit')).body
  assert.match(page, /<html lang="nl">/)
  assert.match(page, /Élise &lt;i&gt;/)
  const at = new Date((await stack.sql('SELECT at FROM t1.audit ORDER BY id DESC LIMIT 1')).replace(' ', 'T') + 'Z')
  const there = new Intl.DateTimeFormat('nl', { timeZone: 'Pacific/Noumea', hour: '2-digit', minute: '2-digit' }).format(at)
  assert.match(page, new RegExp(there), 'the hour of Noumea')
  for (const wrong of [{ zone: 'Mars/Olympus' }, { zone: '../../etc/passwd' }, { language: 'xx' }, { name: '' }, { name: 'x'.repeat(5000) }])
    assert.equal((await save({ name: 'Élise', language: 'fr', zone: '', ...wrong })).status, 422, JSON.stringify(wrong).slice(0, 60))
  await save({ name: 'Élise', language: 'fr', zone: '' })
})

test('a password that everybody tries first is refused', async () => {
  await stack.setUp(PORTAL, owner, 'anne@acme.example', 'trois mots inattendus')
  for (const password of ['password12', 'qwertyuiop', 'azertyuiop123', 'aaaaaaaaaaaa', '1234567890', 'Liverpool1', 'acmeacme2026']) {
    const { status, body } = await post('/portal/account/password', '/portal/account/password', { current: 'trois mots inattendus', password })
    assert.equal(status, 422, password)
    assert.match(body, /facile à deviner/, password)
  }
})

test('a module that crashes breaks its tile alone', async () => {
  await stack.cli('module', 'install', 'crasheach', '--tenant', 'acme')
  const { status, body } = await see('/portal/')
  assert.equal(status, 200)
  assert.match(body, /hx-get="\/crasheach\/"/)
  assert.ok((await see('/crasheach/')).status >= 400)
  assert.equal((await see('/shop/tile')).status, 200)
})

test('an operator sees every tenant, and orders for one; the steps are shown, and the tenant\'s own trail is its own', async () => {
  const operator = await stack.signIn('scop'), host = 'scop-portal.localhost'
  assert.match((await see('/portal/tenants', operator, host)).body, /acme\.localhost/)
  assert.match((await see('/portal/tenants?words=nobody', operator, host)).body, /Aucune entreprise trouvée/)
  assert.equal((await see('/portal/tenants/4711', operator, host)).status, 404)
  const page = '/portal/tenants/1', action = `${page}/guestbook/install`
  assert.equal((await post(page, action, {}, operator, host)).headers.location, page)
  const busy = (await see(page, operator, host)).body
  assert.match(busy, /hx-get="\/portal\/tenants\/1"|Terminé/)
  await until('it is installed', async () => (await stack.request('acme.localhost', '/fr/guestbook/')).status === 200)
  await until('the page says so', async () => /Terminé/.test((await see(page, operator, host)).body))
  assert.match((await see('/portal/modules')).body, /Livre d(&#39;|')or/)
  assert.match((await see('/portal/audit', operator, host)).body, /Livre d(?:&#39;|')or, Acme/)
  assert.equal((await see('/portal/tenants')).status, 403)
})

test('what members do in a module stands in the trail, in the reader\'s language; nobody changes what stands there', async () => {
  const [id] = (await stack.sql("SELECT id FROM t1_shop.shop_order WHERE state = 'paid'")).split('\n')
  await post(`/shop/orders/${id}`, `/shop/orders/${id}/state`, { state: 'cancelled', sure: '1' })
  assert.match((await see('/portal/audit')).body, new RegExp(`A annulé des commandes <span class="detail">${id}<`))
  assert.equal(await stack.sql('SELECT role, module, what, about FROM t1.audit ORDER BY id DESC LIMIT 1'), `t1_shop\tshop\tCancelled orders\t${id}`)
  // Each language has its words for it; one that nothing was translated to shows the English.
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(text ORDER BY language SEPARATOR '|') FROM t1.message WHERE module = 'shop' AND english = 'Cancelled orders'"), 'Hat Bestellungen storniert|A annulé des commandes|Heeft bestellingen geannuleerd')
  await stack.sql("DELETE FROM scopiton.message WHERE module = 'shop' AND english = 'Cancelled orders'")
  assert.match((await see('/portal/audit')).body, new RegExp(`Cancelled orders <span class="detail">${id}<`))
  const grants = await stack.sql("SHOW GRANTS FOR t1_shop")
  assert.match(grants, /GRANT INSERT \([^)]*\) ON `t1`\.`audit`/)
  assert.doesNotMatch(grants, /(SELECT|UPDATE|DELETE)[^\n]*`t1`\.`audit`/)
  assert.doesNotMatch(grants, / ON `t1`\.\*/)
  await assert.rejects(stack.sql("SET ROLE t1_portal; UPDATE t1.audit SET name = 'nobody'", { user: 'scop_portal', password: (await import('node:fs')).readFileSync(`${stack.folder}/secrets/portal`, 'utf8').split('\n')[0] }), /denied/)
})

test('who changed what: a member, a program with a key, an operator and the command line each stand under their own name', async () => {
  const named = async (tenant, id, name) => { // a member of their own, who is signed in
    const Cookie = await stack.signIn(tenant)
    const member = await stack.sql(`SELECT member FROM t${id}.session ORDER BY created DESC LIMIT 1`)
    await stack.sql(`UPDATE t${id}.member SET name = '${name}' WHERE id = ${member}`)
    return { Cookie, member }
  }
  const anna = await named('acme', 1, 'Anna'), olga = await named('scop', 2, 'Olga')
  const trail = (id = 1) => stack.sql(`SELECT role, COALESCE(member, 'nobody'), name, what, about FROM t${id}.audit ORDER BY id DESC LIMIT 1`)
  const order = async (module = 'guestbook') => {
    await until('it has ended', async () => await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')") === '0', 30)
    return stack.sql(`SELECT COALESCE(role, 'nobody'), tenant, kind, actor, state FROM scopiton.installer_order WHERE module = '${module}' ORDER BY id DESC LIMIT 1`)
  }
  const history = async () => (await see('/portal/modules/guestbook', anna.Cookie)).body

  await stack.sql(`USE t1_shop; INSERT INTO shop_order (token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
    VALUES ('who-1', '000000000001', 'K', 'k@example.org', 'x 1', '9000', 'Gent', 'BE', 'nl', 100, 'EUR', UTC_TIMESTAMP(6)), ('who-2', '000000000002', 'K', 'k@example.org', 'x 1', '9000', 'Gent', 'BE', 'nl', 100, 'EUR', UTC_TIMESTAMP(6))`)
  const [first, second] = (await stack.sql("SELECT id FROM t1_shop.shop_order WHERE token LIKE 'who-%' ORDER BY id")).split('\n')
  const by = (id) => stack.sql(`SELECT by_name FROM t1_shop.order_change WHERE shop_order = ${id}`)
  await post(`/shop/orders/${first}`, `/shop/orders/${first}/state`, { state: 'paid' }, anna.Cookie)
  assert.equal(await trail(), `t1_shop\t${anna.member}\tAnna\tMarked orders as paid\t${first}`)
  assert.equal(await by(first), 'Anna')

  const made = await post('/portal/keys', '/portal/keys', { name: 'Till', days: '30', 'may.shop.process': '1' }, anna.Cookie)
  assert.equal(await trail(), `t1_portal\t${anna.member}\tAnna\tCreated an API key\tTill`)
  const paid = await stack.request(PORTAL, `/shop/orders/${second}/state`, { form: { state: 'paid' }, headers: { Authorization: `Bearer ${made.body.match(/scop_[a-z2-7]{40}/)[0]}`, Cookie: anna.Cookie } })
  assert.equal(paid.status, 303)
  assert.equal(await trail(), `t1_shop\tnobody\tTill\tMarked orders as paid\t${second}`, 'a cookie that came along makes no member of it')
  assert.equal(await by(second), 'Till')

  const before = await stack.sql('SELECT COUNT(*) FROM t1.audit'), page = '/portal/tenants/1'
  await post(`${page}/guestbook/disable`, `${page}/guestbook/disable`, {}, olga.Cookie, 'scop-portal.localhost')
  assert.equal(await order(), 't2_portal\t1\tdisable\tOlga\tdone')
  assert.equal(await trail(2), `t2_portal\t${olga.member}\tOlga\tDisabled a module\tGuestbook, Acme`)
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1.audit'), before, 'the served tenant\'s trail is its own members\'')
  assert.match(await history(), /Olga/, 'but its history says who it was')

  assert.doesNotMatch(await history(), /command line|administration du serveur/)
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  assert.equal(await order(), 'nobody\t1\tinstall\tcommand line\tdone')
  assert.match(await history(), /command line|administration du serveur/)

  const action = '/portal/modules/guestbook/disable'
  await post(action, action, { actor: 'Olga', name: 'Olga', member: olga.member }, anna.Cookie)
  assert.equal(await order(), 't1_portal\t1\tdisable\tAnna\tdone', 'whatever the form says')
  assert.equal(await trail(), `t1_portal\t${anna.member}\tAnna\tDisabled a module\tGuestbook`)
})

test('what has happened is found by a person and by days of the tenant\'s clock: activity, mails, operations', async () => {
  await stack.sql(`INSERT INTO t1.audit (at, role, name, what, about) VALUES ('2026-03-29 22:30:00', 't1_portal', 'Zélie', 'Signed in', ''), ('2026-03-28 12:00:00', 't1_portal', 'Zélie', 'Signed out', '');
    INSERT INTO queue.mail (role, recipient, recipient_name, sender_name, subject, html, state, created, run_at) VALUES ('t1_shop', 'zelie@example.org', 'Zélie', 'x', 'Found', '', 'sent', '2026-03-29 22:30:00', '2026-03-29 22:30:00');
    INSERT INTO scopiton.installer_order (tenant, kind, module, actor, state, created) VALUES (1, 'disable', 'shop', 'Zélie', 'done', '2026-03-29 22:30:00')`)
  // 22:30 UTC on the 29th is the 30th in Brussels, whose clock went forward that night
  for (const [page, row] of [['/portal/audit', /rowheader[^>]*>S(?:&#39;|')est connecté/], ['/portal/mails', /rowheader[^>]*>[^]*Found/], ['/portal/operations', /rowheader[^>]*>Désactiver/]]) {
    assert.match((await see(`${page}?words=z%C3%A9lie`)).body, row, page)
    assert.match((await see(`${page}?words=z%C3%A9lie&from=2026-03-30&until=2026-03-30`)).body, row, page)
    const none = (await see(`${page}?words=z%C3%A9lie&from=2026-03-29&until=2026-03-29`)).body
    assert.doesNotMatch(none, row, page)
    assert.match(none, /Aucun résultat[^]*Tout afficher/)
    assert.match(none, /name="words"[^>]*value="zélie"[^]*name="from"[^>]*value="2026-03-29"/, 'the filter says what it holds')
  }
  assert.equal((await see('/portal/operations?company=2')).status, 404, 'of others for operators alone')
})
