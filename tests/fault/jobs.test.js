// SPDX-License-Identifier: EUPL-1.2
// Job workers have limits of their own: how many run at once, how long a job may take, and what happens if it takes longer.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'
import { configure, lines, mark, Packages } from './faults.mjs'

const WORKERS = 2, PAGE_HARD = 1000, TRIES = 10
const host = 'acme.localhost', url = '/fr/clerk/'
let stack, packages

const count = (sql) => stack.sql(sql).then(Number)
const notes = (where) => count(`SELECT COUNT(*) FROM t1_clerk.note WHERE ${where}`)
const waiting = (where) => count(`SELECT COUNT(*) FROM queue.outbox WHERE ${where}`)
const heard = (text) => count(`SELECT COUNT(*) FROM t1_listener.heard WHERE text = '${text}'`)

async function post (action, form) {
  const _key = await stack.key(host, url, {}, url + action)
  assert.equal((await stack.request(host, url + action, { form: { _key, ...form } })).status, 303)
}
const ask = (job, text, more) => post('jobs', { job, text, ...more })
// Retries rest for seconds; a test does not.
async function hurry () {
  await stack.sql('UPDATE queue.outbox SET run_at = UTC_TIMESTAMP(3) WHERE dispatcher IS NULL')
  await ask('note', 'wakes the dispatcher')
}

before(async () => {
  packages = new Packages('portal', 'clerk', 'listener')
  stack = await start({ modules: packages.folder, config: [`job_workers = ${WORKERS}`, `hard_milliseconds = ${PAGE_HARD}`, 'soft_milliseconds = 300', 'job_hard_milliseconds = 60000'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['clerk', 'listener']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await until('it serves', async () => (await stack.request(host, url)).status === 200)
  await post('events', { event: 'noted', text: 'warm' })
  await until('the dispatcher works', async () => await heard('warm') === 1)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a job takes longer than a page may; no more run at once than there are job workers, and another module\'s go on', async () => {
  const from = mark(stack)
  await ask('slow', 'patient', { count: String(WORKERS + 3) })
  let most = 0, onwards = false
  await until('the first ones are done', async () => {
    const running = await waiting("name = 'slow' AND done < 50") // of 60 steps: an ended one may remain for a moment
    most = Math.max(most, running)
    if (running === WORKERS && !onwards) {
      onwards = true
      await post('events', { event: 'noted', text: 'meanwhile' })
      await until('the other module has heard', async () => await heard('meanwhile') === 1)
      assert.equal(await notes("job = 'slow'"), 0, 'none of the slow ones had to end for it')
    }
    return await notes("job = 'slow'") >= WORKERS
  }, 60)
  assert.ok(onwards)
  assert.equal(most, WORKERS)
  assert.deepEqual(lines(stack, from, "worker of 'clerk'"), [], 'none was ended')
  await until('a next one runs', async () => await waiting("name = 'slow' AND done IS NOT NULL") > 0)
  for (const id of (await stack.sql("SELECT id FROM queue.outbox WHERE name = 'slow' AND COALESCE(done, 0) < 50")).split('\n')) await stack.cli('job', 'cancel', id)
  await until('the rest is cancelled', async () => await waiting("name = 'slow'") === 0, 20)
})

test('a job over its own limit is ended and tried again; in the end it is among the dead, and others go on all the time', async () => {
  await configure(stack, { job_soft_milliseconds: 500, job_hard_milliseconds: 1500 }, 'clerk')
  const before = await notes("job = 'slow'"), from = mark(stack)
  await ask('slow', 'too long')
  await until('it runs', async () => await waiting("name = 'slow' AND done > 0") === 1)
  await ask('note', 'beside it')
  await until('one beside it is done', async () => await notes("text = 'beside it'") === 1)
  await until('it is ended', async () => await waiting("name = 'slow' AND tries = 1 AND dispatcher IS NULL") === 1, 20)
  assert.equal(await stack.sql("SELECT error FROM queue.outbox WHERE name = 'slow'"), 'its worker ended before it was done')
  assert.ok(await waiting("name = 'slow' AND run_at > UTC_TIMESTAMP() + INTERVAL 1 SECOND") === 1, 'it rests')
  await until('it is told', () => lines(stack, from, 'ended a request after', 'module=clerk', 'path=slow').length > 0 && lines(stack, from, "worker of 'clerk'", 'path=slow').length > 0)
  assert.equal(lines(stack, from, "worker of 'clerk'", 'path=slow').length, 1)
  assert.equal(lines(stack, from, 'ended a request after', 'module=clerk', 'path=slow').length, 1)

  await stack.sql(`UPDATE queue.outbox SET tries = ${TRIES - 1} WHERE name = 'slow'`)
  await hurry()
  await until('it is dead', async () => await count(`SELECT COUNT(*) FROM queue.dead WHERE name = 'slow' AND tries = ${TRIES} AND error = 'its worker ended before it was done'`) === 1, 20)
  assert.equal(await waiting("name = 'slow'"), 0)
  assert.equal(await notes("job = 'slow'"), before, 'nothing of it is left')
  await ask('note', 'afterwards')
  await until('the next is done', async () => await notes("text = 'afterwards'") === 1)
})

test('while a job is suspended, its entries use up none of their tries, and then all are done', async () => {
  const COUNT = 8, SUSPENDED = "name = 'crash' AND error LIKE 'the job is suspended%'", from = mark(stack)
  await ask('note', 'so that the job is suspended, not the whole pool', { count: '20' })
  await until('they are done', async () => await notes("text LIKE 'so that%'") === 20)
  await ask('crash', 'each crashes at its first try', { count: String(COUNT) })
  await until('the job is suspended', () => lines(stack, from, "of 'clerk' is suspended").length > 0)
  for (let round = 0; round < 3; round++) {
    await until('its entries wait', async () => await waiting("name = 'crash' AND dispatcher IS NULL") === COUNT)
    await stack.sql(`UPDATE queue.outbox SET error = '' WHERE ${SUSPENDED}`)
    await hurry()
    await until('they are told that it is suspended', async () => await waiting(SUSPENDED) === COUNT)
  }
  assert.equal(await waiting("name = 'crash' AND tries > 1"), 0, 'only a crash is a try')
  assert.ok(await waiting("name = 'crash' AND tries = 0") > 0, 'some have never run')

  await stack.sql("UPDATE queue.outbox SET tries = 1 WHERE name = 'crash'")
  await configure(stack, {}, 'clerk')
  await until('all are done', async () => {
    await hurry()
    return await notes("job = 'crash'") === COUNT
  }, 20)
})

// The last one: it leaves a module that cannot start.
test('job workers that cannot start are told as such in the reader\'s language, to the owner and to the operator', async () => {
  await stack.cli('tenant', 'create', 'scop', '--title', 'Scop', '--operator')
  const hash = await stack.sql("SELECT hash FROM scopiton.package WHERE module = 'listener'"), file = path.join(stack.folder, 'modules', hash, 'listener.so')
  fs.rmSync(file)
  fs.writeFileSync(file, 'no shared object')
  for (const pid of await stack.workers('listener')) process.kill(pid, 'SIGKILL')
  await post('events', { event: 'noted', text: 'in vain' })
  const shows = async (tenant, page, words) => {
    const headers = { Cookie: await stack.signIn(tenant), 'Accept-Language': 'fr' }
    await until(`${page} says '${words}'`, async () => (await stack.request(`${tenant}-portal.localhost`, page, { headers })).body.replace(/[\u00a0\u202f]/g, ' ').includes(words), 30)
  }
  await shows('scop', '/portal/tenants/1', 'Ses tâches en arrière-plan sont suspendues : ')
  await shows('acme', '/portal/modules/listener', 'Ce module est hors service.')
})
