// SPDX-License-Identifier: EUPL-1.2
// A module's life for tenants: upgraded while it is used, gone back from, rehearsed, upgraded in waves, taken away without a trace,
// and paid for by the day.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { Catalogue } from '../support/catalogue.mjs'
import { sleep, start, until } from '../support/stack.mjs'

const TENANTS = ['acme', 'lumen', 'boucle', 'vert']
let catalogue, own, stack

before(async () => {
  catalogue = await Catalogue.make('notes', 'clerk', 'caller', 'guestbook')
  own = new Packages('portal')
  await catalogue.publish('notes', '1.0.0')
  await catalogue.publish('notes', '1.1.0', { from: 'notesb' })
  await catalogue.publish('notes', '2.0.0', { from: 'notesc' })
  stack = await start({ modules: own.folder, config: catalogue.config })
  for (const name of TENANTS) await stack.cli('tenant', 'create', name, '--title', name)
})
after(async () => { await stack?.stop(); catalogue?.remove(); own?.removeAll() })

const refused = (promise, words) => assert.rejects(promise, (error) => (assert.match(error.stderr, words), true))
const module = (verb, name, tenant, ...rest) => stack.cli('module', verb, name, '--tenant', tenant, ...rest)
const page = (tenant, name = 'notes') => stack.request(`${tenant}.localhost`, `/fr/${name}/`, { headers: { Accept: 'application/json' } })
const notes = async (tenant = 'acme') => { const { status, body } = await page(tenant); return { status, ...(status === 200 && JSON.parse(body)) } }
const version = (tenant) => until(`${tenant} is served`, async () => (await notes(tenant)).version)
const add = async (text, tenant = 'acme') => {
  const _key = await stack.key(`${tenant}.localhost`, '/fr/notes/')
  return stack.request(`${tenant}.localhost`, '/fr/notes/', { form: { _key, text } })
}
const texts = async (tenant) => (await notes(tenant)).notes.map(({ text }) => text).reverse()

// Reads and writes all the time: nothing may fail, and each write is there once in the end.
async function whileUsed (tenants, action) {
  const failed = [], written = Object.fromEntries(tenants.map((name) => [name, []]))
  let going = true, asked = 0
  const busy = tenants.flatMap((tenant) => [
    (async () => { for (; going; await sleep(3), asked++) { const { status } = await page(tenant); if (status !== 200) failed.push(`GET ${tenant} ${status}`) } })(),
    (async () => {
      for (let i = 0; going; i++, await sleep(8)) {
        const { status, body } = await add(`${tenant} ${asked} ${i}`, tenant).catch((error) => ({ status: 0, body: error.message }))
        if (status === 303) written[tenant].push(i)
        else failed.push(`POST ${tenant} ${status} ${body.slice(0, 300)}`)
      }
    })()])
  try {
    await sleep(300)
    await action()
    await sleep(300)
  } finally {
    going = false
    await Promise.all(busy)
  }
  assert.deepEqual(failed, [])
  assert.ok(asked > 20)
  return written
}

const gateways = (name) => stack.processes('scopiton-gateway\0', `module=${name}\0`)

test('requests that wait for a worker of a version that goes are served', async () => {
  const words = Array.from({ length: 20 }, (_, i) => `${i} in the queue`), keys = []
  await catalogue.publish('notes', '0.9.0', { from: 'notes' })
  await stack.cli('catalogue', 'refresh')
  await module('install', 'notes', 'acme', '--version', '0.9.0')
  await version('acme')
  for (const _ of words) keys.push(await stack.key('acme.localhost', '/fr/notes/'))
  const old = gateways('notes')
  for (const pid of old) process.kill(pid, 'SIGSTOP')
  try {
    const waiting = words.map((text, i) => stack.request('acme.localhost', '/fr/notes/', { form: { _key: keys[i], text } }))
    await sleep(100) // they are in the queue, longer than there are workers
    await module('upgrade', 'notes', 'acme', '--version', '1.0.0')
    await until('the new version serves', async () => gateways('notes').length > old.length && (await notes()).version === '1')
    for (const pid of old) process.kill(pid, 'SIGCONT')
    for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 303)
  } finally {
    for (const pid of old) try { process.kill(pid, 'SIGCONT') } catch { /* it has ended */ }
  }
  assert.deepEqual((await texts('acme')).sort(), words.sort())
  await module('purge', 'notes', 'acme', '--yes', 'notes')
})

test('tables are added to and gone back from while the module is used: nothing fails, every row stays', async () => {
  for (const tenant of TENANTS) await module('install', 'notes', tenant, '--version', '1.0.0')
  for (const tenant of TENANTS) assert.equal(await version(tenant), '1')
  await add('the first')
  const written = await whileUsed(['acme', 'lumen'], async () => {
    assert.match(await module('upgrade', 'notes', 'acme', '--version', '^1'), /tables/)
    await until('the new version serves', async () => (await notes()).version === '1.1')
    await sleep(300)
    const began = Date.now()
    assert.match(await module('back', 'notes', 'acme'), /every row written since is kept/)
    assert.ok(Date.now() - began < 5000)
    await until('the old version serves', async () => (await notes()).version === '1')
    await module('upgrade', 'notes', 'acme', '--version', '^1')
  })
  assert.equal((await notes('lumen')).version, '1')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1_notes.note'), String(written.acme.length + 1))
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t2_notes.note'), String(written.lumen.length))
})

test('before a new generation, a dry run says how many rows and seconds, and what going back will cost', async () => {
  const before = await stack.sql('SELECT COUNT(*) FROM t1_notes.note')
  const said = await module('rehearse', 'notes', 'acme')
  assert.match(said, /1\.1\.0 to 2\.0\.0: \d+ rows, \d+\.\d{3} s, during which writes would wait\. A rollback keeps rows written afterwards\./)
  assert.equal(await stack.sql("SELECT GROUP_CONCAT(schema_name) FROM information_schema.schemata WHERE schema_name LIKE 't1\\_notes%'"), 't1_notes')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1_notes.note'), before)
  assert.equal((await notes()).version, '1.1')
})

test('tables are made anew while the module is used, and rows written since are kept when going back', async () => {
  const before = Number(await stack.sql('SELECT COUNT(*) FROM t1_notes.note'))
  let added = 0
  const written = await whileUsed(['acme'], async () => {
    await module('upgrade', 'notes', 'acme')
    await until('the new version serves', async () => (await notes()).version === '2')
  })
  added += written.acme.length
  assert.equal(Number(await stack.sql('SELECT COUNT(*) FROM t1_notes__2.note')), before + added)
  await add('only in the new tables')
  assert.equal(Number(await stack.sql('SELECT COUNT(*) FROM t1_notes__2.body')), before + ++added)
  const since = await whileUsed(['acme'], async () => {
    assert.match(await module('back', 'notes', 'acme'), /\d+ rows written since are kept/)
    await until('the old version serves', async () => (await notes()).version === '1.1')
  })
  added += since.acme.length
  assert.equal(Number(await stack.sql('SELECT COUNT(*) FROM t1_notes.note')), before + added)
  assert.ok((await texts()).includes('only in the new tables'))
  // And forward again, and back again: the tables are rebuilt each time.
  await module('upgrade', 'notes', 'acme')
  await add('another')
  added++
  await module('back', 'notes', 'acme')
  assert.equal(Number(await stack.sql('SELECT COUNT(*) FROM t1_notes.note')), before + added)
  assert.equal((await texts()).filter((text) => text === 'only in the new tables').length, 1)
})

for (const [back, words] of [['exported', /(\d+) rows written since are in '(.*)'/], ['lost', /(\d+) rows written since are lost, as the module had declared/]]) {
  test(`going back, rows are ${back} where the manifest says so`, async () => {
    const tenant = back === 'exported' ? 'lumen' : 'boucle', number = back === 'exported' ? '2.1.0' : '2.2.0'
    await catalogue.publish('notes', number, { from: 'notesc', manifest: (text) => text.replace('back="kept"', `back="${back}"`) })
    await stack.cli('catalogue', 'refresh')
    await module('install', 'notes', tenant, '--version', number)
    await add('first "since"', tenant)
    await add('second', tenant)
    const said = await module('back', 'notes', tenant)
    assert.match(said, words)
    const [, rows, folder] = said.match(words)
    assert.equal(rows, '2')
    await until('the older one serves', async () => !(await texts(tenant)).includes('second')) // the routes follow within moments
    if (folder) assert.match(fs.readFileSync(path.join(folder, 'note.csv'), 'utf8'), /^id,written\r\n\d+,.*\r\n\d+,.*\r\n$/)
  })
}

test('there is nothing to go back to without an upgrade, nor from a module that is not there', async () => {
  await refused(module('back', 'notes', 'vert'), /has no previous version to roll back to/)
  await refused(module('back', 'clerk', 'vert'), /this tenant has no module 'clerk'/)
})

test('what a new version may in addition has to be granted', async () => {
  await catalogue.publish('guestbook', '1.0.0')
  await catalogue.publish('guestbook', '1.1.0', { manifest: (text) => text.replace('\t<personal', '\t<calls host="api.example.com"/>\n\t<personal') })
  await stack.cli('catalogue', 'refresh')
  await module('install', 'guestbook', 'acme', '--version', '1.0.0')
  await refused(module('upgrade', 'guestbook', 'acme'), /guestbook 1\.1\.0 requests rights that 1\.0\.0 does not have: calls api\.example\.com:443\. Grant them/)
  assert.equal((await page('acme', 'guestbook')).status, 200)
  await module('upgrade', 'guestbook', 'acme', '--grant')
  assert.match(await stack.cli('tenant', 'show', 'acme'), /guestbook 1\.1\.0, on/)
})

test('an upgrade that would copy a table, or that the version before cannot live with, is refused and changes nothing', async () => {
  const migration = (sql) => (folder) => fs.writeFileSync(path.join(folder, 'migrations/0002_more.sql'), sql)
  await catalogue.publish('guestbook', '1.2.0', { folder: migration('ALTER TABLE entry ADD COLUMN at2 DATETIME NOT NULL DEFAULT UTC_TIMESTAMP();') })
  await stack.cli('catalogue', 'refresh')
  await module('install', 'guestbook', 'lumen', '--version', '1.0.0')
  await refused(module('upgrade', 'guestbook', 'lumen'), /ALGORITHM=NOCOPY is not supported/)
  await catalogue.publish('guestbook', '1.3.0', { folder: migration("-- probe: SELECT 1 AS found FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'words'\nALTER TABLE entry CHANGE message words VARCHAR(1000) NOT NULL;") })
  await stack.cli('catalogue', 'refresh')
  await refused(module('upgrade', 'guestbook', 'lumen', '--version', '1.3.0'), /would no longer work|does not fit/)
  await stack.sql('ALTER TABLE t2_guestbook.entry CHANGE words message VARCHAR(1000) NOT NULL')
  assert.equal((await page('lumen', 'guestbook')).status, 200)
  // A mended version need not carry what never came to serve.
  await catalogue.publish('guestbook', '1.3.1', { folder: migration('ALTER TABLE entry ADD COLUMN mood INT NULL;') })
  await stack.cli('catalogue', 'refresh')
  await module('upgrade', 'guestbook', 'lumen', '--version', '1.3.1')
  assert.equal((await page('lumen', 'guestbook')).status, 200)
  await refused(module('install', 'guestbook', 'lumen', '--version', '1.0.0'), /guestbook 1\.0\.0 is older than 1\.3\.1, which this tenant has/)
})

test('two who press at once: one order runs, the other is shown it', async () => {
  const both = await Promise.all([module('install', 'guestbook', 'vert', '--version', '1.0.0'), module('install', 'guestbook', 'vert', '--version', '1.0.0')])
  assert.ok(both.some((said) => /an order for it is already in progress; showing that one/.test(said)) || both.every((said) => /done/.test(said)))
  assert.equal((await page('vert', 'guestbook')).status, 200)
})

test('an order that waits or runs is stopped where that is safe, and leaves nothing', async () => {
  // The lock that a busy installer holds keeps the order waiting.
  const id = await stack.sql("INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (4, 'install', 'notes', 'test'); SELECT LAST_INSERT_ID(); INSERT INTO scopiton.order_cancel (installer_order) VALUES (LAST_INSERT_ID())").then((text) => Number(text.split('\n')[0]))
  await until('it has ended', async () => ['cancelled', 'done'].includes(await stack.sql(`SELECT state FROM scopiton.installer_order WHERE id = ${id}`)))
  assert.equal(await stack.sql(`SELECT state FROM scopiton.installer_order WHERE id = ${id}`), 'cancelled')
  // One without steps too.
  await stack.sql("BEGIN; INSERT INTO scopiton.installer_order (tenant, kind, module, actor) SELECT id, 'disable', 'guestbook', 'regrets' FROM scopiton.tenant WHERE name = 'vert'; INSERT INTO scopiton.order_cancel (installer_order) VALUES (LAST_INSERT_ID()); COMMIT")
  await until('it has ended', async () => (await stack.sql("SELECT ended IS NOT NULL FROM scopiton.installer_order WHERE actor = 'regrets'")) === '1')
  assert.match(await stack.sql("SELECT state, message FROM scopiton.installer_order WHERE actor = 'regrets'"), /^cancelled\t.*it was cancelled before it began/)
  assert.equal((await page('vert', 'guestbook')).status, 200)
})

test('upgrades go in waves after a canary, stop at the first failure, pause and go on', async () => {
  for (const tenant of TENANTS) await module('purge', 'guestbook', tenant, '--yes', 'guestbook').catch(() => {})
  for (const tenant of TENANTS) await module('install', 'guestbook', tenant, '--version', '1.0.0')
  await catalogue.publish('guestbook', '1.4.0')
  await stack.cli('catalogue', 'refresh')
  // boucle's tables are spoilt, so that it fails there.
  await stack.sql('ALTER TABLE t3_guestbook.entry CHANGE message lost VARCHAR(1000) NOT NULL')
  const rollout = stack.cli('module', 'rollout', 'guestbook', '--version', '1.4.0', '--canary', 'vert').catch((error) => error.stdout)
  const said = await rollout
  assert.match(said, /rollout 1: guestbook 1\.4\.0, stopped/)
  assert.match(said, /wave 0 {2}vert +done +1\.0\.0 -> 1\.4\.0/)
  assert.match(said, /wave 1 {2}acme +done/)
  assert.match(said, /wave 2 {2}lumen +done/)
  assert.match(said, /wave 2 {2}boucle +failed .* boucle|wave 2 {2}boucle +failed/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM scopiton.rollout_tenant WHERE state = 'failed'"), '1')
  await refused(stack.cli('module', 'rollout', 'cars'), /no tenant has the module 'cars'/)
  // Once corrected, it resumes where it stopped.
  await stack.sql('ALTER TABLE t3_guestbook.entry CHANGE lost message VARCHAR(1000) NOT NULL')
  await stack.cli('module', 'rollout', 'pause', '1')
  assert.match(await stack.cli('module', 'rollout', 'show', '1'), /paused/)
  await sleep(800)
  assert.match(await stack.cli('module', 'rollout', 'show', '1').catch((error) => error.stdout), /boucle +failed/)
  assert.match(await stack.cli('module', 'rollout', 'resume', '1'), /rollout 1: guestbook 1\.4\.0, done/)
  // A paused rollout is replaced by the next one, and cannot be resumed beside it.
  await stack.sql("UPDATE scopiton.rollout SET state = 'paused' WHERE id = 1")
  const [, next] = (await stack.cli('module', 'rollout', 'guestbook', '--version', '1.4.0')).match(/rollout (\d+): guestbook 1\.4\.0, done/)
  assert.equal(await stack.sql('SELECT state FROM scopiton.rollout WHERE id = 1'), 'stopped')
  process.kill(stack.service('installer'), 'SIGSTOP') // else it would end the other one
  await stack.sql("UPDATE scopiton.rollout SET state = 'running' WHERE id = " + next)
  await refused(stack.cli('module', 'rollout', 'resume', '1'), /another upgrade of 'guestbook' in waves is in progress/)
  await stack.sql("UPDATE scopiton.rollout SET state = 'done' WHERE id = " + next)
  process.kill(stack.service('installer'), 'SIGCONT')
  for (const tenant of TENANTS) assert.match(await stack.cli('tenant', 'show', tenant), /guestbook 1\.4\.0, on/)
})

test('a change of the socle flows to all tenants in waves', async () => {
  assert.match(await stack.cli('module', 'rollout', 'socle'), /socle.*done[\s\S]*acme +done/)
})

test('uninstalled, its data stays and comes back; purged, nothing of it is left', async () => {
  await add('stays')
  assert.match(await module('uninstall', 'notes', 'acme'), /note: \d+ rows[\s\S]*personal: note \(text\), kept for 12 months/)
  assert.match(await stack.cli('module', 'list', 'acme'), /^notes +\d\S+ +kept /m)
  await until('it is gone', async () => (await page('acme')).status === 404)
  assert.doesNotMatch(await stack.cli('module', 'list', 'acme'), /notes +1\.1\.0 +on/)
  await module('install', 'notes', 'acme')
  await until('it is back', async () => (await page('acme')).status === 200)
  assert.ok((await texts()).includes('stays'))

  await refused(module('purge', 'notes', 'acme'), /Add --yes notes to confirm/)
  await refused(module('purge', 'notes', 'acme', '--yes', 'note'), /Add --yes notes/)
  const said = await module('purge', 'notes', 'acme', '--yes', 'notes'), file = said.match(/exported to '(.*)', then deleted/)[1]
  assert.equal((await page('acme')).status, 404)
  const left = async (sql) => assert.equal(await stack.sql(sql), '', sql)
  await left("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 't1\\_notes%'")
  for (const [table, column] of [['user', 'User'], ['db', 'User'], ['tables_priv', 'User'], ['columns_priv', 'User'], ['roles_mapping', 'Role']]) await left(`SELECT ${column} FROM mysql.${table} WHERE ${column} = 't1_notes'`)
  for (const table of ['outbox', 'dead', 'schedule', 'mail']) await left(`SELECT role FROM queue.${table} WHERE role = 't1_notes'`)
  for (const table of ['menu', 'tile', 'setting', 'setting_type', 'permission']) await left(`SELECT module FROM t1.${table} WHERE module = 'notes'`)
  await left("SELECT permission FROM t1.role_permission WHERE permission LIKE 'notes.%'")
  const names = execFileSync('tar', ['--zstd', '-tf', file], { encoding: 'utf8' })
  assert.match(names, /notes\.sql[\s\S]*/)
  assert.match(names, /packages\/notes\/notes\.so/)
  assert.match(execFileSync('tar', ['--zstd', '-xOf', file, names.match(/.*notes\.sql/)[0]], { encoding: 'utf8' }), /stays/)
  assert.equal(fs.statSync(file).mode & 0o777, 0o600)
})

test('the last tenant\'s purge takes account, secret and package away too', async () => {
  for (const tenant of TENANTS.slice(1)) await module('purge', 'notes', tenant, '--yes', 'notes')
  assert.equal(await stack.sql("SELECT User FROM mysql.user WHERE User LIKE '%notes%'"), '')
  assert.equal(await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'notes'"), '')
  assert.ok(!fs.existsSync(path.join(stack.folder, 'secrets/notes')))
  for (const hash of fs.readdirSync(path.join(stack.folder, 'modules'))) assert.doesNotMatch(fs.readFileSync(path.join(stack.folder, 'modules', hash, 'module.xml'), 'utf8'), /name="notes"/)
  await module('install', 'notes', 'acme')
  await until('it can be had again', async () => (await notes()).version === '2')
})

test('use is paid by the day, a closed month stays', async () => {
  await stack.sql("DELETE FROM scopiton.subscription_period; INSERT INTO scopiton.subscription_period (tenant, module, cents, currency, begins, ends) VALUES " +
    "(1, 'notes', 3000, 'EUR', '2026-01-05', '2026-04-10'), (1, 'shop', 999, 'EUR', '2026-04-30', NULL), (1, 'clerk', 1000, 'EUR', '2026-02-10', '2026-02-10'), (2, 'notes', 3000, 'EUR', '2026-04-01', '2026-04-30')")
  const statement = (month, tenant = 'acme') => stack.cli('tenant', 'statement', tenant, month)
  assert.equal(await statement('2026-04'), 'module,begins,ends,days,of_days,month_cents,cents,currency\r\nnotes,2026-04-01,2026-04-10,10,30,3000,1000,EUR\r\nshop,2026-04-30,2026-04-30,1,30,999,33,EUR\r\n')
  assert.match(await statement('2026-02'), /clerk,2026-02-10,2026-02-10,1,28,1000,36,EUR\r\nnotes,2026-02-01,2026-02-28,28,28,3000,3000,EUR/)
  assert.match(await statement('2026-01'), /notes,2026-01-05,2026-01-31,27,31,3000,2613,EUR/)
  await refused(statement('2026-13'), /a month is written as 2026-11/)
  await refused(statement("2026-1'"), /a month is written as 2026-11/)
  await stack.cli('tenant', 'statement', 'acme', '2026-04', '--close')
  await stack.sql("UPDATE scopiton.subscription_period SET cents = 1, begins = '2026-04-02'")
  assert.match(await statement('2026-04'), /notes,2026-04-01,2026-04-10,10,30,3000,1000,EUR/, 'what was closed stays')
  await refused(stack.cli('tenant', 'statement', 'acme', '2026-04', '--close'), /is already closed, and cannot change any more/)
  await refused(stack.cli('tenant', 'statement', 'acme', '2199-01', '--close'), /has not ended yet/)
  await assert.rejects(stack.sql('UPDATE scopiton.statement_line SET cents = 1'), /a closed month is not changed/)
})

test('periods follow what is switched on and off', async () => {
  await stack.sql('DELETE FROM scopiton.subscription_period')
  await catalogue.publish('guestbook', '1.5.0', { manifest: (text) => text.replace('\t<personal', '\t<tariff cents="1500"/>\n\t<personal') })
  await stack.cli('catalogue', 'refresh')
  await module('upgrade', 'guestbook', 'acme')
  const periods = () => stack.sql("SELECT cents, ends IS NULL FROM scopiton.subscription_period WHERE tenant = 1 AND module = 'guestbook' ORDER BY id")
  assert.equal(await periods(), '1500\t1')
  await module('disable', 'guestbook', 'acme')
  assert.equal(await periods(), '1500\t0')
  await module('install', 'guestbook', 'acme')
  assert.equal(await periods(), '1500\t1', 'the same day, the same use')
})

test('before a host upgrade, modules that it would not load are listed, and left out only when that is said', async () => {
  const hash = await stack.sql("SELECT p.hash FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = 1 AND s.module = 'guestbook'")
  const file = path.join(stack.folder, 'modules', hash, 'guestbook.so'), good = fs.readFileSync(file)
  const put = (bytes) => { fs.writeFileSync(file + '.new', bytes); fs.renameSync(file + '.new', file) }
  await until('a worker has it', async () => (await page('acme', 'guestbook')).status === 200)
  put('an ELF of another time')
  try {
    await assert.rejects(stack.cli('migrate'), (error) => {
      assert.match(error.stdout, /guestbook 1\.5\.0, used by \d+ tenants, would not load: .*is not a shared object/)
      assert.match(error.stderr, /nothing was changed\. Upgrade these modules first, or disable them: scopiton migrate --disable-failing/)
      return true
    })
    assert.equal((await page('acme', 'guestbook')).status, 200, 'what runs goes on')
    await stack.cli('migrate', '--disable-failing')
    await until('it is off', async () => (await page('acme', 'guestbook')).status === 503)
    assert.equal((await notes()).status, 200)
  } finally {
    put(good)
  }
})

test('a tenant starts from its sector\'s template, and a template that is none makes no tenant', async () => {
  await catalogue.publish('guestbook', '1.6.0', { channel: 'stable' })
  await stack.cli('catalogue', 'refresh')
  const began = Date.now()
  await stack.cli('tenant', 'create', 'club', '--title', 'Club', '--template', 'association')
  assert.ok(Date.now() - began < 30000)
  await until('it serves', async () => (await stack.request('club.localhost', '/fr/')).status === 200)
  for (const name of ['nowhere', '../retail', '']) await refused(stack.cli('tenant', 'create', 'none', '--title', 'None', '--template', name), /there is no template/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM scopiton.tenant WHERE name = 'none'"), '0')
})

test('a module that has gone back leaves and arrives with the version that served, and as it stood', async () => {
  await stack.cli('tenant', 'create', 'turner', '--title', 'Turner')
  await module('install', 'notes', 'turner', '--version', '1.0.0')
  assert.equal(await version('turner'), '1')
  const hash = await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'notes' AND version = '1.0.0'")
  const workers = stack.processes('scopiton-worker\0', `hash=${hash}\0`)
  assert.ok(workers.length > 0)
  workers.forEach((pid) => process.kill(pid, 'SIGSTOP')) // as on a busy machine: they have not ended when their pool is wanted again
  try {
    await module('upgrade', 'notes', 'turner', '--version', '^1.1')
    await module('back', 'notes', 'turner')
    await until('the older one serves', async () => (await notes('turner')).version === '1')
    assert.ok(workers.every((pid) => stack.processes('scopiton-worker\0').includes(pid)), 'the earlier ones are there')
  } finally {
    workers.forEach((pid) => { try { process.kill(pid, 'SIGCONT') } catch {} })
  }
  await add('kept', 'turner')
  const archive = (await stack.cli('tenant', 'export', 'turner')).trim().split('\n').pop()
  const file = (await module('purge', 'notes', 'turner', '--yes', 'notes')).match(/exported to '(.*?)'/)[1]
  await stack.cli('tenant', 'import', file, '--into', 'turner', '--with-packages')
  await until('it is on again', async () => (await notes('turner')).version === '1')
  assert.deepEqual(await texts('turner'), ['kept'])
  await refused(stack.cli('tenant', 'import', archive), /a tenant 'turner' already exists/)
  await stack.cli('tenant', 'import', archive, '--name', 'turned', '--with-packages') // its addresses follow from the name
  await until('it serves', async () => (await notes('turned')).version === '1')
  assert.deepEqual(await texts('turned'), ['kept'])
  await module('upgrade', 'notes', 'turned', '--version', '^1.1')
  await until('it goes on from there', async () => (await notes('turned')).version === '1.1')
})

test('what is newest is what stands in the catalogue now; only what is there is upgraded', async () => {
  await stack.sql('UPDATE scopiton.catalogue SET looked = UTC_TIMESTAMP() - INTERVAL 1 MINUTE')
  await catalogue.publish('notes', '1.9.0', { from: 'notesb' })
  await module('upgrade', 'notes', 'turned', '--version', '^1')
  assert.match(await stack.cli('tenant', 'show', 'turned'), /notes 1\.9\.0, on/)
  await refused(module('upgrade', 'guestbook', 'turned'), /has no module 'guestbook' to upgrade; install it/)
  await refused(stack.cli('tenant', 'create', 'none', '--title', 'None', '--owner', 'notamail'), /'notamail' is not an e-mail address/)
  await refused(stack.cli('tenant', 'allow', 'turned', '-5'), /is not an amount/)
})

test('of the packages that nobody uses, can go back to or is offered, nothing is left', async () => {
  const kept = await stack.sql('SELECT hash FROM scopiton.package p WHERE available = 1 OR EXISTS (SELECT s.module FROM scopiton.subscription s WHERE p.id IN (s.package, s.previous)) ORDER BY hash')
  await module('disable', 'notes', 'turned') // whatever is ordered next sweeps first
  assert.equal(await stack.sql('SELECT hash FROM scopiton.package ORDER BY hash'), kept)
  const folders = fs.readdirSync(path.join(stack.folder, 'modules')).filter((name) => !name.startsWith('.'))
  assert.deepEqual(folders.filter((hash) => !kept.split('\n').includes(hash)), [])
})

test('an order ends once the supervisor has published it, and the next request is served', async () => {
  const written = () => fs.readdirSync(path.join(stack.folder, 'run/')).some((name) => /^directory\.\d+\.\d+$/.test(name)), supervisor = stack.pid('supervisor')
  assert.ok(!written(), 'those of before have been taken')
  let ended = false, order
  process.kill(supervisor, 'SIGSTOP')
  try {
    order = module('install', 'guestbook', 'vert').then(() => { ended = true })
    await until('the image is written', written)
    await sleep(500) // longer than a command takes to end after its last step
    assert.equal(ended, false, 'nobody sees the image yet')
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
  await order
  assert.equal((await page('vert', 'guestbook')).status, 200)
})
