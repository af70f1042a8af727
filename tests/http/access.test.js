// SPDX-License-Identifier: EUPL-1.2
// Access control: each route of each module, taken from the tables in their source, is opened by nobody, by a member without the
// permission, by a member who has it, by another tenant's owner, and on the other side's host name.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formsIn, links, sent } from '../support/forms.mjs'
import { ANY, inPortal, inPublic, MODULES, routes } from '../support/routes.mjs'
import { start, until } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost', SITE = 'acme.localhost'
const OPEN = [200, 404, 409] // a form asks for its key
let stack, owner, reader, foreigner

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
    for (const [who, cookie, expected] of [['nobody', undefined, 401], ['another tenant\'s owner', foreigner, 401], ['a member without', reader, route.permission === ANY ? OPEN : 403]]) {
      const { status } = await ask(PORTAL, fill(route), route.method, cookie)
      if (![expected].flat().includes(status)) wrong.push(`${words(route)}: ${who} got ${status}, not ${expected}`)
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
  const permissions = [...new Set(inPortal.map(({ permission }) => permission).filter((one) => one && one !== ANY))], wrong = []
  assert.ok(permissions.length >= 9, String(permissions))
  for (const [i, permission] of permissions.entries()) {
    const known = (await stack.sql(`SELECT COUNT(*) FROM t1.permission WHERE name = '${permission}'`)) === '1'
    assert.ok(known, permission)
    await stack.sql(`INSERT INTO t1.role (name) VALUES ('with${i}'), ('without${i}');
      INSERT INTO t1.role_permission (role, permission) VALUES ('with${i}', '${permission}');
      INSERT INTO t1.role_permission (role, permission) SELECT 'without${i}', name FROM t1.permission WHERE name <> '${permission}'`)
    const one = await stack.signIn('acme', `with${i}`), others = await stack.signIn('acme', `without${i}`)
    for (const route of inPortal.filter(({ open }) => !open)) {
      const own = route.permission === permission, any = route.permission === ANY
      for (const [who, cookie, opens] of [[`who has ${permission} alone`, one, own || any], [`who has all but ${permission}`, others, !own]]) {
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

test('an address of forms alone leads who opens it as a page to the page that it belongs to', async () => {
  const open = (host, url) => stack.request(host, url, { headers: { Accept: 'text/html', Cookie: host === PORTAL ? owner : '' } })
  const pages = { '/shop/cart/15': '/shop/cart', '/shop/p/lamp/cart': '/shop/p/lamp', '/shop/account/leave': '/shop/account' }
  for (const [url, page] of Object.entries(pages)) {
    const { status, headers } = await open(SITE, `/fr${url}`)
    assert.deepEqual([status, headers.location], [303, `/fr${page}`], url)
  }
  const inside = { '/shop/orders/5/state': '/shop/orders/5', '/portal/sign-in/second': '/portal/sign-in', '/portal/agreements/2': '/portal/tenants/2', '/portal/jobs/7/replay': '/portal/jobs',
    '/portal/account/sessions/4/end': '/portal/account', '/portal/tenants/2/shop/install': '/portal/tenants/2/shop', '/portal/rollouts/3/pause': '/portal/rollouts/3' }
  for (const [url, page] of Object.entries(inside)) assert.equal((await open(PORTAL, url)).headers.location, page, url)
  const alone = (list) => list.filter((route) => route.method === 'POST' && !list.some((other) => other.method === 'GET' && other.module === route.module && other.pattern === route.pattern)), wrong = []
  assert.ok(alone(inPublic).length >= 3 && alone(inPortal).length >= 20)
  for (const [host, before, list] of [[SITE, '/fr', inPublic], [PORTAL, '', inPortal]]) {
    for (const route of alone(list)) {
      const { status, headers } = await open(host, before + fill(route)), page = await open(host, headers.location ?? before)
      if (status !== 303 || ![200, 303, 404].includes(page.status)) wrong.push(`${words(route)}: ${status} ${headers.location} ${page.status}`)
    }
  }
  assert.deepEqual(wrong, [])
  const program = await stack.request(SITE, '/fr/shop/cart/15', { headers: { Accept: 'application/json' } })
  assert.deepEqual([program.status, program.headers.allow], [405, 'POST'])
})

// ---- another tenant's ids, with a session and a form key of one's own ----

const MARK = 'GEHEIM', FAR = 700001 // what the other tenant's texts hold, and where its numbers begin
// One of each thing that a path can name.
async function furnish (tenant, first, mark) {
  const t = `t${tenant}`, hash = (word) => `SHA2('${word} ${tenant}', 256)`
  await stack.sql(`USE ${t}; INSERT INTO member (id, name, mail, language) VALUES (${first}, '${mark} member', '${mark}@example.org', 'fr');
    INSERT INTO role (name, title) VALUES ('own_${tenant}', '${mark} role'); INSERT INTO member_role VALUES (${first}, 'own_${tenant}');
    INSERT INTO session (token_hash, member, expires) VALUES (${hash('session')}, ${first}, '2999-01-01');
    INSERT INTO api_key (id, token_hash, name, permissions, by_name, expires) VALUES (${first}, ${hash('key')}, '${mark} key', 'shop.orders', 'x', '2999-01-01');
    USE ${t}_shop; INSERT INTO picture VALUES (${hash('picture')}, 'image/svg+xml', '<svg>${mark}</svg>');
    INSERT INTO category (id, slug, path, title) VALUES (${first}, '${mark.toLowerCase()}-c', '${mark} category', '${mark} category');
    INSERT INTO product (id, code, slug, name, description, category, published) VALUES (${first}, '${mark.toLowerCase()}-p', '${mark.toLowerCase()}-p', '${mark} product', '', ${first}, 1);
    INSERT INTO variant (id, product, code, price_cents) VALUES (${first}, ${first}, '${mark} code', 100);
    INSERT INTO shop_order (id, token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created)
      VALUES (${first}, '${'a'.repeat(31)}${tenant}', LPAD(${first}, 12, '0'), '${mark} customer', 'c@example.org', 'x 1', '9000', 'Gent', 'BE', 'fr', 100, 'EUR', UTC_TIMESTAMP(6));
    INSERT INTO shop_order (id, token, communication, name, mail, street, postal_code, city, country, language, total_cents, currency, created, state)
      VALUES (${first} + 1, '${'b'.repeat(31)}${tenant}', LPAD(${first} + 1, 12, '0'), '${mark} payer', 'c@example.org', 'x 1', '9000', 'Gent', 'BE', 'fr', 100, 'EUR', UTC_TIMESTAMP(6), 'paid');
    INSERT INTO shipping (id, country, up_to_grams, price_cents) VALUES (${first}, 'BE', 1000, 500);
    INSERT INTO import_run (id, by_name, file_name, bytes, created) VALUES (${first}, 'x', '${mark}.csv', 'name,price\nA,1\n', UTC_TIMESTAMP(6));
    INSERT INTO import_run (id, by_name, file_name, bytes, mapping, state, products, variants, created) SELECT ${first} + 1, 'x', file_name, bytes, '1,2', 'checked', 1, 1, created FROM import_run WHERE id = ${first};
    INSERT INTO import_run (id, by_name, file_name, state, job, created) VALUES (${first} + 2, 'x', '${mark}.csv', 'importing', ${first}, UTC_TIMESTAMP(6));
    INSERT INTO import_run (id, by_name, file_name, state, created, imported) VALUES (${first} + 3, 'x', '${mark}.csv', 'done', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));
    INSERT INTO import_product (import_run, product, is_new, name, description, quality, option1_name, option2_name, option3_name, published, vat) VALUES (${first} + 3, ${first}, 1, '', '', 'new', '', '', '', 0, 'standard');
    USE queue; INSERT INTO outbox (id, role, name, body, run_at) VALUES (${first}, '${t}_shop', 'sweep', '{}', '2999-01-01');
    INSERT INTO dead (id, role, is_event, name, body, created, tries, error) VALUES (${first} + 1, '${t}_shop', 0, 'sweep', '{}', UTC_TIMESTAMP(3), 3, '${mark} reason');
    INSERT INTO mail (id, role, recipient, sender_name, subject, html, run_at) VALUES (${first}, '${t}_shop', 'x@example.org', 'x', '${mark} subject', '<p>${mark}</p>', '2999-01-01')`)
}

// All that is another tenant's, in a few words.
async function everythingOf (tenant) {
  const tables = (await stack.sql(`SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND (table_schema = 't${tenant}' OR table_schema LIKE 't${tenant}\\_%')`)).split('\n')
  const rows = (table, where) => stack.sql(`SELECT * FROM ${table} WHERE ${where} ORDER BY 1`)
  return [await stack.sql(`CHECKSUM TABLE ${tables.join(', ')}`), ...await Promise.all([rows('queue.outbox', `role LIKE 't${tenant}\\_%'`), rows('queue.dead', `role LIKE 't${tenant}\\_%'`),
    rows('queue.mail', `role LIKE 't${tenant}\\_%'`), rows('scopiton.installer_order', `tenant = ${tenant}`), rows('scopiton.subscription', `tenant = ${tenant}`),
    rows('scopiton.tenant', `id = ${tenant}`), rows('account.person', '1')])].flatMap((text) => text.split('\n'))
}

// Values for the parts of paths: ids of the other tenant.
const foreign = { member: [FAR], session: [1], role: ['own_1'], key: [FAR], id: [FAR, FAR + 1], order: [1, 2, 3], number: [FAR, FAR + 1], product: [FAR], variant: [FAR], run: [FAR, FAR + 1, FAR + 2, FAR + 3], step: [FAR], hash: [],
  token: [`${'a'.repeat(31)}1`], slug: ['geheim-p'], category: ['geheim-c'], tenant: [1], module: ['guestbook'], month: ['2026-10'], rollout: [1] }
const withForeign = (pattern) => [...pattern.matchAll(/\{([^}]+)\}/g)].reduce((urls, [hole, name]) => urls.flatMap((url) => foreign[name].map((id) => url.replace(hole, id))), [pattern])

test('with a session and a form key of one\'s own, another tenant\'s ids show and change nothing', async (t) => {
  await furnish(1, FAR, MARK)
  await furnish(2, 11, 'own')
  foreign.hash = [await stack.sql("SELECT hash FROM t1_shop.picture WHERE type = 'image/svg+xml'")]
  foreign.session = [await stack.sql("SELECT SHA2('session 1', 256)"), (await stack.sql("SELECT SHA2('session 1', 256)")).slice(0, 16), 1]
  await stack.sql("INSERT INTO t2.session (token_hash, member, expires) SELECT SHA2('elsewhere', 256), member, expires FROM t2.session WHERE token_hash <> SHA2('session 2', 256) LIMIT 1")
  const hosts = { portal: 'beta-portal.localhost', site: 'beta.localhost' }, headers = { Cookie: foreigner }, wrong = [], own = new Map()

  // The forms of one's own pages: of each route one, with the page that it stands on.
  const known = routes.filter(({ method }) => method === 'POST').map((route) => ({ ...route, host: route.permission || route.open ? hosts.portal : hosts.site,
    expression: new RegExp(`^(?:/fr)?/${route.module}${route.pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`) })).sort((a, b) => a.pattern.split('{').length - b.pattern.split('{').length)
  const queue = [[hosts.portal, '/portal/'], ['beta.localhost', '/fr/shop/'], ['beta.localhost', '/fr/guestbook/']], seen = new Set()
  while (queue.length && seen.size < 150) {
    const [host, url] = queue.shift()
    if (seen.has(host + url) || /sign-out|\/_\/|\/file|\/csv/.test(url)) continue
    seen.add(host + url)
    const { body, headers: { location } } = await stack.request(host, url, { headers })
    if (body.includes(MARK)) wrong.push(`${url} shows the other's without being asked for it`)
    for (const link of [...links(body), location ?? '']) if (link.startsWith('/')) queue.push([host, link])
    for (const form of formsIn(body)) {
      const route = known.find((one) => one.host === host && one.expression.test(form.action))
      if (route && !own.has(route)) own.set(route, { url, form })
    }
  }

  const before = await everythingOf(1)
  for (const route of routes.filter(({ method, stored }) => method === 'GET' && !stored)) {
    const portal = route.permission || route.open
    for (const url of withForeign(`${portal ? '' : '/fr'}/${route.module}${route.pattern}`)) {
      const { status, body } = await stack.request(portal ? hosts.portal : hosts.site, url, { headers })
      if (body.includes(MARK) || (route.pattern.includes('{') && !/\{(module|month|token)\}$/.test(route.pattern) && status === 200 && !/\{module\}/.test(route.pattern))) wrong.push(`GET ${url}: ${status}`)
    }
  }
  let posts = 0
  for (const [route, { url, form }] of own) {
    if (/sign-out|sessions\/end$/.test(route.pattern)) continue // one's own session is needed
    for (const target of withForeign(`${route.host === hosts.site ? '/fr' : ''}/${route.module}${route.pattern}`)) {
      const fresh = formsIn((await stack.request(route.host, url, { headers })).body).find(({ action }) => action === form.action)
      if (!fresh) continue // it was the last one of its kind
      const fields = sent(fresh, ({ name, type, value }) => ['order', 'product', 'variant'].includes(name) ? String(FAR) : type === 'checkbox' ? value || '1' : type === 'email' ? 'new@example.org' : value || type === 'hidden' ? undefined : '1')
      fields.append('sure', '1')
      const { status, body } = await stack.request(route.host, target, { headers, form: fields })
      posts++
      if (status === 409 || status >= 500 || status === 401) wrong.push(`POST ${target}: ${status}, so that nothing was tried`)
      if (body.includes(MARK)) wrong.push(`POST ${target}: shows the other's`)
    }
  }
  const missing = known.filter((route) => route.pattern.includes('{') && !own.has(route) && !['portal.operate', 'portal.billing'].includes(route.permission) && !route.open).map(words)
  t.diagnostic(`${own.size} forms of ${known.length}, ${posts} sent`)
  // An order under way, a module that is not installed or costs more than is allowed, a cart and a customer's link have forms for a
  // moment only.
  assert.deepEqual(missing, ['POST /portal/orders/1/cancel', 'POST /portal/modules/1/install', 'POST /portal/modules/1/ask', 'POST /shop/cart/1', 'POST /shop/account/in/1'])
  assert.deepEqual(wrong, [])
  await until('what was ordered about jobs is looked at', async () => await stack.sql('SELECT COUNT(*) FROM queue.job_order') === '0', 20)
  const after = await everythingOf(1)
  assert.deepEqual(after.filter((line) => !before.includes(line)), [])
  assert.equal(after.length, before.length)
})
