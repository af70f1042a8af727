// SPDX-License-Identifier: EUPL-1.2
// The welcome page, in the browser's language and on the machine's own address alone; and the demo's way into the portal, which is
// there in development only.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { configure } from '../fault/faults.mjs'
import { start } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost', WAY = '/portal/as/owner'
let stack

before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('tenant', 'create', 'real', '--title', 'Real', '--host', 'real.example', '--portal-host', 'portal.real.example')
  for (const tenant of ['acme', 'real']) await stack.cli('login', tenant, 'owner')
})
after(() => stack?.stop())

const welcome = (language, host = '127.0.0.1', url = '/') => stack.request(host, url, { headers: language === undefined ? {} : { 'Accept-Language': language } })
const lang = ({ body }) => body.match(/<html lang="(..)">/)?.[1]

test('the welcome page speaks the first language of the browser that it knows', async () => {
  for (const [accepted, own] of [['fr-BE,fr;q=0.9,en;q=0.8', 'fr'], ['nl', 'nl'], ['de-AT', 'de'], ['en-GB,fr', 'en'], ['es-ES,es;q=0.9,de;q=0.8,en;q=0.7', 'de'],
    ['frr,deu, nl;q=0.5', 'nl'], ['pt', 'en'], ['*', 'en'], ['', 'en'], [undefined, 'en'], ['x'.repeat(3000), 'en'], [`${'es,'.repeat(900)}fr`, 'fr']]) {
    const answer = await welcome(accepted)
    assert.deepEqual({ accepted, status: answer.status, own: lang(answer) }, { accepted, status: 200, own })
  }
  assert.match((await welcome('fr')).headers.vary, /Accept-Language/)
  for (const language of ['fr', 'nl', 'de', 'en']) {
    const answer = await welcome('en', '127.0.0.1', `/_welcome/${language}`)
    assert.equal(lang(answer), language)
    assert.match(answer.body, new RegExp(`aria-current="true" lang="${language}"`))
    assert.doesNotMatch(answer.body, /\{\{|@[A-Z]+@/, 'nothing is left to be filled in')
    assert.ok(answer.body.includes(`http://laboucle-portal.localhost:${stack.port}/portal/as/owner`))
    if (language !== 'en') assert.doesNotMatch(answer.body, /Visit the shop|Enter as/)
  }
})

test('it is there on the machine\'s own address alone', async () => {
  assert.equal((await welcome('fr', 'localhost')).status, 200)
  for (const host of ['acme.localhost', 'nobody.localhost', 'real.example']) assert.equal((await welcome('fr', host, '/_welcome/fr')).status, 404, host)
  for (const url of ['/_welcome/es', '/_welcome/', '/_welcome/fr.html', '/_welcome/../scopiton.conf', '/_/welcome/welcome.html', '/_/welcome/fr.po']) assert.equal((await welcome('fr', '127.0.0.1', url)).status, 404, url)
})

test('in development everybody comes in as whoever has a role, as often as they like', async () => {
  for (let i = 0; i < 2; i++) {
    const page = await stack.request(PORTAL, WAY)
    assert.equal(page.status, 200)
    const { status, headers } = await stack.request(PORTAL, WAY, { form: { _key: await stack.key(PORTAL, WAY) } })
    assert.deepEqual([status, headers.location], [303, '/portal/'])
    assert.equal((await stack.request(PORTAL, '/portal/', { headers: { Cookie: headers['set-cookie'][0].split(';')[0] } })).status, 200)
  }
  for (const role of ['nobody', '%25', "o'x"]) assert.equal((await stack.request(PORTAL, `/portal/as/${role}`)).status, 404, role)
  assert.equal((await stack.request(PORTAL, WAY, { form: {} })).status, 409, 'the form needs its key')
  const form = { _key: await stack.key(PORTAL, WAY) }
  assert.equal((await stack.request(PORTAL, WAY, { form, headers: { Origin: 'http://evil.example' } })).status, 403)
  assert.equal((await stack.request('acme.localhost', `/fr${WAY}`)).status, 404, 'not on the public side')
})

test('there is no such way on a host name that others reach, nor without development = yes', async () => {
  const key = await stack.key(PORTAL, WAY)
  const refused = async (host) => {
    assert.equal((await stack.request(host, WAY)).status, 404, host)
    assert.equal((await stack.request(host, WAY, { form: { _key: key } })).status, 404, host)
  }
  assert.equal((await stack.request('portal.real.example', '/portal/sign-in')).status, 200)
  await refused('portal.real.example')
  await configure(stack, { development: 'no' }, 'portal')
  await refused(PORTAL)
  assert.equal((await stack.request(PORTAL, '/portal/sign-in')).status, 200)
})
