// SPDX-License-Identifier: EUPL-1.2
// Killing under load: confirmed requests are stored once, others get an error, and nothing has to be restarted by hand. FAULT_LONG=1 makes
// it longer.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { alive, build, configure, lines, mark, metric, Packages } from './faults.mjs'

const long = process.env.FAULT_LONG === '1'
const host = 'acme.localhost'
const page = '/fr/guestbook/'
const PARALLEL = 16, KILLS = long ? 1000 : 40
let stack, packages, runs = 0
const begun = []

before(async () => {
  packages = new Packages('portal', 'guestbook', 'slow')
  packages.addAs('guestbook', 'guestbook2')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['guestbook', 'guestbook2', 'slow']) await stack.cli('module', 'install', module, '--tenant', 'acme')
})
beforeEach(() => until('the guestbook answers', async () => (await stack.request(host, page)).status === 200, 20))
afterEach(() => Promise.all(begun.splice(0).map((load) => load.finish()))) // of a test that has failed
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

// Visitors in parallel, each reading and signing in turn. A POST that was not confirmed is sent again with its key, later
// and until it is; the books are closed by `check`.
class Load {
  constructor ({ writers = PARALLEL, module = 'guestbook', pause = 25 } = {}) {
    Object.assign(this, { run: ++runs, url: `/fr/${module}/`, module, pause, going: true, sent: 0, confirmed: new Set() })
    this.gets = { 200: 0 }
    this.posts = { 303: 0 }
    this.unconfirmed = []
    this.answered = Array(writers).fill(0) // by visitor
    begun.push(this)
    this.visitors = Array.from({ length: writers }, (_, number) => this.visit(number))
  }

  async ask (options, statuses, url = this.url) {
    const answer = await stack.request(host, url, options).catch((error) => ({ status: error.code ?? String(error), body: '' }))
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    return answer
  }

  async visit (number) {
    for (let turn = 0; this.going; turn++) {
      // Another page for each, so that no cache makes one visitor wait for another.
      const { status, body } = await this.ask({}, this.gets, `${this.url}?after=${1 + (number * 500 + turn) % 9000}`)
      this.answered[number]++
      await sleep(this.pause) // so that 16 in step stay below the burst of 20 forms that a sender may post
      if (status !== 200) continue
      const form = { _key: body.match(/name="_key" value="([^"]+)"/)[1], name: 'load', message: `run ${this.run}, ${number}.${turn}` }
      this.sent++
      if ((await this.ask({ form }, this.posts)).status === 303) this.confirmed.add(form.message)
      else this.unconfirmed.push(form)
      this.answered[number]++
    }
  }

  failures (statuses) {
    return Object.entries(statuses).filter(([status]) => status !== '200' && status !== '303')
  }

  async finish () {
    this.going = false
    await Promise.all(this.visitors)
  }

  // Sends unconfirmed messages again until they are confirmed; then each message exists exactly once.
  async check () {
    await this.finish()
    for (const form of this.unconfirmed) {
      await until(`'${form.message}' is confirmed`, async () => (await this.ask({ form }, {})).status === 303, 20)
      this.confirmed.add(form.message)
    }
    const stored = (await stack.sql(`SELECT message FROM t1_${this.module}.entry WHERE message LIKE 'run ${this.run}, %'`))
      .split('\n').filter(Boolean).sort()
    assert.deepEqual(stored, [...this.confirmed].sort(), 'each confirmed message once, and no other')
    assert.equal(stored.length, this.sent)
    assert.ok(this.sent > 20, `only ${this.sent} messages were sent`)
  }
}

const count = (pairs) => pairs.reduce((sum, [, number]) => sum + number, 0)
const all = ['guestbook', 'guestbook2', 'slow', 'portal']
// Workers that are still alive after all modules have been listed were alive at the same time.
async function workersNow () {
  const seen = await Promise.all(all.map((module) => stack.workers(module)))
  return Object.fromEntries(all.map((module, i) => [module, seen[i].filter(alive).length]))
}

// Does `action` under other settings, and puts back those of before.
async function withSettings (settings, action) {
  await configure(stack, settings, ...all)
  try {
    await action()
  } finally {
    await configure(stack, Object.fromEntries(Object.keys(settings).map((name) => [name, null])), ...all)
  }
}

test('visitors of one page at the same time do not wait for each other', async () => {
  const took = []
  for (let round = 0; round < 4; round++) { // the best of four, for the machine may be busy, and the first starts workers
    const begun = Date.now()
    const answers = await Promise.all(Array.from({ length: 8 }, () => stack.request(host, page)))
    assert.ok(answers.every(({ status }) => status === 200))
    took.push(Date.now() - begun)
  }
  assert.ok(Math.min(...took) < 450, `8 visitors took ${took} ms`) // one lock of nginx's cache alone waits for 500 ms
})

test('workers that are killed all the time fail no GET, and no more POSTs than kills, each of which can be sent again', async () => {
  const load = new Load()
  let kills = 0
  for (const end = Date.now() + 600000; kills < KILLS && Date.now() < end; await sleep(100)) {
    // If the disk stalls, kills would be most of the route's requests, and the route would be suspended. And a request that is tried again
    // must not meet the next kill, as it might where the machine is busy: none that was begun before a kill is left at the next one.
    const confirmed = load.confirmed.size, answered = [...load.answered]
    await until('messages are confirmed between two kills, and each visitor is answered',
      () => load.confirmed.size >= confirmed + PARALLEL && load.answered.every((count, visitor) => count > answered[visitor]), 20)
    const pids = await stack.workers('guestbook')
    if (pids.length === 0) continue
    try {
      process.kill(pids[randomInt(pids.length)], 'SIGKILL')
      kills++
    } catch {} // it has ended in the meantime
  }
  assert.equal(kills, KILLS)
  await load.finish()
  assert.deepEqual(load.failures(load.gets), [])
  const failed = load.failures(load.posts)
  assert.deepEqual(failed.filter(([status]) => status !== '503'), [])
  assert.ok(count(failed) <= kills, `${count(failed)} POSTs failed by ${kills} kills`)
  await load.check()
})

test('a killed supervisor is answered for with 503 until it is started again; nothing that was confirmed is lost', async () => {
  const rounds = long ? 20 : 2
  for (let round = 0; round < rounds; round++) {
    const load = new Load()
    await until('some are stored', () => load.confirmed.size > 30)
    const before = [...await stack.workers('guestbook'), stack.pid('supervisor')]
    process.kill(stack.pid('supervisor'), 'SIGKILL')
    await until('the workers of the dead supervisor have ended', () => before.every((pid) => !alive(pid)), 10)
    await until('visitors are told so', () => load.gets[503] > 0)
    await stack.again('supervisor')
    const confirmed = load.confirmed.size
    await until('it serves again', () => load.confirmed.size > confirmed + 30, 20)
    await load.finish()
    for (const statuses of [load.gets, load.posts]) {
      assert.deepEqual(load.failures(statuses).filter(([status]) => status !== '503'), [])
    }
    await load.check()
  }
})

test('a killed installer is started again and carries out what waits', async () => {
  const from = mark(stack)
  process.kill(stack.service('installer'), 'SIGKILL')
  await until('it is started again', () => lines(stack, from, 'the installer ended; it is started again').length === 1)
  for (const [kind, done] of [['disable', '1'], ['install', '2']]) {
    await stack.sql(`INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (1, '${kind}', 'guestbook2', 'test')`)
    await until(`'${kind}' is done`, async () =>
      (await stack.sql("SELECT COUNT(*) FROM scopiton.installer_order WHERE actor = 'test' AND state = 'done'")) === done)
  }
  await until('it answers', async () => (await stack.request(host, '/fr/guestbook2/')).status === 200)
})

test('an installer ends with its supervisor, also while it waits for MariaDB', async () => {
  const installer = stack.service('installer'), db = stack.pid('db'), supervisor = stack.pid('supervisor'), from = mark(stack)
  process.kill(db, 'SIGKILL')
  await until('it waits', () => lines(stack, from, `installer[${installer}]`, 'waiting for the database').length > 0)
  process.kill(supervisor, 'SIGKILL')
  await until('it has ended', () => !alive(installer))
  await stack.again('db')
  await stack.again('supervisor')
})

test('a killed MariaDB is answered for with 503 until it is back; nothing that was confirmed is lost or doubled', async () => {
  const rounds = long ? 10 : 1
  for (let round = 0; round < rounds; round++) {
    const supervisor = stack.pid('supervisor')
    const load = new Load()
    await until('some are stored', () => load.confirmed.size > 30)
    const db = stack.pid('db')
    process.kill(db, 'SIGKILL')
    await until('it is dead', () => !alive(db))
    await until('visitors are told so', () => load.gets[503] > 5)
    const { status, body } = await stack.request(host, page)
    assert.equal(status, 503)
    assert.match(body, /class="ref">[0-9a-f]{32}</, 'with a reference')
    await stack.again('db')
    const confirmed = load.confirmed.size
    await until('it serves again', () => load.confirmed.size > confirmed + 30, 20)
    await load.finish()
    for (const statuses of [load.gets, load.posts]) {
      assert.deepEqual(load.failures(statuses).filter(([status]) => status !== '503'), [])
    }
    await load.check()
    assert.equal(stack.pid('supervisor'), supervisor)
    assert.ok(alive(supervisor))
  }
})

test('workers that start while MariaDB is away serve once it is back', async () => {
  const db = stack.pid('db'), before = await stack.workers('guestbook')
  process.kill(db, 'SIGKILL')
  await until('it is dead', () => !alive(db))
  for (const pid of before) try { process.kill(pid, 'SIGKILL') } catch { /* it has ended */ }
  await until('others have taken their place, and told a visitor', async () => (await stack.request(host, page)).status === 503 &&
    (await stack.workers('guestbook')).some((pid) => !before.includes(pid)))
  const started = await stack.workers('guestbook')
  await stack.again('db')
  await until('it serves again', async () => (await stack.request(host, page)).status === 200)
  assert.ok(started.some(alive), 'by a worker that had found no database')
})

test('a second supervisor takes over under load without a failed request, and the first ends by itself', async () => {
  const log = fs.openSync(path.join(stack.folder, 'log/scopiton.log'), 'a')
  for (let round = 0; round < (long ? 10 : 2); round++) {
    const load = new Load()
    const first = stack.pid('supervisor')
    await until('some are stored', () => load.confirmed.size > 30)
    const second = spawn(path.join(build, 'libexec/scopiton'), ['serve'], { stdio: ['ignore', log, log],
      env: { ...process.env, SCOPITON_CONFIG: path.join(stack.folder, 'scopiton.conf') } })
    const ended = new Promise((resolve) => second.once('exit', resolve))
    try {
      await until('the first has ended', () => !alive(first), 45) // at most 30 s are given to what runs
      const before = load.confirmed.size
      await until('the second serves', () => load.confirmed.size > before + 30)
      await stack.again('supervisor') // and back again: a third takes over from the second
      assert.equal(await Promise.race([ended, sleep(45000)]), 0, 'the second has ended by itself')
      const then = load.confirmed.size
      await until('the third serves', () => load.confirmed.size > then + 30)
    } finally {
      if (alive(second.pid)) second.kill('SIGKILL')
    }
    await load.finish()
    assert.deepEqual([load.failures(load.gets), load.failures(load.posts)], [[], []])
    await load.check()
  }
  fs.closeSync(log)
})

test('reading the configuration again under load fails no request and replaces the workers', async () => {
  const load = new Load()
  await until('some are stored', () => load.confirmed.size > 30)
  for (let round = 0; round < (long ? 50 : 4); round++) await configure(stack, {}, 'guestbook')
  const before = load.confirmed.size
  await until('it serves', () => load.confirmed.size > before + 30)
  await load.finish()
  assert.deepEqual([load.failures(load.gets), load.failures(load.posts)], [[], []])
  await load.check()
})

test('a mistake in the configuration leaves everything as it was, and is told', async () => {
  const file = path.join(stack.folder, 'scopiton.conf')
  const sound = fs.readFileSync(file, 'utf8')
  const from = mark(stack)
  const load = new Load()
  await until('some are stored', () => load.confirmed.size > 10)
  fs.writeFileSync(file, sound + 'pool_wrokers = 2\n')
  try {
    process.kill(stack.pid('supervisor'), 'SIGHUP')
    await until('it is told', () => lines(stack, from, 'the configuration is unchanged', "there is no setting 'pool_wrokers'").length === 1)
  } finally {
    fs.writeFileSync(file, sound)
  }
  const before = load.confirmed.size
  await until('it serves', () => load.confirmed.size > before + 10)
  await load.finish()
  assert.deepEqual([load.failures(load.gets), load.failures(load.posts)], [[], []])
  await load.check()
})

test('the number of workers stays within its bounds under load, and nobody fails', () => withSettings({ pool_workers: 2, workers: 3 }, async () => {
  const loads = [new Load({ writers: 8 }), new Load({ writers: 8, module: 'guestbook2' })]
  const most = { guestbook: 0, guestbook2: 0, all: 0 }
  for (const end = Date.now() + (long ? 20000 : 2500); Date.now() < end;) {
    const now = await workersNow()
    for (const module of ['guestbook', 'guestbook2']) most[module] = Math.max(most[module], now[module])
    most.all = Math.max(most.all, Object.values(now).reduce((sum, number) => sum + number))
  }
  for (const load of loads) {
    await load.finish()
    assert.deepEqual([load.failures(load.gets), load.failures(load.posts)], [[], []])
    await load.check()
  }
  assert.ok(most.guestbook <= 2 && most.guestbook2 <= 2 && most.all <= 3, JSON.stringify(most))
  assert.equal(most.all, 3, 'the bound was reached')
}))

test('idle workers of one module do not keep another from starting', () => withSettings({ pool_workers: 2, workers: 2 }, async () => {
  await until('the bound is reached by one module', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, n) => stack.request(host, `${page}?after=${n + 1}`)))
    return (await stack.workers('guestbook')).length === 2
  })
  const answer = await Promise.race([stack.request(host, '/fr/guestbook2/'), sleep(5000)])
  assert.equal(answer?.status, 200, 'the other module is answered within 5 s')
}))

test('a connection that was accepted outlives the end of the only worker, for another module needs its place', () => withSettings({ pool_workers: 1, workers: 1 }, async () => {
  const run = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)?.[1] ?? path.join(stack.folder, 'run')
  assert.equal((await stack.request(host, page)).status, 200)
  const socket = net.connect(path.join(run, 'pools', fs.readdirSync(path.join(run, 'pools')).find((name) => name.startsWith('guestbook-')), 'sock'))
  await once(socket, 'connect')
  await sleep(200) // the gateway has it, and waits for its request
  const other = stack.request(host, '/fr/guestbook2/')
  await sleep(500)
  const record = (type, content) => Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content])
  const params = { HOST: host, REQUEST_METHOD: 'GET', REQUEST_URI: '/fr/guestbook/', DOCUMENT_URI: '/fr/guestbook/', REMOTE_ADDR: '127.0.0.1' }
  const pairs = Buffer.concat(Object.entries(params).map(([name, value]) => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)])))
  let answer = ''
  socket.on('data', (bytes) => { answer += bytes.toString('latin1') })
  socket.on('error', (error) => { answer += error.message })
  socket.write(Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, pairs), record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0))]))
  await until('it is answered or hung up', () => socket.closed || socket.destroyed || answer.includes('</html>'))
  assert.match(answer, /Status: 200/)
  assert.equal((await other).status, 200)
  socket.destroy()
}))

test('idle workers end, and the next request starts one', () => withSettings({ idle_seconds: 1 }, async () => {
  assert.equal((await stack.request(host, page)).status, 200)
  assert.ok((await stack.workers('guestbook')).length > 0)
  await until('no worker is left', async () => Object.values(await workersNow()).every((number) => number === 0))
  assert.equal((await stack.request(host, page)).status, 200)
}))

test('a gateway that is replaced has its socket to itself until its last worker has ended; nothing of a pool stays', async () => {
  const pools = path.join(fs.realpathSync(path.join(stack.folder, 'run')), 'pools')
  const pool = path.join(pools, fs.readdirSync(pools).find((name) => name.startsWith('slow-')))
  const sockets = () => fs.readdirSync(pool).filter((name) => name.startsWith('lines.'))
  const from = mark(stack), running = stack.request(host, '/fr/slow/?n=1')
  await until('a worker is at it', async () => await metric(stack, 'scopiton_workers_busy', 'slow') === 1)
  const [earlier, ...others] = sockets()
  assert.deepEqual(others, [])
  process.kill(stack.pid('supervisor'), 'SIGHUP')
  await until('the configuration is read', () => lines(stack, from, 'configuration read again').length > 0)
  const next = stack.request(host, '/fr/slow/?n=2')
  const later = await until('the next gateway has a socket', () => sockets().find((name) => name !== earlier))
  assert.ok(sockets().includes(earlier), "the earlier one's is still there for its worker")
  for (const name of [earlier, later]) // the socket is there from before its process has become the gateway
    await until(`${name} is a gateway's`, () => /scopiton-gateway\0.*module=slow\0/.test(fs.readFileSync(`/proc/${name.slice('lines.'.length)}/cmdline`, 'utf8')))
  assert.equal((await running).status, 200)
  await until('the earlier one is gone with its worker', () => sockets().join() === later)
  assert.equal((await next).status, 200)
  await stack.cli('module', 'disable', 'slow', '--tenant', 'acme')
  await until('the folder is gone with the pool', () => !fs.existsSync(pool))
  await stack.cli('module', 'install', 'slow', '--tenant', 'acme')
})

test('a supervisor that is told to finish lets running requests end', async () => {
  const first = stack.pid('supervisor'), four = () => Array.from({ length: 4 }, (_, n) => stack.request(host, `/fr/slow/?n=${n}`))
  await until('four workers have started', async () => { // else the first request might end before the last begins
    await Promise.all(four())
    return (await stack.workers('slow')).length >= 4
  }, 30)
  const running = four()
  await until('four workers are at it', async () => await metric(stack, 'scopiton_workers_busy', 'slow') === 4)
  process.kill(first, 'SIGQUIT')
  const refused = await until('nobody new is let in', async () => {
    const answer = await stack.request(host, page)
    return answer.status !== 200 && answer
  })
  assert.equal(refused.status, 503)
  assert.ok(alive(first), 'it waits for the requests that run')
  assert.deepEqual((await Promise.all(running)).map(({ status }) => status), [200, 200, 200, 200])
  await until('it has ended', () => !alive(first))
  await stack.again('supervisor')
  await until('it serves again', async () => (await stack.request(host, page)).status === 200)
})
