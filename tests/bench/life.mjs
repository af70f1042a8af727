// SPDX-License-Identifier: EUPL-1.2
// make bench-life: the cost of a module's life cycle for visitors served meanwhile, and the time of its parts.
//
// Load is a steady 200 requests a second on four tenants from a process of its own, quiet and busy in turn, so that a noisy machine is
// noisy for both. Nothing here fails; a target that is missed is printed as such. ROUNDS=1 gives a quick look, SIZE_MB the size of the tenant that leaves.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { execFileSync } from 'node:child_process'
import { Packages } from '../fault/faults.mjs'
import { Catalogue, scopiton } from '../support/catalogue.mjs'
import { sleep, start, until } from '../support/stack.mjs'
import { median, table } from './machine.mjs'
import { steady } from './steady.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5), WINDOW_MS = 6000, ROWS = Number(process.env.ROWS ?? 1000000), MODULES = 500, SIZE_MB = Number(process.env.SIZE_MB ?? 200)
const TENANTS = ['one', 'two', 'three', 'four'], MORE = 20
const rows = [['what', 'measured', 'target', '']]
const verdict = (what, measured, target, reached) => rows.push([what, measured, target, reached ? 'reached' : 'not reached'])
const say = (text) => console.log(`  ${(performance.now() / 1000).toFixed(0).padStart(3)} s  ${text}`)
const ms = (number) => `${number.toFixed(0)} ms`
const at = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))]

const catalogue = await Catalogue.make('notes', 'guestbook')
const own = new Packages('portal')
await catalogue.publish('guestbook', '1.0.0')
await catalogue.publish('guestbook', '1.1.0')
await catalogue.publish('notes', '1.0.0')
await catalogue.publish('notes', '1.1.0', { from: 'notesb' })
await catalogue.publish('notes', '2.0.0', { from: 'notesc', channel: 'beta' })
const stack = await start({ modules: own.folder, config: [...catalogue.config, 'workers = 32', 'pool_workers = 4'], durable: true })
const module = (verb, name, tenant, ...rest) => stack.cli('module', verb, name, '--tenant', tenant, ...rest)

async function timed (action) {
  const began = performance.now()
  await action()
  return performance.now() - began
}

// A module's whole life cycle, while visitors are being served.
async function life () {
  await module('upgrade', 'guestbook', 'one')
  await stack.cli('module', 'rollout', 'guestbook')
  for (const name of TENANTS) await module('back', 'guestbook', name)
  await module('upgrade', 'notes', 'two', '--version', '^1')
  await module('upgrade', 'notes', 'two', '--beta', '--version', '^2')
  await module('back', 'notes', 'two')
  await module('back', 'notes', 'two').catch(() => {})
  await module('disable', 'notes', 'three')
  await module('install', 'notes', 'three')
  await module('purge', 'notes', 'two', '--yes', 'notes')
  await module('install', 'notes', 'two', '--version', '1.0.0')
}

try {
  for (const name of TENANTS) await stack.cli('tenant', 'create', name, '--title', name)
  for (const name of TENANTS) await module('install', 'guestbook', name, '--version', '1.0.0')
  const urls = TENANTS.map((name) => [`${name}.localhost`, '/fr/guestbook/'])
  for (const [host, url] of urls) await until('it serves', async () => (await stack.request(host, url)).status === 200)

  say('install to first page, package fetched before')
  await module('install', 'notes', 'one', '--version', '1.0.0')
  const installs = []
  for (const name of ['two', 'three', 'four']) installs.push(await timed(async () => { await module('install', 'notes', name, '--version', '1.0.0'); await until('', async () => (await stack.request(`${name}.localhost`, '/fr/notes/')).status === 200) }))
  verdict('install to first page', ms(median(installs)), 'below 1000 ms', median(installs) < 1000)

  say('200 requests a second through install, upgrade, waves, back, disable')
  const quiet = [], once = [], ceaseless = [], failed = []
  const meanwhile = async (list, action) => {
    const stop = await steady(stack.port, urls), from = performance.now()
    await action(from)
    await sleep(Math.max(0, WINDOW_MS - (performance.now() - from)))
    const load = await stop()
    list.push(at(load.durations, 0.99))
    failed.push(...load.failed)
    return load
  }
  for (let round = 0; round < ROUNDS; round++) {
    let lives = 0
    await meanwhile(quiet, () => {})
    const { durations } = await meanwhile(once, life)
    await meanwhile(ceaseless, async (from) => { for (; performance.now() - from < WINDOW_MS; lives++) await life() })
    say(`  round ${round + 1}: p99 quiet ${quiet.at(-1).toFixed(1)} ms, one life in ${WINDOW_MS / 1000} s ${once.at(-1).toFixed(1)} ms (longest ${Math.max(...durations).toFixed(0)} ms), ${lives} lives in ${WINDOW_MS / 1000} s ${ceaseless.at(-1).toFixed(1)} ms`)
  }
  verdict('requests that failed meanwhile', String(failed.length), '0', failed.length === 0)
  for (const one of new Set(failed)) say(`  failed: ${one}`)
  const ratio = (busy) => median(busy.map((one, i) => one / quiet[i]))
  verdict('p99 busy / quiet, median of rounds', ratio(once).toFixed(2), 'at most 1.5', ratio(once) <= 1.5)
  rows.push(['  one life after another, without a pause', ratio(ceaseless).toFixed(2), '', ''])

  say(`${ROWS} rows: upgrade in place, back; new generation, back`)
  await stack.sql(`INSERT INTO t1_notes.note (text) SELECT CONCAT('note ', seq) FROM mysql.seq_1_to_${ROWS}`)
  const up = await timed(() => module('upgrade', 'notes', 'one', '--version', '^1'))
  const back = await timed(() => module('back', 'notes', 'one'))
  verdict('back over an expand', ms(back), 'below 1000 ms', back < 1000)
  rows.push(['upgrade in place (with fills)', ms(up), '', ''])
  await module('upgrade', 'notes', 'one', '--version', '^1')
  const anew = await timed(() => module('upgrade', 'notes', 'one', '--beta', '--version', '^2'))
  const leave = await timed(() => module('back', 'notes', 'one'))
  rows.push(['new generation made', ms(anew), '', ''])
  verdict('back over a generation, none written since', ms(leave), 'below 1000 ms', leave < 1000)

  say(`${MORE} tenants more`)
  const resident = () => Number(fs.readFileSync(`/proc/${stack.pid('db')}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024
  const memory = resident()
  const created = await timed(async () => { for (let i = 0; i < MORE; i++) await stack.cli('tenant', 'create', `more${i}`, '--title', 'More') })
  await sleep(2000)
  verdict('a tenant more', ms(created / MORE), 'below 3000 ms', created / MORE < 3000)
  verdict('database memory of a tenant more', `${((resident() - memory) / MORE).toFixed(2)} MB`, 'below 3 MB', (resident() - memory) / MORE < 3)

  say(`an index of ${MODULES} modules`)
  const load = async () => { const times = []; for (let i = 0; i < 7; i++) times.push(await timed(() => module('install', 'nothing', 'one').catch(() => {}))); return median(times) }
  const small = await load()
  await scopiton('catalogue', 'renew', catalogue.folder, '--key', catalogue.path('group'))
  await catalogue.forge((index) => {
    const text = (words) => Object.fromEntries(['fr', 'nl', 'de', 'en'].map((language) => [language, `${words} ${language} `.repeat(8).slice(0, 250)]))
    for (let i = 0; i < MODULES; i++) {
      const name = `m${String(i).padStart(3, '0')}`
      index.scops[0].modules.push(name)
      index.modules.push({ ...index.modules[0], name, title: text(`Module ${i}`), summary: text('What it is for'), versions: Array.from({ length: 6 }, (_, v) => ({ ...index.modules[0].versions[0], version: `1.${v}.0`, changes: text('What is new'), file: `packages/${name}-1.${v}.0-linux-amd64.scop` })) })
    }
  })
  const refresh = await timed(() => stack.cli('catalogue', 'refresh'))
  const large = await load()
  const bytes = fs.statSync(catalogue.index()).size
  verdict(`index of ${MODULES} modules, ${(bytes / 1e6).toFixed(1)} MB, read and checked`, ms(large - small), 'below 100 ms', large - small < 100)
  rows.push(['  fetched, checked and noted for the portal', ms(refresh), '', ''])

  say(`a tenant of ${SIZE_MB} MB leaves, and arrives on an empty host, while it is used`)
  await stack.sql(`CREATE TABLE t1_notes.big (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, picture LONGBLOB NOT NULL)`)
  for (let i = 0; i < SIZE_MB; i += 20) await stack.sql('INSERT INTO t1_notes.big (picture) SELECT REPEAT(RANDOM_BYTES(1024), 200) FROM mysql.seq_1_to_100')
  const stop = await steady(stack.port, urls)
  let archive
  const out = await timed(async () => { archive = (await stack.cli('tenant', 'export', 'one')).trim().split('\n').pop() })
  const during = await stop()
  const there = await start({ durable: true })
  try {
    const arrived = await timed(() => there.cli('tenant', 'import', archive, '--with-packages'))
    const sums = (one) => one.sql('CHECKSUM TABLE t1_notes.note, t1_notes.big, t1_guestbook.entry')
    const same = await sums(stack) === await sums(there)
    verdict('exported, imported, and the same', `${(fs.statSync(archive).size / 1e6).toFixed(0)} MB, out ${(out / 1000).toFixed(1)} s, in ${(arrived / 1000).toFixed(1)} s, ${during.failed.length} of ${during.sent} failed`, 'the same', same && during.failed.length === 0)
  } finally {
    await there.stop()
  }
} finally {
  await stack.stop()
  catalogue.remove()
  own.removeAll()
}
console.log(`\n${os.cpus().length} × ${os.cpus()[0].model}, ${os.release()}, ${execFileSync('uptime', { encoding: 'utf8' }).trim()}\n`)
table(rows)
