// SPDX-License-Identifier: EUPL-1.2
// One module reads what another offers: by MariaDB's own views and rights, through every turn of either's life.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { json, Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const SITE = 'acme.localhost'
let stack, packages

before(async () => {
  packages = new Packages('portal', 'rolodex', 'dialer')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const module = (...words) => stack.cli('module', ...words, '--tenant', 'acme')
const said = async (...words) => { try { await module(...words) } catch (error) { return error.stderr } throw new Error(`${words.join(' ')} was done`) }
const dialer = () => until('the dialer serves', async () => { const answer = await json(stack, SITE, '/dialer/'); return answer.status === 200 && answer })
const rights = async () => (await stack.sql("SELECT CONCAT(User, ' ', Table_name) FROM mysql.tables_priv WHERE Db = 't1__contract' ORDER BY 1")).split('\n').filter(Boolean)
const views = async () => (await stack.sql("SELECT table_name FROM information_schema.views WHERE table_schema = 't1__contract' ORDER BY 1")).split('\n').filter(Boolean)
const VIEWS = ['rolodex__party_1', 'rolodex__party_2'], RIGHTS = VIEWS.map((view) => `t1_dialer ${view}`)

test('without the module that offers it, an optional read has no rows', async () => {
  await module('install', 'dialer')
  await stack.sql("INSERT INTO t1_dialer.made_call (party, mail, said) VALUES (1, 'ada@example.be', 'hello'), (3, '', 'who?')")
  const { calls, parties } = await dialer()
  assert.deepEqual(parties, [])
  assert.deepEqual(calls.map(({ said, name }) => [said, name]), [['hello', null], ['who?', null]])
  assert.deepEqual([await views(), await rights()], [VIEWS, RIGHTS])
})

test('with it, both versions are read, joined with the own tables, and only what is offered', async () => {
  await module('install', 'rolodex')
  await stack.sql("INSERT INTO t1_rolodex.card (name, mail, owes_cents, active) VALUES ('Ada', 'ada@example.be', 1250, 1), ('Bob', 'bob@example.be', 0, 1), ('Cleo', '', 0, 0)")
  const { calls, parties } = await dialer()
  assert.deepEqual(parties.map(({ name }) => name), ['Ada', 'Bob'], 'an inactive card is not offered')
  assert.equal(calls[0].name, 'Ada')
  assert.match(JSON.stringify(calls[0]), /12[.,]?50|1250/)
  assert.equal(calls[0].since, '2026-01-01')
  assert.equal(calls[1].name, null)
})

test('who decides is shown what the module reads', async () => {
  const { body } = await stack.request('acme-portal.localhost', '/portal/modules/dialer', { headers: { Cookie: await stack.signIn('acme') } })
  assert.match(body, /<li>Lire des données du module Fiches d’adresses<\/li>/)
  assert.match(body, /<li>Ajouter et modifier des données du module Fiches d’adresses<\/li>/)
})

test('MariaDB refuses all else to the module that reads', async () => {
  const password = fs.readFileSync(path.join(stack.folder, 'secrets/dialer'), 'utf8').split('\n')[0].trim()
  const as = (sql) => stack.sql(`SET ROLE t1_dialer; ${sql}`, { user: 'scop_dialer', password })
  assert.match(await as('SELECT name FROM t1__contract.rolodex__party_1 WHERE id = 1'), /Ada/)
  for (const sql of ['SELECT notes FROM t1_rolodex.card', 'SELECT name FROM t1_rolodex.card', 'SELECT notes FROM t1__contract.rolodex__party_1', "UPDATE t1__contract.rolodex__party_1 SET name = 'x'",
    'DELETE FROM t1__contract.rolodex__party_1', "INSERT INTO t1__contract.rolodex__party_1 (name, mail) VALUES ('x', 'x')", 'SHOW CREATE VIEW t1__contract.rolodex__party_1', 'CREATE VIEW t1__contract.x AS SELECT 1 AS one',
    'DROP VIEW t1__contract.rolodex__party_1'])
    await assert.rejects(as(sql), undefined, sql)
  await assert.rejects(stack.sql('SELECT name FROM t1__contract.rolodex__party_1', { user: 'scop_rolodex', password: fs.readFileSync(path.join(stack.folder, 'secrets/rolodex'), 'utf8').split('\n')[0] }))
})

const call = async (form) => stack.request(SITE, '/fr/dialer/calls', { form: { _key: await stack.key(SITE, '/fr/dialer/', {}, '/fr/dialer/calls'), ...form } })
const entries = (where) => stack.sql(`SELECT COUNT(*) FROM queue.outbox WHERE ${where}`).then(Number)
const dead = () => stack.sql("SELECT CONCAT(role, ' ', name, ': ', error) FROM queue.dead ORDER BY id").then((text) => text.split('\n').filter(Boolean))
const card = (name) => stack.sql(`SELECT CONCAT(id, ' ', owes_cents, ' ', notes, ' ', since = CURRENT_DATE()) FROM t1_rolodex.card WHERE name = '${name}'`)

test('a command is carried out once, in its types, and answered by an event', async () => {
  assert.equal((await call({ said: 'to a stranger', name: 'Dora', owes: '12,50' })).status, 303)
  await until('the card and the answer are there', async () => await stack.sql("SELECT party FROM t1_dialer.made_call WHERE said = 'to a stranger'") === await stack.sql("SELECT id FROM t1_rolodex.card WHERE name = 'Dora'"))
  assert.equal((await card('Dora')).replace(/^\d+ /, ''), '1250 from dialer 1')
  await until('nothing is left in the queue', async () => await entries('1') === 0)
  assert.deepEqual(await dead(), [])
  await stack.sql("DELETE FROM t1_rolodex.card WHERE name = 'Dora'; DELETE FROM t1_dialer.made_call WHERE said = 'to a stranger'")
})

test('a command that is refused with its request is not sent', async () => {
  assert.equal((await call({ said: 'to nobody', name: '', owes: '1' })).status, 422)
  assert.equal(await entries('1'), 0)
})

test('what native code puts into the queue is checked again: the body, the sender, and whose command it is', async () => {
  const password = fs.readFileSync(path.join(stack.folder, 'secrets/dialer'), 'utf8').split('\n')[0]
  const as = (sql) => stack.sql(`SET ROLE t1_dialer; ${sql}`, { user: 'scop_dialer', password })
  const put = (name, body) => as(`INSERT INTO queue.outbox (is_event, name, body) VALUES (1, '${name}', '${body}')`)
  const before = await stack.sql('SELECT COUNT(*) FROM t1_rolodex.card')
  await assert.rejects(as("INSERT INTO queue.outbox (is_event, name, body, sender) VALUES (0, 'added', '{}', 'portal')"), /denied/)
  await put('rolodex:add_party_1', '{"name":"Eve"}')
  await put('rolodex:add_party_1', '{"reference":"1","name":"Eve","since":"2026-01-01","notes":"x"}')
  await put('rolodex:add_party_2', '{}')
  await put('portal:invite_1', '{}')
  await put('nobody:at_all_1', '{}')
  await call({ said: 'wakes the queue', name: 'Fay', owes: '0' })
  await until('all are dead', async () => (await dead()).length === 5)
  assert.deepEqual((await dead()).sort(), [
    't1_dialer nobody:at_all_1: the module does not declare this command', 't1_dialer portal:invite_1: the module does not declare this command',
    't1_dialer rolodex:add_party_2: the module does not declare this command',
    "t1_rolodex add_party: the command 'rolodex:add_party_1' came with a 'notes' that it does not take", "t1_rolodex add_party: the command 'rolodex:add_party_1' came without 'reference'"])
  await until('the good one is there', async () => await card('Fay') !== '')
  assert.equal(Number(await stack.sql('SELECT COUNT(*) FROM t1_rolodex.card')), Number(before) + 1)
  await stack.sql("DELETE FROM queue.dead; DELETE FROM t1_rolodex.card WHERE name = 'Fay'; DELETE FROM t1_dialer.made_call WHERE said = 'wakes the queue'")
})

test('a statement that names a read which the manifest does not use is refused, and one that writes with it', async () => {
  for (const [from, to, words] of [
    ['rolodex__party_1 ORDER', 'rolodex__party_3 ORDER', /names contract\.rolodex__party_3, which module\.xml does not use/],
    ['FROM \x01__contract.rolodex__party_1 ORDER BY id LIMIT 100', 'FROM \x01__contract.rolodex__party_1 FOR UPDATE', /reads what another module offers, which locks rows/]]) {
    packages.addAs('dialer', 'dialerb')
    packages.edit('dialerb', 'statements.txt', (text) => text.replace(from, to))
    packages.edit('dialerb', 'dialerb.so', (text) => text.replace(from, to.padEnd(from.length)))
    assert.match(await said('install', 'dialerb'), words)
    packages.remove('dialerb')
  }
})

test('an upgrade of the module that offers shows its new view, and going back the old one', async () => {
  packages.edit('rolodex', 'module.xml', (text) => text.replace('version="1.0.0"', 'version="1.1.0"'))
  packages.edit('rolodex', 'offers/party_1.sql', (text) => text.replace('name, mail', 'UPPER(name) AS name, mail'))
  await module('install', 'rolodex')
  assert.deepEqual((await dialer()).parties.map(({ name }) => name), ['ADA', 'BOB'])
  await module('back', 'rolodex')
  assert.deepEqual((await dialer()).parties.map(({ name }) => name), ['Ada', 'Bob'])
})

test('a version that no longer offers what is used is refused with words, and nothing has changed', async () => {
  const whole = fs.readFileSync(packages.path('rolodex', 'module.xml'), 'utf8')
  const refused = async (change, words) => {
    fs.writeFileSync(packages.path('rolodex', 'module.xml'), change(whole.replace('1.1.0', '1.2.0')))
    assert.match(await said('install', 'rolodex'), words)
    assert.deepEqual((await dialer()).parties.map(({ name }) => name), ['Ada', 'Bob'])
    assert.deepEqual([await views(), await rights()], [VIEWS, RIGHTS])
  }
  await refused((text) => text.replace(/\t<offers read="party" version="2">[^]*?<\/offers>\n/, ''), /dialer 1\.0\.0, which is installed, uses its 'party' in version 2, not as 1\.2\.0 has it/)
  await refused((text) => text.replace('\t\t<column name="mail" type="text"/>\n', ''), /uses its 'party\.mail' in version 1, not as 1\.2\.0 has it/)
  await refused((text) => text.replace('name="mail" type="text"', 'name="mail" type="integer"'), /uses its 'party\.mail' in version 1/)
  await refused((text) => text.replace(/\t<accepts [^]*?<\/accepts>\n/, ''), /uses its 'add_party' in version 1, not as 1\.2\.0 has it/)
  await refused((text) => text.replace('<given name="owes" type="money" optional="true"/>', ''), /uses its 'add_party\.owes' in version 1/)
  await refused((text) => text.replace('<given name="mail" type="text" optional="true"/>', '<given name="mail" type="text"/>'), /uses its 'add_party\.mail' in version 1/)
  await refused((text) => text.replace('name="since" type="date"/>\n\t</accepts>', 'name="since" type="datetime"/>\n\t</accepts>'), /uses its 'add_party\.since' in version 1/)
  await refused((text) => text.replace('<column name="since" type="date"/>', '<column name="since" type="date"/>\n\t\t<column name="more" type="text"/>'), /offers 'party' with other columns than its manifest names/)
  fs.writeFileSync(packages.path('rolodex', 'module.xml'), whole)
})

test('what is offered is a plain SELECT of the module\'s own tables', async () => {
  const whole = fs.readFileSync(packages.path('rolodex', 'offers/party_1.sql'), 'utf8')
  fs.writeFileSync(packages.path('rolodex', 'module.xml'), fs.readFileSync(packages.path('rolodex', 'module.xml'), 'utf8').replace('1.1.0', '1.3.0'))
  for (const sql of ['SELECT id, name, mail FROM socle.member', 'SELECT id, name, mail FROM t1.member', 'SELECT id, name, mail FROM card FOR UPDATE', 'DELETE FROM card WHERE id = 1',
    'SELECT id, name, mail FROM contract.dialer__x_1', 'SELECT id, LOAD_FILE(name) AS name, mail FROM card', 'SELECT * FROM card', 'SELECT id, name, mail FROM card; SELECT id FROM card']) {
    fs.writeFileSync(packages.path('rolodex', 'offers/party_1.sql'), `-- name: party_1 ()\n${sql}\n`)
    await said('install', 'rolodex')
  }
  fs.rmSync(packages.path('rolodex', 'offers/party_1.sql'))
  assert.match(await said('install', 'rolodex'), /offers\/party_1\.sql/)
  fs.writeFileSync(packages.path('rolodex', 'offers/party_1.sql'), whole)
  assert.deepEqual((await dialer()).parties.map(({ name }) => name), ['Ada', 'Bob'])
})

test('a transaction that has read a view holds nobody up while it is replaced', async () => {
  let waited = 0, on = true
  const password = fs.readFileSync(path.join(stack.folder, 'secrets/dialer'), 'utf8').split('\n')[0]
  const reader = stack.sql('SET ROLE t1_dialer; START TRANSACTION; SELECT COUNT(*) FROM t1__contract.rolodex__party_1; DO SLEEP(3); COMMIT', { user: 'scop_dialer', password })
  const asking = (async () => {
    while (on) {
      const from = performance.now()
      assert.equal((await json(stack, SITE, '/dialer/')).status, 200)
      waited = Math.max(waited, performance.now() - from)
    }
  })()
  const from = performance.now()
  await module('install', 'rolodex') // 1.3.0, with the text of 1.1.0
  const took = performance.now() - from
  on = false
  await Promise.all([reader, asking])
  assert.deepEqual((await dialer()).parties.map(({ name }) => name), ['ADA', 'BOB'])
  assert.ok(took > 1000, `the view was replaced after ${took} ms, while it was read`)
  assert.ok(waited < 600, `a page waited ${waited} ms`)
})

test('switched off, it has no rows; switched on again, the same', async () => {
  await module('disable', 'rolodex')
  assert.deepEqual((await dialer()).parties, [])
  assert.equal((await call({ said: 'while it is off', name: 'Gil', owes: '0' })).status, 303)
  await until('the command waits', async () => await entries("role = 't1_rolodex' AND name = 'add_party' AND sender = 'dialer' AND dispatcher IS NULL AND tries = 0") === 1)
  await module('install', 'rolodex')
  assert.equal((await dialer()).parties.length, 2)
  await stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE dispatcher IS NULL')
  await call({ said: 'wakes the queue', name: 'Hal', owes: '0' })
  await until('both are carried out', async () => await card('Gil') !== '' && await card('Hal') !== '' && await entries('1') === 0)
  await stack.sql("DELETE FROM t1_rolodex.card WHERE name IN ('Gil', 'Hal'); DELETE FROM t1_dialer.made_call WHERE said LIKE 'w%'")
})

test('going back is refused as long as another module uses what the earlier version does not have', async () => {
  const whole = Object.fromEntries(['rolodex', 'dialer'].map((name) => [name, fs.readFileSync(packages.path(name, 'module.xml'), 'utf8')])), old = { rolodex: '1.3.0', dialer: '1.0.0' }
  const write = (name, number, change) => fs.writeFileSync(packages.path(name, 'module.xml'), change(whole[name]).replace(/ version="[0-9.]+" scop/, ` version="${number}" scop`))
  const third = '<column name="id" type="integer"/>', more = '<given name="rate" type="decimal" optional="true"/>', part = (text) => text.replace('<given name="since"', `${more}<given name="since"`)
  fs.writeFileSync(packages.path('rolodex', 'offers/party_3.sql'), '-- name: party_3 ()\nSELECT id FROM card\n')
  const cases = [
    [(text) => text.replace('\t<accepts', `\t<offers read="party" version="3">${third}</offers>\n\t<accepts`), (text) => text.replace('\t<sends', `\t<uses module="rolodex" read="party" version="3" optional="true">${third}</uses>\n\t<sends`), /dialer 1\.1\.0 reads 'party' of rolodex in version 3, which rolodex 1\.3\.0 does not offer/],
    [part, part, /asks rolodex for 'add_party' in version 1, but what it gives as 'rate' is not what rolodex 1\.3\.0 accepts/],
  ]
  for (const [i, [offers, uses, words]] of cases.entries()) {
    write('rolodex', `1.4.${i}`, offers)
    await module('install', 'rolodex')
    write('dialer', `1.1.${i}`, uses)
    await module('install', 'dialer')
    assert.match((await said('back', 'rolodex')).replace('1.1.1', '1.1.0'), words)
    assert.equal((await dialer()).parties.length, 2)
    for (const name of ['dialer', 'rolodex']) {
      await module('back', name)
      write(name, old[name], (text) => text)
    }
  }
  fs.rmSync(packages.path('rolodex', 'offers/party_3.sql'))
  assert.deepEqual([await views(), await rights()], [VIEWS, RIGHTS])
})

test('a tenant leaves and arrives with it, and views are no part of the archive', async () => {
  const archive = (await stack.cli('tenant', 'export', 'acme')).trim().split('\n').pop()
  assert.doesNotMatch(execFileSync('tar', ['--zstd', '-tf', archive], { encoding: 'utf8' }), /data\/\S*contract/)
  await stack.cli('tenant', 'import', archive, '--name', 'again', '--host', 'again.localhost', '--portal-host', 'again-portal.localhost')
  const answer = await until('it serves', async () => { const one = await json(stack, 'again.localhost', '/dialer/'); return one.status === 200 && one })
  assert.deepEqual(answer.parties.map(({ name }) => name), ['ADA', 'BOB'])
  await stack.cli('tenant', 'delete', 'again', '--yes', 'again')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 't2%'"), '0')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM scopiton.contract_view WHERE tenant = 2'), '0')
})

test('purged, either leaves nothing of it', async () => {
  await module('purge', 'rolodex', '--yes', 'rolodex')
  assert.deepEqual((await dialer()).parties, [])
  assert.deepEqual([await views(), await rights()], [VIEWS, RIGHTS])
  assert.equal((await call({ said: 'nobody is there', name: 'Ida', owes: '0' })).status, 303)
  await until('the command is dropped', async () => await entries('1') === 0)
  assert.deepEqual(await dead(), [])
  await module('purge', 'dialer', '--yes', 'dialer')
  assert.deepEqual([await views(), await rights()], [[], []])
  assert.equal(await stack.sql("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 't1__contract'"), '0')
})
