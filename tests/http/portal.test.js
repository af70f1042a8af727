// SPDX-License-Identifier: EUPL-1.2
// The portal: the way in and out, who may what, and orders to the installer.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'

const portal = 'acme-portal.localhost'
const site = 'acme.localhost'
const ids = {}
let stack

before(async () => {
  stack = await start()
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant, '--language', 'en')
    ids[tenant] = await stack.sql(`SELECT id FROM scopiton.tenant WHERE name = '${tenant}'`)
    await until('its portal serves', async () => (await stack.request(`${tenant}-portal.localhost`, '/portal/sign-in')).status === 200)
  }
})
after(() => stack?.stop())

const link = async (tenant = 'acme', role = 'owner') => new URL((await stack.cli('login', tenant, role)).trim())
const sessions = async (tenant = 'acme') => Number(await stack.sql(`SELECT COUNT(*) FROM t${ids[tenant]}.session`))
const links = async (tenant = 'acme') => Number(await stack.sql(`SELECT COUNT(*) FROM t${ids[tenant]}.sign_in`))
const orders = (tenant = 'acme') => stack.sql(`SELECT id, kind, module, state FROM scopiton.installer_order WHERE tenant = ${ids[tenant]} AND role IS NOT NULL ORDER BY id`)
const as = (cookie) => ({ headers: { Cookie: cookie } })
const sidOf = ({ headers }) => headers['set-cookie']?.[0].match(/^sid=([^;]*)/)?.[1]

const signInWith = async (url, key) => stack.request(url.host, url.pathname, { form: { _key: key ?? await stack.key(url.host, url.pathname) } })

// ---- signing in ----

test('a sign-in link shows a button, and looking at it uses nothing up', async () => {
  const url = await link()
  const [linksBefore, sessionsBefore] = [await links(), await sessions()]
  for (let i = 0; i < 2; i++) {
    const { status, headers, body } = await stack.request(url.host, url.pathname)
    assert.equal(status, 200)
    assert.match(body, /<form method="post" action="\/portal\/sign-in\/[0-9a-f]{32}">/)
    assert.match(body, /<button/)
    assert.equal(headers['set-cookie'], undefined)
    assert.match(headers['cache-control'], /no-store/)
  }
  await stack.request(url.host, url.pathname, { method: 'HEAD' })
  assert.deepEqual([await links(), await sessions()], [linksBefore, sessionsBefore])
  assert.equal((await signInWith(url)).headers.location, '/portal/account/password', 'who has no password yet is asked for one')
})

test('the session\'s cookie is not for scripts, and opens the portal', async () => {
  const answer = await signInWith(await link())
  assert.equal(answer.status, 303)
  assert.match(answer.headers['set-cookie'][0], /^sid=[a-z2-7]{40}; Path=\/; HttpOnly; SameSite=Lax/)
  const { status, body } = await stack.request(portal, '/portal/modules', as(`sid=${sidOf(answer)}`))
  assert.equal(status, 200)
  assert.match(body, /<h1>Modules<\/h1>/)
})

test('a link works once', async () => {
  const url = await link()
  const [first, second] = [await stack.key(url.host, url.pathname), await stack.key(url.host, url.pathname)]
  assert.ok(sidOf(await signInWith(url, first)))
  const before = await sessions()
  const again = await signInWith(url, second)
  assert.equal(sidOf(again), undefined)
  assert.equal(again.headers.location, '/portal/sign-in')
  assert.equal(await sessions(), before)
  assert.doesNotMatch((await stack.request(url.host, url.pathname)).body, /<form/)
})

test('of two who press the button at once, one is signed in', async () => {
  for (let i = 0; i < 5; i++) {
    const url = await link()
    const keys = [await stack.key(url.host, url.pathname), await stack.key(url.host, url.pathname), await stack.key(url.host, url.pathname)]
    const before = await sessions()
    const answers = await Promise.all(keys.map((key) => signInWith(url, key)))
    assert.equal(answers.filter(sidOf).length, 1)
    assert.equal(await sessions(), before + 1)
  }
})

test('a form sent twice signs in once, with one session', async () => {
  const url = await link()
  const key = await stack.key(url.host, url.pathname)
  const before = await sessions()
  const answers = await Promise.all([signInWith(url, key), signInWith(url, key)])
  for (const { status } of answers) assert.equal(status, 303)
  assert.equal(await sessions(), before + 1)
})

test('an expired link opens nothing', async () => {
  const url = await link()
  const key = await stack.key(url.host, url.pathname)
  await stack.sql(`UPDATE t${ids.acme}.sign_in SET expires = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND`)
  const before = await sessions()
  assert.doesNotMatch((await stack.request(url.host, url.pathname)).body, /<form/)
  assert.equal(sidOf(await signInWith(url, key)), undefined)
  assert.equal(await sessions(), before)
})

test('a wrong token opens nothing', async () => {
  const url = await link()
  const key = await stack.key(url.host, url.pathname)
  const before = await sessions()
  for (const token of ['0'.repeat(32), url.pathname.split('/').pop().toUpperCase(), url.pathname.split('/').pop() + '0', '%27%20OR%201=1--', 'x'.repeat(200), '%ff']) {
    const answer = await stack.request(url.host, `/portal/sign-in/${token}`)
    assert.ok([200, 400, 404].includes(answer.status), token)
    assert.doesNotMatch(answer.body, /<form/, token)
    assert.equal(sidOf(await stack.request(url.host, `/portal/sign-in/${token}`, { form: { _key: key } })), undefined, token)
  }
  assert.equal(await sessions(), before)
})

test('a link of one tenant opens nothing at another', async () => {
  const url = await link('beta')
  const other = await link('acme')
  const key = await stack.key(other.host, other.pathname)
  assert.doesNotMatch((await stack.request(portal, url.pathname)).body, /<form/)
  const before = await sessions()
  assert.equal(sidOf(await stack.request(portal, url.pathname, { form: { _key: key } })), undefined)
  assert.equal(await sessions(), before)
  assert.ok(sidOf(await signInWith(url)), 'it still works where it belongs')
})

test('who reads the database finds no session that works', async () => {
  const token = sidOf(await signInWith(await link()))
  const dump = []
  for (const table of (await stack.sql(`SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema REGEXP '^t${ids.acme}(_|$)'`)).split('\n')) {
    if (Number(await stack.sql(`SELECT COUNT(*) FROM ${table}`)) > 0 && (await stack.sql(`SELECT * FROM ${table}`)).includes(token)) dump.push(table)
  }
  assert.deepEqual(dump, [], 'a session\'s token stands in the database as it is')
})

test('a form key alone, without its link, gives nobody the session again', async () => {
  const url = await link()
  const key = await stack.key(url.host, url.pathname)
  assert.ok(sidOf(await signInWith(url, key)))
  const stranger = await stack.request(url.host, `/portal/sign-in/${'0'.repeat(32)}`, { form: { _key: key } })
  assert.equal(sidOf(stranger), undefined, 'a stranger who has no link got the session')
})

// ---- who may what ----

test('pages of the portal are 401 without a session, or with one that is not', async () => {
  const cookies = ['', 'sid=', 'sid=x', `sid=${'a'.repeat(40)}`, `sid=${'a'.repeat(5000)}`, 'sid=%27', 'SID=x', `__Host-sid=${'a'.repeat(40)}`]
  for (const cookie of cookies) {
    for (const url of ['/', '/portal/', '/portal/sign-out']) {
      const { status, headers } = await stack.request(portal, url, cookie ? as(cookie) : {})
      assert.equal(status, 401, `${url} with '${cookie.slice(0, 20)}'`)
      assert.match(headers['cache-control'], /no-store/)
    }
  }
  for (const url of ['/portal/sign-out', '/portal/modules/guestbook/install', '/portal/modules/guestbook/disable']) {
    const url_ = await link()
    const answer = await stack.request(portal, url, { form: { _key: await stack.key(url_.host, url_.pathname) } })
    assert.equal(answer.status, 401, url)
  }
  assert.equal(await orders(), '')
})

test('a browser that asks for a page gets the form to sign in, which returns to that page and to no other host', async () => {
  const html = { Accept: 'text/html,application/xhtml+xml' }, to = '/portal/members?words=Zo%C3%A9&x=1'
  const asked = await stack.request(portal, to, { headers: html })
  assert.deepEqual([asked.status, asked.headers.location], [303, `/portal/sign-in?to=${encodeURIComponent(to)}`])
  assert.match(asked.headers['cache-control'], /no-store/)
  const form = await stack.request(portal, asked.headers.location, { headers: html })
  assert.equal(form.status, 200)
  assert.match(form.body, /name="password"/)
  assert.ok(form.body.includes(`name="to" value="${to.replace('&', '&amp;')}"`), form.body)
  const long = await stack.request(portal, `/portal/members?words=${'x'.repeat(1500)}`, { headers: html })
  assert.equal(long.headers.location, '/portal/sign-in')
  assert.equal((await stack.request(portal, to, { headers: { Accept: 'application/json' } })).status, 401)
  assert.equal((await stack.request(portal, to, { headers: { ...html, 'HX-Request': 'true' } })).status, 401)
})

test('an expired session is 401', async () => {
  const token = sidOf(await signInWith(await link()))
  await stack.sql(`UPDATE t${ids.acme}.session SET expires = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND`)
  assert.equal((await stack.request(portal, '/portal/', as(`sid=${token}`))).status, 401)
})

test('a role without the permission gets 403 and orders nothing', async () => {
  const t = `t${ids.acme}`
  await stack.sql(`INSERT INTO ${t}.role (name) VALUES ('reader'), ('nobody'); INSERT INTO ${t}.role_permission VALUES ('reader', 'portal.modulesx'), ('nobody', 'portal')`)
  const reader = await stack.signIn('acme', 'reader')
  const page = await stack.request(portal, '/portal/modules', as(reader))
  assert.equal(page.status, 200)
  assert.doesNotMatch(page.body, /modules\/guestbook\/install/, 'a button that would not work is not shown')
  await stack.sql(`INSERT INTO ${t}.role_permission VALUES ('reader', 'portal.modules')`)
  const key = await stack.key(portal, '/portal/modules', { Cookie: reader }, '/portal/modules/guestbook/install')
  await stack.sql(`DELETE FROM ${t}.role_permission WHERE permission = 'portal.modules' AND role = 'reader'`)
  for (const verb of ['install', 'disable']) {
    const answer = await stack.request(portal, `/portal/modules/guestbook/${verb}`, { ...as(reader), form: { _key: key } })
    assert.equal(answer.status, 403, verb)
  }
  assert.equal(await orders(), '')
  const nobody = await stack.signIn('acme', 'nobody')
  for (const url of ['/portal/jobs', '/portal/members']) assert.equal((await stack.request(portal, url, as(nobody))).status, 403, url)
  await stack.sql(`INSERT INTO ${t}.role_permission VALUES ('reader', 'portal.jobs')`)
  assert.equal((await stack.request(portal, '/portal/jobs', as(reader))).status, 200)
  await stack.sql(`DELETE FROM ${t}.role_permission WHERE role = 'reader'`)
  assert.equal((await stack.request(portal, '/portal/jobs', as(reader))).status, 403, 'a permission that is taken away counts at once')
})

test('a session of one tenant is worthless at another\'s portal', async () => {
  const cookie = await stack.signIn('acme')
  assert.equal((await stack.request(portal, '/portal/', as(cookie))).status, 200)
  for (const url of ['/', '/portal/', '/portal/sign-out']) {
    assert.equal((await stack.request('beta-portal.localhost', url, as(cookie))).status, 401, url)
  }
  const key = await stack.key(portal, '/portal/modules', { Cookie: cookie }, '/portal/modules/guestbook/install')
  assert.equal((await stack.request('beta-portal.localhost', '/portal/modules/guestbook/install', { ...as(cookie), form: { _key: key } })).status, 401)
  assert.equal(await orders('beta'), '')
})

test('a form key of one session is refused in another', async () => {
  const [one, two] = [await stack.signIn('acme'), await stack.signIn('acme')]
  const install = '/portal/modules/guestbook/install'
  const key = await stack.key(portal, '/portal/modules', { Cookie: one }, install)
  assert.equal((await stack.request(portal, install, { ...as(two), form: { _key: key } })).status, 409)
  const open = await link()
  assert.equal((await stack.request(portal, install, { ...as(two), form: { _key: await stack.key(open.host, open.pathname) } })).status, 409)
  const other = await stack.key(portal, '/portal/sign-out', { Cookie: two })
  assert.equal((await stack.request(portal, install, { ...as(two), form: { _key: other } })).status, 409, 'the key of another form')
  assert.equal(await orders(), '')
})

test('each side has its own routes', async () => {
  const cookie = await stack.signIn('acme')
  const url = await link()
  for (const [way, path_] of [['portal', '/portal/'], ['portal', url.pathname], ['portal', '/portal/sign-in'], ['portal', '/fr/portal/'], ['portal', '/fr/portal/sign-in']]) {
    assert.equal((await stack.request(site, path_, as(cookie))).status, 404, `${way} ${path_} on the public host name`)
  }
  const key = await stack.key(url.host, url.pathname)
  assert.equal(sidOf(await stack.request(site, url.pathname, { form: { _key: key } })), undefined)
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'beta')
  await until('it serves', async () => (await stack.request('beta.localhost', '/fr/guestbook/')).status === 200)
  for (const path_ of ['/guestbook/', '/fr/guestbook/', '/guestbook']) {
    assert.equal((await stack.request('beta-portal.localhost', path_)).status, 404, `${path_} on the portal's host name`)
  }
})

// ---- orders ----

test('a module is installed, switched off and on again through the portal\'s forms', async () => {
  const cookie = await stack.signIn('acme')
  const see = async () => {
    const { body } = await stack.request(portal, '/portal/modules', as(cookie))
    const tile = body.match(/aria-labelledby="m-guestbook">[^]*?<\/article>/)[0]
    return tile.match(/class="state state-([a-z]+)"/)?.[1] ?? 'new'
  }
  const press = async (verb) => {
    const action = `/portal/modules/guestbook/${verb}`
    const answer = await stack.request(portal, action, { ...as(cookie), form: { _key: await stack.key(portal, verb === 'disable' ? action : '/portal/modules', { Cookie: cookie }, action) } })
    assert.deepEqual([answer.status, answer.headers.location], [303, verb === 'disable' ? '/portal/modules/guestbook' : '/portal/modules'])
  }
  assert.equal(await see(), 'new')
  assert.equal((await stack.request(site, '/fr/guestbook/')).status, 404)
  await press('install')
  await until('the page says that it is on', async () => await see() === 'ok')
  await until('it serves', async () => (await stack.request(site, '/fr/guestbook/')).status === 200, 3)
  const form = { _key: await stack.key(site, '/fr/guestbook/'), name: 'Kept', message: 'x' }
  assert.equal((await stack.request(site, '/fr/guestbook/', { form })).status, 303)

  await press('disable')
  await until('the page says that it is off', async () => await see() === 'off')
  await until('it serves no more', async () => (await stack.request(site, '/fr/guestbook/')).status === 503, 3)
  await press('install')
  await until('the page says that it is on again', async () => await see() === 'ok')
  await until('it serves what was kept', async () => (await stack.request(site, '/fr/guestbook/')).body.includes('Kept'), 3)
  assert.deepEqual((await orders()).split('\n').map((line) => line.split('\t').slice(1).join(' ')),
    ['install guestbook done', 'disable guestbook done', 'install guestbook done'])
})

test('a module that does not exist is 404, and no order', async () => {
  const cookie = await stack.signIn('acme')
  const before = await orders()
  for (const module of ['nothing', 'portal', 'guestbook%00', '..%2fguestbook', '%27%20OR%20%271', 'x'.repeat(150)]) {
    const key = await stack.key(portal, '/portal/modules/guestbook/disable', { Cookie: cookie }, '/portal/modules/guestbook/disable')
    const answer = await stack.request(portal, `/portal/modules/${module}/disable`, { ...as(cookie), form: { _key: key } })
    assert.ok([400, 404].includes(answer.status), `${module}: ${answer.status}`)
  }
  const key = await stack.key(portal, '/portal/modules', { Cookie: cookie }, '/portal/modules/shop/install').catch(() => null)
  if (key) assert.equal((await stack.request(portal, '/portal/modules/nothing/install', { ...as(cookie), form: { _key: key } })).status, 404)
  assert.equal(await orders(), before)
})

test('the portal orders for its own tenant, whatever is sent along', async () => {
  const cookie = await stack.signIn('acme')
  const action = '/portal/modules/guestbook/disable'
  const key = await stack.key(portal, action, { Cookie: cookie }, action)
  const answer = await stack.request(portal, `${action}?tenant=${ids.beta}`, { ...as(cookie),
    form: { _key: key, tenant: ids.beta, module: 'portal', kind: 'purge', actor: 'root', role: `t${ids.beta}_portal`, database: `t${ids.beta}` } })
  assert.equal(answer.status, 303)
  await until('the order is done', async () => (await orders()).split('\n').at(-1).endsWith('done'))
  assert.match((await orders()).split('\n').at(-1), /disable\tguestbook\tdone/)
  assert.equal(await orders('beta'), '')
  assert.equal(await stack.sql(`SELECT state FROM scopiton.subscription WHERE tenant = ${ids.beta} AND module = 'guestbook'`), 'on')
})

// Runs a statement as a compromised portal could: with its account and its role.
const asPortal = (tenant, sql) => new Promise((resolve) => {
  const secret = fs.readFileSync(path.join(stack.folder, 'secrets/portal'), 'utf8').split('\n')[0]
  const socket = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1]
  const child = spawn('mariadb', ['--no-defaults', `--socket=${socket}`, '-u', 'scop_portal', `-p${secret}`, '-N', '-B', '-e', `SET ROLE t${ids[tenant]}_portal; ${sql}`])
  let said = ''
  child.stdout.on('data', (data) => { said += data })
  child.stderr.on('data', (data) => { said += data })
  child.on('close', (code) => resolve({ code, said }))
})

test('an order that a portal\'s role puts for another tenant is refused by the installer', async () => {
  const state = () => stack.sql(`SELECT state FROM scopiton.subscription WHERE tenant = ${ids.beta} AND module = 'guestbook'`)
  const { code, said } = await asPortal('acme', `INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (${ids.beta}, 'disable', 'guestbook', 'taken over')`)
  assert.equal(code, 0, said)
  const order = await until('the order has ended', () => stack.sql("SELECT state, message FROM scopiton.installer_order WHERE actor = 'taken over' AND ended IS NOT NULL"))
  assert.match(order, new RegExp(`^failed\t\x02role '%s' may not order for tenant %u\x1ft${ids.acme}_portal\x1f${ids.beta}\x03`))
  assert.equal(await state(), 'on')
})

test('a portal\'s role cannot stamp an order as another\'s, and reads and changes nothing of the platform', async () => {
  for (const sql of [`INSERT INTO scopiton.installer_order (role, tenant, kind, module, actor) VALUES (NULL, ${ids.beta}, 'disable', 'guestbook', 'x')`,
    'SELECT COUNT(*) FROM scopiton.tenant', 'SELECT COUNT(*) FROM scopiton.installer_order', 'UPDATE scopiton.installer_order SET tenant = 2',
    `SELECT COUNT(*) FROM t${ids.beta}.member`, `UPDATE t${ids.acme}.role_permission SET permission = 'all'`, `UPDATE t${ids.acme}.session SET expires = '2099-01-01'`,
    'CREATE TABLE x (a INT)', `DROP DATABASE t${ids.acme}_portal`, 'SELECT COUNT(*) FROM mysql.global_priv', `SELECT COUNT(*) FROM t${ids.beta}_guestbook.entry`]) {
    const { code, said } = await asPortal('acme', sql)
    assert.equal(code, 1, `${sql}: ${said}`)
    assert.match(said, /denied|No database selected/, sql)
  }
})

test('an order with the name of no module or of no kind fails, and the installer goes on', async () => {
  for (const [kind, module] of [['purge', 'guestbook'], ['install', '../etc'], ['install', "x'; DROP"], ['install', ''], ['disable', 'portal']]) {
    const { code, said } = await asPortal('acme', `INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (${ids.acme}, '${kind}', '${module.replaceAll("'", "''")}', 'odd')`)
    assert.equal(code, 0, said)
  }
  await until('all have failed', async () => await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE actor = 'odd' AND state = 'failed'") === '5')
  assert.equal((await stack.request(portal, '/portal/sign-in')).status, 200)
})

test('two presses at the same moment are one order', async () => {
  const cookie = await stack.signIn('acme')
  const action = '/portal/modules/guestbook/install'
  const keys = [await stack.key(portal, '/portal/modules', { Cookie: cookie }, action), await stack.key(portal, '/portal/modules', { Cookie: cookie }, action)]
  const before = (await orders()).split('\n').length
  const socket = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/db_socket = (.*)/)[1]
  const password = fs.readFileSync(path.join(stack.folder, 'secrets/.db'), 'utf8').trim()
  const holder = spawn('mariadb', ['--no-defaults', `--socket=${socket}`, '-u', 'scopiton', `-p${password}`, '-N', '-B', '--unbuffered'])
  let said = ''
  holder.stdout.on('data', (data) => { said += data })
  const closed = new Promise((resolve) => holder.on('close', resolve))
  try {
    // Nobody can add an order until we let go, so both have looked for an open one before either has put its own.
    holder.stdin.write("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; BEGIN; SELECT COUNT(*) > 0 FROM scopiton.installer_order FOR UPDATE; SELECT 'held';\n")
    await until('the lock is held', () => said.includes('held'))
    const posts = keys.map((key) => stack.request(portal, action, { ...as(cookie), form: { _key: key } }))
    await until('both wait', async () => Number(await stack.sql("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")) === 2, 3).catch(() => {})
    holder.stdin.end('COMMIT;\n')
    for (const { status } of await Promise.all(posts)) assert.equal(status, 303)
  } finally {
    holder.stdin.end()
    await closed
  }
  assert.equal((await orders()).split('\n').length, before + 1)
})

test('a module is ordered under its own name only, not under one that MariaDB takes for the same', async () => {
  const cookie = await stack.signIn('acme')
  const count = async () => (await orders()).split('\n').length // an earlier one may go on meanwhile
  const before = await count()
  for (const module of ['GUESTBOOK', 'guestbook%20', 'gu%C3%AAstbook']) {
    const { body } = await stack.request(portal, '/portal/modules', as(cookie)) // one page: what it offers changes as orders end
    const [, verb, key] = /action="\/portal\/modules\/[a-z]+\/(install|disable)"[^]*?name="_key" value="([^"]+)"/.exec(body)
    const answer = await stack.request(portal, `/portal/modules/${module}/${verb}`, { ...as(cookie), form: { _key: key } })
    assert.equal(answer.status, 404, module)
  }
  assert.equal(await count(), before)
})

// ---- signing out ----

test('signing out ends every session of the member, and takes the cookie away', async () => {
  const [one, two] = [await stack.signIn('acme'), await stack.signIn('acme')]
  const shown = await stack.request(portal, '/portal/sign-out', as(one))
  assert.equal(shown.status, 200)
  assert.equal((await stack.request(portal, '/portal/', as(one))).status, 200, 'looking at the page signs nobody out')
  const answer = await stack.request(portal, '/portal/sign-out', { ...as(one), form: { _key: await stack.key(portal, '/portal/sign-out', { Cookie: one }) } })
  assert.equal(answer.status, 303)
  assert.match(answer.headers['set-cookie'][0], /^sid=; .*Max-Age=0/)
  for (const cookie of [one, two]) assert.equal((await stack.request(portal, '/portal/', as(cookie))).status, 401)
})

test('nobody is signed out from another site', async () => {
  const cookie = await stack.signIn('acme')
  const key = await stack.key(portal, '/portal/sign-out', { Cookie: cookie })
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: `http://${site}` }]) {
    assert.equal((await stack.request(portal, '/portal/sign-out', { headers: { Cookie: cookie, ...headers }, form: { _key: key } })).status, 403)
  }
  const { status, body } = await stack.request(portal, '/portal/modules', as(cookie))
  assert.equal(status, 200, body)
})
