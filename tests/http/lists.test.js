// SPDX-License-Identifier: EUPL-1.2
// The portal's long lists: each page says after which row it is, so that pages lose and repeat nothing, whatever comes meanwhile.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost', SCOP = 'scop-portal.localhost'
let stack, owner, operator

before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'en')
  await stack.cli('tenant', 'create', 'scop', '--title', 'La Scop', '--language', 'en', '--operator')
  owner = { Cookie: await stack.signIn('acme') }
  operator = { Cookie: await stack.signIn('scop') }
})
after(() => stack?.stop())

const json = async (host, url, headers) => {
  const { status, body } = await stack.request(host, url, { headers: { ...headers, Accept: 'application/json' } })
  assert.equal(status, 200, `${url}: ${body}`)
  return JSON.parse(body)
}

// How a page is read: as a program gets it, or, where it is for people alone, from its rows and links.
const asJson = (list) => async (host, url, headers) => {
  const page = await json(host, url, headers)
  return { rows: page[list].map(({ id }) => id), after: page.after, before: page.before }
}
const asHtml = (row) => async (host, url, headers) => {
  const { body } = await stack.request(host, url, { headers }), link = (field, rel) => body.match(new RegExp(`href="\\?${field}=([^&"]*)[^"]*" rel="${rel}"`))?.[1]
  return { rows: [...body.matchAll(row)].map(([, found]) => Number(found)), after: link('after', 'next'), before: link('before', 'prev') }
}

// The rows of a list's pages, gone through to its end and back to its beginning.
async function through (host, path, read, headers, filter = '') {
  let page = await read(host, `${path}?${filter}`, headers)
  const there = [page.rows]
  assert.equal(page.before ?? null, null, 'nothing precedes the first page')
  while (page.after) there.push((page = await read(host, `${path}?after=${page.after}${filter}`, headers)).rows)
  const back = [page.rows]
  while (page.before) back.unshift((page = await read(host, `${path}?before=${page.before}${filter}`, headers)).rows)
  assert.deepEqual(back, there, `${path}: the way back has the same pages`)
  return there
}

test('a list of the latest has all its rows once, there and back', async () => {
  await stack.sql(`INSERT INTO t1.audit (role, name, what, about) SELECT 't1_portal', 'Zoé', 'Signed in', seq FROM t1.seq_1_to_117;
    INSERT INTO queue.mail (role, recipient, recipient_name, sender_name, subject, html, state, run_at) SELECT 't1_portal', 'zoe@example.org', 'Zoé', 'x', seq, '', 'sent', UTC_TIMESTAMP() FROM t1.seq_1_to_117;
    INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor, state, message) SELECT 't1_portal', 1, 'disable', 'shop', 'Zoé', 'done', CONCAT('number ', seq) FROM t1.seq_1_to_117;
    INSERT INTO queue.dead (id, role, is_event, name, body, created, tries, error) SELECT 9000 + seq, 't1_portal', 0, 'forgot', '{}', UTC_TIMESTAMP(3), 3, 'x' FROM t1.seq_1_to_117`)
  for (const [path, read, filter] of [['/portal/audit', asJson('trail'), '&words=zo%C3%A9'], ['/portal/mails', asJson('mails'), ''], ['/portal/operations', asHtml(/>Number (\d+)</gi), '&words=zo%C3%A9'], ['/portal/jobs', asJson('dead'), '&failed=1']]) {
    const pages = await through(PORTAL, path, read, owner, filter)
    assert.deepEqual(pages.map(({ length }) => length), [50, 50, 17], path)
    assert.deepEqual(pages.flat(), pages.flat().toSorted((one, other) => other - one), `${path}: the latest first`)
    assert.equal(new Set(pages.flat()).size, 117, path)
  }
  const pages = await through(SCOP, '/portal/operations', asHtml(/>Number (\d+)</gi), operator, '&company=1&words=zo%C3%A9')
  assert.equal(new Set(pages.flat()).size, 117, 'of a company that is served')
  const { body } = await stack.request(SCOP, '/portal/operations?company=1', { headers: operator })
  assert.match(body, /<form class="filter"(?:[^<]|<(?!\/form>))*<input type="hidden" name="company" value="1">/, 'the search stays with the company')
  assert.doesNotMatch(body, /<[a-z]+ [^<>]*<[a-z]/, 'no tag within another')
})

test('a list in another order goes on after a row too, where several have the same name', async () => {
  await stack.sql(`INSERT INTO t1.member (name, mail, language) SELECT CONCAT('Member ', seq % 3), CONCAT('m', seq, '@example.org'), 'fr' FROM t1.seq_1_to_117;
    INSERT INTO queue.outbox (role, name, body, run_at) SELECT 't1_portal', 'forgot', '{}', UTC_TIMESTAMP() + INTERVAL (1 + seq % 3) DAY FROM t1.seq_1_to_117`)
  const members = (await stack.sql("SELECT id FROM t1.member ORDER BY name = '', name, mail, id")).split('\n').map(Number)
  assert.deepEqual((await through(PORTAL, '/portal/members', asJson('members'), owner)).flat(), members)
  const jobs = (await stack.sql("SELECT id FROM queue.outbox WHERE role LIKE 't1\\_%' AND is_event = 0 ORDER BY run_at, id")).split('\n').map(Number)
  assert.deepEqual((await through(PORTAL, '/portal/jobs', asJson('jobs'), owner)).flat(), jobs)
  const offers = (await through(PORTAL, '/portal/modules', asJson('modules'), owner)).flat()
  assert.ok(offers.length > 1 && new Set(offers).size === offers.length)
  await stack.sql(`INSERT INTO scopiton.tenant (name, title, language, zone, currency, state, scop) SELECT CONCAT('many', seq), CONCAT('Many ', seq % 5), 'fr', 'Europe/Paris', 'EUR', 'whole', 2 FROM t1.seq_1_to_117;
    INSERT INTO scopiton.rollout (module, version, state, actor, scop) SELECT 'shop', seq, 'done', 'x', 2 FROM t1.seq_1_to_117;
    INSERT INTO scopiton.rollout_tenant (rollout, tenant, wave, state) SELECT r.id, (SELECT MAX(t.id) FROM scopiton.tenant t), 0, 'done' FROM scopiton.rollout r`)
  const tenants = (await stack.sql('SELECT id FROM scopiton.tenant WHERE scop = 2 ORDER BY title, id')).split('\n').map(Number)
  assert.deepEqual((await through(SCOP, '/portal/tenants', asJson('tenants'), operator)).flat(), tenants)
  const rollouts = (await through(SCOP, '/portal/rollouts', asHtml(/\/portal\/rollouts\/(\d+)"/g), operator)).flat()
  assert.equal(new Set(rollouts).size, 117)
  const rollout = Math.max(...rollouts)
  await stack.sql(`REPLACE INTO scopiton.rollout_tenant (rollout, tenant, wave, state) SELECT ${rollout}, t.id, t.id % 4, 'done' FROM scopiton.tenant t WHERE t.name LIKE 'many%'`)
  const waves = (await stack.sql(`SELECT tenant FROM scopiton.rollout_tenant WHERE rollout = ${rollout} ORDER BY wave, tenant`)).split('\n').map(Number)
  assert.deepEqual((await through(SCOP, `/portal/rollouts/${rollout}`, asJson('tenants'), operator)).flat(), waves)
})

test('what comes or goes while somebody reads shifts no page; a page that has gone gives way to the first', async () => {
  const first = await json(PORTAL, '/portal/members', owner), next = await json(PORTAL, `/portal/members?after=${first.after}`, owner)
  await stack.sql(`INSERT INTO t1.member (name, mail, language) SELECT CONCAT('Aaron ', seq), CONCAT('a', seq, '@example.org'), 'fr' FROM t1.seq_1_to_9; DELETE FROM t1.member WHERE id = ${first.members[3].id}`)
  assert.deepEqual((await json(PORTAL, `/portal/members?after=${first.after}`, owner)).members, next.members)
  await stack.sql("DELETE FROM t1.audit WHERE name = 'Zoé'")
  const all = await json(PORTAL, '/portal/audit', owner)
  assert.deepEqual((await json(PORTAL, '/portal/audit?after=1', owner)).trail, all.trail)
  assert.equal((await stack.request(PORTAL, '/portal/audit?after=x', { headers: owner })).status, 400)
})

test('the links between pages keep the filter', async () => {
  const { body } = await stack.request(PORTAL, '/portal/mails?words=zo%C3%A9', { headers: owner })
  const [, next] = body.match(/href="(\?after=[^"]*)" rel="next"/)
  assert.match(next, /words=zo%C3%A9/)
  const second = await stack.request(PORTAL, `/portal/mails${next.replaceAll('&amp;', '&')}`, { headers: owner })
  assert.match(second.body, /href="\?(?:&amp;)?words=zo%C3%A9" rel="first"/)
  assert.match(second.body, /href="\?before=\d+&amp;words=zo%C3%A9" rel="prev"/)
})
