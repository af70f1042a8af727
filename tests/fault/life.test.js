// SPDX-License-Identifier: EUPL-1.2
// Pulling the plug on upgrades: the installer is killed, or MariaDB is, at each message that the two exchange, in an expand of twelve
// statements and in a new generation. The tenant is served all the time, nothing is left behind, the retry succeeds. FAULT_LONG=1
// tries every message; else some of them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Catalogue } from '../support/catalogue.mjs'
import { root, sleep, start, until } from '../support/stack.mjs'
import { Packages, alive, build } from './faults.mjs'

const long = process.env.FAULT_LONG === '1', SOME = 7
const ROWS = 2500
let catalogue, own, stack

before(async () => {
  catalogue = await Catalogue.make('notes')
  own = new Packages('portal')
  await catalogue.publish('notes', '1.0.0')
  await catalogue.publish('notes', '1.1.0', { from: 'notesb' })
  await catalogue.publish('notes', '2.0.0', { from: 'notesc' })
  stack = await start({ modules: own.folder, config: [...catalogue.config, 'idle_seconds = 3600'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(async () => { await stack?.stop(); catalogue?.remove(); own?.removeAll() })

const page = () => stack.request('acme.localhost', '/fr/notes/', { headers: { Accept: 'application/json' } })
const sql = (text) => stack.sql(text).catch(() => '')

// The tenant with the first version and its rows, without any remains of an earlier try.
async function prepare () {
  await stack.cli('module', 'purge', 'notes', '--tenant', 'acme', '--yes', 'notes').catch(() => {})
  await stack.cli('module', 'install', 'notes', '--tenant', 'acme', '--version', '1.0.0')
  await stack.sql(`INSERT INTO t1_notes.note (text) SELECT CONCAT('note ', seq) FROM mysql.seq_1_to_${ROWS}`)
  await until('it serves', async () => (await page()).status === 200)
}

// The upgrade under strace, which kills it at its `at`-th message to MariaDB, or makes it wait before that (0: does nothing).
function upgrade (to, at, action) {
  const log = path.join(stack.folder, 'messages.log')
  const child = spawn('strace', ['-o', log, '-e', 'trace=sendto', ...(at ? ['-e', `inject=sendto:${action}:when=${at}`] : []),
    path.join(build, 'libexec/scopiton'), 'module', 'upgrade', 'notes', '--tenant', 'acme', '--version', to],
  { cwd: root, stdio: 'ignore', env: { ...process.env, SCOPITON_CONFIG: path.join(stack.folder, 'scopiton.conf') } })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  const messages = () => fs.readFileSync(log, 'utf8').split('\n').filter((line) => line.startsWith('sendto(')).length
  return { child, ended, messages, count: () => ended.then(messages) }
}

async function nothingIsLeft (version) {
  assert.equal(await stack.sql("SELECT User FROM mysql.user WHERE User LIKE 'scop\\_run\\_%'"), '', 'accounts of runs')
  const wanted = version === '2' ? 't1_notes\nt1_notes__2' : 't1_notes'
  assert.equal(await stack.sql("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 't1\\_notes%' ORDER BY 1"), wanted)
  assert.deepEqual(fs.readdirSync(path.join(stack.folder, 'modules')).filter((name) => name.startsWith('.')), [])
  assert.equal(await stack.sql("SELECT state FROM scopiton.subscription WHERE tenant = 1 AND module = 'notes'"), 'on')
  const table = version === '2' ? 't1_notes__2.body' : 't1_notes.note'
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM ${table}`), String(ROWS))
  if (version === '1.1') assert.equal(await stack.sql('SELECT COUNT(*), SUM(length IS NULL) FROM t1_notes.note'), `${ROWS}\t0`)
  assert.equal(await stack.sql(version === '2' ? 'SELECT COUNT(*) FROM t1_notes__2.note_tag' : 'SELECT COUNT(*) FROM t1_notes.note_tag'), String(ROWS), 'fills happened once')
}

for (const [words, to, version] of [['tables are added to', '^1', '1.1'], ['tables are made anew', '^2', '2']]) {
  test(`${words}: the installer is killed at any message, the tenant is served, what was begun is finished`, async (t) => {
    await prepare()
    const count = await upgrade(to, 0).count()
    assert.ok(count > 40, `${count} messages`)
    await until('the new version serves', async () => JSON.parse((await page()).body).version === version)
    await nothingIsLeft(version)
    const places = long ? Array.from({ length: count }, (_, i) => i + 1) : Array.from({ length: SOME }, (_, i) => 1 + Math.floor((i + 1) * count / (SOME + 1)))
    for (const at of places) {
      await prepare()
      const run = upgrade(to, at, 'signal=SIGKILL')
      let going = true
      const wrong = []
      const watching = (async () => { for (; going; await sleep(5)) { const { status } = await page(); if (status !== 200) wrong.push(status) } })()
      await run.ended
      // The order remains, and the other installer carries it out; an order that was not placed yet is placed again.
      await until(`it is finished after message ${at} of ${count}`, async () => {
        if (await sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')") !== '0') return false
        if (await sql("SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.module = 'notes'") !== '1.0.0') return true
        await stack.cli('module', 'upgrade', 'notes', '--tenant', 'acme', '--version', to)
      }, 30)
      await until('the new version serves', async () => JSON.parse((await page()).body).version === version)
      going = false
      await watching
      assert.deepEqual(wrong, [], `after message ${at} of ${count}`)
      await nothingIsLeft(version)
    }
    t.diagnostic(`${places.length} of ${count} messages`)
  })

  test(`${words}: MariaDB is killed at any message, and serves the old version or the new when it is back`, async (t) => {
    await prepare()
    const count = await upgrade(to, 0).count()
    const places = long ? Array.from({ length: Math.floor(count / 2) }, (_, i) => 2 * i + 1) : Array.from({ length: 3 }, (_, i) => 1 + Math.floor((i + 1) * count / 4))
    for (const at of places) {
      await prepare()
      const run = upgrade(to, at, 'delay_enter=1s')
      // A run may have a message or two fewer than the one that was counted.
      await until('it waits, or has ended', () => { try { return run.child.exitCode !== null || run.messages() >= at - 1 } catch { return false } }, 20)
      const mariadb = stack.pid('db')
      process.kill(mariadb, 'SIGKILL')
      await until('MariaDB is dead', () => !alive(mariadb))
      await stack.again('db')
      await run.ended
      await until('it is served again', async () => (await page()).status === 200, 20)
      assert.ok(['1', version].includes(JSON.parse((await page()).body).version), 'one of the two serves')
      await until(`it is finished after message ${at} of ${count}`, async () => {
        if (await sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE state IN ('waiting', 'running')") !== '0') return false
        if (await sql("SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.module = 'notes'") !== '1.0.0') return true
        await stack.cli('module', 'upgrade', 'notes', '--tenant', 'acme', '--version', to).catch(() => {})
      }, 40)
      await until('the new version serves', async () => JSON.parse((await page()).body).version === version, 20)
      await nothingIsLeft(version)
    }
    t.diagnostic(`${places.length} of ${count} messages`)
  })
}

test('going back works while no worker of the module can start', async () => {
  await prepare()
  await stack.cli('module', 'upgrade', 'notes', '--tenant', 'acme', '--version', '^1')
  const hash = await stack.sql("SELECT p.hash FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.module = 'notes'")
  const file = path.join(stack.folder, 'modules', hash, 'notes.so')
  fs.writeFileSync(file + '.bad', 'no shared object any more')
  fs.renameSync(file + '.bad', file)
  for (const pid of await stack.workers('notes')) process.kill(pid, 'SIGKILL')
  await until('it is broken', async () => (await page()).status >= 500)
  assert.match(await stack.cli('module', 'back', 'notes', '--tenant', 'acme'), /every row written since is kept/)
  await until('the version before serves', async () => (await page()).status === 200 && JSON.parse((await page()).body).version === '1')
})
