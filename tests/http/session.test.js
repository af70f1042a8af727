// SPDX-License-Identifier: EUPL-1.2
// Who sends a request is found out by a process of the host: a module's worker gets neither the cookie nor the key, nor anything
// that opens another module's page, and nobody is taken for signed out because that process is away.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost', OTHER = 'beta-portal.localhost'
let stack, packages, cookie

before(async () => {
  packages = new Packages('portal', 'lending', 'forger', 'keeper')
  stack = await start({ modules: packages.folder })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    for (const module of ['forger', 'keeper']) await stack.cli('module', 'install', module, '--tenant', tenant)
  }
  cookie = await stack.signIn('acme')
  await until('all serve', async () => (await see('/keeper/paper/one')).status === 200 && (await stack.request(PORTAL, '/forger/in/heard')).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const see = (url, { host = PORTAL, Cookie = cookie, ...more } = {}) => stack.request(host, url, { ...more, headers: { Cookie, Accept: 'text/html', ...more.headers } })
const paper = async (options) => (await see('/keeper/paper/one', options)).status
const seek = async (text, options) => (await see(`/forger/in/seek?backwards=${[...text].reverse().join('')}`, options)).body
const both = () => stack.processes('scopiton-session\0')
// Kills some of the two, and waits until two serve of which it killed none: a killed process may still be listed for a while.
async function replace (...killed) {
  for (const pid of killed) process.kill(pid, 'SIGKILL')
  await until('there are two again', () => both().length === 2 && !both().some((pid) => killed.includes(pid)))
}

test('neither the cookie of a session nor a key reaches a module\'s worker', async () => {
  const token = cookie.split('=')[1], own = 'ownownownown23456789', key = 'scop_keykeykeykeykeykey23456723456723'
  for (const host of [PORTAL, SITE]) {
    const options = { Cookie: `${cookie}; forger=${own}; keeper=theirstheirs23456789`, headers: { Authorization: `Bearer ${key}` } }
    for (let i = 0; i < 3; i++) await see(`/forger${host === PORTAL ? '/in' : ''}/heard`, { ...options, host })
    await see('/forger/in/heard', { Cookie: `${cookie}; forger=${own}` })
    assert.match(await seek(own), /^found in \d+ kB$/, 'what arrives is found')
    for (const secret of [token, key, 'theirstheirs23456789']) assert.match(await seek(secret), /^not found/, secret)
  }
})

test('a request says who sends it by its cookie or its key alone', async () => {
  const row = JSON.stringify({ member: { member: 1, name: 'Eve', language: 'en', zone: '', permissions: 'keeper.papers' }, key: false, program: false, handle: 'x' })
  const epoch = await stack.sql("SELECT epoch FROM scopiton.subscription WHERE tenant = 1 AND module = 'keeper'")
  const forged = `1 keeper ${epoch} 9999999999 ${Buffer.from(row).toString('base64url')}`
  for (const Cookie of ['', 'sid=', 'sid=x', `sid=${'a'.repeat(40)}`, `xsid=${cookie.slice(4)}`, `SESSION=${forged.replaceAll(' ', '+')}`])
    for (const name of ['X-Session', 'Session', 'Http-Session', 'Accept-Language'])
      assert.equal(await paper({ Cookie, headers: { [name]: forged } }), 303, `${Cookie} ${name}`)
  assert.equal(await paper({ host: OTHER }), 303, 'a session is of one tenant')
  for (const inside of ['/_member/keeper/paper/one', '/_session', '/_member/', '/_member']) assert.equal((await see(inside)).status, 404, inside)
})

test('who has signed out is nobody at the next request, at every module', async () => {
  const Cookie = await stack.signIn('acme')
  assert.equal(await paper({ Cookie }), 200)
  await stack.sql(`UPDATE t1.session SET expires = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND ORDER BY created DESC LIMIT 1`)
  assert.equal(await paper({ Cookie }), 303)
  const Second = await stack.signIn('acme'), rights = await stack.sql("SELECT GROUP_CONCAT(CONCAT('(''', role, ''', ''', permission, ''')')) FROM t1.role_permission WHERE permission = 'keeper.papers'")
  assert.equal(await paper({ Cookie: Second }), 200)
  await stack.sql("DELETE FROM t1.role_permission WHERE permission = 'keeper.papers'")
  assert.equal(await paper({ Cookie: Second }), 403)
  await stack.sql(`INSERT INTO t1.role_permission (role, permission) VALUES ${rights}`)
  assert.equal(await paper({ Cookie: Second }), 200)
  await stack.sql('DELETE FROM t1.session ORDER BY created DESC LIMIT 1')
  assert.equal(await paper({ Cookie: Second }), 303)
})

test('the menu is that of the modules which are there, in the language that the member has now', async () => {
  const menu = async () => (await see('/portal')).body.match(/<nav[^]*?<\/nav>/g).join('')
  assert.doesNotMatch(await menu(), /lending/)
  for (let i = 0; i < 2; i++) {
    await stack.cli('module', 'install', 'lending', '--tenant', 'acme')
    assert.match(await menu(), /href="\/lending/)
    await stack.cli('module', 'disable', 'lending', '--tenant', 'acme')
    assert.doesNotMatch(await menu(), /lending/)
  }
  const words = new Set()
  for (const language of ['fr', 'nl', 'de', 'en']) {
    await stack.sql(`UPDATE t1.member SET language = '${language}'`)
    for (let i = 0; i < 4; i++) words.add((await menu()).match(/href="\/portal\/members"[^]*?<\/a>/)[0].replace(/<[^>]*>/g, '').trim()) // of both processes
  }
  assert.equal(words.size, 4, [...words].join())
})

test('the process for sessions may end: nobody is signed out by that', async () => {
  const answers = []
  let on = true
  const asking = Promise.all([1, 2, 3].map(async () => { while (on) answers.push(await paper()) }))
  for (let i = 0; i < 3; i++) {
    const before = both()
    assert.equal(before.length, 2)
    await replace(before[i % 2])
  }
  await replace(...both())
  on = false
  await asking
  assert.ok(answers.length > 20, answers.length)
  assert.deepEqual([...new Set(answers)].filter((status) => status !== 503), [200])
  assert.equal(await paper(), 200)
})

test('while it does not answer, who has a session hears so by words, and everybody else is served', async () => {
  const stopped = both()
  assert.equal(stopped.length, 2)
  for (const pid of stopped) process.kill(pid, 'SIGSTOP')
  try {
    const waiting = [see('/keeper/paper/one'), see('/portal/account/password', { form: { name: 'x' } })]
    assert.equal((await stack.request(SITE, '/keeper/gift/rose')).status, 200)
    assert.equal((await see('/keeper/gift/rose', { host: SITE })).status, 200, 'the public side asks nobody')
    assert.equal((await stack.request(PORTAL, '/portal/sign-in')).status, 200)
    for (const { status, headers, body } of await Promise.all(waiting)) {
      assert.equal(status, 503)
      assert.ok(headers['retry-after'])
      assert.match(body, /<html/)
    }
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
  }
  assert.equal(await paper(), 200)
})

test('without MariaDB nobody is taken for signed out', async () => {
  process.kill(stack.pid('db'), 'SIGKILL')
  await until('it is gone', async () => (await paper()) === 503)
  for (let i = 0; i < 5; i++) assert.equal(await paper(), 503)
  await stack.again('db')
  await until('it serves again', async () => (await paper()) === 200)
})

test('the account of that process reads what it needs, and nothing besides', async () => {
  const account = { user: 'scopiton_session', password: fs.readFileSync(path.join(stack.folder, 'secrets/.session'), 'utf8').trim() }
  assert.match(await stack.sql('SELECT name FROM t1.member LIMIT 1; ', account), /^/)
  for (const text of ['SELECT mail FROM t1.member', 'SELECT person FROM t1.member', 'SELECT * FROM t1.session', 'SELECT COUNT(*) FROM account.person', 'SELECT COUNT(*) FROM queue.mail',
    'SELECT * FROM t1.setting', 'SELECT * FROM t1.audit', 'SELECT COUNT(*) FROM scopiton.tenant', 'DELETE FROM t1.session', "UPDATE t1.session SET expires = '2099-01-01'", 'USE t1_keeper', 'SET ROLE t1_portal'])
    await assert.rejects(stack.sql(text, account), undefined, text)
  const rights = (tenant) => stack.sql(`SELECT COUNT(*) FROM mysql.tables_priv WHERE Db = 't${tenant}' AND User = 'scopiton_session'`)
  assert.equal(await rights(2), '7')
  await stack.cli('tenant', 'delete', 'beta', '--yes', 'beta')
  assert.equal(await rights(2), '0')
})
