// Files that a module sends, behind nginx's own cache: whose they are, and whole for everybody whoever asks first.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'

const bytes = '<svg xmlns="http://www.w3.org/2000/svg"><!-- of acme --></svg>'
let stack
const shops = {}

const address = (hash) => `/fr/shop/picture/${hash}`
const put = (tenant, hash, text) => stack.sql(`INSERT INTO ${shops[tenant]}.picture (hash, type, bytes) VALUES ('${hash}', 'image/svg+xml', '${text}')`)

before(async () => {
  stack = await start()
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    await stack.cli('module', 'install', 'shop', '--tenant', tenant)
    shops[tenant] = await stack.sql(`SELECT CONCAT('t', id, '_shop') FROM scopiton.tenant WHERE name = '${tenant}'`)
    await until('its shop serves', async () => (await stack.request(`${tenant}.localhost`, '/fr/shop/')).status === 200)
  }
})
after(() => stack?.stop())

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
