// SPDX-License-Identifier: EUPL-1.2
// The directory of a host with 1,000 tenants of 25 modules each: nothing is missing, and a change is published soon.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lines, mark } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const TENANTS = 1000, MODULES = 25, FIRST = 100, SOON = 200
let stack

// The processor time that a process has used, in milliseconds: how long something took if nothing else ran on the machine.
function used (pid) {
  const words = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(words[11]) + Number(words[12])) * 10
}

// Signals a change; returns the supervisor's log line about it.
async function change (subscriptions = TENANTS * MODULES + 2) {
  const from = mark(stack)
  await stack.sql('UPDATE scopiton.directory_version SET version = version + 1')
  return until('the whole directory is published', () => lines(stack, from, `and ${subscriptions} subscriptions was published`)[0], 120) // the first time 25,000 links are made
}

// The guestbook of one real tenant stands for all: each other tenant's first module is it, and the 24 others are of the same package
// under other names, which is all that the directory knows of them.
before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await until('it serves', async () => (await stack.request('acme.localhost', '/fr/guestbook/')).status === 200)
  await stack.sql(`USE scopiton; START TRANSACTION;
    INSERT INTO module (name) SELECT CONCAT('extra', seq) FROM seq_1_to_${MODULES - 1};
    INSERT INTO package (module, version, hash, title, summary, available)
      SELECT CONCAT('extra', seq), '1.0.0', MD5(seq), '', '', 0 FROM seq_1_to_${MODULES - 1};
    INSERT INTO tenant (id, name, title, language, zone, currency) SELECT ${FIRST} + seq, CONCAT('many', seq), CONCAT('Many ', seq), 'fr', 'Europe/Brussels', 'EUR' FROM seq_1_to_${TENANTS};
    INSERT INTO host_name (host, tenant, portal) SELECT CONCAT('many', seq, '.localhost'), ${FIRST} + seq, 0 FROM seq_1_to_${TENANTS};
    INSERT INTO subscription (tenant, module, package, database_name, epoch, state, root)
      SELECT ${FIRST} + seq, p.module, p.id, CONCAT('t', ${FIRST} + seq, '_', p.module), 1, 'on', 0 FROM seq_1_to_${TENANTS}
        JOIN package p ON p.module LIKE 'extra%' OR p.id = (SELECT package FROM subscription WHERE tenant = 1 AND module = 'guestbook'); COMMIT`)
})
after(() => stack?.stop())

test('all tenants, host names and subscriptions are in it, those with the highest numbers too', async () => {
  assert.match(await change(), new RegExp(`of ${TENANTS + 1} tenants`))
  for (const tenant of [1, TENANTS / 2, TENANTS]) {
    const routes = fs.readdirSync(path.join(stack.folder, 'run/t', `many${tenant}.localhost`))
    assert.equal(routes.length, MODULES, `${tenant}`)
  }
  // Its database is not there, so the page fails; but it is the guestbook's worker that says so, for it knows the tenant.
  const { status } = await stack.request(`many${TENANTS}.localhost`, '/fr/guestbook/')
  assert.ok([500, 503].includes(status), `${status}`)
  await until('the log names the tenant', () => lines(stack, 0, `tenant=many${TENANTS} `, 'failed').length > 0)
})

test(`after a change it is written and published within ${SOON} ms`, async () => {
  const TIMES = 5, pids = [stack.service('installer'), stack.pid('supervisor')]
  const before = pids.map(used)
  for (let i = 0; i < TIMES; i++) await change()
  const [written, published] = pids.map((pid, i) => (used(pid) - before[i]) / TIMES)
  assert.ok(written + published < SOON, `written ${written} ms, published ${published} ms`)
})

test('a subscription whose package is not there is told, and the directory of before stays', async () => {
  const from = mark(stack), file = path.join(stack.folder, 'run/directory'), before = fs.readFileSync(file)
  await stack.sql(`SET foreign_key_checks = 0; UPDATE scopiton.subscription SET package = 999999 WHERE tenant = ${FIRST + TENANTS} AND module = 'extra1';
    UPDATE scopiton.directory_version SET version = version + 1`)
  await until('it is told', () => lines(stack, from, 'the directory cannot be written', `t${FIRST + TENANTS}_extra1`, 'package 999999').length > 0)
  assert.deepEqual(fs.readFileSync(file), before)
  await stack.sql(`UPDATE scopiton.subscription SET package = (SELECT id FROM scopiton.package WHERE module = 'extra1') WHERE package = 999999`)
  await change()
  assert.equal((await stack.request('acme.localhost', '/fr/guestbook/')).status, 200)
})

// 200 pools produce more text than a socket buffer holds.
test('who asks for the numbers and does not read them holds up nobody', async () => {
  const MORE = 200, all = TENANTS * MODULES + 2 + MORE
  await stack.sql(`USE scopiton; START TRANSACTION; INSERT INTO module (name) SELECT CONCAT('pool', seq) FROM seq_1_to_${MORE};
    INSERT INTO package (module, version, hash, title, summary, available)
      SELECT CONCAT('pool', seq), '1.0.0', MD5(CONCAT('pool', seq)), '', '', 0 FROM seq_1_to_${MORE};
    INSERT INTO subscription (tenant, module, package, database_name, epoch, state, root) SELECT 1, module, id, CONCAT('t1_', module), 1, 'on', 0 FROM package WHERE module LIKE 'pool%'; COMMIT`)
  await change(all)
  const sockets = []
  for (let i = 0; i < 6; i++) { // more than the concurrent limit
    const socket = net.connect(path.join(stack.folder, 'run/control'))
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.pause()
    socket.on('error', () => {}) // one too many is closed, perhaps before it has written
    socket.write('metrics\n')
    sockets.push(socket)
  }
  const began = Date.now()
  await change(all)
  assert.ok(Date.now() - began < 30000)
  sockets.forEach((socket) => socket.destroy())
  await until('the numbers are there for who reads them', async () => (await stack.metrics()).includes('module="pool200"'), 20)
})
