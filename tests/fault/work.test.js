// SPDX-License-Identifier: EUPL-1.2
// Killing the processes of background work: no event is lost, and none takes effect twice. FAULT_LONG=1 makes it longer.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { processIds } from '../support/processes.mjs'
import { sleep, start, until } from '../support/stack.mjs'
import { lines, mark, Packages } from './faults.mjs'

const long = process.env.FAULT_LONG === '1'
const EVENTS = long ? 20000 : 3000, AT_ONCE = 500, ROUNDS = long ? 8 : 1
const APART = EVENTS / 60 // events between two kills
const STALLED_SECONDS = 60
const url = '/fr/clerk/'
let stack, packages, announced = 0

const request = (options, address = url) => stack.request('acme.localhost', address, options)
const count = (sql) => stack.sql(sql).then(Number)
const heard = () => count('SELECT COUNT(*) FROM t1_listener.heard').catch(() => -1)

before(async () => {
  packages = new Packages('portal', 'clerk', 'listener')
  stack = await start({ modules: packages.folder, config: ['job_hard_milliseconds = 60000'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['clerk', 'listener']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await until('it serves', async () => (await request()).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

// Announces in one transaction, again with the same key until it is confirmed.
async function announce (number) {
  const action = `${url}events`
  const _key = await until('a form is there', () => stack.key('acme.localhost', url, {}, action).catch(() => null), 30)
  const form = { _key, event: 'noted', text: `event ${announced++}`, count: String(number) }
  await until('it is confirmed', async () => (await request({ form }, action).catch(() => ({}))).status === 303, 30)
}

const processes = (word) => processIds().filter((pid) => {
  try {
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return words.includes(word) && words.includes(stack.folder)
  } catch { return false }
}).map(Number)

// Kills processes whose command line matches; true if there was one.
function kill (word) {
  const found = processes(word)
  for (const pid of found) try { process.kill(pid, 'SIGKILL') } catch { /* it ended by itself */ }
  return found.length > 0
}

// Waits until more than `number` events are heard, however slow the machine is: fails if none is heard for a time.
async function untilHeard (number, meanwhile = async () => {}) {
  for (let before = -1, since = Date.now(); ; await sleep(50)) {
    await meanwhile()
    const now = await heard()
    if (now > number) return
    if (now > before) [before, since] = [now, Date.now()]
    assert.ok(Date.now() - since < STALLED_SECONDS * 1000, `${now} events are heard, and none since ${STALLED_SECONDS} s`)
  }
}

async function allAreHeardOnce () {
  const total = announced * AT_ONCE
  // A dead worker's entries become due again after some seconds; the test makes them due at once, and touches no others, for the
  // dispatcher would wait for their locks.
  await untilHeard(total - 1, () => stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE run_at > UTC_TIMESTAMP(3) AND dispatcher IS NULL').catch(() => {}))
  await until('the queue is empty', async () => await count('SELECT COUNT(*) FROM queue.outbox') === 0, 30)
  assert.equal(await heard(), total)
  assert.equal(await count('SELECT COUNT(DISTINCT text) FROM t1_listener.heard'), total)
  assert.equal(await count('SELECT COUNT(*) FROM queue.dead'), 0)
}

async function announceWhile (trouble) {
  let going = true
  const troubling = (async () => { while (going) { await trouble(); await sleep(150) } })()
  try {
    for (let i = 0; i < EVENTS / AT_ONCE; i++) await announce(AT_ONCE)
    await untilHeard((announced - EVENTS / AT_ONCE / 2) * AT_ONCE)
  } finally {
    going = false
    await troubling
  }
  await allAreHeardOnce()
}

// Kills the processes that `word` names each time that some more have been heard since the last kill: at any moment of the work, but never so often
// that most of the last runs have crashed, for then the host lets the job rest for a minute.
async function killAmid (t, word) {
  const from = mark(stack)
  let killed = 0, before = -APART
  for (let round = 0; round < ROUNDS; round++) {
    await announceWhile(async () => {
      if (await heard() < before + APART || !kill(word)) return
      before = await heard() // not the number of before the kill: many may have been heard since that was counted
      killed++
    })
  }
  t.diagnostic(`${ROUNDS * EVENTS} events, ${killed} kills`)
  assert.ok(killed > 1, `killed ${killed} times`)
  assert.deepEqual(lines(stack, from, 'is suspended'), [])
}

test('killed job workers', (t) => killAmid(t, 'scopiton-worker\0module=listener'))

test('a killed dispatcher is started again, and goes on where it was', (t) => killAmid(t, 'scopiton-dispatcher'))

test('a killed MariaDB', async () => {
  let killed = 0
  for (let round = 0; round < ROUNDS; round++) {
    await announceWhile(async () => {
      if (killed > round) return
      await sleep(400)
      process.kill(stack.pid('db'), 'SIGKILL')
      killed++
      await sleep(300)
      await stack.again('db')
    })
  }
  assert.ok(killed > 0, 'it was killed')
})

test('a supervisor that ends takes the dispatcher with it, and the next one goes on', async () => {
  await announce(AT_ONCE)
  process.kill(stack.pid('supervisor'), 'SIGKILL')
  await until('no dispatcher is left', () => processes('scopiton-dispatcher').length === 0)
  await stack.again('supervisor')
  await allAreHeardOnce()
})
