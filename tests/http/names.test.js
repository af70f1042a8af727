// SPDX-License-Identifier: EUPL-1.2
// A module's name and the first parts of the addresses of the module at the root exclude each other: whichever comes second is
// refused, by every way on which a module comes on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const EXCLUDED = /'shop' at the root of the host name has pages below \/cart, where the module 'cart' would be\..*disable the one that is not needed/
let stack, packages

// `cart` is a guestbook named like a page of the shop; `closer` has the pages /close and /shut, `close` is named like one.
before(async () => {
  packages = new Packages('portal', 'shop', 'closer')
  packages.addAs('guestbook', 'cart')
  packages.addAs('guestbook', 'close')
  packages.addAs('closer', 'shut')
  packages.addAs('slow', 'rooted')
  stack = await start({ modules: packages.folder })
})
after(async () => { await stack?.stop(); packages?.removeAll() })

const module = (verb, name, tenant, ...rest) => stack.cli('module', verb, name, '--tenant', tenant, ...rest)
const refused = (promise, words) => assert.rejects(promise, (error) => (assert.match(error.stderr + error.stdout, words), true))
const tenant = (name) => stack.cli('tenant', 'create', name, '--title', name)
const page = async (name, url) => (await stack.request(`${name}.localhost`, url)).status
// The rooted module's next version, with the pages of another.
const next = (from, version) => packages.addAs(from, 'rooted', version)
const serves = async (name) => stack.sql(`SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package JOIN scopiton.tenant t ON t.id = s.tenant WHERE t.name = '${name}' AND s.module = 'rooted'`)

test('beside the module at the root none is installed that has the name of one of its pages', async () => {
  await tenant('first')
  await module('install', 'shop', 'first', '--root')
  await refused(module('install', 'cart', 'first'), EXCLUDED)
  assert.equal(await page('first', '/fr/cart'), 200, 'the page is the shop\'s still')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM scopiton.subscription WHERE module = 'cart'"), '0')
  await module('install', 'close', 'first') // another name is nobody's page
})

test('a module does not come to the root beside one that has the name of one of its pages', async () => {
  await tenant('second')
  await module('install', 'cart', 'second')
  await refused(module('install', 'shop', 'second', '--root'), EXCLUDED)
  await module('install', 'shop', 'second') // below its own name it is in nobody's way
  await refused(module('install', 'shop', 'second', '--root'), EXCLUDED)
  assert.equal(await page('second', '/fr/cart/'), 200)
  await module('disable', 'cart', 'second')
  await module('install', 'shop', 'second', '--root')
  await refused(module('install', 'cart', 'second'), EXCLUDED) // and it is not switched on again
  assert.equal(await page('second', '/fr/cart'), 200)
  await module('disable', 'shop', 'second')
  await module('install', 'cart', 'second')
  await refused(module('install', 'shop', 'second'), EXCLUDED) // which would come back at the root
})

test('a module whose own pages begin with its name does not stand at the root', async () => {
  await tenant('third')
  await refused(module('install', 'shut', 'third', '--root'), /'shut' cannot be at the root: some of its pages begin with \/shut/)
  await module('install', 'shut', 'third')
})

test('neither an upgrade nor going back takes a page from a module', async () => {
  await tenant('fourth')
  await module('install', 'rooted', 'fourth', '--root')
  await module('install', 'close', 'fourth')
  next('closer', '1.1.0')
  await refused(module('upgrade', 'rooted', 'fourth'), /has pages below \/close/)
  await refused(module('rehearse', 'rooted', 'fourth'), /has pages below \/close/)
  assert.equal(await serves('fourth'), '1.0.0')
  await module('disable', 'close', 'fourth')
  await module('upgrade', 'rooted', 'fourth')
  next('slow', '1.2.0')
  await module('upgrade', 'rooted', 'fourth')
  await module('install', 'close', 'fourth')
  await refused(module('back', 'rooted', 'fourth'), /has pages below \/close/)
  assert.equal(await serves('fourth'), '1.2.0')
})

test('the portal says so in the language of who asks', async () => {
  const headers = { Cookie: await stack.signIn('first'), 'Accept-Language': 'fr' }, host = 'first-portal.localhost'
  const { headers: { location } } = await stack.request(host, '/portal/modules/cart/install', { headers, form: { _key: await stack.key(host, '/portal/modules', headers, '/portal/modules/cart/install') } })
  let body = ''
  for (let i = 0; i < 100 && !body.includes('pages sous /cart'); i++) ({ body } = await stack.request(host, location, { headers }))
  assert.match(body, /&#39;Boutique&#39;, à la racine|'Boutique', à la racine/)
})

test('a tenant moves with a module that is switched off because of its name', async () => {
  await tenant('fifth')
  await module('install', 'cart', 'fifth')
  await module('disable', 'cart', 'fifth')
  await module('install', 'shop', 'fifth', '--root')
  const archive = (await stack.cli('tenant', 'export', 'fifth')).trim().split('\n').pop()
  await stack.cli('tenant', 'import', archive, '--name', 'sixth', '--host', 'sixth.localhost', '--portal-host', 'sixth-portal.localhost')
  await until('it serves', async () => await page('sixth', '/fr/cart') === 200)
  await refused(module('install', 'cart', 'sixth'), EXCLUDED)
})

test('module check names what excludes each other', async () => {
  const check = (name) => stack.cli('module', 'check', packages.path(name)).catch(({ stdout }) => stdout)
  assert.match(await check('cart'), /E205 {2}the module 'shop', which is at the root for tenants here, has pages below \/cart/)
  const said = await check('shut')
  assert.match(said, /W113 {2}it has pages below \/shut, its own name/)
  assert.match(said, /W211 {2}the module 'closer' has pages below \/shut/)
  assert.match(said, /W211 {2}it has pages below \/close, so at the root it excludes the module 'close'/)
  assert.doesNotMatch(said, /E205|'shop'/)
})

test('the public modules of a company lead to one another, in the reader\'s language', async () => {
  const links = async (url) => {
    const { status, body } = await stack.request('seventh.localhost', url)
    assert.equal(status, 200)
    const foot = body.slice(body.indexOf('<footer'))
    return [...foot.matchAll(/<li><a href="([^"]+)">([^<]+)</g)].map(([, address, title]) => `${address} ${title}`)
  }
  await tenant('seventh')
  await module('install', 'shop', 'seventh', '--root')
  assert.deepEqual(await links('/de/'), [], 'one alone leads nowhere')
  await module('install', 'close', 'seventh')
  assert.deepEqual(await links('/de/'), ['/de/close/ Gästebuch'])
  assert.deepEqual(await links('/nl/close/'), ['/nl/ Webwinkel'])
  assert.deepEqual(await links('/en/cart'), ['/en/close/ Guestbook'])
  await module('disable', 'close', 'seventh')
  assert.deepEqual(await links('/de/'), [])
})
