// Who may open what: each route of each module, made from the tables in their source, by nobody, by a member without the
// permission, by one who has it, by another tenant's owner, and on the other side's host name.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'

const MODULES = ['portal', 'shop', 'guestbook']
const PORTAL = 'acme-portal.localhost', SITE = 'acme.localhost'
let stack, owner, reader, foreigner

// The lines of a module's table of routes.
function routesOf (module) {
  const source = fs.readFileSync(path.join(root, 'modules', module, `${module}.c`), 'utf8')
  return [...source.matchAll(/\{ \.method = SCOP_(GET|POST), +\.path = "([^"]+)"[^\n]*/g)].map(([line, method, pattern]) => ({
    module, method, pattern, open: /\.open = true/.test(line), permission: line.match(/\.permission = "([^"]+)"/)?.[1],
    stored: /\.stored = true/.test(line) }))
}

const routes = MODULES.flatMap(routesOf)
const inPortal = routes.filter((route) => route.permission || route.open)
const inPublic = routes.filter((route) => !route.permission && !route.open && !route.stored)
const fill = (route) => `/${route.module}${route.pattern.replace(/\{[^}]+\}/g, '1')}`
const words = (route) => `${route.method} ${fill(route)}`

function ask (host, url, method, Cookie) {
  return stack.request(host, url, { method, headers: { ...(Cookie && { Cookie }), ...(method === 'POST' && { 'Content-Type': 'application/x-www-form-urlencoded' }) },
    body: method === 'POST' ? '' : undefined })
}

before(async () => {
  stack = await start()
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant, ...(tenant === 'acme' ? ['--operator'] : []))
    for (const module of ['shop', 'guestbook']) await stack.cli('module', 'install', module, '--tenant', tenant)
  }
  await stack.sql("INSERT INTO t1.role (name) VALUES ('nobody')")
  await until('the portals serve', async () => (await Promise.all(['acme', 'beta'].map((tenant) =>
    stack.request(`${tenant}-portal.localhost`, '/portal/sign-in')))).every(({ status }) => status === 200))
  await until('the shop serves', async () => (await stack.request(SITE, '/fr/shop/')).status === 200)
  owner = await stack.signIn('acme')
  reader = await stack.signIn('acme', 'nobody')
  foreigner = await stack.signIn('beta')
})
after(() => stack?.stop())

test('the tables are read: as many routes as there are handlers', () => {
  assert.ok(inPortal.length >= 30 && inPublic.length >= 8, `${inPortal.length} in the portal, ${inPublic.length} in public`)
  for (const module of MODULES) assert.ok(routes.some((route) => route.module === module), module)
})

test('a route of the portal is closed to nobody, to another tenant\'s owner, and to a member without its permission', async () => {
  const wrong = []
  for (const route of inPortal.filter(({ open }) => !open)) {
    for (const [who, cookie, expected] of [['nobody', undefined, 401], ['another tenant\'s owner', foreigner, 401], ['a member without', reader, 403]]) {
      const { status } = await ask(PORTAL, fill(route), route.method, cookie)
      if (status !== expected) wrong.push(`${words(route)}: ${who} got ${status}, not ${expected}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('a route of the portal is open to who has its permission, and its forms need a key', async () => {
  const wrong = []
  for (const route of inPortal) {
    const { status } = await ask(PORTAL, fill(route), route.method, owner)
    if (route.method === 'POST' ? status !== 409 : ![200, 404].includes(status)) wrong.push(`${words(route)}: ${status}`)
  }
  assert.deepEqual(wrong, [])
})

test('each permission opens its own routes and no others', async () => {
  const permissions = [...new Set(inPortal.map(({ permission }) => permission).filter(Boolean))], wrong = []
  assert.ok(permissions.length >= 10, String(permissions))
  for (const [i, permission] of permissions.entries()) {
    const known = (await stack.sql(`SELECT COUNT(*) FROM t1.permission WHERE name = '${permission}'`)) === '1'
    assert.ok(known, permission)
    await stack.sql(`INSERT INTO t1.role (name) VALUES ('with${i}'), ('without${i}');
      INSERT INTO t1.role_permission (role, permission) VALUES ('with${i}', '${permission}');
      INSERT INTO t1.role_permission (role, permission) SELECT 'without${i}', name FROM t1.permission WHERE name <> '${permission}'`)
    const one = await stack.signIn('acme', `with${i}`), others = await stack.signIn('acme', `without${i}`)
    for (const route of inPortal.filter(({ open }) => !open)) {
      const own = route.permission === permission
      for (const [who, cookie, opens] of [[`who has ${permission} alone`, one, own], [`who has all but ${permission}`, others, !own]]) {
        const { status } = await ask(PORTAL, fill(route), route.method, cookie)
        if (opens ? status === 403 || status >= 500 : status !== 403) wrong.push(`${words(route)}: ${who} got ${status}`)
      }
    }
  }
  assert.deepEqual(wrong, [])
})

test('all tenants are seen by a scop\'s own owner, and by no other tenant\'s', async () => {
  const { body } = await ask(PORTAL, '/portal/tenants', 'GET', owner)
  assert.match(body, /beta\.localhost/)
  for (const route of routes.filter(({ permission }) => permission === 'portal.operate')) {
    assert.equal((await ask('beta-portal.localhost', fill(route), route.method, foreigner)).status, 403, words(route))
  }
  await stack.sql("INSERT INTO t2.role_permission (role, permission) VALUES ('owner', 'portal.operate')")
  const forced = await ask('beta-portal.localhost', '/portal/tenants', 'GET', foreigner)
  assert.doesNotMatch(forced.body, /acme\.localhost/, 'the view itself is empty')
  await stack.sql("DELETE FROM t2.role_permission WHERE permission = 'portal.operate'")
})

test('no route stands on the other side\'s host name', async () => {
  const wrong = []
  for (const route of inPortal) {
    for (const url of [fill(route), `/fr${fill(route)}`]) {
      const { status } = await ask(SITE, url, route.method, owner)
      const other = inPublic.some(({ module, pattern, method }) => module === route.module && pattern === route.pattern && method === route.method)
      if (!other && ![404, 405].includes(status)) wrong.push(`${words(route)} on the public side: ${status}`)
    }
  }
  for (const route of inPublic) {
    const other = inPortal.some(({ module, pattern }) => module === route.module && pattern === route.pattern)
    const { status } = await ask(PORTAL, fill(route), route.method, owner)
    if (!other && ![404, 405].includes(status)) wrong.push(`${words(route)} in the portal: ${status}`)
  }
  assert.deepEqual(wrong, [])
})

test('a public route needs nobody\'s session, and its forms need a key', async () => {
  const wrong = []
  for (const route of inPublic) {
    const { status } = await ask(SITE, `/fr${fill(route)}`, route.method)
    if (route.method === 'POST' ? status !== 409 : ![200, 303, 400, 404].includes(status)) wrong.push(`${words(route)}: ${status}`)
  }
  assert.deepEqual(wrong, [])
})

test('another tenant\'s numbers open nothing: each route with its ids answers as if they were not there', async () => {
  await stack.sql(`INSERT INTO t2.member (name, language) VALUES ('Foreign', 'fr'); SET @member = LAST_INSERT_ID();
    INSERT INTO queue.outbox (role, name, body, run_at) VALUES ('t2_shop', 'x', '{}', '2999-01-01'); INSERT INTO queue.mail (role, recipient, sender_name, subject, html)
    VALUES ('t2_shop', 'a@b.org', 'x', 'foreign', '<p>foreign secret</p>'); UPDATE t2.member SET id = 4711 WHERE id = @member`)
  const mail = await stack.sql("SELECT MAX(id) FROM queue.mail")
  for (const [url, expected] of [['/portal/members/4711', 404], [`/portal/mails/${mail}`, 404], ['/shop/orders/4711', 404]]) {
    const { status, body } = await ask(PORTAL, url, 'GET', owner)
    assert.equal(status, expected, url)
    assert.doesNotMatch(body, /[Ff]oreign/)
  }
})
