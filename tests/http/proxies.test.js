// SPDX-License-Identifier: EUPL-1.2
// Behind a proxy that the host trusts, limits count people; whoever is not trusted does not choose an address.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost', BURST = 20 // of the forms, in nginx/scopiton.conf.in
const STRANGER = '127.0.0.9' // not trusted
let stack

before(async () => {
  stack = await start({ formRate: '1r/s', config: ['trusted_proxies = 127.0.0.1 10.0.0.0/8 2001:db8:ff::/48'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(() => stack?.stop())

// A form that is refused: 401 or the like from the worker, 429 from nginx.
const post = (forwarded, options = {}) => stack.request(PORTAL, '/portal/sign-in', { form: { _key: 'x' }, headers: { 'X-Forwarded-For': forwarded }, ...options })
const refused = (answers) => answers.filter(({ status }) => status === 429).length
const many = (forwarded, options) => Promise.all(Array.from({ length: BURST + 10 }, (_, i) => post(forwarded(i), options)))

test('people behind a trusted proxy are limited one by one', async () => {
  assert.equal(refused(await many((i) => `192.0.2.${i + 1}`)), 0)
  assert.ok(refused(await many(() => '198.51.100.1')) >= 5)
  assert.notEqual((await post('198.51.100.2')).status, 429)
})

test('what comes before the first address that is not trusted is only said', async () => {
  assert.ok(refused(await many((i) => `203.0.113.${i}, 198.51.100.3`)) >= 5)
  assert.ok(refused(await many((i) => `203.0.113.${i}, 198.51.100.4, 10.1.2.${i}, 2001:db8:ff::${i}`)) >= 5)
})

test('who is not trusted chooses no address', async () => {
  assert.ok(refused(await many((i) => `203.0.113.${i + 100}`, { from: STRANGER })) >= 5)
})

test('of IPv6 a network of 64 bits is one sender', async () => {
  assert.ok(refused(await many((i) => `2001:db8:1:2:${i + 1}::${i + 1}`)) >= 5)
  assert.ok(refused(await many((i) => `2001:db8::${i + 1}:2:3:4`)) >= 5)
  assert.equal(refused(await many((i) => `2001:db8:2:${i + 16}::1`)), 0)
  assert.equal(refused(await many((i) => `::ffff:192.0.2.${i + 101}`)), 0)
})

test('wrong passwords are counted by people, too', async () => {
  const senders = ['192.0.2.200', '::ffff:192.0.2.200', '192.0.2.201', '2001:dba::1', '2001:dba::a:b:c:d', '2001:dba:0:0:1::', '2001:dba:0:1::1', '192.0.2.202, 10.0.0.1']
  for (const sender of senders) {
    const headers = { 'X-Forwarded-For': sender }
    const _key = await stack.key(PORTAL, '/portal/sign-in')
    assert.equal((await stack.request(PORTAL, '/portal/sign-in', { headers, form: { _key, mail: 'zoe@example.org', password: 'a wrong password' } })).status, 200)
  }
  const counts = await stack.sql('SELECT COUNT(*) FROM account.failure GROUP BY sender ORDER BY 1')
  assert.deepEqual(counts.split('\n').map(Number), [1, 1, 1, 2, 3])
})

test('the numbers of the host are for the machine itself', async () => {
  assert.match(await stack.metrics(), /^scopiton_up\{module="portal"/m)
  // A proxy may keep the host name that it was asked for, and add nothing.
  for (const host of ['127.0.0.1', 'localhost', PORTAL])
    for (const headers of [{}, { 'X-Forwarded-For': '198.51.100.5' }, { 'X-Forwarded-For': '127.0.0.1' }, { Forwarded: 'for=198.51.100.5' }]) {
      const { status, body } = await stack.request(host, '/metrics', { headers })
      assert.equal(status, 404, `${host} ${JSON.stringify(headers)}`)
      assert.doesNotMatch(body, /scopiton_up/)
    }
  const port = stack.metricsPort
  assert.equal((await stack.request('localhost', '/', { port })).status, 404)
  for (const method of ['POST', 'DELETE']) assert.equal((await stack.request('localhost', '/metrics', { port, method })).status, 403, method)
})

test('nobody is told another scheme by a header', async () => {
  const answers = await Promise.all([{}, { 'X-Forwarded-Proto': 'https', Forwarded: 'proto=https', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-For': '192.0.2.1' }]
    .map((headers) => stack.request(PORTAL, '/portal/', { headers })))
  const told = answers.map(({ status, headers }) => [status, headers.location, headers['strict-transport-security'], headers['set-cookie']])
  assert.deepEqual(told[1], told[0])
  assert.doesNotMatch(answers[1].body, /evil/)
})
