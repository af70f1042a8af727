// SPDX-License-Identifier: EUPL-1.2
// Pulling the plug while the module that others read is upgraded, switched off or purged: who reads it is served all the time, and views and
// rights are in the end those of what is served. FAULT_LONG=1 tries every message between installer and MariaDB; else some of them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, sleep, start, until } from '../support/stack.mjs'
import { Packages, build, json } from './faults.mjs'

const long = process.env.FAULT_LONG === '1', SOME = 4
const host = 'acme.localhost'
let packages, stack

before(async () => {
  packages = new Packages('portal', 'rolodex', 'dialer')
  stack = await start({ modules: packages.folder, config: ['idle_seconds = 3600'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'dialer', '--tenant', 'acme')
})
after(async () => { await stack?.stop(); packages?.removeAll() })

const sql = (text) => stack.sql(text).catch(() => '')
const version = () => stack.sql("SELECT COALESCE((SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = 1 AND s.module = 'rolodex' AND s.state = 'on'), 'none')")
const parties = async () => (await json(stack, host, '/dialer/')).parties?.map(({ name }) => name).join()
const edit = (number, select) => {
  packages.add('rolodex')
  if (number !== '1.0.0') packages.edit('rolodex', 'module.xml', (text) => text.replace('version="1.0.0"', `version="${number}"`))
  packages.edit('rolodex', 'offers/party_1.sql', (text) => text.replace('SELECT id, name', `SELECT id, ${select} AS name`))
}

// Each begins with 1.0.0 and a card; `then`: the version, and whom the other module sees.
const orders = [
  { words: 'an upgrade', args: ['install', 'rolodex'], ready: () => edit('1.1.0', 'UPPER(name)'), then: ['1.1.0', 'ADA'] },
  { words: 'switching off', args: ['disable', 'rolodex'], ready: () => {}, then: ['none', ''] },
  { words: 'purging', args: ['purge', 'rolodex', '--yes', 'rolodex'], ready: () => {}, then: ['none', ''] },
]

async function prepare (ready) {
  await stack.cli('module', 'purge', 'rolodex', '--tenant', 'acme', '--yes', 'rolodex').catch(() => {})
  edit('1.0.0', 'TRIM(name)')
  await stack.cli('module', 'install', 'rolodex', '--tenant', 'acme')
  await stack.sql("INSERT INTO t1_rolodex.card (name, mail) VALUES ('Ada', 'ada@example.be')")
  await until('it is read', async () => (await parties()) === 'Ada')
  ready()
}

// The order by the command line under strace, which kills it at its `at`-th message to MariaDB (0: not at all).
function run (args, at) {
  const log = path.join(stack.folder, 'messages.log')
  const child = spawn('strace', ['-o', log, '-e', 'trace=sendto', ...(at ? ['-e', `inject=sendto:signal=SIGKILL:when=${at}`] : []),
    path.join(build, 'libexec/scopiton'), 'module', ...args, '--tenant', 'acme'],
  { cwd: root, stdio: 'ignore', env: { ...process.env, SCOPITON_CONFIG: path.join(stack.folder, 'scopiton.conf') } })
  return new Promise((resolve) => child.once('exit', () => resolve(log)))
}

for (const { words, args, ready, then: [wanted, seen] } of orders) {
  test(`${words}, killed at any message: who reads the module is served, and in the end reads what is there`, async (t) => {
    await prepare(ready)
    const count = fs.readFileSync(await run(args, 0), 'utf8').split('\n').filter((line) => line.startsWith('sendto(')).length
    assert.deepEqual([await version(), await parties()], [wanted, seen])
    const places = long ? Array.from({ length: count }, (_, i) => i + 1) : Array.from({ length: SOME }, (_, i) => 1 + Math.floor((i + 1) * count / (SOME + 1)))
    for (const at of places) {
      await prepare(ready)
      const wrong = []
      let going = true
      const watching = (async () => { for (; going; await sleep(5)) { const { status } = await json(stack, host, '/dialer/'); if (status !== 200) wrong.push(status) } })()
      await run(args, at)
      await until(`it is finished after message ${at} of ${count}`, async () => {
        if (await sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')") !== '0') return false
        if (await version() === wanted) return true
        await stack.cli('module', ...args, '--tenant', 'acme').catch(() => {})
      }, 30)
      await until('the reader sees what is there', async () => (await parties()) === seen)
      going = false
      await watching
      assert.deepEqual(wrong, [], `after message ${at} of ${count}`)
      assert.equal(await stack.sql("SELECT COUNT(*), COALESCE(MAX(made = ''), 0) FROM scopiton.contract_view WHERE tenant = 1"), '2\t0', `after message ${at} of ${count}`)
    }
    t.diagnostic(`${places.length} of ${count} messages`)
  })
}

test('commands that are sent while the module that carries them out is upgraded, switched off and killed are carried out once each', async (t) => {
  await prepare(() => {})
  const url = '/fr/dialer/calls', names = []
  let going = true, killed = 0
  const sending = (async () => {
    for (; going; await sleep(20)) {
      const name = `caller ${names.length}`
      const { status } = await stack.request(host, url, { form: { _key: await stack.key(host, '/fr/dialer/', {}, url), said: 'hello', name, owes: '1' } })
      assert.equal(status, 303)
      names.push(name)
    }
  })()
  const carried = async () => Number(await stack.sql("SELECT COUNT(*) FROM t1_rolodex.card WHERE name LIKE 'caller %'"))
  const trouble = async () => { for (const pid of await stack.workers('rolodex')) try { process.kill(pid, 'SIGKILL'); killed++ } catch { /* it has ended */ } }
  for (const [words, change] of [['upgrade', () => { edit('1.1.0', 'UPPER(name)'); return stack.cli('module', 'install', 'rolodex', '--tenant', 'acme') }],
    ['off', () => stack.cli('module', 'disable', 'rolodex', '--tenant', 'acme')], ['on', () => stack.cli('module', 'install', 'rolodex', '--tenant', 'acme')]]) {
    const before = await carried()
    if (words !== 'on') await until(`some are carried out before ${words}`, async () => await carried() > before)
    await trouble()
    await change()
  }
  await sleep(300)
  going = false
  await sending
  await until('all are carried out and answered', async () => {
    await stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE run_at > UTC_TIMESTAMP(3) AND dispatcher IS NULL')
    return await stack.sql('SELECT COUNT(*) FROM queue.outbox') === '0'
  }, 60)
  assert.equal(await stack.sql('SELECT COUNT(*) FROM queue.dead'), '0')
  assert.equal(await carried(), names.length)
  assert.equal(await stack.sql("SELECT COUNT(DISTINCT name) FROM t1_rolodex.card WHERE name LIKE 'caller %'"), String(names.length))
  assert.equal(await stack.sql('SELECT COUNT(*) FROM t1_dialer.made_call m JOIN t1_rolodex.card c ON c.id = m.party'), String(names.length))
  assert.ok(killed > 0)
  t.diagnostic(`${names.length} commands, ${killed} workers killed`)
})
