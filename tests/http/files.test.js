// SPDX-License-Identifier: EUPL-1.2
// Files that a module sends, behind nginx's cache: access to them, and complete for everybody, whoever requests them first.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const bytes = '<svg xmlns="http://www.w3.org/2000/svg"><!-- of acme --></svg>'
let stack, packages
const shops = {}

const address = (hash) => `/fr/shop/picture/${hash}`
const put = (tenant, hash, text) => stack.sql(`INSERT INTO ${shops[tenant]}.picture (hash, type, bytes) VALUES ('${hash}', 'image/svg+xml', '${text}')`)

before(async () => {
  packages = new Packages('portal', 'shop', 'keeper')
  stack = await start({ modules: packages.folder })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    await stack.cli('module', 'install', 'shop', '--tenant', tenant)
    shops[tenant] = await stack.sql(`SELECT CONCAT('t', id, '_shop') FROM scopiton.tenant WHERE name = '${tenant}'`)
    await until('its shop serves', async () => (await stack.request(`${tenant}.localhost`, '/fr/shop/')).status === 200)
  }
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a file is sent for a year, as what it is, with nothing active in it', async () => {
  const hash = 'a'.repeat(64)
  await put('acme', hash, bytes)
  const { status, headers, body } = await stack.request('acme.localhost', address(hash))
  assert.equal(status, 200)
  assert.equal(body, bytes)
  assert.equal(headers['content-type'].split(';')[0], 'image/svg+xml')
  assert.match(headers['cache-control'], /max-age=31536000, immutable/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(headers['content-security-policy'], /default-src 'none'.*sandbox/)
})

test('a file is whole for who gets it after somebody\'s HEAD', async () => {
  const wrong = []
  for (let i = 0; i < 12; i++) { // nginx's cache is sometimes late, so once is not enough
    const hash = 'b'.repeat(62) + String(i).padStart(2, '0')
    await put('acme', hash, bytes)
    const head = await stack.request('acme.localhost', address(hash), { method: 'HEAD' })
    assert.equal(head.status, 200)
    const answer = await stack.raw(`GET ${address(hash)} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`, 2000)
    if (!answer.startsWith('HTTP/1.1 200') || answer.split('\r\n\r\n')[1] !== bytes) wrong.push(answer.split('\r\n\r\n')[1])
  }
  assert.deepEqual(wrong, [])
})

test('a file of one tenant is not another\'s, before and after it is cached', async () => {
  const hash = 'c'.repeat(64)
  await put('acme', hash, bytes)
  for (let i = 0; i < 2; i++) {
    assert.equal((await stack.request('beta.localhost', address(hash))).status, 404)
    assert.equal((await stack.request('acme.localhost', address(hash))).status, 200)
  }
})

test('nobody can put another tenant\'s file into a tenant\'s cache', async () => {
  const hash = 'd'.repeat(64)
  await put('acme', hash, bytes)
  await put('beta', hash, '<svg>of beta</svg>')
  // The address in the request line names the victim, the header the tenant who provides the bytes.
  await stack.raw(`GET http://acme.localhost${address(hash)} HTTP/1.1\r\nHost: beta.localhost\r\nConnection: close\r\n\r\n`)
  const { status, body } = await stack.request('acme.localhost', address(hash))
  assert.equal(status, 200)
  assert.equal(body, bytes)
})

test('a file that is not there is not remembered as missing', async () => {
  const hash = 'e'.repeat(64)
  assert.equal((await stack.request('acme.localhost', address(hash))).status, 404)
  await put('acme', hash, bytes)
  assert.equal((await stack.request('acme.localhost', address(hash))).status, 200)
})

// ---- files that a handler has checked, cached by nginx ----

const keeper = (side, address, options) => stack.request(`acme${side}.localhost`, address, options)

test('a stored file goes to who may have it, and is asked of the module once', async () => {
  await stack.cli('module', 'install', 'keeper', '--tenant', 'acme')
  const member = { headers: { Cookie: await stack.signIn('acme', 'owner') } }
  const first = await until('the keeper serves', async () => {
    const answer = await keeper('-portal', '/keeper/paper/one', member)
    return answer.status === 200 && answer
  })
  assert.equal(first.body, 'one, asked 1')
  assert.equal(first.headers['content-type'].split(';')[0], 'text/plain')
  assert.equal(first.headers['content-disposition'], "attachment; filename*=UTF-8''Facture%20d%27%C3%A9t%C3%A9.txt")
  assert.equal(first.headers['cache-control'], 'private, no-cache')
  assert.equal(first.headers['x-accel-redirect'], undefined)
  assert.match(first.headers['content-security-policy'], /sandbox/)
  assert.equal((await keeper('-portal', '/keeper/paper/two', member)).body, 'two, asked 2')
  assert.equal((await keeper('-portal', '/keeper/paper/one', member)).body, 'one, asked 1')
})

test('a stored file is nobody\'s who may not see it, kept or not', async () => {
  const { status } = await keeper('-portal', '/keeper/paper/one')
  assert.equal(status, 401)
})

test('a stored file has no address of its own', async () => {
  const member = { headers: { Cookie: await stack.signIn('acme', 'owner') } }
  for (const address of ['/keeper/bytes/one', '/_stored/keeper/bytes/one', '/fr/keeper/bytes/one']) {
    assert.equal((await keeper('-portal', address, member)).status, 404, address)
    assert.equal((await keeper('', address)).status, 404, address)
    assert.equal((await keeper('', address, { headers: { Stored: '1', 'X-Accel-Redirect': '/_stored/keeper/bytes/one' } })).status, 404)
  }
})

test('a public stored file is shown, revalidated by its tag, and HEAD has its length', async () => {
  const first = await keeper('', '/keeper/gift/rose')
  assert.equal(first.status, 200)
  assert.match(first.body, /^rose, asked/)
  assert.equal(first.headers['content-disposition'], undefined)
  assert.equal(first.headers['cache-control'], 'no-cache')
  assert.ok(first.headers.etag)
  const again = await keeper('', '/keeper/gift/rose', { headers: { 'If-None-Match': first.headers.etag } })
  assert.equal(again.status, 304)
  const head = await keeper('', '/keeper/gift/rose', { method: 'HEAD' })
  assert.equal(head.status, 200)
  assert.equal(head.body, '')
})

test('a handler that names no stored route fails, and says so in the log', async () => {
  assert.equal((await keeper('', '/keeper/nothing')).status, 500)
  await until('the log says so', () => /no stored route is named 'paper'/.test(stack.log()))
})
