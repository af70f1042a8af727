// SPDX-License-Identifier: EUPL-1.2
// What a module sees of the tables that all modules of a tenant share, tried with SQL under its own account and role, as native code
// that got hold of them would: what docs/socle.md says, and nothing else.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { root, start, until } from '../support/stack.mjs'

const MODULES = ['portal', 'clerk', 'listener', 'lending']
let packages, stack

before(async () => {
  packages = new Packages(...MODULES)
  stack = await start({ modules: packages.folder })
  for (const tenant of ['acme', 'beta']) await stack.cli('tenant', 'create', tenant, '--title', tenant)
  for (const module of MODULES) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await stack.cli('module', 'install', 'clerk', '--tenant', 'beta')
  await stack.sql(`INSERT INTO queue.outbox (role, name, body, run_at) SELECT r.role, 'note', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY
    FROM (SELECT 't1_clerk' AS role UNION SELECT 't1_listener' UNION SELECT 't2_clerk') r;
    INSERT INTO queue.dead (id, role, is_event, name, body, created, tries, error) VALUES (900001, 't1_clerk', 0, 'note', '{}', UTC_TIMESTAMP(3), 9, 'of clerk'),
      (900002, 't1_listener', 0, 'note', '{}', UTC_TIMESTAMP(3), 9, 'of listener');
    INSERT INTO queue.mail (role, recipient, sender_name, subject, html) VALUES ('t1_clerk', 'a@example.com', 'Acme', 'Yours', '<p>Private</p>');
    REPLACE INTO t1.setting (module, name, value) VALUES ('lending', 'days', '9')`)
})
after(async () => { await stack?.stop(); packages?.removeAll() })

// SQL as the module's account, with its role at the first tenant.
const as = (module, text) => stack.sql(`SET ROLE t1_${module}; ${text}`, { user: `scop_${module}`, password: fs.readFileSync(path.join(stack.folder, `secrets/${module}`), 'utf8').split('\n')[0] })
const denied = (module, text) => assert.rejects(as(module, text), (error) => (assert.match(error.stderr, /ERROR (1142|1143|1044)/, text), true), text)
// "member": "id,name" of the documentation; "" for all columns.
const documented = () => Object.fromEntries([...fs.readFileSync(path.join(root, 'docs/socle.md'), 'utf8').matchAll(/^\| `socle\.(\w+)` \| (.*?) \|/gm)]
  .map(([, table, columns]) => [table, columns.startsWith('all') ? '' : columns.replace(/[` ]/g, '')]))
const granted = async (module) => Object.fromEntries((await stack.sql(`SELECT t.Table_name, IF(FIND_IN_SET('Select', t.Table_priv), '', (SELECT GROUP_CONCAT(c.Column_name ORDER BY c.Column_name) FROM mysql.columns_priv c
  WHERE c.Db = t.Db AND c.User = t.User AND c.Table_name = t.Table_name AND FIND_IN_SET('Select', c.Column_priv))) AS columns FROM mysql.tables_priv t WHERE t.Db = 't1' AND t.User = 't1_${module}' HAVING columns IS NOT NULL`)).split('\n').map((line) => line.split('\t')).map(([table, columns = '']) => [table, columns]))

test('the documented tables and columns are those that MariaDB lets it read', async () => {
  const known = documented()
  assert.ok(Object.keys(known).length > 5 && known.member, JSON.stringify(known))
  for (const module of ['clerk', 'lending']) {
    const found = await granted(module)
    assert.deepEqual(found, known)
    for (const [table, columns] of Object.entries(known)) await as(module, `SELECT ${columns || 'COUNT(*)'} FROM t1.${table} LIMIT 1`)
  }
})

test('every other table and view is refused, and every other column', async () => {
  const tables = (await stack.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 't1'")).split('\n').filter((table) => !(table in documented()))
  for (const table of ['session', 'api_key', 'role_permission', 'mail', 'setting', 'audit', 'invitation', 'sign_in', 'offer', 'every_tenant']) assert.ok(tables.includes(table), table)
  for (const table of tables) await denied('clerk', `SELECT COUNT(*) FROM t1.${table}`)
  for (const [table, column] of [['member', 'person'], ['member', 'created']]) await denied('clerk', `SELECT ${column} FROM t1.${table}`)
  await denied('clerk', 'SELECT COUNT(*) FROM t2.member')
  await denied('clerk', 'SELECT COUNT(*) FROM queue.outbox')
})

test('of jobs, dead jobs and settings a module sees its own, and the portal all of its tenant', async () => {
  const seen = (module) => as(module, `SELECT GROUP_CONCAT(DISTINCT module ORDER BY module) FROM t1.job; SELECT GROUP_CONCAT(error ORDER BY id) FROM t1.dead_job;
    SELECT GROUP_CONCAT(CONCAT(name, '=', value) ORDER BY name) FROM t1.own_setting`).then((text) => text.split('\n'))
  assert.deepEqual(await seen('clerk'), ['clerk', 'of clerk', 'NULL'])
  assert.deepEqual(await seen('listener'), ['listener', 'of listener', 'NULL'])
  const [jobs, dead, settings] = await seen('lending')
  assert.deepEqual([jobs, dead], ['NULL', 'NULL'])
  assert.match(settings, /(^|,)days=9(,|$)/)
  assert.deepEqual((await seen('portal')).slice(0, 2), ['clerk,listener', 'of clerk,of listener'])
  assert.equal(await as('portal', 'SELECT COUNT(*) FROM t1.mail'), '1')
})

test('rights that are too wide, or missing, are put right by the next start, and again', async () => {
  const before = await granted('clerk')
  await stack.sql('GRANT SELECT ON t1.* TO t1_clerk; GRANT SELECT ON t1.setting TO t1_clerk; GRANT SELECT (agent) ON t1.session TO t1_listener; REVOKE SELECT ON t1.job FROM t1_clerk; FLUSH PRIVILEGES')
  await as('clerk', 'SELECT COUNT(*) FROM t1.mail')
  for (let time = 0; time < 2; time++) {
    await stack.cli('migrate')
    assert.deepEqual(await granted('clerk'), before)
    await denied('clerk', 'SELECT COUNT(*) FROM t1.mail')
    assert.equal(await stack.sql("SELECT GROUP_CONCAT(User) FROM mysql.db WHERE Db = 't1'"), 't1_portal')
  }
  const page = () => stack.request('acme.localhost', '/fr/lending/')
  await until('it serves', async () => (await page()).status === 200)
})

// ---- rows that are held ----

// Holds the first tenant's members in a transaction of the module, which goes on with `then`.
const hold = (module, then) => as(module, `USE t1_${module}; BEGIN; SELECT id FROM t1.member FOR UPDATE; ${then}`).then(() => 'ended by itself', (error) => error.stderr)
const write = async () => {
  const began = Date.now()
  await stack.sql("UPDATE t1.member SET zone = IF(zone = 'a', 'b', 'a')")
  return Date.now() - began
}

test('a module that leaves a transaction open over shared rows is ended once somebody has waited for two seconds', async () => {
  await stack.sql("INSERT INTO t1.member (name, mail, language) VALUES ('Ann', 'ann@example.com', 'en')")
  for (const [module, then] of [['clerk', 'DO SLEEP(60)'], ['listener', 'SELECT BENCHMARK(4000000000, MD5(1))']]) {
    const held = hold(module, then)
    await until('it holds them', async () => await stack.sql(`SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'scop_${module}' AND info REGEXP 'SLEEP|BENCHMARK'`) === '1')
    const waited = await write()
    assert.ok(waited > 1500 && waited < 4800, `${module}: ${waited} ms`)
    assert.match(await held, /ERROR (2013|2006|1927|1317)/)
    const told = new RegExp(`module '${module}' of tenant 'acme' held rows of t1\\.member for which another waited 2\\d\\d\\d ms: its connection to the database was ended`)
    await until('it is told', () => told.test(stack.log()))
  }
})

test('a module may hold rows of its own for longer, and one that nobody waits for is left alone', async () => {
  const held = as('clerk', "USE t1_clerk; INSERT INTO note (job, text, written) VALUES ('held', 'mine', UTC_TIMESTAMP(6)); BEGIN; UPDATE note SET text = 'mine' ; DO SLEEP(4)")
  await until('it holds them', async () => await stack.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'scop_clerk' AND info REGEXP 'SLEEP'") === '1')
  const waits = stack.sql("UPDATE t1_clerk.note SET text = 'yours' WHERE text = 'mine'")
  await held
  await waits
  assert.doesNotMatch(stack.log(), /held rows of t1_clerk/)
})
