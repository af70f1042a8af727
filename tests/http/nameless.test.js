// SPDX-License-Identifier: EUPL-1.2
// Members without a name: a sign-in link makes them, and they have none until they enter it. Each page, list and mail shows the title
// of their role in the reader's language, or their address; what they did is shown so afterwards too.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost'
const OWNER = { fr: 'Propriétaire', nl: 'Eigenaar', de: 'Inhaber', en: 'Owner' }
const MERCHANT = { fr: 'Commerçant', nl: 'Winkelmedewerker', de: 'Shop-Mitarbeiter', en: 'Merchant' }
const MARK = '\x02' // begins the title of a role where a row stores who did something
let stack, owner, merchant, order

const decode = (text) => text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const words = (html) => decode(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ')
const see = async (url, Cookie = owner) => {
  const { status, body } = await stack.request(PORTAL, url, { headers: { Cookie } })
  assert.equal(status, 200, url)
  assert.ok(!body.includes(MARK), `${url} shows the mark`)
  return body
}
const post = async (page, action, form, Cookie = owner) => stack.request(PORTAL, action,
  { headers: { Cookie }, form: { _key: await stack.key(PORTAL, page, { Cookie }, action), ...form } })
const language = (code, role = 'owner') => stack.sql(`UPDATE t1.member m JOIN t1.member_role r ON r.member = m.id SET m.language = '${code}' WHERE r.role = '${role}'`)
const head = (body) => words(body.match(/<a class="person[^]*?<\/a>/)[0]).trim()
const mailTo = (address) => until(`a mail to ${address}`, async () => (await stack.mails()).findLast((mail) => mail.to.includes(address)), 20)

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'fr')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  owner = await stack.signIn('acme')
  merchant = await stack.signIn('acme', 'merchant')
  await stack.sql(`USE t1_shop; INSERT INTO shop_order (token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
    VALUES ('nameless', '000000000101', 'Klant', 'klant@example.org', 'x 1', '5000', 'N', 'BE', 'fr', 700, 'EUR', UTC_TIMESTAMP(6))`)
  order = `/shop/orders/${await stack.sql('SELECT MAX(id) FROM t1_shop.shop_order')}`
})
after(() => stack?.stop())

test('a sign-in link makes a member without a name, and says for which role it is', async () => {
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(CONCAT('<', name, '>')) FROM t1.member"), '<>,<>')
  const link = new URL((await stack.cli('login', 'acme', 'owner')).trim())
  for (const [code, title] of Object.entries(OWNER)) {
    const { body } = await stack.request(PORTAL, link.pathname, { headers: { 'Accept-Language': code } })
    assert.match(words(body), new RegExp(`Acme .*\\b${title}\\b`), code)
  }
})

test('pages show the title of the role in the language of the reader, and greet nobody by it', async () => {
  for (const [code, title] of Object.entries(OWNER)) {
    await language(code)
    assert.equal(head(await see('/portal/')), title)
    assert.match((await see('/portal/')).match(/<h1>(.*?)<\/h1>/)[1], /^(Bonjour|Welkom|Willkommen|Hello)$/)
    assert.match(words(await see('/portal/sign-out')), new RegExp(title))
  }
  await language('nl', 'merchant')
  assert.equal(head(await see('/shop/orders', merchant)), MERCHANT.nl)
})

test('the list of members, and of roles, begins a title with a capital; a member without a name can be removed', async () => {
  const gone = { fr: 'Retirer ce membre', nl: 'Dit lid verwijderen', de: 'Dieses Mitglied entfernen', en: 'Remove this member' }
  const none = { fr: 'Nom pas encore indiqué', nl: 'Nog geen naam', de: 'Noch kein Name', en: 'No name yet' }
  const id = await stack.sql("SELECT member FROM t1.member_role WHERE role = 'merchant'")
  for (const code of Object.keys(OWNER)) {
    await language(code)
    const rows = [...(await see('/portal/members')).matchAll(/<tr role="row"><th role="rowheader"[^]*?<\/tr>/g)].map(([row]) => words(row).trim())
    assert.equal(rows.length, 2)
    assert.match(rows[0], new RegExp(`^${OWNER[code]} ${none[code]} ${OWNER[code]} `))
    assert.match(rows[1], new RegExp(`^${MERCHANT[code]} ${none[code]} ${MERCHANT[code]} `))
    const roles = words(await see('/portal/roles'))
    for (const title of [OWNER[code], MERCHANT[code]]) assert.match(roles, new RegExp(` ${title} \\d`))
    assert.match(await see('/portal/roles/owner'), new RegExp(`<h1>${OWNER[code]}</h1>`))
    const one = await see(`/portal/members/${id}`)
    assert.match(one, new RegExp(`<h1>${MERCHANT[code]}</h1>`))
    assert.match(one, new RegExp(`<option value="owner"[^>]*>${OWNER[code]}</option>`))
    assert.ok(words(one).includes(gone[code]), code)
    const { body } = await post(`/portal/members/${id}`, `/portal/members/${id}/remove`, {})
    assert.match(words(body.match(/<h1[^]*?<\/h1>/)[0]), new RegExp(`^ ${gone[code]} ?\\? $`))
  }
})

test('what such a member did is shown in the language of who reads it: log, order, import, key, operation', async () => {
  await language('fr')
  assert.equal((await post(order, `${order}/state`, { state: 'paid' })).status, 303)
  assert.equal((await post(order, `${order}/undo`, {}, merchant)).status, 303)
  const edge = 'x'.repeat(30), key = await stack.key(PORTAL, '/shop/products/import', { Cookie: owner }, '/shop/products/import')
  const { headers: { location } } = await stack.request(PORTAL, '/shop/products/import', { method: 'POST', headers: { Cookie: owner, 'Content-Type': `multipart/form-data; boundary=${edge}` },
    body: Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="_key"\r\n\r\n${key}\r\n--${edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nname;price\nA;5\n\r\n--${edge}--\r\n`) })
  await stack.sql(`UPDATE t1_shop.import_run SET state = 'failed', reason = by_name`)
  await post('/portal/keys', '/portal/keys', { name: 'Caisse', days: '30', 'may.shop.orders': '1' })
  await stack.sql("INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, state, message, ended) VALUES ('t1_portal', 1, 'disable', 'guestbook', CONCAT(CHAR(2), 'Owner'), 'failed', 'x', UTC_TIMESTAMP(6))")
  assert.equal(await stack.sql('SELECT GROUP_CONCAT(by_name ORDER BY id) FROM t1_shop.order_change'), `${MARK}Owner,${MARK}Merchant`, 'stored in no language')
  assert.equal(await stack.sql('SELECT DISTINCT by_name FROM t1.api_key'), `${MARK}Owner`)
  for (const code of Object.keys(OWNER)) {
    await language(code)
    const has = async (url, title) => assert.match(words(await see(url)), new RegExp(title), `${url}, ${code}`)
    await has(order, `, ${OWNER[code]}[^]*, ${MERCHANT[code]}`)
    await has('/shop/products/import', `a\\.csv ${OWNER[code]} `)
    await has(location, `${OWNER[code]}\\b`)
    await has('/portal/keys', `Caisse ${OWNER[code]},`)
    await has('/portal/operations', ` ${OWNER[code]} `)
    await has('/portal/modules/guestbook', ` ${OWNER[code]} \\d`)
    await has('/portal/audit', ` ${OWNER[code]} [^]* ${MERCHANT[code]} `)
    const found = words(await see(`/portal/audit?words=${encodeURIComponent(MERCHANT[code])}`))
    assert.match(found, new RegExp(` ${MERCHANT[code]} \\d`))
    assert.equal((found.match(new RegExp(` ${OWNER[code]} `, 'g')) ?? []).length, 1, 'at the top of the page only')
  }
})

test('mails name no role: who invites, and whom', async () => {
  await language('fr')
  await post('/portal/members', '/portal/members', { name: 'Bart', mail: 'bart@example.org', role: 'merchant' })
  const mail = await mailTo('bart@example.org')
  assert.equal(mail.subject, 'Votre invitation chez Acme')
  assert.doesNotMatch(mail.html, /propriétaire/i)
  // An owner whom the command line invites with an address alone.
  await stack.cli('tenant', 'create', 'fleur', '--title', 'Fleur', '--language', 'fr', '--owner', 'Rosa@example.org')
  const invited = await mailTo('rosa@example.org')
  assert.match(words(invited.html), /Acceptez l'invitation pour choisir un mot de passe/)
  assert.doesNotMatch(invited.html, /Bonjour/)
  const host = 'fleur-portal.localhost', link = invited.html.match(/\/portal\/invitation\/[^"]+/)[0]
  assert.match((await stack.request(host, link)).body, /<h1>Bienvenue<\/h1>/)
  const joined = await stack.request(host, link, { form: { _key: await stack.key(host, link), password: 'trois mots inattendus' } })
  const Cookie = joined.headers['set-cookie'].find((one) => /sid=/.test(one)).split(';')[0]
  const all = joined.headers['set-cookie'].map((one) => one.split(';')[0]).join('; ')
  const welcome = (await stack.request(host, joined.headers.location, { headers: { Cookie: all } })).body
  assert.match(welcome, /role="status">Bienvenue\. Votre mot de passe/)
  assert.equal(head(welcome), 'rosa@example.org', 'the address, where there is one')
  const page = async (url) => words((await stack.request(host, url, { headers: { Cookie } })).body)
  assert.match(await page('/portal/members'), / rosa@example\.org Nom pas encore indiqué Propriétaire /)
  assert.match(await page('/portal/audit'), / rosa@example\.org /)
  assert.match(await page('/portal/mails'), / rosa@example\.org \d/, 'the address once')
})

test('the account page asks for the name, which is shown from then on', async () => {
  await language('nl')
  const account = await see('/portal/account')
  assert.match(account, /<input[^>]*name="name"[^>]*value=""[^>]*required/)
  assert.match(words(account), /Vul uw naam in\. Tot dan zien collega's “Eigenaar” in de plaats\./)
  assert.equal((await post('/portal/account', '/portal/account/profile', { name: '', language: 'nl', zone: '' })).status, 422)
  assert.equal((await post('/portal/account', '/portal/account/profile', { name: 'Anna Peeters', language: 'nl', zone: '' })).status, 303)
  assert.doesNotMatch(await see('/portal/account'), /Tot dan zien/)
  assert.equal(head(await see('/portal/')), 'Anna Peeters')
  assert.match((await see('/portal/')).match(/<h1>(.*?)<\/h1>/)[1], /^Dag Anna Peeters$/)
  assert.match(words(await see(order)), /, Eigenaar/, 'the history stays')
  await post(order, `${order}/state`, { state: 'paid' })
  assert.match(words(await see(order)), /, Anna Peeters/)
})

test('the data of 0.1.0: a member who was called like a role, in any language, has no name', async () => {
  const names = ['owner', 'propriétaire', 'eigenaar', 'Inhaber', 'merchant', 'commerçant', 'winkelmedewerker', 'Shop-Mitarbeiter', 'Marchand', 'Anna Owner']
  await stack.sql(`USE t1; ${names.map((name) => `INSERT INTO member (name, language) VALUES ('${name}', 'fr'); INSERT INTO audit (role, name, what, about) VALUES ('t1_portal', '${name}', 'Signed in', 'of 0.1.0')`).join('; ')};
    INSERT INTO member (name, mail, language) VALUES ('x@example.org', 'x@example.org', 'fr')`)
  const sql = fs.readFileSync(path.join(root, 'migrations/socle/0005_names.sql'), 'utf8').replace(/^--.*$/gm, '')
  await stack.sql(`USE t1; ${sql}`)
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(name ORDER BY name) FROM t1.member WHERE name <> ''"), 'Anna Owner,Anna Peeters,Bart,Marchand')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(name ORDER BY id) FROM t1.audit WHERE about = 'of 0.1.0'"),
    [...Array(4).fill(`${MARK}Owner`), ...Array(4).fill(`${MARK}Merchant`), 'Marchand', 'Anna Owner'].join())
})
