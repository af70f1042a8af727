// SPDX-License-Identifier: EUPL-1.2
// The catalogue in the portal: browsing it, a module's page, orders with their steps and history, statements, waves; for owners and for
// operators.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue } from '../support/catalogue.mjs'
import { start, until } from '../support/stack.mjs'

const portal = 'acme-portal.localhost', scop = 'scop-portal.localhost'
let catalogue, own, stack, owner, operator

// A message as the host stores it: a format and arguments, which may be messages.
const message = (format, ...values) => `\x02${[format, ...values].join('\x1f')}\x03`

before(async () => {
  catalogue = await Catalogue.make('notes', 'clerk', 'guestbook', 'shop', 'kiosk', 'pantry', 'cellar')
  own = new Packages('portal')
  await catalogue.publish('notes', '1.0.0', { manifest: (text) => text.replace('scop="scopiton" license="EUPL-1.2"', 'scop="scopiton" license="MIT OR EUPL-1.2" category="accounting"') })
  await catalogue.publish('guestbook', '1.0.0', { manifest: (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal') })
  stack = await start({ modules: own.folder, config: catalogue.config, mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'en')
  await stack.cli('tenant', 'create', 'scop', '--title', 'La Scop', '--language', 'en', '--operator')
  await until('the catalogue is noted', async () => (await stack.sql('SELECT COUNT(*) FROM scopiton.catalogue_version WHERE newest')) === '2')
  owner = { Cookie: await stack.signIn('acme') }
  operator = { Cookie: await stack.signIn('scop') }
})
after(async () => { await stack?.stop(); catalogue?.remove(); own?.removeAll() })

const get = (url, headers = owner, host = portal) => stack.request(host, url, { headers })
const post = async (url, form, { page = url, headers = owner, host = portal, action = url } = {}) =>
  stack.request(host, url, { headers, form: { _key: await stack.key(host, page, headers, action), ...form } })
const module = '/portal/modules/notes'
const order = (kind, form = {}, page = module) => post(`${module}/order`, { kind, ...form }, { page })
const ended = (name = 'notes') => until('it has ended', async () => (await stack.sql(`SELECT state FROM scopiton.installer_order WHERE module = '${name}' ORDER BY id DESC LIMIT 1`)) !== 'waiting' &&
  (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0')
const allEnded = () => until('all have ended', async () => (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0')
const text = (body) => body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').replaceAll('&#39;', "'")

test('the catalogue can be searched by words and category, and a module has a page', async () => {
  assert.match((await get('/portal/modules')).body, /href="\/portal\/modules\/notes"[\s\S]*15\.00.* a month|a month[\s\S]*notes/)
  assert.doesNotMatch((await get('/portal/modules?words=guest')).body, /modules\/notes"/)
  assert.match((await get('/portal/modules?category=accounting')).body, /modules\/notes"/)
  assert.doesNotMatch((await get('/portal/modules?category=accounting')).body, /modules\/guestbook"/)
  assert.match(text((await get('/portal/modules?words=nothing-like-that')).body), /No modules found/)
  const { status, body } = await get(module)
  assert.equal(status, 200)
  assert.match(text(body), /Not installed Version 1\.0\.0 Price Free Category Accounting Publisher Scopiton Licence MIT OR EUPL-1\.2 Quality level 1 of 8/)
  assert.match(text(body), /Personal data it stores: Notes, for 12 months/)
  assert.equal((await get('/portal/modules/cars')).status, 404)
  assert.match(text((await get('/portal/tenants/1', operator, scop)).body), /Notes 1\.0\.0 Not installed Install/, 'no status is blank')
  assert.equal((await get('/portal/modules/portal')).status, 404)
})

test('it is installed, upgraded, tried and gone back from on its page, and the history says so', async () => {
  assert.equal((await order('install')).status, 303)
  await ended()
  assert.equal((await stack.request('acme.localhost', '/fr/notes/')).status, 200)
  await catalogue.publish('notes', '1.1.0', { from: 'notesb', manifest: (text) => text.replace('</summary>', '</summary>\n\t<changes>Shows how long notes are.</changes>').replace('\t<personal', '\t<calls host="api.example.com"/>\n\t<personal') })
  await stack.cli('catalogue', 'refresh')
  let body = text((await get(module)).body)
  assert.match(body, /Update to version 1\.1\.0 Nobody is interrupted/)
  assert.match(body, /needs more permissions than yours/)
  assert.match(body, /Connect to api\.example\.com:443 new/)
  assert.match(body, /1\.1\.0 Shows how long notes are\./)
  await order('rehearse')
  await ended()
  assert.match(text((await get(module)).body), /Try on a copy 1\.0\.0 to 1\.1\.0: \d+ rows.* Owner .* Done/)
  await order('upgrade')
  await ended()
  assert.match(text((await get(module)).body), /The last change failed\. Notes 1\.1\.0 requests rights/)
  await order('upgrade', { granted: '1' })
  await ended()
  body = text((await get(module)).body)
  assert.match(body, /Version 1\.1\.0/)
  assert.match(body, /Go back to version 1\.0\.0 It takes a moment\. Everything entered since is kept/)
  assert.match(text((await get(`${module}/back`)).body), /Go back to version 1\.0\.0\? .*Everything entered since is kept\. Go back Cancel/)
  await order('back', {}, `${module}/back`)
  await ended()
  assert.match(text((await get(module)).body), /Go back Every row written since is kept Owner .* Done/)
})

test('what is about to be deleted is listed, and its name has to be typed', async () => {
  const page = await get(`${module}/remove`)
  assert.match(text(page.body), /About \d+ entr[\s\S]*Personal data it stores/)
  const refused = await order('purge', { confirmed: 'nots' }, `${module}/remove`)
  assert.equal(refused.status, 422)
  assert.match(text(refused.body), /Type the name exactly as shown/)
  assert.equal((await order('nonsense')).status, 422)
  assert.equal((await order('uninstall', {}, `${module}/remove`)).status, 303)
  await ended()
  assert.match(text((await get(module)).body), /Uninstalled, data kept/)
  assert.equal((await order('purge', { confirmed: 'notes' }, `${module}/remove`)).status, 303)
  await ended()
  for (const page of [module, '/portal/operations']) {
    const shown = text((await get(page)).body)
    assert.match(shown, /Delete permanently .*The data was exported, then deleted\. Your operator keeps the file\. Owner .* Done/)
    assert.doesNotMatch(shown, /Exported to|\.tar|\/var\//, 'a place on the server is for operators')
  }
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 't1\\_notes%'"), '0')
})

test('what costs says its price before it is ordered, and an owner asks for what they may not order alone', async () => {
  const guestbook = '/portal/modules/guestbook', served = '/portal/tenants/1/guestbook', asOperator = { headers: operator, host: scop }
  const ofGuestbook = () => stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE module = 'guestbook' AND kind = 'install'")
  assert.doesNotMatch((await get('/portal/modules')).body, /action="\/portal\/modules\/guestbook\/install"/, 'no button that buys at once')
  assert.match(text((await get(guestbook)).body), /15\.00.* a month[\s\S]*costs more than your company may order by itself[\s\S]*Ask your operator/)
  assert.match(text((await get(`${guestbook}/install`)).body), /Install Guestbook[\s\S]*15\.00 a month, without VAT Starts When your operator accepts[\s\S]*Ask your operator/)
  // A form of another page, with or without a price, is shown the price and orders nothing.
  for (const form of [{ kind: 'install' }, { kind: 'install', agreed: '15.00' }]) {
    const answer = await stack.request(portal, `${guestbook}/order`, { headers: owner, form: { _key: await stack.key(portal, module, owner, `${module}/order`), ...form } })
    assert.deepEqual([answer.status, answer.headers.location], [303, `${guestbook}/install`])
  }
  assert.equal(await ofGuestbook(), '0')

  await stack.sql("UPDATE t2.member SET mail = 'olga@scop.example' WHERE id = 1; INSERT INTO t2.member (name, mail, language) VALUES ('Someone else', 'else@scop.example', 'en')")
  const asked = await post(`${guestbook}/ask`, {}, { page: guestbook })
  assert.equal(asked.headers.location, guestbook)
  await ended('guestbook')
  assert.match(text((await get(guestbook)).body), /Your operator has received your request\. Requested by Owner on/)
  assert.match(text((await get('/portal/modules')).body), /Requested [\s\S]*See the request/)
  const mail = await until('a mail to the operator', async () => (await stack.mails()).find(({ to }) => to.includes('olga@')), 20)
  assert.equal(mail.subject, 'Acme asks for the module Guestbook')
  assert.match(mail.html, /http:\/\/scop-portal\.localhost:\d+\/portal\/tenants\/1\/guestbook"/)
  assert.ok(!(await stack.mails()).some(({ to }) => to.includes('else@')), 'operators alone are told')
  assert.match((await get('/', operator, scop)).body, /hx-get="\/portal\/requests"/)
  assert.match(text((await get('/portal/requests', operator, scop)).body), /Acme asks for Guestbook Owner/)

  assert.equal((await post(`${served}/decline`, { words: 'Not before <b>May</b>.' }, { page: served, ...asOperator })).status, 303)
  await ended('guestbook')
  assert.match((await get(guestbook)).body, /Your operator declined the request\.[\s\S]*Not before &lt;b&gt;May[\s\S]*Ask your operator/)
  assert.match(text((await get('/portal/requests', operator, scop)).body), /No open requests/)

  await post(`${guestbook}/ask`, {}, { page: guestbook })
  await ended('guestbook')
  assert.match(text((await get(served, operator, scop)).body), /Not installed[\s\S]*Owner asked for this module/)
  assert.equal((await post(`${served}/order`, { kind: 'install' }, { page: served, ...asOperator })).status, 303)
  await ended('guestbook')
  await until('it serves', async () => (await stack.request('acme.localhost', '/fr/guestbook/')).status === 200)
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(state ORDER BY id) FROM scopiton.module_request"), 'declined,accepted')
  assert.equal((await get(served)).status, 403, 'nobody else serves tenants')
})

test('nobody asks or declines for another tenant', async () => {
  const action = '/portal/modules/guestbook/ask', before = await stack.sql('SELECT COUNT(*) FROM scopiton.module_request')
  await stack.sql("INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor) VALUES ('t1_portal', 2, 'request', 'notes', 'x'), ('t1_portal', 1, 'decline', 'clerk', 'x')")
  await ended('clerk')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(state ORDER BY id DESC) FROM (SELECT id, state FROM scopiton.installer_order ORDER BY id DESC LIMIT 2) o"), 'failed,failed')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM scopiton.module_request'), before)
  await stack.sql("DELETE FROM scopiton.installer_order WHERE actor = 'x'")
  assert.equal((await stack.request(portal, action, { headers: owner, form: {} })).status, 409, 'without the form\'s key')
})

test('an owner who uninstalled what the scop gave asks for it again, and within an allowance orders it at the price shown', async () => {
  const guestbook = '/portal/modules/guestbook'
  await post(`${guestbook}/order`, { kind: 'uninstall' }, { page: `${guestbook}/remove` })
  await ended('guestbook')
  assert.match(text((await get(guestbook)).body), /Uninstalled, data kept[\s\S]*Ask your operator/)
  await stack.cli('tenant', 'allow', 'acme', '15')
  assert.match(text((await get(guestbook)).body), /Order for .15\.00 a month/)
  await stack.sql("INSERT INTO scopiton.module_request (tenant, module, actor) VALUES (1, 'guestbook', 'asked before')")
  const { body } = await get(`${guestbook}/install`)
  assert.match(text(body), /Starts Today, \d+ \w+ \d{4}[\s\S]*Order for .15\.00 a month Cancel/)
  const agree = (agreed) => post(`${guestbook}/install`, { agreed }, { page: `${guestbook}/install` })
  assert.equal((await agree('1499')).headers.location, `${guestbook}/install`, 'the price has risen meanwhile')
  assert.equal(await stack.sql("SELECT state FROM scopiton.subscription WHERE tenant = 1 AND module = 'guestbook'"), 'gone')
  assert.equal((await agree(body.match(/name="agreed" value="(15\.00)"/)[1])).status, 303)
  await ended('guestbook')
  assert.equal((await stack.request('acme.localhost', '/fr/guestbook/')).status, 200)
  assert.equal(await stack.sql("SELECT state FROM scopiton.module_request WHERE actor = 'asked before'"), 'accepted', 'the operator need not answer any more')
  await stack.sql('UPDATE scopiton.tenant SET allowance_cents = NULL WHERE id = 1')
  assert.equal(await stack.sql("SELECT may_buy FROM t1.offer WHERE module = 'guestbook'"), '1', 'a newer version of what is paid already costs no more')
})

test('visitors of a module that is switched off are told so, in their language, and it is asked first', async () => {
  const guestbook = '/portal/modules/guestbook', visit = (url, headers = {}) => stack.request('acme.localhost', url, { headers })
  assert.match(text((await get(`${guestbook}/disable`)).body), /Disable Guestbook\? .*Visitors of acme\.localhost can no longer use it/)
  assert.doesNotMatch((await get(guestbook)).body, /name="kind" value="disable"/, 'no button that does it at once')
  await post(`${guestbook}/disable`, {}, { page: `${guestbook}/disable` })
  await ended('guestbook')
  const closed = await until('it is closed', async () => { const answer = await visit('/nl/guestbook/'); return answer.status === 503 && answer })
  assert.match(closed.body, /<html lang="nl">[\s\S]*<title>Tijdelijk gesloten – Acme<[\s\S]*Acme neemt hier even pauze/)
  assert.equal(closed.headers['retry-after'], '3600')
  assert.equal(closed.headers['cache-control'], 'no-store')
  assert.match((await visit('/guestbook/', { 'Accept-Language': 'de' })).body, /<html lang="de">[\s\S]*Vorübergehend geschlossen/)
  const program = await visit('/fr/guestbook/', { Accept: 'application/json' })
  assert.equal(program.status, 503)
  assert.equal(JSON.parse(program.body).status, 503)
  assert.equal((await visit('/fr/elsewhere/')).status, 404, 'what was never there is not closed')
  assert.equal((await get('/guestbook/')).status, 404, 'the portal has its own page')
  await post(`${guestbook}/order`, { kind: 'uninstall' }, { page: `${guestbook}/remove` })
  await ended('guestbook')
  await until('it is no more', async () => (await visit('/nl/guestbook/')).status === 404)
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme', '--root')
  await until('it is at the root', async () => (await visit('/fr/')).status === 200)
  await stack.cli('module', 'disable', 'guestbook', '--tenant', 'acme')
  await until('the root is closed', async () => (await visit('/fr/')).status === 503)
  assert.match((await visit('/fr/whatever/below')).body, /Fermé pour le moment/)
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await until('it is open again', async () => (await visit('/fr/')).status === 200)
})

test('statements say what is paid, as a page and as a file', async () => {
  await stack.sql("INSERT INTO scopiton.subscription_period (tenant, module, cents, currency, begins, ends) VALUES (1, 'notes', 3000, 'EUR', '2026-04-01', '2026-04-10'), (2, 'notes', 3000, 'EUR', '2026-04-01', '2026-04-30')")
  assert.match(text((await get('/portal/statements')).body), /April 2026 Provisional .*10\.00/)
  await stack.cli('tenant', 'statement', 'acme', '2026-04', '--close')
  const { body } = await get('/portal/statements/2026-04')
  assert.match(text(body), /1 Apr 2026 10 Apr 2026 10 days of 30 .*30\.00 .*10\.00 Total .*10\.00/)
  assert.match(text((await get('/portal/statements')).body), /April 2026 Closed/)
  const csv = await get('/portal/statements/2026-04/csv')
  assert.match(csv.headers['content-disposition'], /statement-2026-04\.csv/)
  assert.match(csv.body, /2026-04-01.*2026-04-10.*10.*30/)
  for (const month of ['2026-05', '1', "'", '2026-13']) assert.equal((await get(`/portal/statements/${encodeURIComponent(month)}`)).status, 404)
})

test('an operator begins an upgrade in waves, follows it, and goes on with one that stopped', async () => {
  await catalogue.publish('guestbook', '1.1.0', { manifest: (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal') })
  await stack.cli('catalogue', 'refresh')
  await stack.sql('ALTER TABLE t1_guestbook.entry CHANGE message lost VARCHAR(1000) NOT NULL')
  const as = { headers: operator, host: scop }
  const wanted = { module: 'guestbook', version: '', canary: '1' }, ordered = () => stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE kind = 'rollout'")
  const asked = await post('/portal/rollouts', wanted, as)
  assert.equal(asked.status, 200)
  assert.match(text(asked.body), /Start this update\? Guestbook · 1 company .* Acme Pilot 1\.0\.0 1\.1\.0 .*Not updated .*La Scop: Not installed .*Start Change nothing/)
  assert.doesNotMatch(asked.body, /not accepted/)
  assert.match(text((await post('/portal/rollouts', { ...wanted, canary: '' }, as)).body), /Acme 1 1\.0\.0/)
  assert.match(text((await post('/portal/rollouts', { ...wanted, version: '1.0.0' }, as)).body), /1\.0\.0 1\.0\.0 Already has this version/)
  assert.match(text((await post('/portal/rollouts', { module: 'socle', version: '', canary: '' }, as)).body), /Base of every company · (\d+) companies .* Acme 1 La Scop 2/)
  for (const [form, words] of [[{ ...wanted, canary: '2' }, /pilot company does not have this module/], [{ module: 'clerk', version: '', canary: '' }, /No company has this module enabled/]]) {
    const refused = await post('/portal/rollouts', form, as)
    assert.equal(refused.status, 422)
    assert.match(refused.body, words)
  }
  // An order of the preview itself carries what was chosen.
  assert.equal(await ordered(), '0', 'nothing is ordered by looking')
  const fields = Object.fromEntries([...asked.body.slice(asked.body.indexOf('action="/portal/rollouts"')).split('</form>')[0].matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]))
  assert.equal((await stack.request(scop, '/portal/rollouts', { headers: operator, form: fields })).status, 303)
  assert.equal(await ordered(), '1')
  await until('it stops', async () => /Stopped after a failure/.test((await get('/portal/rollouts', operator, scop)).body))
  assert.match(text((await get('/portal/rollouts/1', operator, scop)).body), /Stopped after a failure · 0 of 1 company .* Acme Guestbook 1\.0\.0, the current version, would no longer work.* Pilot 1\.0\.0 Failed/)
  await stack.sql('ALTER TABLE t1_guestbook.entry CHANGE lost message VARCHAR(1000) NOT NULL')
  assert.equal((await post('/portal/rollouts/1/resume', {}, { ...as, page: '/portal/rollouts/1' })).status, 303)
  await until('it is done', async () => /Done in \d+ ms/.test((await get('/portal/rollouts/1', operator, scop)).body))
  assert.equal((await get('/portal/rollouts')).status, 403)
  assert.equal((await get('/portal/rollouts/99', operator, scop)).status, 404)
  assert.equal((await post('/portal/rollouts', { module: 'x; DROP', version: 'newest' }, as)).status, 422)
})

// The pictures of a module: its icon and a picture with a title, under the hash of their content.
const titled = (file) => `\t<picture file="${file}"><title>The list</title></picture>\n`
const withPicture = (text) => text.replace('</summary>\n', `</summary>\n${titled('list.svg')}`)
const draw = (colour) => (folder) => {
  fs.mkdirSync(path.join(folder, 'pictures'), { recursive: true })
  for (const name of ['icon.svg', 'list.svg']) fs.writeFileSync(path.join(folder, 'pictures', name), `<svg xmlns="http://www.w3.org/2000/svg"><title>${name} ${colour}</title></svg>`)
}

test('pictures of the catalogue are shown, fetched once, and gone when nothing names them', async () => {
  const kept = () => fs.readdirSync(path.join(stack.folder, 'pictures')).sort()
  const before = kept()
  await catalogue.publish('clerk', '1.0.0', { manifest: withPicture, folder: draw('red') })
  await stack.cli('catalogue', 'refresh')
  const list = await get('/portal/modules'), page = await get('/portal/modules/clerk')
  const icon = page.body.match(/class="module-icon" src="(\/_pictures\/[0-9a-f]{64}\.svg)"/)[1], picture = page.body.match(/<img src="(\/_pictures\/[^"]+)" alt="The list"/)[1]
  assert.ok(list.body.includes(icon))
  for (const [url, words] of [[icon, /icon\.svg red/], [picture, /list\.svg red/]]) {
    const answer = await get(url, {})
    assert.equal(answer.status, 200)
    assert.match(answer.body, words)
    assert.match(answer.headers['content-type'], /^image\/svg\+xml/)
    assert.match(answer.headers['content-security-policy'], /default-src 'none'/, 'opened by itself it runs nothing')
    assert.match(answer.headers['cache-control'], /immutable/)
  }
  assert.equal(kept().length, before.length + 2)
  for (const url of ['/_pictures/', '/_pictures/x.svg', `/_pictures/${'0'.repeat(64)}.svg`, `/_pictures/${'0'.repeat(64)}.html`, '/_pictures/../directory']) assert.equal((await get(url, {})).status, 404, url)
  // Bytes that do not match their name are not kept; the next check fetches them again.
  await catalogue.publish('clerk', '1.1.0', { manifest: withPicture, folder: draw('blue') })
  const names = JSON.parse(fs.readFileSync(catalogue.index(), 'utf8')).modules.find(({ name }) => name === 'clerk')
  const good = fs.readFileSync(catalogue.served('pictures', names.icon))
  fs.writeFileSync(catalogue.served('pictures', names.icon), '<svg onload="steal()"/>')
  await stack.cli('catalogue', 'refresh')
  assert.ok(!kept().includes(names.icon) && kept().includes(names.pictures[0].file))
  assert.equal(kept().length, before.length + 1, 'the red ones are gone')
  fs.writeFileSync(catalogue.served('pictures', names.icon), good)
  await stack.cli('catalogue', 'refresh')
  assert.ok(kept().includes(names.icon))
  // An index with a name that leads elsewhere is refused, a package without its picture too.
  await assert.rejects(catalogue.pack('clerk', '1.2.0', { manifest: withPicture }), /but the package does not: put it into 'pictures'/)
  await assert.rejects(catalogue.pack('clerk', '1.2.0', { folder: (folder) => { draw('x')(folder); fs.writeFileSync(path.join(folder, 'pictures/icon.svg'), 'x'.repeat(300001)) } }), /has more than 300000 bytes/)
})

test('an operator makes a tenant: its owner is invited by mail, and comes in', async () => {
  const page = '/portal/tenants/new', as = { headers: operator, host: scop, page }
  const form = { title: 'Brasserie Dupont & Fils', name: 'dupont', language: 'fr', zone: 'Europe/Paris', template: '', host: '', portal_host: '', owner_name: 'Jean Dupont', owner_mail: 'jean@dupont.example' }
  assert.match((await get(page, operator, scop)).body, /<option value="retail">Shop<\/option>/)
  for (const [wrong, words] of [[{ name: 'acme' }, /already has this short name/], [{ name: 'Not A Name' }, /small letters, digits and hyphens/], [{ zone: 'Mars/Base' }, /time zone is not known/], [{ template: 'nonsense' }, /Choose one of the options/],
    [{ host: 'acme.localhost' }, /belongs to another company/], [{ host: 'x.example', portal_host: 'x.example' }, /an address of its own/], [{ owner_mail: 'nobody' }, /./], [{ title: '' }, /./], [{ title: 'x'.repeat(5000) }, /./]]) {
    const { status, body } = await post(page, { ...form, ...wrong }, as)
    assert.equal(status, 422, JSON.stringify(wrong))
    assert.match(text(body), words)
  }
  const again = (await post(page, { ...form, name: 'acme', language: 'de', template: 'retail' }, as)).body
  const wrong = (await post(page, { ...form, name: 'acme', zone: 'Mars/Base', owner_mail: 'nobody' }, as)).body
  for (const one of ['name', 'zone', 'owner_mail']) assert.match(wrong, new RegExp(`<li><a href="#${one}"`), 'all that is wrong is told at once')
  assert.match(again, /<option value="de"[^>]* selected/, 'what was chosen stays')
  assert.match(again, /<option value="retail"[^>]* selected/)
  assert.match(again, /value="Brasserie Dupont &amp; Fils"/)
  assert.equal((await post(page, form, as)).status, 303)
  await until('it is made', async () => (await stack.sql("SELECT state FROM scopiton.installer_order WHERE kind = 'tenant' ORDER BY id DESC LIMIT 1")) === 'done', 20)
  assert.doesNotMatch(await stack.sql("SELECT details FROM scopiton.installer_order WHERE kind = 'tenant'"), /jean/)
  await until('it serves', async () => (await stack.request('dupont-portal.localhost', '/portal/sign-in')).status === 200)
  assert.match(text((await get('/portal/tenants?words=dupont', operator, scop)).body), /Brasserie Dupont & Fils|Brasserie Dupont &amp; Fils/)
  const mail = await until('the mail has come', async () => (await stack.mails()).find(({ to }) => /jean@dupont\.example/.test(to)), 20)
  assert.equal(mail.subject, 'La Scop vous invite chez Brasserie Dupont & Fils', 'by a member without a name')
  const link = mail.html.match(/http:\/\/dupont-portal\.localhost[^"]*(\/portal\/invitation\/[^"]+)/)[1]
  const joined = await stack.request('dupont-portal.localhost', link, { form: { _key: await stack.key('dupont-portal.localhost', link), password: 'three words nobody joins 4' } })
  assert.equal(joined.status, 303)
  const cookie = { Cookie: joined.headers['set-cookie'][0].split(';')[0] }
  assert.equal((await stack.request('dupont-portal.localhost', '/portal/members', { headers: cookie })).status, 200, 'as an owner')
  assert.equal((await get(page)).status, 403, 'nobody else makes tenants')
  // The page of tenants shows errors that cannot be detected before, and nothing of the tenant is left.
  await stack.sql("INSERT INTO scopiton.installer_order (role, tenant, kind, new_tenant, actor, details) VALUES ('t2_portal', 2, 'tenant', 'broken', 'op', '{\"title\":\"Broken\",\"language\":\"fr\",\"zone\":\"Europe/Paris\",\"template\":\"nothing\"}'), ('t1_portal', 1, 'tenant', 'sneaky', 'op', '{\"title\":\"S\",\"language\":\"fr\",\"zone\":\"Europe/Paris\"}')")
  await allEnded()
  assert.match(text((await get('/portal/tenants', operator, scop)).body), /Broken could not be created\. There is no template 'nothing'/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM scopiton.tenant WHERE name IN ('broken', 'sneaky')"), '0', 'and a tenant that operates none makes none')
})

test('the list of companies says what may need its operator, and the company why', async () => {
  await stack.sql(`INSERT INTO queue.dead (id, role, is_event, name, body, created, tries, error) VALUES (7001, 't1_portal', 0, 'forgot', '{}', UTC_TIMESTAMP(3), 3, 'the till is on fire');
    INSERT INTO queue.mail (role, recipient, sender_name, subject, html, state, run_at) VALUES ('t1_portal', 'x@example.org', 'x', 'x', '', 'refused', UTC_TIMESTAMP()), ('t1_portal', 'y@example.org', 'y', 'y', '', 'refused', UTC_TIMESTAMP());
    UPDATE mysql.innodb_table_stats SET clustered_index_size = 640 WHERE database_name = 't1_portal' LIMIT 1`)
  const { body } = await get('/portal/tenants', operator, scop), row = text(body.slice(body.indexOf('>Acme<')).split('</tr>')[0])
  assert.match(row, /[1-9]\d* MB 1 background job failed 2 e-mails were rejected/)
  assert.doesNotMatch(row, /All fine/)
  assert.match(text((await get('/portal/tenants/1', operator, scop)).body), /Failed jobs .*Portal .*The till is on fire/)
  assert.equal((await stack.sql('SELECT COUNT(*) FROM t1.every_dead_job')).trim(), '0', 'nobody but a scop sees others\'')
  await stack.sql("DELETE FROM queue.dead WHERE id = 7001; DELETE FROM queue.mail WHERE recipient IN ('x@example.org', 'y@example.org')")
  assert.doesNotMatch(text((await get('/portal/tenants', operator, scop)).body), /job failed|rejected/)
})

test('an operator says what owners may order by themselves', async () => {
  const page = '/portal/tenants/1', as = { headers: operator, host: scop, page }
  assert.match(text((await get(page, operator, scop)).body), /Billing, e-mails and country/)
  assert.equal((await post('/portal/agreements/1', { amount: 'much' }, as)).status, 422)
  assert.equal((await post('/portal/agreements/1', { amount: '-5' }, as)).status, 422)
  for (const [amount, cents] of [['49,90', '4990'], ['0', '0'], ['', 'NULL']]) {
    assert.equal((await post('/portal/agreements/1', { amount }, as)).status, 303)
    await until('it has ended', async () => (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0')
    assert.equal(await stack.sql('SELECT allowance_cents FROM scopiton.tenant WHERE id = 1'), cents)
  }
  await stack.cli('tenant', 'allow', 'acme', '12.50')
  assert.match((await get(page, operator, scop)).body, /name="amount"[^>]*value="12\.50"/)
  await assert.rejects(stack.cli('tenant', 'allow', 'acme', '12.5x'), /is not an amount/)
  assert.equal((await stack.request(portal, '/portal/agreements/1', { headers: owner, form: { _key: await stack.key(portal, '/portal/modules', owner).catch(() => 'x'), amount: '1' } })).status, 403)
})

test('an operator says in which country a tenant is; its other programs cannot', async () => {
  const page = '/portal/tenants/1', as = { headers: operator, host: scop, page }
  const kept = () => stack.sql('SELECT country FROM scopiton.tenant WHERE id = 1')
  const chosen = async () => (await get(page, operator, scop)).body.match(/<option value="(..)" selected>/)?.[1]
  assert.equal(await chosen(), 'BE')
  assert.equal((await post('/portal/agreements/1', { amount: '12,50', country: 'XX' }, as)).status, 422)
  assert.equal((await post('/portal/agreements/1', { amount: '12,50', country: 'FR' }, as)).status, 303)
  await allEnded()
  assert.equal(await kept(), 'FR')
  assert.equal(await chosen(), 'FR')
  assert.match(text((await get('/portal/audit', operator, scop)).body), /Changed the country Acme: France/)
  assert.match(text((await get(page, operator, scop)).body), /Changed the country/)
  await stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, actor, details) VALUES ('t1_guestbook', 1, 'country', 'owner', '{"country":"DE"}'), ('t1_portal', 2, 'country', 'owner', '{"country":"DE"}')`)
  await allEnded()
  assert.equal(await kept(), 'FR', 'only the portal orders it')
  assert.notEqual(await stack.sql('SELECT country FROM scopiton.tenant WHERE id = 2'), 'DE', 'and only for its own company')
  await stack.cli('tenant', 'country', 'acme', 'BE')
  assert.equal(await kept(), 'BE')
})

test('an owner says in which country the company is, and the pages follow', async () => {
  const page = '/portal/company', chosen = async () => (await get(page)).body.match(/<option value="(..)" selected>/)?.[1]
  assert.equal(await chosen(), 'BE')
  assert.equal((await post(page, { country: 'XX' }, { page })).status, 422)
  assert.equal((await post(page, { country: '' }, { page })).status, 422)
  const saved = await post(page, { country: 'LU' }, { page })
  assert.deepEqual([saved.status, saved.headers.location], [303, page])
  assert.equal(await chosen(), 'LU', 'also before it is carried out')
  await allEnded()
  assert.equal(await stack.sql('SELECT country FROM scopiton.tenant WHERE id = 1'), 'LU')
  await until('the pages follow', async () => await chosen() === 'LU')
  assert.match(text((await get('/portal/audit')).body), /Set the company.s country Luxembourg/)
  assert.equal((await get('/portal/operations')).status, 200)
  await stack.cli('tenant', 'country', 'acme', 'BE')
})

test('an operator says from which address a tenant\'s mails come; the trail says to what', async () => {
  const page = '/portal/tenants/1', as = { headers: operator, host: scop, page }
  const refused = await post('/portal/agreements/1', { address: 'nobody' }, as)
  assert.equal(refused.status, 422)
  assert.match(refused.body, /id="address"[^>]*value="nobody"[^>]*aria-invalid="true"/)
  for (const [address, kept] of [['bonjour@acme.example', 'bonjour@acme.example'], ['', '']]) {
    assert.equal((await post('/portal/agreements/1', { address }, as)).status, 303)
    await until('it has ended', async () => (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')")) === '0')
    assert.equal(await stack.sql('SELECT address FROM queue.sender WHERE tenant = 1'), kept)
    assert.match((await get(page, operator, scop)).body, new RegExp(`id="address"[^>]*value="${kept}"`))
  }
  assert.match(text((await get('/portal/audit', operator, scop)).body), /Changed the sender address Acme: bonjour@acme\.example/)
  await stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, actor, details) VALUES ('t1_portal', 1, 'sender', 'owner', '{"address":"bank@bank.example"}')`)
  await allEnded()
  assert.equal(await stack.sql('SELECT COUNT(*) FROM queue.sender'), '0', 'a tenant does not name itself')
})

test('an order concerns one thing, and waits for those about the same thing alone', async () => {
  const order = (kind, column, value) => stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, actor${column && `, ${column}`}) VALUES ('t2_portal', 2, '${kind}', 'one'${column && `, '${value}'`})`)
  const begun = () => stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE actor = 'one'")
  await assert.rejects(stack.sql("INSERT INTO scopiton.installer_order (tenant, kind, module, person, actor) VALUES (2, 'sign-out', 'notes', 7, 'one')"), /concerns_one/)
  // One transaction, so that the installer has begun none of them.
  await stack.sql(`BEGIN; INSERT INTO scopiton.installer_order (role, tenant, kind, person, actor) VALUES ('t2_portal', 2, 'sign-out', 7, 'one');
    INSERT INTO scopiton.installer_order (role, tenant, kind, rollout, actor) VALUES ('t2_portal', 2, 'rollout-pause', 7, 'one');
    INSERT INTO scopiton.installer_order (role, tenant, kind, actor) VALUES ('t2_portal', 2, 'allowance', 'one'), ('t2_portal', 2, 'allowance', 'one'); COMMIT`)
  assert.equal(await begun(), '4')
  await assert.rejects(stack.sql("BEGIN; INSERT INTO scopiton.installer_order (tenant, kind, rollout, actor) VALUES (2, 'rollout-pause', 7, 'one'), (2, 'rollout-resume', 7, 'one'); COMMIT"), /Duplicate entry '2 rollout 7'/)
  await allEnded()
  await order('rollout-pause', '', '')
  await allEnded()
  assert.match(await stack.sql("SELECT message FROM scopiton.installer_order WHERE actor = 'one' ORDER BY id DESC LIMIT 1"), /needs a subject/)
  const page = text((await get('/portal/tenants/2', operator, scop)).body)
  assert.match(page, /Paused a gradual update/)
  assert.doesNotMatch(page, /rollout-pause/)
})

test('each scop sees, orders for and upgrades its own tenants, and no others', async () => {
  await stack.cli('tenant', 'create', 'othercoop', '--title', 'Other Coop', '--language', 'en', '--operator')
  await stack.cli('tenant', 'create', 'lumen', '--title', 'Atelier Lumen', '--scop', 'othercoop')
  await assert.rejects(stack.cli('tenant', 'create', 'nobody', '--title', 'N', '--scop', 'acme'), /there is no scop 'acme'/)
  await assert.rejects(stack.cli('tenant', 'scop', 'scop', 'othercoop'), /a scop serves itself/)
  const lumen = await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'lumen'"), other = 'othercoop-portal.localhost', others = { Cookie: await stack.signIn('othercoop') }
  assert.match(await stack.cli('tenant', 'show', 'lumen'), /^scop +othercoop$/m)
  assert.doesNotMatch((await get('/portal/tenants', operator, scop)).body, /Atelier Lumen|Other Coop/)
  const theirs = (await get('/portal/tenants', others, other)).body
  assert.match(theirs, /Atelier Lumen/)
  assert.doesNotMatch(theirs, /Acme|Dupont/)
  for (const [url, headers, host] of [[`/portal/tenants/${lumen}`, operator, scop], [`/portal/tenants/${lumen}/guestbook`, operator, scop], ['/portal/tenants/1', others, other], ['/portal/rollouts/1', others, other]])
    assert.equal((await get(url, headers, host)).status, 404, url)
  for (const [served, foreign, headers, host] of [['1', lumen, operator, scop], [lumen, '1', others, other]]) {
    const as = { headers, host, page: `/portal/tenants/${served}` }
    assert.equal((await post(`/portal/agreements/${foreign}`, { amount: '5' }, { ...as, action: `/portal/agreements/${served}` })).status, 404)
    assert.equal((await post(`/portal/tenants/${foreign}/guestbook/order`, { kind: 'disable' }, { ...as, page: `${as.page}/guestbook/remove`, action: `${as.page}/guestbook/order` })).status, 404)
  }
  // A compromised portal can write orders of its own: the stamp decides.
  const id = await stack.sql("SELECT id FROM scopiton.tenant WHERE name = 'othercoop'")
  await stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, module, rollout, actor) VALUES ('t${id}_portal', 1, 'disable', 'guestbook', NULL, 'op'), ('t${id}_portal', ${id}, 'rollout-pause', NULL, 1, 'op'), ('t${id}_portal', ${lumen}, 'install', 'guestbook', NULL, 'op')`)
  await ended('guestbook')
  assert.equal(await stack.sql(`SELECT GROUP_CONCAT(state, ': ', message ORDER BY id SEPARATOR '; ') FROM scopiton.installer_order WHERE role = 't${id}_portal'`),
    `failed: ${message("role '%s' may not order for tenant %u", `t${id}_portal`, 1)}; failed: ${message('there is no rollout %lld', 1)}; done:`)
  // Two scops upgrade their own tenants at once; what the command line orders concerns both, and neither can stop it.
  const rollout = (headers, host) => post('/portal/rollouts', { module: 'guestbook', version: '', canary: '', sure: '1' }, { headers, host, page: '/portal/rollouts' })
  for (const [headers, host] of [[operator, scop], [others, other]]) assert.equal((await rollout(headers, host)).status, 303)
  const reached = () => stack.sql('SELECT GROUP_CONCAT(CONCAT(r.scop, \':\', t.tenant) ORDER BY r.id, t.tenant) FROM scopiton.rollout r JOIN scopiton.rollout_tenant t ON t.rollout = r.id WHERE r.id > 1')
  await until('both are noted', async () => (await reached()) === `2:1,${id}:${lumen}`)
  await stack.cli('tenant', 'scop', 'lumen', 'scop')
  assert.match((await get('/portal/tenants', operator, scop)).body, /Atelier Lumen/)
  assert.doesNotMatch((await get('/portal/tenants', others, other)).body, /Atelier Lumen/)
})

test('an operator sees what a served tenant would lose, and deletes it for good', async () => {
  const page = '/portal/tenants/1/guestbook/remove', as = { headers: operator, host: scop, page, action: '/portal/tenants/1/guestbook/order' }
  assert.match(text((await get(page, operator, scop)).body), /Stored data (About \d+ entr|Nothing stored yet)/)
  assert.match(text((await post('/portal/tenants/1/guestbook/order', { kind: 'purge', confirmed: 'guest' }, as)).body), /Type the name exactly as shown/)
  // a gradual update makes operations of its own, and a module has one at a time
  await until('no gradual update runs', async () => (await stack.sql("SELECT COUNT(*) FROM scopiton.rollout WHERE state = 'running'")) === '0')
  await ended('guestbook')
  assert.equal((await post('/portal/tenants/1/guestbook/order', { kind: 'purge', confirmed: 'guestbook' }, as)).status, 303)
  await ended('guestbook')
  assert.match(text((await get('/portal/tenants/1/guestbook', operator, scop)).body), /Delete permanently Exported to '\/.*', then deleted olga@scop\.example .* Done/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 't1_guestbook'"), '0')
  assert.equal((await get(page)).status, 403)
})

const needs = (...values) => message('%s %s, which is installed, needs %s %s, not %s', ...values)
const said = [
  [message("'%s' costs more than this tenant may order by itself. Ask your operator.", 'guestbook'), { fr: "'Livre d'or' coûte plus que ce que vous pouvez commander vous-même. Demandez à votre opérateur.",
    de: "'Gästebuch' kostet mehr, als Sie selbst bestellen dürfen. Fragen Sie Ihren Betreiber." }],
  [message('%s %s needs %s %s: %s', 'shop', '1.5.0', 'till', '>=2', `${message('this tenant has %s', '1.9.0')}; ${message('%s is beta', '2.0.0')}; ${message('%s was withdrawn (%s)', '1.8.0', 'loses a note')}`), {
    fr: 'shop 1.5.0 a besoin de till >=2 : cette entreprise a 1.9.0; 2.0.0 est en bêta; 1.8.0 a été retirée (loses a note)',
    nl: 'shop 1.5.0 heeft till >=2 nodig: dit bedrijf heeft 1.9.0; 2.0.0 is bèta; 1.8.0 is ingetrokken (loses a note)' }],
  [message('asked for %s %s: %s', 'shop', '^2', `${message('this tenant has %s', '1.9.0')}; ${needs('invoices', '1.0.0', 'shop', '^1', '2.0.0')}`), {
    de: 'Verlangt: shop ^2: dieses Unternehmen hat 1.9.0; invoices 1.0.0, das installiert ist, braucht shop ^1, nicht 2.0.0' }],
  [message('%s %s needs %s %s: %s', 'shop', '1.4.0', 'invoices', '^2', needs('crm', '1.0.0', 'invoices', '^1', '2.0.0')), {
    fr: "shop 1.4.0 a besoin de invoices ^2 : crm 1.0.0, qui est installé, a besoin de invoices ^1, et non de 2.0.0" }],
  [message("this tenant has no module '%s'", 'export'), { de: "Dieses Unternehmen hat kein Modul 'export'" }],
  [message("the index is not the group's: %s", message("the signature does not match: a byte was changed, or it belongs to another file")), {
    nl: 'De index is niet van de groep: de handtekening klopt niet: er is een byte veranderd, of ze is van een ander bestand',
    en: "The index is not the group's: the signature does not match: a byte was changed, or it belongs to another file" }],
  [message("'%s' at the root of the host name has pages below /%s, where the module '%s' would be. A tenant can have one of the two: disable the one that is not needed, or ask its author for another name.", 'guestbook', 'guestbook', 'guestbook'), {
    fr: "'Livre d'or', à la racine du nom de domaine, a des pages sous /guestbook, où serait le module 'Livre d'or'." }], // people know titles, addresses have names
  [message("module '%s' is of the scop '%s' on this host, and this package is of '%s'. 'scopiton catalogue give %s %s' gives the name to it.", 'guestbook', 'a', 'b', 'guestbook', 'b'), {
    en: "Module 'guestbook' is of the scop 'a' on this host, and this package is of 'b'. 'scopiton catalogue give guestbook b'" }], // a command to type
  [message("'%s' cannot be written", '/srv/a') + ': No space left on device', { fr: 'La cause est technique. Votre opérateur peut la voir.' }],
  [message('%lld rows written since are kept', '12'), { de: 'seitdem geschriebene und erhaltene Zeilen: 12' }],
  ['12 rows written since are kept', { de: '12 rows written since are kept' }], // nothing takes a sentence apart
  [message('%s to %s: %lld rows, %lld.%03lld s, without interruption. A rollback keeps rows written afterwards.', '1.0.0', '1.1.0', '100', '0', '012'), {
    fr: "de 1.0.0 à 1.1.0 : 100 lignes, 0,012 s, sans interruption. Un retour en arrière conserve les lignes écrites ensuite." }],
  [message("a tenant '%s' already exists", 'acme'), { fr: "Il existe déjà une entreprise 'acme'", en: "A tenant 'acme' already exists" }],
  ['cancelled', { fr: 'Annulée', en: 'Cancelled' }],
  [message('<b>%s</b> %% %s', '1 is beta', '%s %1$s %n'), { fr: '<b>1 is beta</b> % %s %1$s %n' }],
  ['<b>1 is beta</b> % %s %1$s %n', { fr: '<b>1 is beta</b> % %s %1$s %n' }],
  ['; ; ; is beta; : : ', { fr: '; ; ; is beta; : : ' }],
  ['é'.repeat(1000), { de: 'é'.repeat(1000) }],
]

test("what an order has said is read in the reader's language", async () => {
  const quote = (text) => text.replaceAll("'", "''")
  for (const [message, words] of said) {
    await stack.sql(`UPDATE scopiton.installer_order SET state = 'failed', message = '${quote(message)}' WHERE tenant = 1 AND module = 'notes' ORDER BY id DESC LIMIT 1`)
    for (const [language, expected] of Object.entries(words)) {
      await stack.sql(`UPDATE t1.member SET language = '${language}'`)
      const { status, body } = await get(module)
      assert.equal(status, 200)
      const shown = body.replaceAll('&#39;', "'").replaceAll('&gt;', '>').replaceAll('&lt;', '<')
      assert.ok(shown.includes(expected), `${language}: ${expected}, but: ${text(shown.slice(shown.indexOf('notice-bad'))).slice(0, 400)}`)
    }
  }
})

test('errors of the database stand in what operators read alone', async () => {
  await stack.sql("UPDATE t1.member SET language = 'en'")
  // as the host stores them, within another message too, and as earlier versions did
  for (const stored of [message('\x01%s, in: %.200s', '1054: Unknown column', 'SELECT secret'), message('%s %s: %s', 'Notes', '1.0.0', message('\x01%s, in: %.200s', '1054: Unknown column', 'SELECT secret')),
    message('%s, in: %.200s', '1054: Unknown column', 'SELECT secret'), message("statement ''%s'': %s", 'notes', '1054: Unknown column'),
    message('module %s does not fit its own schema: %s', 'notes', message("statement ''%s'': %s", 'notes', '1054: Unknown column'))]) {
    await stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, state, message, ended) VALUES ('t1_portal', 1, 'upgrade', 'notes', 'owner', 'failed', '${stored}', UTC_TIMESTAMP(6))`)
    for (const page of [module, '/portal/operations']) {
      const shown = text((await get(page)).body)
      assert.match(shown, /It has a technical reason\. Your operator can see which\./)
      assert.doesNotMatch(shown, /Unknown column|SELECT/)
    }
    assert.match(text((await get('/portal/tenants/1/notes', operator, scop)).body), /1054: Unknown column/)
    await stack.sql("DELETE FROM scopiton.installer_order WHERE actor = 'owner' AND state = 'failed' AND kind = 'upgrade' AND id NOT IN (SELECT installer_order FROM scopiton.order_step)")
  }
})

test('a path on the server stands in what operators read alone', async () => {
  await stack.sql("UPDATE t1.member SET language = 'en'")
  await stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, state, message, ended) VALUES ('t1_portal', 1, 'purge', 'notes', 'owner', 'failed', '${message("''%s'' cannot be written", '/srv/exports/notes.tar')}', UTC_TIMESTAMP(6))`)
  for (const page of [module, '/portal/operations']) {
    const shown = text((await get(page)).body)
    assert.match(shown, /It has a technical reason\. Your operator can see which\./)
    assert.doesNotMatch(shown, /\/srv\//)
  }
  assert.match(text((await get('/portal/tenants/1/notes', operator, scop)).body), /'\/srv\/exports\/notes\.tar' cannot be written/)
})

test('what a module was granted is told in plain words, each once', async () => {
  const rights = JSON.stringify(['calls api.example.com:443', 'writes member (INSERT)', 'writes invitation (INSERT)', 'writes role (INSERT)', 'writes session (DELETE)', 'writes api_key (INSERT)', 'writes setting (INSERT)', 'writes audit (INSERT)', 'orders', 'accounts'])
  await stack.sql(`UPDATE scopiton.catalogue_version SET rights = '${rights}' WHERE module = 'guestbook'`)
  const { body } = await get('/portal/modules/guestbook')
  const list = [...body.slice(body.indexOf('id="rights"')).split('</ul>')[0].matchAll(/<li>(.*)/g)].map(([, words]) => text(words).replace(' new', '').trim())
  assert.deepEqual(list, ['Connect to api.example.com:443', 'Invite, change and remove your members', 'Change your roles and their permissions', 'Sign your members in and out', 'Create and delete your API keys',
    "Change your modules' settings", 'Change other data of your company', 'Install, update and remove modules for your company', 'Read and change the accounts of all people on this server, and sign them in'])
})

test('a member who came in by a link of the command line is greeted by name once there is one', async () => {
  const heading = async () => (await get('/portal/')).body.match(/<h1>(.*?)<\/h1>/)[1]
  assert.equal(await heading(), 'Hello')
  await stack.sql("UPDATE t1.member SET name = 'Anna Peeters' WHERE name = ''")
  assert.equal(await heading(), 'Hello, Anna Peeters')
})

test('the pilot of many companies is named, and no company is out of reach', async () => {
  await stack.sql("USE scopiton; INSERT INTO tenant (name, title, language, zone, currency, scop, state) SELECT CONCAT('many-', seq), IF(seq < 3, 'Twice', CONCAT('Many ', seq)), 'en', 'UTC', 'EUR', 2, 'whole' FROM seq_1_to_250")
  const as = { headers: operator, host: scop }, wanted = { module: 'socle', version: '', canary: '' }
  const page = (await get('/portal/rollouts', operator, scop)).body
  assert.match(page, /<input[^>]*name="pilot"/)
  assert.doesNotMatch(page, /name="canary"/)
  assert.match(text((await post('/portal/rollouts', { ...wanted, pilot: 'Many 250' }, as)).body), /Many 250 Pilot/)
  assert.match(text((await post('/portal/rollouts', { ...wanted, pilot: 'many-1' }, as)).body), /Twice Pilot/)
  for (const [pilot, words] of [['Twice', /Several companies have this name/], ['Nobody', /No company has this name/]]) {
    const refused = await post('/portal/rollouts', { ...wanted, pilot }, as)
    assert.equal(refused.status, 422)
    assert.match(text(refused.body), words)
  }
  await stack.sql("DELETE FROM scopiton.tenant WHERE name LIKE 'many-%'")
})

test('a free module that needs one at a price is ordered at that price, and not without an allowance', async () => {
  const needs = (module) => ({ from: 'guestbook', manifest: (text) => text.replace('\t<personal', `\t<needs module="${module}" version="^1"/>\n\t<personal`) })
  const kiosk = '/portal/modules/kiosk'
  const orders = () => stack.sql("SELECT COALESCE(GROUP_CONCAT(state, ': ', message ORDER BY id SEPARATOR '; '), '') FROM scopiton.installer_order WHERE module = 'kiosk' AND kind = 'install'")
  const has = () => stack.sql("SELECT COALESCE(GROUP_CONCAT(module ORDER BY module), '') FROM scopiton.subscription WHERE tenant = 1 AND module IN ('kiosk', 'pantry', 'cellar') AND state = 'on'")
  const asOwner = (details = '{}') => stack.sql(`INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, details) VALUES ('t1_portal', 1, 'install', 'kiosk', 'Owner', '${details}')`)
  await stack.sql("UPDATE scopiton.subscription_period SET ends = begins WHERE ends IS NULL; UPDATE scopiton.tenant SET allowance_cents = NULL WHERE id = 1")
  await catalogue.publish('cellar', '1.0.0', { from: 'guestbook', manifest: (text) => text.replace('\t<personal', '\t<tariff cents="5000"/>\n\t<personal') })
  await catalogue.publish('pantry', '1.0.0', needs('cellar'))
  await catalogue.publish('kiosk', '1.0.0', needs('pantry'))
  await stack.cli('catalogue', 'refresh')

  assert.match(text((await get(kiosk)).body), /Price .50\.00 a month, without VAT[\s\S]*costs more than your company may order by itself[\s\S]*Ask your operator/)
  assert.doesNotMatch((await get('/portal/modules')).body, /action="\/portal\/modules\/kiosk\/install"/, 'no button that buys at once')
  const answer = await stack.request(portal, `${kiosk}/order`, { headers: owner, form: { _key: await stack.key(portal, module, owner, `${module}/order`), kind: 'install', agreed: '0.00' } })
  assert.deepEqual([answer.status, answer.headers.location, await orders()], [303, `${kiosk}/install`, ''])
  await asOwner()
  await ended('kiosk')
  assert.match(await orders(), /^failed: .*and the modules that it needs cost more than this tenant may order by itself/)
  assert.equal(await has(), '')

  await stack.cli('tenant', 'allow', 'acme', '49')
  assert.equal(await stack.sql("SELECT may_buy FROM t1.offer WHERE module = 'kiosk'"), '0')
  await stack.cli('tenant', 'allow', 'acme', '50')
  await asOwner('{"agreed": 4999}')
  await ended('kiosk')
  assert.match(await orders(), /; failed: .*is not the one that was shown/)
  assert.equal(await has(), '')
  const { body } = await get(`${kiosk}/install`)
  assert.match(text(body), /Price .50\.00 a month, without VAT Includes Guestbook, which it requires: .50\.00 a month, until you disable that one too Starts Today/)
  assert.equal((await post(`${kiosk}/install`, { agreed: body.match(/name="agreed" value="(50\.00)"/)[1] }, { page: `${kiosk}/install` })).status, 303)
  await ended('kiosk')
  assert.equal(await has(), 'cellar,kiosk,pantry')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(module, ' ', cents ORDER BY module) FROM scopiton.subscription_period WHERE tenant = 1 AND ends IS NULL AND module IN ('kiosk', 'pantry', 'cellar')"), 'cellar 5000,kiosk 0,pantry 0')
  assert.equal(await stack.sql("SELECT price_cents FROM t1.offer WHERE module = 'kiosk'"), '0', 'what it needs is there')
})

test('at the root of a host name without a module visitors are led to what there is', async () => {
  const visit = (url, headers = { 'Accept-Language': 'de' }) => stack.request('bare.localhost', url, { headers })
  await stack.cli('tenant', 'create', 'bare', '--title', 'Bäckerei', '--language', 'nl')
  const none = await visit('/')
  assert.equal(none.status, 200)
  assert.match(none.body, /<html lang="de">[\s\S]*Noch nichts zu sehen[\s\S]*Bäckerei[\s\S]*href="http:\/\/bare-portal\.localhost[:0-9]*\/"/)
  assert.match((await visit('/fr/')).body, /<html lang="fr">[\s\S]*href="\/nl\/"/)
  await stack.cli('module', 'install', 'notes', '--tenant', 'bare')
  for (const [url, language] of [['/', 'de'], ['/fr/', 'fr'], ['/nl', 'nl']]) {
    const one = await visit(url)
    assert.deepEqual([one.status, one.headers.location], [303, `/${language}/notes/`], url)
  }
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'bare')
  const { status, body, headers } = await visit('/')
  assert.equal(status, 200)
  assert.match(headers.vary, /Accept-Language/)
  assert.match(body, /<html lang="de">[\s\S]*Wohin möchten Sie\?[\s\S]*href="\/de\/guestbook\/">Gästebuch<[\s\S]*href="\/de\/notes\/"/)
  assert.equal((await visit('/', { Accept: 'application/json' })).status, 404, 'a program reads no list')
  const post = await stack.request('bare.localhost', '/', { form: {} })
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD'])
  for (const url of ['/elsewhere', '/fr/elsewhere/', '/portal/sign-in', '/portal/']) assert.equal((await visit(url)).status, 404, url)
  await stack.cli('module', 'disable', 'notes', '--tenant', 'bare')
  assert.deepEqual([(await visit('/')).status, (await visit('/fr/notes/')).status], [303, 503])
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'bare', '--root')
  assert.match((await visit('/de/')).body, /Gästebuch/)
  await stack.cli('module', 'disable', 'guestbook', '--tenant', 'bare')
  assert.equal((await visit('/de/')).status, 503, 'a root that is switched off is closed')
})
