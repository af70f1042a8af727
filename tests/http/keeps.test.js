// SPDX-License-Identifier: EUPL-1.2
// Tables whose rows stay, by MariaDB's own rights, through every turn of a module's life; and numbers without gaps that go with them.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost', page = '/fr/ledger/'
let stack, packages

before(async () => {
  packages = new Packages('portal', 'ledger')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await module('install', 'ledger')
  await until('it serves', async () => (await stack.request(SITE, page)).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const module = (...words) => stack.cli('module', ...words, '--tenant', 'acme')
const said = async (...words) => { try { await module(...words) } catch (error) { return error.stderr } throw new Error(`${words.join(' ')} was done`) }
const post = async (action, form) => stack.request(SITE, page + action, { form: { _key: await stack.key(SITE, page, {}, page + action), ...form } })
const draw = (period, end = 'well') => post('post', { period, text: 'x', from: '1', to: '2', end })
const numbers = (period) => stack.sql(`SELECT number FROM t1_ledger.posting WHERE period = '${period}' ORDER BY number`).then((text) => text.split('\n').filter(Boolean).map(Number))
const as = (sql, tenant = 1) => stack.sql(`SET ROLE t${tenant}_ledger; ${sql}`, { user: 'scop_ledger', password: fs.readFileSync(path.join(stack.folder, 'secrets/ledger'), 'utf8').split('\n')[0].trim() })
const manifest = () => packages.path('ledger', 'module.xml')
const write = (text) => fs.writeFileSync(manifest(), text)

test('numbers count from 1 in each period, and what is refused draws none', async () => {
  for (const end of ['well', 'refuse', 'well', 'refuse', 'refuse', 'well']) assert.equal((await draw('2026', end)).status, end === 'well' ? 303 : 422)
  assert.equal((await draw('2027')).status, 303)
  assert.deepEqual([await numbers('2026'), await numbers('2027')], [[1, 2, 3], [1]])
})

test('a series may begin with a later number, and never again with an earlier one', async () => {
  const begin = async (next) => (await post('begin', { period: '2028', next: String(next) })).status
  assert.equal(await begin(0), 422)
  assert.equal(await begin(1000000000000), 422)
  assert.equal(await begin(1001), 303)
  assert.equal(await begin(1000), 422)
  await draw('2028')
  assert.equal(await begin(1001), 422)
  assert.equal(await begin(2001), 303)
  await draw('2028')
  assert.deepEqual(await numbers('2028'), [1001, 2001])
})

const KEPT = ["UPDATE t1_ledger.posting SET text = 'y'", 'UPDATE t1_ledger.posting SET number = number + 1', 'DELETE FROM t1_ledger.posting', 'TRUNCATE t1_ledger.posting', 'DROP TABLE t1_ledger.posting',
  "REPLACE INTO t1_ledger.posting (id, period, number, text) VALUES (1, '2026', 1, 'y')", "INSERT INTO t1_ledger.posting (period, number, text) VALUES ('2026', 1, 'y') ON DUPLICATE KEY UPDATE text = 'y'",
  'UPDATE t1_ledger.closing SET last = 0', 'DELETE FROM t1_ledger.closing', 'ALTER TABLE t1_ledger.posting DROP COLUMN note', 'UPDATE t1_ledger.posting p JOIN t1_ledger.account a ON TRUE SET p.text = a.total']
const MAY = ["UPDATE t1_ledger.posting SET note = 'read' WHERE number = 1", "INSERT INTO t1_ledger.closing VALUES (LEFT(UUID(), 18), 3)", 'UPDATE t1_ledger.account SET total = 5', 'DELETE FROM t1_ledger.account', 'SELECT * FROM t1_ledger.posting FOR UPDATE']
const sums = () => stack.sql("SELECT (SELECT MD5(GROUP_CONCAT(period, number, text ORDER BY id)) FROM t1_ledger.posting), (SELECT COUNT(*) FROM t1_ledger.posting)")

async function holds () {
  const before = await sums()
  for (const sql of KEPT) await assert.rejects(as(sql), /denied/, sql)
  for (const sql of MAY) await as(sql)
  assert.equal(await sums(), before)
}

test('MariaDB refuses the module all that would change kept rows, and nothing else', async () => {
  await holds()
  assert.equal((await post('note', { number: '2', note: 'seen' })).status, 303)
  assert.equal(await stack.sql("SELECT DISTINCT note FROM t1_ledger.posting WHERE number = 2"), 'seen')
})

test('so it does after an upgrade that adds a table, and one that keeps less or more; the version before goes on meanwhile', async () => {
  const whole = fs.readFileSync(manifest(), 'utf8'), version = (number, text = whole) => text.replace('version="1.0.0"', `version="${number}"`)
  const added = packages.path('ledger', 'migrations/0002_tag.sql')
  fs.writeFileSync(added, 'CREATE TABLE tag (id INT PRIMARY KEY, word VARCHAR(20) NOT NULL);')
  write(version('1.1.0'))
  await module('install', 'ledger')
  await holds()
  await as("INSERT INTO t1_ledger.tag VALUES (1, 'a'); UPDATE t1_ledger.tag SET word = 'b'; DELETE FROM t1_ledger.tag")

  write(version('1.2.0', whole.replace(/\t<keeps [^>]*>\n/g, '')))
  await module('install', 'ledger', '--grant')
  await as("UPDATE t1_ledger.posting SET text = 'y' WHERE id = 1")
  await module('back', 'ledger')
  await holds()

  write(version('1.3.0', whole.replace('update="note seen"', 'update="seen"').replace('<keeps table="closing"/>', '<keeps table="closing"/>\n\t<keeps table="tag"/>')))
  const asking = (async () => { for (let i = 0; i < 20; i++) assert.equal((await post('note', { number: '2', note: `at ${i}` })).status, 303) })()
  packages.edit('ledger', 'statements.txt', (text) => text.replace('SET p.note = ?', 'SET p.seen = ?'))
  packages.edit('ledger', 'ledger.so', (text) => text.replace('SET p.note = ?', 'SET p.seen = ?'))
  await asking
  await module('install', 'ledger')
  await assert.rejects(as("UPDATE t1_ledger.posting SET note = 'x'"), /denied/)
  await assert.rejects(as("UPDATE t1_ledger.tag SET word = 'x'"), /denied/)
  await as('UPDATE t1_ledger.posting SET seen = 1')
  await module('back', 'ledger')
  await holds()
  await as("INSERT INTO t1_ledger.tag VALUES (1, 'a'); UPDATE t1_ledger.tag SET word = 'b'")
  packages.add('ledger')
})

test('a table, column, foreign key or trigger that belies it is refused with words', async () => {
  const whole = fs.readFileSync(manifest(), 'utf8')
  const refused = async (number, change, migration, words) => {
    write(change(whole.replace('version="1.0.0"', `version="1.4.${number}"`)))
    const file = packages.path('ledger', 'migrations/0009_more.sql')
    if (migration) fs.writeFileSync(file, migration)
    assert.match(await said('install', 'ledger'), words)
    fs.rmSync(file, { force: true })
    await stack.sql(`DROP TRIGGER IF EXISTS t1_ledger.wipes; DROP TABLE IF EXISTS t1_ledger.part; DELETE FROM t1_ledger.scop_migration WHERE name LIKE '0009%'`)
  }
  fs.writeFileSync(packages.path('ledger', 'migrations/0002_tag.sql'), 'CREATE TABLE tag (id INT PRIMARY KEY, word VARCHAR(20) NOT NULL);')
  await refused(0, (text) => text.replace('table="closing"', 'table="nothing"'), '', /keeps the rows of 'nothing' but for '': there is no such table or column/)
  await refused(1, (text) => text.replace('note seen', 'note sean'), '', /keeps the rows of 'posting' but for 'note sean': there is no such/)
  await refused(2, (text) => text.replace('table="closing"', 'table="part"'), 'CREATE TABLE part (id INT PRIMARY KEY, tag INT, CONSTRAINT of_tag FOREIGN KEY (tag) REFERENCES tag (id) ON DELETE CASCADE);', /keeps the rows of 'part', which 'of_tag' would change/)
  await refused(3, (text) => text, "-- probe: SELECT 1 AS found FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = 'wipes'\nCREATE TRIGGER wipes AFTER DELETE ON account FOR EACH ROW BEGIN\n\tDELETE FROM posting;\nEND;", /keeps the rows of 'posting', which 'wipes' would change/)
  write(whole)
  await holds()
})

test('a tenant that leaves and arrives goes on counting, and its rows stay', async () => {
  const archive = (await stack.cli('tenant', 'export', 'acme')).trim().split('\n').pop()
  await stack.cli('tenant', 'import', archive, '--name', 'again', '--host', 'again.localhost', '--portal-host', 'again-portal.localhost')
  await until('it serves', async () => (await stack.request('again.localhost', page)).status === 200)
  const url = `${page}post`
  assert.equal((await stack.request('again.localhost', url, { form: { _key: await stack.key('again.localhost', page, {}, url), period: '2026', text: 'x', from: '1', to: '2', end: 'well' } })).status, 303)
  assert.equal(await stack.sql("SELECT MAX(number) FROM t2_ledger.posting WHERE period = '2026'"), '4')
  await assert.rejects(as("UPDATE t2_ledger.posting SET text = 'y'", 2), /denied/)
  await as("UPDATE t2_ledger.posting SET note = 'y'", 2)
})

test('a new generation, and going back from it, go on counting', async () => {
  const whole = fs.readFileSync(manifest(), 'utf8')
  const folder = packages.path('ledger', 'migrations/generation2')
  fs.mkdirSync(path.join(folder, 'back'), { recursive: true })
  fs.writeFileSync(path.join(folder, '0001_all.sql'), `${fs.readFileSync(packages.path('ledger', 'migrations/0001_posting.sql'), 'utf8')}
CREATE TABLE tag (id INT PRIMARY KEY, word VARCHAR(20) NOT NULL);
INSERT INTO posting SELECT * FROM old.posting;
INSERT INTO closing SELECT * FROM old.closing;
INSERT INTO account SELECT * FROM old.account;
INSERT INTO tag SELECT * FROM old.tag;
`)
  write(whole.replace('version="1.0.0"', 'version="2.0.0"').replace('</module>', '\t<generation number="2" back="lost"/>\n</module>'))
  await module('install', 'ledger')
  await draw('2026')
  assert.equal(await stack.sql("SELECT MAX(number) FROM t1_ledger__2.posting WHERE period = '2026'"), '4')
  await assert.rejects(as("UPDATE t1_ledger__2.posting SET text = 'y'"), /denied/)
  await as("UPDATE t1_ledger__2.posting SET note = 'y'")
  await module('back', 'ledger')
  await draw('2026')
  assert.deepEqual(await numbers('2026'), [1, 2, 3, 5], '4 was drawn, whatever became of its row')
})
