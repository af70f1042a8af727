// SPDX-License-Identifier: EUPL-1.2
// Runs the files that tools/test lists, several at a time and the longest first, and prints a line about each.
//
//   node tests/support/run.mjs KIND:PATH ...     kinds: unit (a cmocka program), file (a .test.js), sanitized (one with build-asan)
//
// Each runs in a process group and a temporary folder of its own. The folder is in the environment of all that it starts, so
// that leftovers are found, ended and removed: after each job, after a timeout, and on Ctrl-C. The folders are in memory where that has
// room, unless TMPDIR names another place.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { processIds } from './processes.mjs'
import { readCmocka, readEvents } from './results.mjs'

const LIMIT = Number(process.env.TEST_SECONDS || 180) * 1000 // for one test
const CORES = os.availableParallelism()
// As many files run as use all cores, by what they usually use; or as many as JOBS says.
const AT_ONCE = Number(process.env.JOBS || CORES * 2 + 1), BUSY = process.env.JOBS ? Infinity : CORES * 1.15
const USES = 0.67 // of a core, by a file of which nothing else is known; so that one more of these run than there are cores
const UNDER = process.env.UNDER?.split(' ') ?? [] // the program, with its arguments, that runs the unit tests: of `make valgrind`
const ROOM = 600 * 2 ** 20 // bytes for a core's tests: three private Scopitons, or copies of the build
const root = process.cwd() // of the tested tree: paths are below it
const top = fs.mkdtempSync(path.join(process.env.TMPDIR ? os.tmpdir() : inMemory() ?? os.tmpdir(), `scopiton-tests-${process.pid}-`))
fs.chmodSync(top, 0o755) // modules may have users of their own
const times = path.join(process.env.BUILD, 'test-times.json')
const secondsIn = (file) => fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {}
const known = secondsIn(times), usual = secondsIn(path.join(import.meta.dirname, 'usual-times.json')) // of earlier runs; on two cores
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const running = new Set()
const SLOWEST = 12

// ---- the place of the temporary folders ----

// The folder of files in memory, if it has room for the private Scopitons that run at once, and programs may run there. A file
// costs about half there: the file system of a disk looks for a place for each of the thousands of tables.
function inMemory () {
  const place = '/dev/shm', needed = (CORES + 1) * ROOM
  try {
    for (const left of fs.readdirSync(place)) { // of killed runs, which would go on using memory
      const [, owner] = left.match(/^scopiton-tests-(\d+)-/) ?? []
      if (owner && !fs.existsSync(`/proc/${owner}`) && fs.statSync(path.join(place, left)).uid === process.getuid()) fs.rmSync(path.join(place, left), { recursive: true, force: true })
    }
    const { bavail, bsize } = fs.statfsSync(place)
    const memory = Number(fs.readFileSync('/proc/meminfo', 'utf8').match(/^MemAvailable: +(\d+) kB/m)[1]) * 1024
    return bavail * bsize >= needed && memory >= 2 * needed && runsPrograms(place) ? place : undefined
  } catch { return undefined } // there is none, or not for us
}

function runsPrograms (place) {
  const program = path.join(place, `scopiton-tests-${process.pid}-program`)
  try {
    fs.writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 })
    return spawnSync(program).status === 0
  } finally { fs.rmSync(program, { force: true }) }
}

// ---- processes of ours ----

// All that carries the folder in its environment or on its command line, zombies not among them; and whether some process has
// neither, as between two programs, where it may be one of them.
function look (folder) {
  let blank = false
  const ours = processIds().filter((pid) => Number(pid) !== process.pid).filter((pid) => {
    const read = (name) => { try { return fs.readFileSync(`/proc/${pid}/${name}`, 'latin1') } catch { return '' } }
    const environment = read('environ'), line = read('cmdline')
    if (!environment && !line) try { blank ||= fs.readlinkSync(`/proc/${pid}/exe`) !== '' } catch {} // a zombie has no program
    return environment.includes(folder) || line.includes(folder)
  }).map(Number)
  return { ours, blank }
}

// The processes of a folder. That there are none is believed after a second look, for one may have started another and ended between the
// list and the look at it, and after `BLANK` looks where there is a process without environment and command line.
const BLANK = 20
async function processesOf (folder) {
  for (let looks = 1; ; looks++) {
    const { ours, blank } = look(folder)
    if (ours.length > 0 || (looks > 1 && !blank) || looks === BLANK) return ours
    await sleep(blank ? 10 : 0)
  }
}

function signal (pids, name) {
  for (const pid of pids) try { process.kill(pid, name) } catch {}
}

// Processes left below a folder may still end by themselves, as tools/serve does front to back; the others are
// killed. Returns their pids and commands.
async function sweep (folder) {
  for (const end = Date.now() + Math.min(LIMIT, 15000); Date.now() < end && (await processesOf(folder)).length > 0;) await sleep(50)
  const left = (await processesOf(folder)).map((pid) => {
    try { return `${pid} ${fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}` } catch { return `${pid}` }
  })
  for (let pids; (pids = await processesOf(folder)).length > 0; await sleep(50)) signal(pids, 'SIGKILL')
  for (const link of fs.readdirSync('/tmp').filter((name) => /^scop-[0-9a-f]{8}$/.test(name)).map((name) => path.join('/tmp', name))) {
    try { if (fs.readlinkSync(link).startsWith(folder + '/')) fs.unlinkSync(link) } catch {}
  }
  return left
}

// ---- time ----

// Seconds of processor that ended children of ours have used, and what these have waited for.
let counted = 0
function newChildSeconds () {
  const [user, system] = fs.readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /, '').split(' ').slice(13, 15) // cutime, cstime
  const before = counted
  counted = (Number(user) + Number(system)) / 100
  return counted - before
}

// Of the whole machine: hundredths of seconds of all its processors, and of those the busy ones.
function machineTime () {
  const times = fs.readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number)
  const all = times.reduce((sum, one) => sum + one, 0)
  return { all, busy: all - times[3] - times[4] } // idle, iowait
}

// ---- one job ----

function command (job) {
  if (job.kind === 'unit') {
    const [program, ...words] = [...UNDER, path.resolve(root, job.path)]
    return [program, words]
  }
  const reporter = path.join(import.meta.dirname, 'reporter.mjs')
  return [process.execPath, ['--test-reporter', reporter, '--test-reporter-destination', path.join(job.folder, 'events'), path.resolve(root, job.path)]]
}

function environment (job) {
  const env = { ...process.env, TMPDIR: job.folder, SCOPITON_TEST: job.folder, ASAN_OPTIONS: 'detect_leaks=0' }
  if (job.kind === 'sanitized') Object.assign(env, { SANITIZED: '1', BUILD: path.join(root, 'build-asan') })
  delete env.NODE_TEST_CONTEXT
  return env
}

// The test that has exceeded the time limit, if there is one.
function overdue (job) {
  const file = job.kind === 'unit' ? job.output : path.join(job.folder, 'events')
  const size = fs.existsSync(file) ? fs.statSync(file).size : 0
  if (size !== job.size) Object.assign(job, { size, since: Date.now() })
  if (Date.now() - job.since < LIMIT) return undefined
  return results(job).running ?? 'before or after its tests'
}

function results (job) {
  const read = (file) => fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  return job.kind === 'unit' ? readCmocka(read(job.output)) : readEvents(read(path.join(job.folder, 'events')), root)
}

async function run (job) {
  job.folder = fs.mkdtempSync(path.join(top, `${path.basename(job.path).split('.')[0]}-`))
  job.output = path.join(job.folder, 'output')
  fs.chmodSync(job.folder, 0o755)
  const output = fs.openSync(job.output, 'w'), [program, words] = command(job)
  Object.assign(job, { began: Date.now(), since: Date.now(), size: 0 })
  const child = spawn(program, words, { cwd: root, env: environment(job), detached: true, stdio: ['ignore', output, output] })
  fs.closeSync(output)
  running.add(job)
  let hangs
  const watch = setInterval(() => {
    hangs ??= overdue(job)
    if (hangs) signal([-child.pid], 'SIGTERM')
  }, 1000)
  job.child = child
  const ended = await new Promise((resolve) => child.once('exit', (code, by) => {
    job.processor = newChildSeconds()
    resolve(by ?? code)
  }).once('error', (error) => resolve(error.message)))
  clearInterval(watch)
  const left = await sweep(job.folder)
  running.delete(job)
  return conclude(job, { ended, hangs, left })
}

function conclude (job, { ended, hangs, left }) {
  const result = results(job), said = fs.readFileSync(job.output, 'utf8').trim()
  if (hangs) result.failures.push(`${hangs}: did not end within ${LIMIT / 1000} s`)
  else if (ended !== 0 && result.failures.length === 0) result.failures.push(`it ended with ${ended}${result.running ? ` in: ${result.running}` : ''}`)
  else if (result.passed + result.skipped + result.failures.length === 0) result.failures.push('no test was found in it')
  if (left.length > 0 && !hangs) result.failures.push(`processes that it left behind:\n${left.join('\n')}`)
  if (!process.env.KEEP) fs.rmSync(job.folder, { recursive: true, force: true })
  return Object.assign(job, { ...result, said, seconds: (Date.now() - job.began) / 1000 })
}

// ---- all of them ----

const indent = (text) => text.split('\n').map((line) => `    ${line}`).join('\n')

function tell (job) {
  const skipped = job.skipped ? `, ${job.skipped} skipped` : ''
  console.log(`${job.name}: ${job.passed} passed, ${job.failures.length} failed${skipped} (${job.seconds.toFixed(1)} s)`)
  for (const note of job.notes) console.log(indent(note))
  if (job.failures.length === 0 && !process.env.V) return
  for (const failure of job.failures) console.log(`  FAILED ${indent(failure).trimStart()}`)
  if (job.said && job.kind !== 'unit') console.log(`  It said:\n${indent(job.said.split('\n').slice(-40).join('\n'))}`)
}

// What to make quicker first. The processors' time of a browser that did not wait for its own children is missing in its file's.
function tellTimes (done, began) {
  const now = machineTime(), busy = (now.busy - began.busy) / (now.all - began.all)
  console.log(`\nThe slowest files, in seconds and seconds of processor (the machine was busy for ${Math.round(busy * 100)} % of the time):`)
  const slowest = done.toSorted((one, other) => other.seconds - one.seconds).slice(0, process.env.V ? done.length : SLOWEST)
  for (const { name, seconds, processor = 0 } of slowest) console.log(`${seconds.toFixed(1).padStart(7)}${processor.toFixed(1).padStart(8)}  ${name}`)
}

// How long a job will take, to start the longest first: as the last time, else as usual, else by its size.
function expectedSeconds (kind, name, file) {
  if (kind === 'unit') return Infinity
  return known[name] ?? [usual[name]].flat()[0] ?? fs.statSync(path.resolve(root, file)).size / 1000
}

// How much of a core it uses. Of a file that is known to wait a lot, or to use more than one, its usual seconds are followed by those of
// processor: [110, 6].
function expectedUse (kind, name) {
  if (kind === 'unit') return 1
  return Array.isArray(usual[name]) ? usual[name][1] / usual[name][0] : USES
}

function jobsOf (words) {
  return words.map((word) => {
    const [, kind, file] = word.match(/^(unit|file|sanitized):(.*)$/)
    const name = { unit: file.replace('build-asan/', ''), file, sanitized: `${file}, sanitized` }[kind]
    return { kind, name, path: file, expected: expectedSeconds(kind, name, file), use: expectedUse(kind, name) }
  }).sort((one, other) => other.expected - one.expected)
}

async function interrupted (status) {
  stopped = true
  console.log('\nStopping ...')
  for (const { child } of running) signal([-child.pid], 'SIGTERM')
  await sweep(top)
  fs.rmSync(top, { recursive: true, force: true })
  process.exit(status)
}

let stopped = false
for (const [name, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) process.once(name, () => interrupted(status))
const queue = jobsOf(process.argv.slice(2)), count = queue.length, done = [], began = machineTime()

// The longest of which there is room for beside those that run.
function next () {
  const used = [...running].reduce((sum, { use }) => sum + use, 0)
  const index = running.size === 0 ? 0 : queue.findIndex(({ use }) => used + use <= BUSY)
  return index < 0 || running.size >= AT_ONCE ? undefined : queue.splice(index, 1)[0]
}

await new Promise((resolve) => {
  const goOn = () => {
    for (let job; !stopped && (job = next());) {
      run(job).then((ended) => {
        if (stopped) return
        tell(ended)
        done.push(ended)
        goOn()
      })
    }
    if (done.length === count) resolve()
  }
  goOn()
})
if (stopped) await new Promise(() => {}) // until interrupted() has ended
const sum = (of) => done.reduce((total, job) => total + of(job), 0)
const passed = sum((job) => job.passed), failed = sum((job) => job.failures.length), skipped = sum((job) => job.skipped)
fs.writeFileSync(`${times}.${process.pid}`, JSON.stringify({ ...known, ...Object.fromEntries(done.map((job) => [job.name, job.seconds])) }, null, 1))
fs.renameSync(`${times}.${process.pid}`, times)
fs.rmSync(top, { recursive: true, force: true })
if (done.length > SLOWEST || process.env.V) tellTimes(done, began)
if (failed > 0) console.log(`\nWith failures: ${done.filter((job) => job.failures.length > 0).map((job) => job.name).join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
