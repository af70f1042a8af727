// SPDX-License-Identifier: EUPL-1.2
// make bench: how many events a second go through the queue to a job of another module, with four job workers; and
// how long after a commit its job begins. Reported, never judged by a test.
import fs from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root, start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'
import { describe, median, wakes } from './machine.mjs'

const EVENTS = Number(process.env.EVENTS ?? 10000), AT_ONCE = 1000, SINGLE = 40, SLEEPING = 10000
process.env.BUILD ??= path.join(root, 'build')
const packages = new Packages('portal', 'clerk', 'listener')
const stack = await start({ modules: packages.folder, durable: true })

async function announce (text, count) {
  const _key = await stack.key('acme.localhost', '/fr/clerk/', {}, '/fr/clerk/events')
  const { status } = await stack.request('acme.localhost', '/fr/clerk/events', { form: { _key, event: 'noted', text, count } })
  if (status !== 303) throw new Error(`the events were answered ${status}`)
}

const heard = (text) => stack.sql(`SELECT COUNT(*) FROM t1_listener.heard WHERE text LIKE '${text} %'`).then(Number)

async function throughput () {
  for (let i = 0; i < EVENTS; i += AT_ONCE) await announce(`event ${i}`, String(AT_ONCE))
  const before = await heard('event'), from = performance.now()
  await until('all are heard', async () => await heard('event') === EVENTS, 120)
  const seconds = (performance.now() - from) / 1000
  const distinct = Number(await stack.sql('SELECT COUNT(DISTINCT text) FROM t1_listener.heard WHERE text LIKE \'event %\''))
  console.log(`  ${EVENTS} events: the last ${EVENTS - before} in ${seconds.toFixed(1)} s, ${((EVENTS - before) / seconds).toFixed(0)} a second; ` +
    `${EVENTS - distinct} lost, ${await heard('event') - distinct} twice (target 1,000 a second)`)
}

// From the row's commit to the job's start, both by MariaDB's machine's clock.
async function delay () {
  const took = []
  for (let i = 0; i < SINGLE; i++) {
    const _key = await stack.key('acme.localhost', '/fr/clerk/', {}, '/fr/clerk/jobs')
    await stack.request('acme.localhost', '/fr/clerk/jobs', { form: { _key, job: 'note', text: `single ${i}` } })
    const answered = Date.now()
    await until('it has run', async () => Number(await stack.sql(`SELECT COUNT(*) FROM t1_clerk.note WHERE text = 'single ${i}'`)) === 1)
    const began = Number(await stack.sql(`SELECT UNIX_TIMESTAMP(written) * 1000 FROM t1_clerk.note WHERE text = 'single ${i}'`))
    took.push(Math.max(0, began - answered))
  }
  console.log(`  from the answer to a commit until its job begins: median ${median(took).toFixed(1)} ms, longest ${Math.max(...took).toFixed(1)} ms (target 100 ms)`)
}

async function sleeping () {
  await stack.sql(`USE mysql; INSERT INTO queue.outbox (role, name, body, run_at) SELECT 't1_clerk', 'note', '{}', UTC_TIMESTAMP() + INTERVAL 30 DAY FROM seq_1_to_${SLEEPING}`)
  const pid = Number(fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find((name) => {
    try { return fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('scopiton-dispatcher\0' + stack.folder) } catch { return false }
  }))
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const before = wakes(pid), cpu = () => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b), 0)
  const used = cpu()
  await new Promise((resolve) => setTimeout(resolve, 10000))
  console.log(`  ${SLEEPING} jobs asleep: the dispatcher wakes ${((wakes(pid) - before) / 10).toFixed(1)} times a second and uses ${(cpu() - used) * 10} ms of CPU in 10 s`)
}

console.log(describe())
try {
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['clerk', 'listener']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await until('it serves', async () => (await stack.request('acme.localhost', '/fr/clerk/')).status === 200)
  await announce('warm', '10')
  await until('it is warm', async () => await heard('warm') === 10)
  await delay()
  await throughput()
  await sleeping()
} finally {
  await stack.stop()
  packages.removeAll()
}
