// SPDX-License-Identifier: EUPL-1.2
// nginx's limits: too many forms from one sender, too many requests at once to one module of one tenant.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const BURST = 20 // of the forms, in nginx/scopiton.conf.in
const AT_ONCE = 64
let stack, packages

const page = (tenant, options) => stack.request(`${tenant}.localhost`, '/fr/guestbook/', options)
const entries = (tenant) => stack.sql(`SELECT COUNT(*) FROM t${tenant === 'acme' ? 1 : 2}_guestbook.entry`).then(Number)

async function sign (tenant, name) {
  const _key = await stack.key(`${tenant}.localhost`, '/fr/guestbook/')
  return stack.request(`${tenant}.localhost`, '/fr/guestbook/', { form: { _key, name, message: 'Bonjour' } })
}

before(async () => {
  packages = new Packages('portal', 'guestbook', 'slow')
  stack = await start({ modules: packages.folder, formRate: '1r/s', config: ['requests_at_once = 64', 'pool_workers = 32', 'workers = 40'] })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    await stack.cli('module', 'install', 'guestbook', '--tenant', tenant)
    await until('it serves', async () => (await page(tenant)).status === 200)
  }
  await stack.cli('module', 'install', 'slow', '--tenant', 'acme')
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a sender of too many forms is asked to wait; nothing of what was refused is stored', async () => {
  const answers = []
  for (let i = 0; i < BURST + 10; i++) answers.push(await sign('acme', `Visitor ${i}`))
  const taken = answers.filter(({ status }) => status === 303).length, refused = answers.filter(({ status }) => status === 429)
  assert.equal(taken + refused.length, answers.length)
  assert.ok(taken > BURST && refused.length > 0, `${taken} taken, ${refused.length} refused`)
  assert.equal(await entries('acme'), taken)
  assert.match(refused[0].headers['content-type'], /text\/html/)
  assert.ok(refused[0].headers['retry-after'])
  assert.match(refused[0].headers['content-security-policy'], /default-src 'none'/)
  for (const language of ['fr', 'nl', 'de', 'en']) assert.match(refused[0].body, new RegExp(`lang="${language}"`))
})

test('the same sender still reads, and still writes to another tenant', async () => {
  assert.equal((await page('acme')).status, 200)
  assert.equal((await sign('beta', 'Visitor')).status, 303)
})

test('after a while the sender is heard again', async () => {
  await until('the sender is heard', async () => (await sign('acme', 'Late')).status === 303)
})

test('a crowd at one module is one, at whichever of its addresses', async () => {
  await stack.cli('module', 'install', 'slow', '--tenant', 'beta', '--root')
  const paths = ['/fr/slow/', '/fr/']
  for (const path of paths) await until('it serves', async () => (await stack.request('beta.localhost', path)).status === 200)
  const crowd = await Promise.all(Array.from({ length: AT_ONCE + 32 }, (_, i) => stack.request('beta.localhost', paths[i % 2])))
  assert.ok(crowd.filter(({ status }) => status === 503).length >= 32)
  assert.equal((await page('beta')).status, 200)
})

test('a crowd at one module of a tenant leaves room for its other modules', async () => {
  await until('it serves', async () => (await stack.request('acme.localhost', '/fr/slow/')).status === 200)
  let answered = 0
  const crowd = Promise.all(Array.from({ length: AT_ONCE + 16 }, () => stack.request('acme.localhost', '/fr/slow/').finally(() => answered++)))
  await until('the first are refused, which the others have no room for', () => answered >= 16)
  assert.equal((await page('acme')).status, 200)
  const refused = (await crowd).filter(({ status }) => status !== 200)
  assert.ok(refused.length >= 16, `${refused.length} are refused`)
  for (const { status, headers } of refused) assert.ok(status === 503 && headers['retry-after'])
})
