// SPDX-License-Identifier: EUPL-1.2
// Native code of a module answers nginx what it likes: where that leads, what nginx keeps of it, and what a browser hears.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost'
let stack, packages, member

before(async () => {
  packages = new Packages('portal', 'forger', 'keeper')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['forger', 'keeper']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  member = { Cookie: await stack.signIn('acme') }
  await until('both serve', async () => (await stack.request(SITE, '/keeper/gift/rose')).status === 200 && (await say(['Status: 200'])).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

// The forger's own answer, with these headers.
const say = (heads, { portal, body = '', headers } = {}) => stack.request(portal ? PORTAL : SITE,
  `/forger${portal ? '/in' : ''}/say?${new URLSearchParams({ head: heads.map((head) => `${head}|`).join(''), body })}`, { headers })
const led = (to, options) => say([`X-Accel-Redirect: ${to}`], options)

test('a module leads nobody to another module\'s stored file, kept or not', async () => {
  assert.match((await stack.request(PORTAL, '/keeper/paper/secret', { headers: member })).body, /^secret, asked/)
  for (const name of ['secret', 'never-asked'])
    for (const portal of [true, false]) {
      const { status, body } = await led(`/_stored/keeper/bytes/${name}`, { portal })
      assert.equal(status, 404)
      assert.doesNotMatch(body, /asked|EVIL/)
    }
})

test('a module puts nothing into the place of another module\'s stored file', async () => {
  await led('/_stored/keeper/bytes/invoice', { portal: true })
  await led('/_stored/keeper/bytes/invoice')
  assert.match((await stack.request(PORTAL, '/keeper/paper/invoice', { headers: member })).body, /^invoice, asked/)
})

test('a module leads to its own stored file, and nowhere else inside', async () => {
  assert.equal((await led('/_stored/forger/bytes/one')).body, 'please pay to EVIL')
  for (const to of ['/_welcome/en', '/metrics', '/_session', '/_member/portal/', '/_broken', '/_explained/x', '/keeper/gift/rose', '/fr/forger/heard', '/_stored/forger2/x', '/_stored/', '/_/logo.svg', '/'])
    assert.equal((await led(to)).status, 404, to)
})

test('a stored file whose address ends in 64 hexadecimal digits is sent, and has no address of its own', async () => {
  const name = '0123456789abcdef'.repeat(4)
  assert.match((await stack.request(PORTAL, `/keeper/paper/${name}`, { headers: member })).body, new RegExp(`^${name}, asked`))
  for (const host of [SITE, PORTAL]) assert.equal((await stack.request(host, `/_stored/keeper/bytes/${name}`, { headers: member })).status, 404)
})

test('a page says no policy that lets more in than nginx\'s', async () => {
  const loose = "default-src * 'unsafe-inline' 'unsafe-eval'"
  for (const portal of [true, false]) {
    const html = await say(['Content-Type: text/html', `Content-Security-Policy: ${loose}`], { portal })
    const host = `${portal ? PORTAL : SITE}:${stack.port}`
    assert.equal(html.status, 200)
    assert.match(html.headers['content-security-policy'], /script-src \S+\/_\/;.*object-src 'none'.*base-uri 'none'; frame-ancestors 'none'/)
    const named = await stack.request(host, `/forger${portal ? '/in' : ''}/say?${new URLSearchParams({ head: 'Content-Type: text/html|', body: '' })}`)
    assert.ok(named.headers['content-security-policy'].includes(`script-src ${host}/_/;`), 'with its port')
    assert.ok(named.headers['content-security-policy'].includes(`connect-src ${portal ? `${host}/forger/` : "'self'"};`))
    for (const type of ['image/svg+xml', 'application/xhtml+xml', 'text/xml', 'text/htmlx', 'application/json'])
      assert.match((await say([`Content-Type: ${type}`, `Content-Security-Policy: ${loose}`], { portal })).headers['content-security-policy'], /, default-src 'none'.*; sandbox$/, type)
    assert.match((await say(['Status: 200'], { portal })).headers['content-security-policy'], /^default-src 'none'/)
  }
  const { headers } = await stack.request(PORTAL, '/portal/', { headers: member })
  assert.match(headers['content-security-policy'], /connect-src 'self'.*, .*script-src \S+\/_\/; connect-src 'self'/)
})

test('what decides for a whole origin, or orders nginx about, does not come through', async () => {
  const names = ['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials', 'Service-Worker-Allowed', 'Clear-Site-Data', 'Refresh', 'Link', 'Alt-Svc', 'Report-To', 'NEL',
    'X-Accel-Expires', 'X-Accel-Limit-Rate', 'X-Accel-Buffering', 'X-Accel-Charset', 'Permissions-Policy']
  for (const portal of [true, false]) {
    const { headers } = await say([...names.map((name) => `${name}: 1`), 'X-Content-Type-Options: sniff', 'Referrer-Policy: unsafe-url', 'X-Forged: yes'], { portal })
    assert.equal(headers['x-forged'], 'yes', 'the rest does')
    for (const name of names) assert.equal(headers[name.toLowerCase()], undefined, name)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'same-origin')
  }
})

test('a module is sent its own cookies, not the other modules\'', async () => {
  const hears = async (host, Cookie) => (await stack.request(host, `/forger${host === PORTAL ? '/in' : ''}/heard`, { headers: { Cookie } })).body
  for (const Cookie of ['keeper=theirs; forger=mine; flash=said; other=1', '__Host-keeper=theirs; __Host-forger=mine; __Host-flash=said; xforger=theirs']) {
    const body = await hears(SITE, Cookie)
    assert.match(body, /flash=said; .*forger=mine/)
    assert.doesNotMatch(body, /theirs|other/)
  }
  assert.doesNotMatch(await hears(PORTAL, 'keeper=theirs'), /theirs/)
  assert.doesNotMatch(await hears(SITE, 'keeper=theirs'), /theirs/)
})

test('a module sets its own cookie and the next page\'s message, and none besides', async () => {
  const token = 'a1b2c3d4e5f6g7h8i9j0'
  const cookies = async (heads, options) => (await say(heads, options)).headers['set-cookie'] ?? []
  for (const portal of [true, false]) {
    for (const head of ['Set-Cookie: sid=evil', 'Set-Cookie: __Host-sid=evil; Path=/', `Set-Cookie: keeper=${token}`, 'Set-Cookie: any=thing', 'set-cookie: sid=evil', 'Set-Cookie2: sid=evil',
      `X-Set-Session: ${token}`, 'X-Set-Session: -', `X-Set-Own: ${token}; Domain=localhost`, `X-Set-Own: ${token}, sid=evil`, `X-Set-Flash: ${token}; Max-Age=999999`])
      assert.deepEqual(await cookies([head], { portal }), [], head)
    assert.deepEqual(await cookies([`X-Set-Own: ${token}`, `X-Set-Flash: ${token}`], { portal }),
      [`forger=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000`, `flash=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=30`])
    assert.deepEqual(await cookies(['X-Set-Own: -', 'X-Set-Flash: -'], { portal }),
      ['forger=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0', 'flash=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'])
    const { headers } = await say([`X-Set-Own: ${token}`, `X-Set-Session: ${token}`, `X-Set-Flash: ${token}`], { portal })
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('x-set-')), [])
  }
})

test('who is led to a stored file gets the cookies of the answer that led there, and of no other module', async () => {
  const token = 'a1b2c3d4e5f6g7h8i9j0', own = [`X-Set-Own: ${token}`, `X-Set-Flash: ${token}`, `X-Set-Session: ${token}`]
  for (const portal of [true, false])
    for (const words of ['from the module', 'from what nginx keeps']) {
      const { body, headers } = await say(['X-Accel-Redirect: /_stored/forger/bytes/one', ...own], { portal })
      assert.equal(body, 'please pay to EVIL', words)
      assert.deepEqual(headers['set-cookie'], [`forger=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000`, `flash=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=30`], words)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal((await led('/_stored/forger/bytes/one', { portal })).headers['set-cookie'], undefined, 'who comes next gets none')
    }
  const gift = () => stack.request(SITE, '/keeper/gifts/daisy')
  for (const { status, body, headers } of [await gift(), await gift()]) {
    assert.equal(status, 200)
    assert.match(body, /^daisy, asked/)
    assert.match(headers['set-cookie'].join('|'), /^flash=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=30$/)
  }
  assert.match((await say(['X-Accel-Redirect: /_stored/forger/bytes/one', 'X-Set-Own: -'])).headers['set-cookie'][0], /^forger=; .*Max-Age=0$/)
})

test('an answer with a cookie that nginx did not make is not sent, wherever else it leads', async () => {
  const nowhere = ['@again', '@moved', '@broken', '@again_for_member', '@moved_for_member', '@unresolved']
  for (const portal of [true, false])
    for (const to of ['/_stored/forger/bytes/one', '/_stored/keeper/bytes/one', '/_welcome/en', '/', ...nowhere])
      for (const cookie of ['Set-Cookie: sid=evil; Path=/', 'set-cookie: __Host-sid=evil; Path=/; Secure']) await assert.rejects(say([`X-Accel-Redirect: ${to}`, cookie], { portal }), /socket hang up|ECONNRESET/, to)
  for (const to of nowhere) await assert.rejects(led(to), /socket hang up|ECONNRESET/, to)
})

// Whether a text is in the writable memory of a process.
function remembers (pid, text) {
  const memory = fs.openSync(`/proc/${pid}/mem`)
  try {
    return fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').filter((line) => / rw-p /.test(line)).some((line) => {
      const [from, to] = line.split(' ')[0].split('-').map((number) => BigInt(`0x${number}`))
      const bytes = Buffer.alloc(Number(to - from))
      try { fs.readSync(memory, bytes, 0, bytes.length, from) } catch { return false }
      return bytes.includes(text)
    })
  } finally { fs.closeSync(memory) }
}

test('a module is not told from which page somebody came', { skip: process.getuid() !== 0 && 'only root reads the memory of a worker' }, async () => {
  for (const host of [SITE, PORTAL]) {
    const headers = { Referer: `http://${host}/keeper/paper?${'x'.repeat(100)}&key=the-referer-of-${host}`, 'X-Told': `${'x'.repeat(100)}the-header-of-${host}` }
    await stack.request(host, `/forger${host === PORTAL ? '/in' : ''}/heard`, { headers })
    const workers = await stack.workers('forger'), knows = (text) => workers.some((pid) => remembers(pid, text))
    assert.ok(knows(`the-header-of-${host}`), 'it hears the rest')
    assert.ok(!knows(`the-referer-of-${host}`))
  }
})

// A file that nginx keeps, with a count that a keeper who has just begun does not reach within this test.
async function kept (flower) {
  for (let i = 0; ; i++) {
    const ask = async () => (await stack.request(SITE, `/keeper/gift/${flower}${i}`)).body, first = await ask()
    assert.equal(await ask(), first, 'it is kept')
    if (Number(first.match(/asked (\d+)/)[1]) >= 6) return { ask, first }
  }
}

test('what nginx keeps of a module is gone with it', async () => {
  const { ask, first } = await kept('tulip')
  await stack.cli('module', 'disable', 'keeper', '--tenant', 'acme')
  assert.equal((await stack.request(SITE, '/keeper/gift/rose')).status, 503)
  await stack.cli('module', 'purge', 'keeper', '--tenant', 'acme', '--yes', 'keeper')
  assert.doesNotMatch(await ask(), /tulip/)
  await stack.cli('module', 'install', 'keeper', '--tenant', 'acme')
  assert.match(await ask(), /^tulip/)
  assert.notEqual(await ask(), first)
})

test('a host name that is given to another tenant shows nothing of before', async () => {
  const { ask, first } = await kept('lily')
  await stack.cli('tenant', 'delete', 'acme', '--yes', 'acme')
  assert.doesNotMatch(await ask(), /lily/)
  await stack.cli('tenant', 'create', 'acme', '--title', 'Another')
  await stack.cli('module', 'install', 'keeper', '--tenant', 'acme')
  assert.match(await ask(), /^lily/)
  assert.notEqual(await ask(), first)
})
