// SPDX-License-Identifier: EUPL-1.2
// No table grows with temporary rows. Days pass by moving the stored times back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lines, mark } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost'
let stack, owner

const count = (table, where = '1') => stack.sql(`SELECT COUNT(*) FROM ${table} WHERE ${where}`).then(Number)
const keys = (where) => count('t1_guestbook.scop_form_key', where)

async function sign (message) {
  const form = { _key: await stack.key(SITE, '/fr/guestbook/'), name: 'Ada', message }
  return { form, answer: await stack.request(SITE, '/fr/guestbook/', { form }) }
}

// A whole pass over all databases: the installer begins one at SIGHUP, and logs how many rows have expired; there is one.
async function pass () {
  const from = mark(stack)
  await stack.sql(`INSERT INTO queue.dead (id, role, is_event, name, body, created, died, tries, error)
    VALUES (999, 't1_shop', 0, 'at least', '{}', UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 91 DAY, 1, '')`)
  process.kill(stack.service('installer'), 'SIGHUP')
  await until('a pass has ended', () => lines(stack, from, 'rows have expired').length > 0, 100) // the installer goes last on a busy machine
}

before(async () => {
  stack = await start({ mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme')
  owner = await stack.signIn('acme')
})
after(() => stack?.stop())

test('three weeks of posted forms leave those of the last day', async () => {
  for (let day = 0; day < 21; day++) {
    for (let i = 0; i < 10; i++) assert.equal((await sign(`day ${day}`)).answer.status, 303)
    assert.ok(await keys() <= 20, `at day ${day} there are ${await keys()}`)
    await stack.sql('UPDATE t1_guestbook.scop_form_key SET created = created - INTERVAL 1 DAY')
    await pass()
  }
  await stack.sql('UPDATE t1_guestbook.scop_form_key SET created = created - INTERVAL 1 DAY')
  await pass()
  assert.equal(await keys(), 0)
  assert.equal(await count('t1_guestbook.entry'), 210, 'what visitors wrote stays')
})

test('thousands at once are all deleted', async () => {
  await stack.sql(`INSERT INTO t1_guestbook.scop_form_key (nonce, route, answer, created)
    SELECT UNHEX(MD5(seq)), '/', REPEAT('x', 2000), UTC_TIMESTAMP() - INTERVAL 26 HOUR FROM t1.seq_1_to_12345`)
  await pass()
  assert.equal(await keys(), 0)
})

test('a form sent again gets its answer, while that is kept', async () => {
  const { form, answer } = await sign('once')
  await pass()
  const again = await stack.request(SITE, '/fr/guestbook/', { form })
  assert.deepEqual([again.status, again.headers.location], [303, answer.headers.location])
  assert.equal(await count('t1_guestbook.entry', "message = 'once'"), 1)
})

test('a page that answered a form is forgotten after an hour, and its key is not', async () => {
  const wrong = { _key: await stack.key(PORTAL, '/portal/sign-in'), mail: 'nobody@example.org', password: 'a wrong password' }
  const send = () => stack.request(PORTAL, '/portal/sign-in', { form: wrong })
  const first = await send()
  const held = () => count('t1_portal.scop_form_key', "answer LIKE '%DOCTYPE%'")
  assert.equal(await held(), 1, first.body.slice(0, 300))
  assert.equal((await send()).status, first.status)
  await stack.sql('UPDATE t1_portal.scop_form_key SET answer_until = answer_until - INTERVAL 1 HOUR - INTERVAL 1 SECOND')
  await pass()
  assert.equal(await held(), 0)
  assert.equal((await send()).status, 409)
})

test('where the stored answer cannot be read, nobody is told to send the form once more', async () => {
  const { form } = await sign('stored')
  await stack.sql('ALTER TABLE t1_guestbook.scop_form_key RENAME COLUMN answer TO hidden')
  const { status } = await stack.request(SITE, '/fr/guestbook/', { form })
  await stack.sql('ALTER TABLE t1_guestbook.scop_form_key RENAME COLUMN hidden TO answer')
  assert.equal(status, 500)
  assert.equal(await count('t1_guestbook.entry', "message = 'stored'"), 1)
})

test('a program that names no key has nothing stored', async () => {
  const headers = { Cookie: owner }
  const made = await stack.request(PORTAL, '/portal/keys', { headers, form: { _key: await stack.key(PORTAL, '/portal/keys', headers, '/portal/keys'), name: 'Program', days: '30', 'may.shop.settings': '1' } })
  const [token] = made.body.match(/scop_[a-z2-7]{40}/)
  const add = (grams, more = {}) => stack.request(PORTAL, '/shop/settings',
    { headers: { Authorization: `Bearer ${token}`, Accept: 'application/json', ...more }, form: { country: 'BE', scheme: 'national', to: 'BE', weight: String(grams), 'price.new': '5,00' } })
  const stored = () => count('t1_shop.scop_form_key')
  const before = await stored()
  assert.equal((await add(1000)).status, 303)
  assert.equal((await add(2000)).status, 303)
  assert.equal(await stored(), before)
  assert.equal((await add(3000, { 'Idempotency-Key': 'a' })).status, 303)
  assert.equal((await add(3000, { 'Idempotency-Key': 'a' })).status, 303)
  assert.equal(await stored(), before + 1)
  assert.equal(await count('t1_shop.shipping'), 3)
})

test('in a tenant whom nobody visits the same expires: sessions, links, jobs that are done', async () => {
  const ago = (time) => `UTC_TIMESTAMP(6) - INTERVAL ${time}`, ahead = 'UTC_TIMESTAMP(6) + INTERVAL 1 HOUR'
  await stack.sql(`
    INSERT INTO t1.session (token_hash, member, expires) SELECT REPEAT('e', 64), MIN(id), ${ago('1 SECOND')} FROM t1.member;
    INSERT INTO t1.sign_in (token_hash, member, expires) SELECT REPEAT('e', 64), MIN(id), ${ago('1 SECOND')} FROM t1.member;
    INSERT INTO t1.sign_in (token_hash, member, expires) SELECT REPEAT('f', 64), MIN(id), ${ahead} FROM t1.member;
    INSERT INTO t1.invitation (token_hash, member, expires) SELECT REPEAT('e', 64), MIN(id), ${ago('1 SECOND')} FROM t1.member;
    INSERT INTO t1.invitation (token_hash, member, expires) SELECT REPEAT('f', 64), MIN(id), ${ahead} FROM t1.member;
    INSERT INTO t1.api_key (token_hash, name, permissions, by_name, expires) VALUES (REPEAT('e', 64), 'old', '', 'a', ${ago('91 DAY')}), (REPEAT('f', 64), 'new', '', 'a', ${ago('89 DAY')});
    INSERT INTO account.failure (sender, mail, at) VALUES (REPEAT('e', 64), '', ${ago('61 MINUTE')}), (REPEAT('f', 64), '', ${ago('1 MINUTE')});
    INSERT INTO scopiton.module_request (tenant, module, actor, state, answered) VALUES (1, 'old', 'a', 'declined', ${ago('366 DAY')}), (1, 'new', 'a', 'declined', ${ago('1 DAY')}), (1, 'open', 'a', 'open', NULL);
    INSERT INTO scopiton.installer_order (tenant, kind, person, actor, state, ended) VALUES (1, 'sign-out', 1, 'old', 'done', ${ago('91 DAY')}), (1, 'sign-out', 2, 'new', 'done', ${ago('89 DAY')});
    INSERT INTO t1_guestbook.scop_job_done (entry, done) VALUES ('old', ${ago('31 DAY')}), ('new', ${ago('29 DAY')});
    INSERT INTO account.person (id, mail, name, language, password) VALUES (77, 'ada@example.org', 'Ada', 'fr', '');
    INSERT INTO account.place (person, sender, at) VALUES (77, REPEAT('e', 64), ${ago('91 DAY')}), (77, REPEAT('f', 64), ${ago('89 DAY')});
    INSERT INTO account.reset (token_hash, person, expires) VALUES (REPEAT('e', 64), 77, ${ago('1 SECOND')}), (REPEAT('f', 64), 77, ${ahead});
    INSERT INTO queue.mail (role, recipient, sender_name, subject, html, state, run_at) VALUES ('t1_shop', 'a@example.org', 'a', 'old', '', 'sent', ${ago('31 DAY')}),
      ('t1_shop', 'a@example.org', 'a', 'old', '', 'refused', ${ago('31 DAY')}), ('t1_shop', 'a@example.org', 'a', 'new', '', 'sent', ${ago('29 DAY')});
    INSERT INTO queue.dead (id, role, is_event, name, body, created, died, tries, error) VALUES (1, 't1_shop', 0, 'old', '{}', ${ago('91 DAY')}, ${ago('91 DAY')}, 10, ''),
      (2, 't1_shop', 0, 'new', '{}', ${ago('89 DAY')}, ${ago('89 DAY')}, 10, '')`)
  await stack.sql(`UPDATE scopiton.order_step SET at = ${ago('91 DAY')} WHERE installer_order = (SELECT MIN(id) FROM scopiton.installer_order)`)
  const kept = await count('scopiton.order_step', 'at > UTC_TIMESTAMP() - INTERVAL 1 DAY'), orders = await count('scopiton.installer_order')
  await pass()
  assert.equal(await stack.sql('SELECT GROUP_CONCAT(name) FROM t1.api_key WHERE by_name = \'a\''), 'new')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(LEFT(sender, 1)) FROM account.failure WHERE mail = ''"), 'f')
  assert.equal(await stack.sql('SELECT GROUP_CONCAT(LEFT(sender, 1)) FROM account.place WHERE person = 77'), 'f')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(module ORDER BY module) FROM scopiton.module_request WHERE actor = 'a'"), 'new,open')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(actor) FROM scopiton.installer_order WHERE kind = 'sign-out'"), 'new')
  assert.equal(await count('t1.session', "token_hash = REPEAT('e', 64)"), 0)
  assert.equal(await count('t1.session'), 1, 'the one that was signed in')
  assert.equal(await stack.sql('SELECT LEFT(token_hash, 1) FROM t1.sign_in'), 'f')
  assert.equal(await stack.sql('SELECT LEFT(token_hash, 1) FROM t1.invitation'), 'f')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(entry) FROM t1_guestbook.scop_job_done WHERE entry IN ('old', 'new')"), 'new')
  assert.equal(await stack.sql('SELECT LEFT(token_hash, 1) FROM account.reset'), 'f')
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(subject) FROM queue.mail WHERE recipient = 'a@example.org'"), 'new')
  assert.equal(await stack.sql('SELECT GROUP_CONCAT(name) FROM queue.dead'), 'new')
  assert.equal(await count('scopiton.order_step'), kept)
  assert.equal(await count('scopiton.installer_order'), orders - 1, 'who ordered what stays on record')
})

test('who is a member nowhere any more keeps the account for a month, and who is one keeps it', async () => {
  const member = (id) => stack.sql(`INSERT INTO account.person (id, mail, name, language, password) VALUES (${id}, 'p${id}@example.org', 'P', 'fr', '');
    INSERT INTO account.recovery (person, code_hash) VALUES (${id}, REPEAT('a', 64)); INSERT INTO t1.member (name, mail, language, person) VALUES ('P', 'p${id}@example.org', 'fr', ${id})`)
  await member(1000) // stays
  for (let day = 1; day <= 36; day++) {
    await member(1000 + day)
    await stack.sql(`DELETE FROM t1.member WHERE person = ${999 + day} AND person <> 1000; UPDATE account.person SET member_seen = member_seen - INTERVAL 1 DAY WHERE id >= 1000`)
    await pass()
    assert.ok(await count('account.person', 'id >= 1000') <= 33, `on day ${day}`)
  }
  assert.equal(await count('account.person', 'id = 1000 AND member_seen = UTC_DATE()'), 1)
  assert.equal(await count('account.recovery', 'person < 1003'), 1)
  // If a tenant's members cannot be read, no account is deleted.
  await stack.sql('UPDATE account.person SET member_seen = UTC_DATE() - INTERVAL 99 DAY WHERE id >= 1000; RENAME TABLE t1.member TO t1.hidden')
  const before = await count('account.person')
  await pass()
  await stack.sql('RENAME TABLE t1.hidden TO t1.member')
  assert.equal(await count('account.person'), before)
  await pass()
  assert.equal(await stack.sql('SELECT GROUP_CONCAT(id ORDER BY id) FROM account.person WHERE id >= 1000'), '1000,1036')
})
